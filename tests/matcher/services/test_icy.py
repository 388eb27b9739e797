"""Help whenever it is icy: opened by the cold, day by day, and by nothing else."""

from datetime import timedelta

import pytest

from matcher.domain.errors import BadInput
from matcher.domain.recurrence import Recurrence
from matcher.services import cold, icy
from matcher.store.models import Need, Occurrence


def extend(world):
    with world.work() as session:
        return icy.extend(session, now=world.now)


def grow_cold(world, **until):
    with world.work() as session:
        cold.start(session, world.area_id(), until=world.now + timedelta(**until), actor="staff:1", now=world.now)


def days(world):
    return [occurrence.starts_at.day for occurrence in world.all(Occurrence)]


def test_the_first_time_is_when_they_said_and_then_nothing_until_it_is_cold(world):
    world.post(is_icy=True)
    assert world.one(Need).recurrence is Recurrence.WHEN_ICY
    world.later(days=7)
    assert extend(world) == 0
    assert days(world) == [14]


def test_while_it_is_cold_today_and_tomorrow_are_asked_for_once(world):
    world.post(is_icy=True)
    world.later(days=7)
    grow_cold(world, days=5)
    assert days(world) == [14, 21, 22]
    assert extend(world) == 0
    world.later(days=1)
    assert [extend(world), extend(world)] == [1, 0]
    assert days(world) == [14, 21, 22, 23]


def test_no_further_than_the_cold_lasts(world):
    world.post(is_icy=True)
    world.later(days=7)
    grow_cold(world, hours=12)
    assert extend(world) == 0
    assert days(world) == [14, 21]


def test_once_called_off_the_cold_opens_nothing(world):
    need = world.post(is_icy=True)
    world.cancel(need)
    world.later(days=1)
    grow_cold(world, days=5)
    assert extend(world) == 0


@pytest.mark.parametrize("changes", [{"is_weekly": True}, {"kind": "lift"}])
def test_icy_is_for_snow_and_not_for_every_week_too(world, changes):
    with pytest.raises(BadInput) as refused:
        world.post(is_icy=True, **changes)
    assert refused.value.field == "is_icy"

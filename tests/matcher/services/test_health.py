"""Is everything alive, in figures: a part that is silent, a need that waits, a message that waits."""

from datetime import timedelta

import pytest

from matcher.services import health


def checks(world):
    with world.work() as session:
        return health.checks(session, now=world.now)


def beat(world, *parts):
    with world.work() as session:
        for part in parts:
            health.beat(session, part, now=world.now)


def test_nothing_has_been_heard_of_at_first(world):
    found = checks(world)
    assert set(found) == {"database", "worker", "beat", "sweep", "round", "outbox"}
    assert {name for name, check in found.items() if check.ok} == {"database", "outbox"}
    assert "never" in found["worker"].detail
    assert health.status_of(found) == "degraded"


@pytest.mark.parametrize("part", sorted(health.SILENT_FOR))
def test_a_part_that_falls_silent_is_an_alarm_within_two_minutes(world, part):
    beat(world, *health.SILENT_FOR)
    assert health.status_of(checks(world)) == "ok"
    limit = health.SILENT_FOR[part]
    assert limit <= timedelta(minutes=2)
    world.now += limit
    beat(world, *(other for other in health.SILENT_FOR if other != part))
    assert checks(world)[part].ok
    world.later(seconds=1)
    found = checks(world)
    assert not found[part].ok
    assert found[part].age_s == limit.total_seconds() + 1
    assert health.status_of(found) == "degraded"


def test_a_need_that_waits_to_be_considered_is_an_alarm_after_a_minute(world):
    world.post()
    world.later(seconds=60)
    beat(world, *health.SILENT_FOR)
    assert checks(world)["round"].ok
    world.later(seconds=1)
    found = checks(world)["round"]
    assert (found.ok, found.age_s) == (False, 61.0)
    world.round()
    assert checks(world)["round"].ok


def test_a_message_that_waits_is_an_alarm_after_two_minutes(world):
    world.post()
    world.later(minutes=2)
    assert checks(world)["outbox"].ok
    world.later(seconds=1)
    found = checks(world)["outbox"]
    assert (found.ok, found.age_s) == (False, 121.0)
    world.deliver()
    assert checks(world)["outbox"].ok


def test_a_sender_that_died_is_an_alarm_too(world):
    world.post()
    world.claim()
    world.later(minutes=5)
    assert not checks(world)["outbox"].ok


def test_without_a_database_all_is_down():
    assert health.status_of(health.database_down("no answer")) == "down"


def test_a_check_is_told_in_figures(world):
    beat(world, "worker")
    world.later(seconds=7)
    assert checks(world)["worker"].as_json() == {"ok": True, "age_s": 7.0, "detail": "since it was last heard of"}

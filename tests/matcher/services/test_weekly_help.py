"""Help that is given every week without us: told once, counted by its days, and never with a visit."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.informal_help import WEEKDAYS
from matcher.domain.localtime import local_day
from matcher.services import informal_help, leaving, weekly_help
from matcher.services.impact_report import informal, report, scope
from matcher.services.impact_report.scope import Wanted
from matcher.store.models import WeeklyHelp

EVERY_DAY = tuple(WEEKDAYS)


@pytest.fixture
def tell(world):
    world.offer("Christopher")

    def told(days=EVERY_DAY, kind="errand"):
        with world.work() as session:
            weekly_help.tell(session, world.people["Christopher"], kind, days, now=world.now)

    return told


def lines(world):
    with world.work() as session:
        return weekly_help.lines(session, world.people["Christopher"], now=world.now)


def counted(world):
    with world.work() as session:
        found = informal.read(session, scope.read(session, {world.area_id()}, Wanted(), now=world.now), now=world.now)
    return found.times, found.minutes


def test_told_once_it_counts_each_day_that_is_over_and_never_one_to_come(world, tell):
    tell()
    assert counted(world) == (0, 0)
    world.later(days=10)
    assert counted(world) == (10, 450)
    assert [(one.kind, one.days) for one in lines(world)] == [("Shopping or an errand", "every day")]


def test_only_its_days_of_the_week_count(world, tell):
    tell(("0", "3"))
    world.later(days=14)
    assert counted(world)[0] == 4
    assert lines(world)[0].days == "on Mondays and Thursdays"


def test_no_hour_of_it_is_counted_with_a_visit_nor_with_what_was_told_that_day(world, tell):
    tell(kind="snow")
    world.later(days=7)
    alone = counted(world)[0]
    with world.work() as session:
        informal_help.tell(session, world.people["Christopher"], "snow", now=world.now)
    world.later(days=1)
    assert counted(world)[0] == alone + 1  # today once, though it was told twice
    world.ask("Christopher", world.post("Eileen", when="tomorrow"), at=world.now + timedelta(hours=1))
    world.yes("Christopher")
    world.later(hours=2)
    world.done("Christopher")
    world.later(days=1)
    assert counted(world)[0] == alone + 1  # the day of the visit is a visit and nothing else
    with world.work() as session:
        here = scope.read(session, {world.area_id()}, Wanted(), now=world.now)
        assert report.read(session, here, now=world.now).visits == 1


def test_it_holds_for_a_while_and_then_they_are_asked_and_it_ends_by_itself(world, tell):
    tell()
    world.later(days=77)
    (one,) = lines(world)
    assert one.is_asked
    with world.work() as session:
        weekly_help.is_still_so(session, world.people["Christopher"], one.weekly_id, now=world.now)
    assert not lines(world)[0].is_asked
    world.later(days=92)
    assert lines(world) == ()
    with world.work() as session, pytest.raises(NotFound):
        weekly_help.is_still_so(session, world.people["Christopher"], one.weekly_id, now=world.now)


def test_told_anew_it_is_as_it_was_told_last(world, tell):
    tell()
    tell(("0",))  # on the same day: the first was a slip
    assert [one.days for one in lines(world)] == ["on Mondays"]
    world.later(days=7)
    tell(("5", "6"))
    tell(("1",), kind="call")
    assert sorted(one.days for one in lines(world)) == ["on Saturdays and Sundays", "on Tuesdays"]
    assert len(world.all(WeeklyHelp)) == 3


def test_it_ends_when_they_say_so_or_leave(world, tell):
    tell(), tell(kind="call")
    world.later(days=3)
    first, _ = lines(world)
    with world.work() as session:
        weekly_help.no_longer(session, world.people["Christopher"], first.weekly_id, now=world.now)
    assert counted(world)[0] == 6
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    assert lines(world) == ()
    world.later(days=9)
    assert counted(world)[0] == 6


@pytest.mark.parametrize(
    ("days", "kind", "field"), [((), "errand", "days"), (("7", "x"), "errand", "days"), (("0",), "?", "kind")]
)
def test_it_is_of_some_day_and_some_kind(world, tell, days, kind, field):
    with pytest.raises(BadInput) as refused:
        tell(days, kind)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("weekdays = '{}'", "on_days_of_the_week"),
        ("weekdays = '{7}'", "on_days_of_the_week"),
        ("last_day = first_day - 1", "range lower bound|ends_one_day"),
        ("minutes = 0", "took_some_time"),
    ],
)
def test_the_database_takes_no_other(world, tell, change, rule):
    tell()
    with pytest.raises(Exception, match=rule):
        world.execute(f"update weekly_help set {change}")


def test_the_database_takes_no_kind_twice_at_once(world, tell):
    tell()
    with pytest.raises(IntegrityError, match="once_of_a_kind"):
        world.execute(
            "insert into weekly_help (area_id, helper_id, kind_slug, weekdays, minutes, first_day, last_day, told_at)"
            " select area_id, helper_id, kind_slug, '{1}', 30, first_day + 7, last_day, told_at from weekly_help"
        )
    assert world.one(WeeklyHelp).first_day == local_day(world.now)

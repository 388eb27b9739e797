"""A visit that nobody has set off to: the team hears of it after 20 minutes, once, and until they hear from them."""

from datetime import timedelta

import pytest

from matcher.services import visit_page, visit_reports
from matcher.store.models import Visit, VisitReport


@pytest.fixture
def expected(world):
    """Christopher is expected at Eileen's; it is the time."""
    world.offer("Christopher")
    world.ask("Christopher", world.post("Eileen"))
    world.yes("Christopher")
    world.now = world.one(Visit).starts_at
    return world


def told(world):
    with world.work() as session:
        visit_reports.tell_late(session, now=world.now)
    with world.work() as session:
        return [row.what for row in visit_reports.open_reports(session, frozenset({world.area_id()}))]


def test_the_team_hears_after_twenty_minutes_and_once(expected):
    expected.later(minutes=19)
    assert told(expected) == []
    expected.later(minutes=1)
    assert told(expected) == told(expected) == ["Has not set off: 20 minutes late"]
    with expected.work() as session:
        assert visit_page.read(session, expected.one(Visit).id, now=expected.now).is_late


@pytest.mark.parametrize("verb", ["set_off", "done", "hand_back"])
def test_it_ends_when_they_are_heard_of(expected, verb):
    expected.later(minutes=20)
    told(expected)
    getattr(expected, verb)("Christopher")
    assert told(expected) == []
    assert expected.one(VisitReport).closed_at == expected.now


def test_who_is_on_the_way_is_not_late_nor_is_what_was_long_ago(expected):
    expected.set_off("Christopher")
    expected.later(minutes=25)
    assert told(expected) == []


def test_what_was_long_ago_is_not_told(expected):
    expected.now += timedelta(hours=13)
    assert told(expected) == []


def test_what_somebody_dealt_with_is_not_told_again(expected):
    expected.later(minutes=20)
    told(expected)
    by, report = expected.coordinator(), expected.one(VisitReport)
    with expected.work() as session:
        areas = frozenset({expected.area_id()})
        visit_reports.close_report(session, report.id, area_ids=areas, staff_id=by, now=expected.now)
    assert told(expected) == []

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from matcher.domain.geo import Point, TravelMode
from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.engine.recruiting import PastNeed, recruit_words, where_to_recruit

BOX = Point(51.4150, -2.2520)
FAR = Point(51.0700, -1.7944)
MONDAY = datetime(2026, 1, 12, tzinfo=UTC)


@pytest.fixture
def need():
    """`need(day=2, hour=9)`: a lift in Box that day that nobody gave."""
    ids = count(1)

    def make(day=0, hour=9, hours=3, **changes):
        start = MONDAY + timedelta(days=day, hours=hour)
        usual = {
            "id": next(ids),
            "area": "Box",
            "kind": "lift",
            "windows": (TimeWindow(start, start + timedelta(hours=hours)),),
            "minutes": 60,
            "urgency": Urgency.NORMAL,
            "point": BOX,
            "short": 1,
        }
        return PastNeed(**{**usual, **changes})

    return make


def best(past):
    return where_to_recruit(past)[0]


def test_a_driver_on_weekday_mornings_where_lifts_were_missed_on_weekday_mornings(need):
    found = where_to_recruit([need(day=day) for day in (0, 2, 7, 9, 14)])
    assert [(one.newcomer.block.words, one.newcomer.way.mode) for one in found] == [
        ("on weekday mornings", TravelMode.CAR)
    ]
    assert (
        recruit_words(found[0], 90)
        == "One driver in Box on weekday mornings would have met five more of the last 90 days' needs."
    )


def test_a_newcomer_does_two_visits_a_week_and_one_a_day_so_two_are_told_where_more_was_missed(need):
    past = [need(day=day) for week in (0, 7, 14) for day in (week, week, week + 1, week + 2)]
    found = best(past)
    assert (found.count, found.more_met) == (2, 12)
    assert recruit_words(found, 90).startswith("Two drivers in Box on weekday mornings would have met 12 more")


def test_of_three_missed_in_a_week_one_newcomer_meets_two(need):
    found = best([need(day=week + day) for week in (0, 7, 14) for day in (0, 1, 2)])
    assert (found.count, found.more_met) == (2, 9)


def test_a_visit_that_somebody_made_is_no_gain_whoever_might_have_made_it(need):
    made = [need(day=day, short=0, came=frozenset({day})) for day in (7, 8, 14, 15, 21, 22, 28, 29)]
    found = best([*made, need(day=0), need(day=1)])
    assert (found.count, found.more_met) == (1, 2)


def test_who_walks_is_told_where_a_driver_would_meet_no_more_and_is_asked_for_no_lift(need):
    past = [need(day=day, kind="errand") for day in (0, 2)]
    assert [one.newcomer.way.mode for one in where_to_recruit(past)] == [TravelMode.FOOT]
    far = [need(day=day, kind="errand", point=Point(BOX.lat + 0.05, BOX.lon)) for day in (7, 9)]
    assert [one.newcomer.way.mode for one in where_to_recruit([*past, need(day=14, kind="errand"), *far])] == [
        TravelMode.CAR
    ]
    assert best([need(day=day) for day in (0, 2)]).newcomer.way.mode is TravelMode.CAR


def test_two_missed_at_the_same_time_are_not_met_by_one(need):
    assert where_to_recruit([need(), need()])[0].count == 2


def test_needs_that_somebody_met_are_no_reason_to_recruit(need):
    assert where_to_recruit([need(day=day, short=0, came=frozenset({day})) for day in range(5)]) == ()
    assert where_to_recruit([]) == ()


def test_who_takes_over_a_visit_frees_somebody_for_what_was_missed(need):
    """Ann (1) drives to Salisbury's far side twice a week, and would have gone to Box instead, had she been free."""
    beyond = {"area": "Salisbury", "point": FAR}
    kept = [need(day=day, short=0, came=frozenset({1}), **beyond) for day in (0, 1)]
    missed = [need(day=day, too_late=frozenset({1})) for day in (2, 3)]
    someone_else = [need(day=4, hour=18, **beyond)]
    found = {
        (one.newcomer.area, one.newcomer.block.words): one.more_met
        for one in where_to_recruit([*kept, *missed, *someone_else])
    }
    assert found["Salisbury", "on weekday mornings"] == 2


def test_a_need_of_the_evening_is_not_met_in_the_morning_and_one_far_away_not_on_foot(need):
    past = [need(day=day, hour=19, kind="errand") for day in (0, 2)]
    assert best(past).newcomer.block.words == "on weekday evenings"
    village = [replace(need(day=day, kind="errand"), point=Point(BOX.lat + 0.03 * day, BOX.lon)) for day in (0, 1)]
    assert best(village).newcomer.way.mode is TravelMode.CAR


def test_the_checks_they_would_need_are_told(need):
    past = [need(day=day, required_checks=frozenset({"id_seen", "licence_seen"})) for day in (0, 2)]
    assert best(past).checks == ("id_seen", "licence_seen")


def test_the_prices_never_promise_less_than_solving_again_finds(need):
    past = [
        need(day=day, hour=hour, urgency=urgency)
        for day in (0, 1, 4, 8, 12)
        for hour, urgency in ((9, Urgency.LOW), (14, Urgency.URGENT))
    ]
    for one in where_to_recruit(past):
        assert one.worth_min * one.count >= one.more_met * 180


def test_the_order_of_the_past_makes_no_difference(need):
    past = [need(day=day, hour=hour) for day in (0, 1, 4, 8) for hour in (9, 15)]
    assert where_to_recruit(past) == where_to_recruit(past[::-1])

"""Christopher is free on Thursday mornings: what that comes to, week by week."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.availability import (
    BANDS,
    DAYS,
    PATTERNS,
    Availability,
    DaysAway,
    WeeklyRule,
    band_spans,
    horizon_from,
    weekly_rules,
)
from matcher.domain.localtime import local_window, to_local
from matcher.domain.timewindow import TimeWindow, merge

THURSDAY_MORNINGS = WeeklyRule(3, time(8), time(12))
CHRISTMAS_EVE = date(2026, 12, 24)


def days(first: date, number: int) -> TimeWindow:
    whole = DaysAway(first, first + timedelta(days=number - 1))
    return whole.window


def test_a_weekly_rule_comes_round_every_seven_days() -> None:
    free = Availability((THURSDAY_MORNINGS,)).windows(days(date(2026, 12, 21), 21))

    assert free == tuple(
        local_window(day, time(8), time(12)) for day in (CHRISTMAS_EVE, date(2026, 12, 31), date(2027, 1, 7))
    )


@pytest.mark.parametrize("first", [date(2026, 3, 19), date(2026, 10, 15), date(2027, 3, 18), date(2027, 10, 21)])
def test_nine_stays_nine_over_a_change_of_clocks(first: date) -> None:
    rules = tuple(WeeklyRule(weekday, time(9), time(10)) for weekday in range(7))
    free = Availability(rules).windows(days(first, 21))

    assert len(free) == 21
    assert {to_local(window.start).time() for window in free} == {time(9)}
    assert {window.minutes for window in free} == {60}
    assert len({window.start.hour for window in free}) == 2  # in UTC it moved, so the change was inside


def test_a_rule_that_lies_in_the_hour_that_march_skips_gives_nothing_that_day() -> None:
    early = Availability((WeeklyRule(6, time(1), time(2)), WeeklyRule(6, time(1, 30), time(2))))

    assert early.windows(days(date(2026, 3, 29), 1)) == ()
    assert early.windows(days(date(2026, 3, 22), 1)) == (local_window(date(2026, 3, 22), time(1), time(2)),)


def test_only_the_part_inside_the_horizon_counts() -> None:
    ten_to_eleven = local_window(CHRISTMAS_EVE, time(10), time(11))

    assert Availability((THURSDAY_MORNINGS,)).windows(ten_to_eleven) == (ten_to_eleven,)
    assert Availability((THURSDAY_MORNINGS,)).windows(days(date(2026, 12, 25), 3)) == ()


def test_a_horizon_from_now_is_so_many_days_long() -> None:
    now = datetime(2026, 12, 24, 7, tzinfo=UTC)

    assert horizon_from(now, 2) == TimeWindow(now, now + timedelta(days=2))


def test_an_extra_window_is_added_and_joined() -> None:
    extra = local_window(CHRISTMAS_EVE, time(12), time(14))
    free = Availability((THURSDAY_MORNINGS,), extra=(extra,)).windows(days(CHRISTMAS_EVE, 1))

    assert free == (local_window(CHRISTMAS_EVE, time(8), time(14)),)


def test_days_away_are_cut_from_the_first_midnight_to_the_last() -> None:
    every_day = tuple(WeeklyRule(weekday, time(0), time(23)) for weekday in range(7))
    away = DaysAway(date(2026, 12, 24), date(2026, 12, 25))
    free = Availability(every_day, away=(away,)).windows(days(date(2026, 12, 23), 4))

    assert {to_local(window.start).date() for window in free} == {date(2026, 12, 23), date(2026, 12, 26)}


def test_days_away_are_whole_local_days_in_summer() -> None:
    assert DaysAway(date(2026, 7, 1), date(2026, 7, 1)).window == TimeWindow(
        datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 23, tzinfo=UTC)
    )


def test_a_pause_cuts_an_extra_window_too() -> None:
    extra = local_window(CHRISTMAS_EVE, time(9), time(11))
    pause = local_window(CHRISTMAS_EVE, time(10), time(23))
    free = Availability(extra=(extra,), paused=(pause,)).windows(days(CHRISTMAS_EVE, 1))

    assert free == (local_window(CHRISTMAS_EVE, time(9), time(10)),)


@pytest.mark.parametrize(("weekday", "opens", "closes"), [(7, 8, 12), (-1, 8, 12), (0, 12, 8), (0, 12, 12)])
def test_a_rule_that_cannot_be_is_refused(weekday: int, opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match=r"day of the week|close after"):
        WeeklyRule(weekday, time(opens), time(closes))


def test_bands_that_touch_become_one_span() -> None:
    assert band_spans(["pm", "am"]) == ((time(8), time(17)),)
    assert band_spans(["eve", "am"]) == ((time(8), time(12)), (time(17), time(20)))
    assert band_spans(BANDS) == ((time(6), time(20)),)
    assert band_spans([]) == ()


def test_boxes_ticked_become_rules_by_day() -> None:
    assert weekly_rules(["TU-pm", "MO-am", "TU-am", "MO-eve"]) == (
        WeeklyRule(0, time(8), time(12)),
        WeeklyRule(0, time(17), time(20)),
        WeeklyRule(1, time(8), time(17)),
    )


def test_a_box_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="XX-am"):
        weekly_rules(["MO-am", "XX-am"])


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_is_made_of_boxes_that_exist(pattern: str) -> None:
    weekly_rules(PATTERNS[pattern])


def test_what_each_pattern_comes_to_in_a_week() -> None:
    week = days(date(2026, 12, 21), 7)
    hours = {
        name: sum(w.minutes for w in Availability(weekly_rules(boxes)).windows(week)) / 60
        for name, boxes in PATTERNS.items()
    }

    assert hours == {"any": 98, "weekday_daytimes": 45, "evenings": 21, "weekends": 24, "on_duty": 0}


boxes = st.frozensets(st.sampled_from([f"{day}-{band}" for day in DAYS for band in BANDS]))
starts = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(boxes, starts, st.integers(1, 15), st.integers(0, 15), st.integers(0, 5))
def test_what_is_free_lies_inside_the_horizon_apart_and_never_on_days_away(
    ticked: frozenset[str], start: datetime, length: int, away_after: int, away_for: int
) -> None:
    horizon = horizon_from(start, length)
    first = start.date() + timedelta(days=away_after)
    away = DaysAway(first, first + timedelta(days=away_for))
    free = Availability(weekly_rules(ticked), away=(away,)).windows(horizon)

    assert merge(free) == free
    assert all(horizon.contains(window) and not window.overlaps(away.window) for window in free)


@given(boxes, starts, st.integers(1, 12), st.integers(1, 12))
def test_a_long_horizon_is_its_two_halves(ticked: frozenset[str], start: datetime, first: int, second: int) -> None:
    available = Availability(weekly_rules(ticked))
    one, two = horizon_from(start, first), horizon_from(start + timedelta(days=first), second)
    whole = available.windows(horizon_from(start, first + second))

    assert merge([*available.windows(one), *available.windows(two)]) == whole

"""Once, soon, and every week at nine."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from matcher.domain.localtime import at_local, local_window, to_local
from matcher.domain.recurrence import (
    EXTEND_AHEAD,
    WEEKLY_RULE,
    Recurrence,
    day_windows,
    soon_windows,
    weekly_days,
)

CHRISTMAS_EVE = date(2026, 12, 24)
BOXING_DAY = date(2026, 12, 26)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_morning_and_afternoon_are_one_window_and_morning_and_evening_are_two() -> None:
    day = CHRISTMAS_EVE

    assert day_windows(day, ["am", "pm"], not_before=LONG_AGO) == (local_window(day, time(8), time(17)),)
    assert day_windows(day, ["eve", "am"], not_before=LONG_AGO) == (
        local_window(day, time(8), time(12)),
        local_window(day, time(17), time(20)),
    )


def test_what_has_passed_of_a_day_is_cut_off() -> None:
    half_past_ten = at_local(CHRISTMAS_EVE, time(10, 30))

    assert day_windows(CHRISTMAS_EVE, ["am", "eve"], not_before=half_past_ten) == (
        local_window(CHRISTMAS_EVE, time(10, 30), time(12)),
        local_window(CHRISTMAS_EVE, time(17), time(20)),
    )


def test_a_band_that_ends_this_minute_is_over() -> None:
    assert day_windows(CHRISTMAS_EVE, ["am"], not_before=at_local(CHRISTMAS_EVE, time(12))) == ()


def test_a_day_that_is_over_has_no_windows() -> None:
    after = at_local(CHRISTMAS_EVE, time(21))

    assert day_windows(CHRISTMAS_EVE, ["am", "pm", "eve"], not_before=after) == ()


def test_as_soon_as_possible_is_the_rest_of_today_and_tomorrow() -> None:
    now = at_local(CHRISTMAS_EVE, time(15))

    assert soon_windows(now, ["am", "pm"]) == (
        local_window(CHRISTMAS_EVE, time(15), time(17)),
        local_window(date(2026, 12, 25), time(8), time(17)),
    )


def test_as_soon_as_possible_late_at_night_is_tomorrow_and_the_day_after() -> None:
    now = at_local(CHRISTMAS_EVE, time(22))

    assert soon_windows(now, ["am"]) == (
        local_window(date(2026, 12, 25), time(8), time(12)),
        local_window(BOXING_DAY, time(8), time(12)),
    )


def test_as_soon_as_possible_goes_by_london_days_just_after_midnight_in_summer() -> None:
    now = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight on the 2nd

    assert [to_local(window.start).date() for window in soon_windows(now, ["am"])] == [
        date(2026, 7, 2),
        date(2026, 7, 3),
    ]


def test_no_time_of_day_chosen_is_no_window_rather_than_a_loop() -> None:
    assert soon_windows(LONG_AGO, []) == ()


def test_every_week_includes_the_first_and_the_last_day() -> None:
    days = list(weekly_days(WEEKLY_RULE, CHRISTMAS_EVE, CHRISTMAS_EVE + EXTEND_AHEAD))

    assert days == [CHRISTMAS_EVE + timedelta(weeks=week) for week in range(4)]


def test_a_rule_that_starts_after_the_horizon_gives_no_day() -> None:
    assert list(weekly_days(WEEKLY_RULE, BOXING_DAY, CHRISTMAS_EVE)) == []


def test_a_rule_may_name_its_days_its_step_and_its_number() -> None:
    monday = date(2026, 12, 21)

    assert list(weekly_days("FREQ=WEEKLY;BYDAY=MO,TH", monday, date(2026, 12, 29))) == [
        monday,
        CHRISTMAS_EVE,
        date(2026, 12, 28),
    ]
    assert list(weekly_days("FREQ=WEEKLY;INTERVAL=2;COUNT=2", monday, date(2027, 3, 1))) == [
        monday,
        date(2027, 1, 4),
    ]


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)])
def test_every_week_at_nine_stays_at_nine_over_a_change_of_clocks(change: date) -> None:
    first = change - timedelta(days=10)
    starts = [at_local(day, time(9)) for day in weekly_days(WEEKLY_RULE, first, change + timedelta(days=20))]

    assert len(starts) == 5
    assert {to_local(start).time() for start in starts} == {time(9)}
    assert {to_local(start).weekday() for start in starts} == {first.weekday()}
    assert len({start.hour for start in starts}) == 2  # in UTC it moved
    gaps = [later - sooner for sooner, later in pairwise(starts)]
    assert gaps.count(timedelta(weeks=1)) == 3
    assert sum(gaps, timedelta()) - timedelta(weeks=4) in (timedelta(hours=1), timedelta(hours=-1))


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_morning_on_the_day_of_the_change_is_four_hours_long(change: date) -> None:
    (morning,) = day_windows(change, ["am"], not_before=LONG_AGO)

    assert morning.minutes == 240


def test_a_need_is_posted_once_every_week_or_when_it_is_icy() -> None:
    assert [recurrence.value for recurrence in Recurrence] == ["once", "weekly", "when_icy"]

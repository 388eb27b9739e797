"""London clocks, both ways over the change, and times as people say them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.localtime import (
    at_local,
    clock_words,
    day_words,
    local_day,
    local_window,
    short_day_words,
    to_local,
    window_words,
)

# Clocks in the United Kingdom: back on the last Sunday of October, forward on the last Sunday of March.
BACK = (date(2026, 10, 25), date(2027, 10, 31))
FORWARD = (date(2026, 3, 29), date(2027, 3, 28))


def test_nine_is_nine_in_winter_and_in_summer() -> None:
    assert at_local(date(2026, 12, 24), time(9)) == datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert at_local(date(2026, 7, 1), time(9)) == datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("day", FORWARD)
def test_the_day_the_clocks_go_forward_is_23_hours_long(day: date) -> None:
    assert at_local(day + timedelta(days=1), time()) - at_local(day, time()) == timedelta(hours=23)
    assert local_window(day, time(0), time(4)).minutes == 180


@pytest.mark.parametrize("day", BACK)
def test_the_day_the_clocks_go_back_is_25_hours_long(day: date) -> None:
    assert at_local(day + timedelta(days=1), time()) - at_local(day, time()) == timedelta(hours=25)
    assert local_window(day, time(0), time(4)).minutes == 300


@pytest.mark.parametrize("day", FORWARD)
def test_a_clock_time_that_march_skips_is_read_as_an_hour_later(day: date) -> None:
    assert at_local(day, time(1, 30)) == datetime(day.year, day.month, day.day, 1, 30, tzinfo=UTC)
    assert clock_words(at_local(day, time(1, 30))) == "2:30am"


@pytest.mark.parametrize("day", BACK)
def test_a_clock_time_that_october_has_twice_is_the_first(day: date) -> None:
    assert at_local(day, time(1, 30)) == datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)


@given(
    st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    st.times(min_value=time(2), max_value=time(23, 59)),
)
def test_clocks_show_the_time_that_was_asked_for(day: date, clock: time) -> None:
    instant = at_local(day, clock)

    assert (to_local(instant).date(), to_local(instant).time()) == (day, clock)
    assert local_day(instant) == day
    assert instant.tzinfo is UTC


def test_half_past_eleven_at_night_in_summer_is_still_that_day() -> None:
    assert local_day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 1)
    assert local_day(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (time(0), "midnight"),
        (time(0, 5), "12:05am"),
        (time(9), "9am"),
        (time(9, 30), "9:30am"),
        (time(12), "12 noon"),
        (time(12, 45), "12:45pm"),
        (time(14, 30), "2:30pm"),
        (time(23, 59), "11:59pm"),
    ],
)
def test_a_time_of_day_as_people_say_it(clock: time, words: str) -> None:
    assert clock_words(at_local(date(2026, 7, 1), clock)) == words


def test_days_and_windows_in_words() -> None:
    morning = local_window(date(2026, 12, 24), time(8), time(12))

    assert day_words(morning.start) == "Thursday 24 December"
    assert short_day_words(morning.start) == "Thu 24 Dec"
    assert window_words(morning) == "8am to 12 noon"
    assert short_day_words(at_local(date(2026, 1, 4), time(9))) == "Sun 4 Jan"


def test_words_go_by_london_not_by_utc() -> None:
    just_after_midnight = datetime(2026, 6, 30, 23, 15, tzinfo=UTC)

    assert day_words(just_after_midnight) == "Wednesday 1 July"
    assert clock_words(just_after_midnight) == "12:15am"

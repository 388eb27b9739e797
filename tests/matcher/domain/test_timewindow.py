"""Half-open windows, and the laws of joining and cutting them."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.timewindow import TimeWindow, merge, subtract

MIDNIGHT = datetime(2026, 12, 24, tzinfo=UTC)


def hours(start: float, end: float) -> TimeWindow:
    return TimeWindow(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))


def quarters(windows: tuple[TimeWindow, ...]) -> set[int]:
    """The quarter-hours a set of windows covers: the plain model that the laws are checked against."""
    quarter = timedelta(minutes=15)
    return {
        step
        for window in windows
        for step in range((window.start - MIDNIGHT) // quarter, (window.end - MIDNIGHT) // quarter)
    }


@st.composite
def some_windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    pairs = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=8))
    return tuple(hours(start / 4, (start + length) / 4) for start, length in pairs)


def test_a_window_that_ends_as_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        hours(9, 9)


def test_a_window_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end after it starts"):
        hours(10, 9)


def test_a_time_without_a_zone_is_refused_at_either_end() -> None:
    naive = MIDNIGHT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        TimeWindow(naive, MIDNIGHT)
    with pytest.raises(ValueError, match="aware"):
        TimeWindow(MIDNIGHT, naive + timedelta(hours=1))


def test_times_are_kept_in_utc_whatever_zone_they_came_in() -> None:
    paris = timezone(timedelta(hours=1))
    window = TimeWindow(
        datetime(2026, 12, 24, 10, tzinfo=paris),
        datetime(2026, 12, 24, 11, tzinfo=paris),
    )

    assert window == hours(9, 10)
    assert (window.start.tzinfo, window.end.tzinfo) == (UTC, UTC)


def test_the_end_of_a_window_is_not_in_it() -> None:
    assert not hours(9, 10).overlaps(hours(10, 11))
    assert hours(9, 10).intersection(hours(10, 11)) is None


def test_windows_that_share_a_minute_overlap_and_share_it() -> None:
    nearly = hours(9 + 59 / 60, 11)

    assert hours(9, 10).overlaps(nearly)
    assert nearly.overlaps(hours(9, 10))
    assert hours(9, 10).intersection(nearly) == hours(9 + 59 / 60, 10)


def test_a_window_contains_itself_and_what_is_wholly_inside_only() -> None:
    morning = hours(8, 12)

    assert morning.contains(morning)
    assert morning.contains(hours(8, 9))
    assert morning.contains(hours(11, 12))
    assert not morning.contains(hours(11, 12.25))
    assert not morning.contains(hours(7.75, 9))


def test_minutes_and_padding() -> None:
    assert hours(9, 10.5).minutes == 90
    assert hours(9, 10).padded(30) == hours(8.5, 10.5)


def test_merging_joins_windows_that_touch_and_sorts_the_rest() -> None:
    assert merge([hours(13, 14), hours(8, 10), hours(10, 12)]) == (hours(8, 12), hours(13, 14))


def test_merging_keeps_the_longer_of_two_nested_windows() -> None:
    assert merge([hours(8, 12), hours(9, 10)]) == (hours(8, 12),)


def test_cutting_out_of_the_middle_leaves_two_pieces() -> None:
    assert subtract([hours(8, 12)], [hours(9, 10)]) == (hours(8, 9), hours(10, 12))


def test_cutting_what_only_touches_leaves_all() -> None:
    assert subtract([hours(9, 10)], [hours(8, 9), hours(10, 11)]) == (hours(9, 10),)


@given(some_windows())
def test_merging_covers_the_same_time_sorted_apart_and_once(windows: tuple[TimeWindow, ...]) -> None:
    merged = merge(windows)

    assert quarters(merged) == quarters(windows)
    assert all(one.end < next_one.start for one, next_one in pairwise(merged))
    assert merge(merged) == merged
    assert merge(reversed(windows)) == merged


@given(some_windows(), some_windows())
def test_cutting_leaves_exactly_what_was_not_cut(windows: tuple[TimeWindow, ...], away: tuple[TimeWindow, ...]) -> None:
    left = subtract(windows, away)

    assert quarters(left) == quarters(windows) - quarters(away)
    assert merge(left) == left
    assert subtract(left, away) == left


@given(some_windows(), some_windows())
def test_intersection_is_fair_and_inside_both(windows: tuple[TimeWindow, ...], others: tuple[TimeWindow, ...]) -> None:
    for one in windows:
        for other in others:
            shared = one.intersection(other)
            assert shared == other.intersection(one)
            assert (shared is not None) == one.overlaps(other)
            assert shared is None or (one.contains(shared) and other.contains(shared))

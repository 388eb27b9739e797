import math
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.plan.timetable import Stop, TooHard, linked, smallest_clash, timetable

HOUR = 3600
FAST = 1e9  # metres a minute: ways take nothing
QUARTER = 900


def stop(need, volunteer=0, *starts, length=HOUR, x=0.0):
    return Stop(need, volunteer, starts or ((0, 0),), length, (x, 0.0, 0.0))


def test_visits_follow_each_other_with_the_way_between_in_whole_steps():
    first, second = stop(1, 0, (0, 0)), stop(2, 0, (0, 3 * HOUR), x=600.0)
    assert timetable([second, first], 100.0) == {(1, 0): 0, (2, 0): HOUR + 600}


def test_a_millimetre_is_no_step_and_a_metre_is():
    ways = [timetable([stop(1), stop(2, 0, (0, 9 * HOUR), x=x)], 100.0)[2, 0] - HOUR for x in (0.0, 1e-6, 1.0, 500.0)]
    assert ways == [0, 0, 300, 300]


def test_who_comes_together_begins_together():
    times = timetable([stop(1, 0, (0, 4 * HOUR)), stop(1, 1, (2 * HOUR, 6 * HOUR))], FAST)
    assert times == {(1, 0): 2 * HOUR, (1, 1): 2 * HOUR}
    assert timetable([stop(1, 0, (0, HOUR)), stop(1, 1, (2 * HOUR, 6 * HOUR))], FAST) is None


def test_a_common_start_is_found_between_other_visits():
    stops = [
        stop(1, 0, (0, 9 * HOUR)),
        stop(1, 1, (0, 9 * HOUR)),
        stop(2, 0, (HOUR // 2, HOUR // 2)),
        stop(3, 1, (2 * HOUR, 2 * HOUR)),
    ]
    assert timetable(stops, FAST)[1, 0] == 3 * HOUR


def test_groups_share_a_volunteer_or_a_need():
    stops = [stop(1, 0), stop(2, 0), stop(2, 1), stop(3, 2)]
    groups = [{(s.need, s.volunteer) for s in group} for group in linked(stops)]
    assert sorted(groups, key=len) == [{(3, 2)}, {(1, 0), (2, 0), (2, 1)}]


def test_a_clash_holds_nobody_who_could_be_spared():
    stops = [stop(1, 0, (9 * HOUR, 9 * HOUR)), *(stop(k, 0, (0, HOUR // 2)) for k in (2, 3)), stop(4, 1)]
    assert {s.need for s in smallest_clash(stops, FAST)} == {2, 3}


def test_a_search_without_end_is_given_up():
    long_days = [stop(k, k % 2, (0, 200 * HOUR), x=k) for k in range(40)]
    with pytest.raises(TooHard):
        timetable(long_days, FAST)


spans = st.tuples(st.integers(0, 6), st.integers(0, 3)).map(lambda s: (s[0] * QUARTER, (s[0] + s[1]) * QUARTER))


@st.composite
def days(draw):
    """A few visits of two volunteers, everything in quarters of an hour, ways too."""
    chosen = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=5, unique=True))
    lengths = draw(st.lists(st.integers(1, 3), min_size=4, max_size=4))
    homes = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    return [
        Stop(
            n,
            v,
            tuple(sorted(draw(st.lists(spans, min_size=1, max_size=2)))),
            lengths[n] * QUARTER,
            (homes[n] * 1500.0, 0.0, 0.0),
        )
        for n, v in chosen
    ]


def in_order(stops, starts):
    """Whether these starts suit everybody, by the plain rules."""
    for a, at in zip(stops, starts, strict=True):
        if not any(first <= at <= last for first, last in a.starts):
            return False
        for b, bt in zip(stops, starts, strict=True):
            if a is not b and a.need == b.need and at != bt:
                return False
            way = math.ceil(math.dist(a.point, b.point) / 100.0 / 5) * 300
            if a is not b and a.volunteer == b.volunteer and at <= bt and at + a.length_s + way > bt:
                return False
    return True


@settings(max_examples=300, deadline=None)
@given(days())
def test_a_timetable_is_found_exactly_when_there_is_one(stops):
    found = timetable(stops, 100.0)
    if found is not None:
        assert in_order(stops, [found[s.need, s.volunteer] for s in stops])
        return
    grid = [[q * QUARTER for q in range(10) if any(a <= q * QUARTER <= b for a, b in s.starts)] for s in stops]
    assert not any(in_order(stops, starts) for starts in product(*grid))


@settings(max_examples=100, deadline=None)
@given(days())
def test_the_order_in_which_they_are_named_makes_no_difference(stops):
    answers = {timetable(list(order), 100.0) is None for order in list(permutations(stops))[:6]}
    assert len(answers) == 1

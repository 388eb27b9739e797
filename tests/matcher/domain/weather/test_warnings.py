"""The worst warning first: one order, whatever order they came in."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.weather.shapes import Shape
from matcher.domain.weather.warnings import LEVELS, WeatherWarning, worst_first

AT_SIX = datetime(2026, 1, 14, 6, tzinfo=UTC)
NOWHERE = Shape(())

warnings = st.builds(
    WeatherWarning,
    feature=st.integers(1, 99),
    shape=st.just(NOWHERE),
    id=st.sampled_from([None, "a", "b"]),
    level=st.sampled_from([None, "GREEN", *LEVELS]),
    impact=st.sampled_from([None, 1, 2, 3, 4]),
    likelihood=st.sampled_from([None, 1, 2, 3, 4]),
    valid_from=st.sampled_from([None, AT_SIX, AT_SIX + timedelta(hours=1)]),
)


def one(number, *told):
    return WeatherWarning(number, NOWHERE, None, *told)


def test_level_then_impact_then_likelihood_then_the_start():
    ordered = [
        one(9, "RED", 1, 1, None, AT_SIX + timedelta(days=9)),
        one(8, "AMBER", 4, 2, None, AT_SIX),
        one(7, "AMBER", 3, 4, None, AT_SIX),
        one(6, "AMBER", 3, 2, None, AT_SIX),
        one(5, "AMBER", 3, 2, None, AT_SIX + timedelta(seconds=1)),
        one(4, "AMBER", 3, 2, None, None),
        one(3, "AMBER", None, 4, None, AT_SIX),
        one(2, "YELLOW", 4, 4, None, AT_SIX),
        one(1, "PURPLE", 4, 4, None, AT_SIX),
        one(0, None, 3, 4, None, AT_SIX),
    ]
    assert worst_first(reversed(ordered)) == ordered


@given(st.lists(warnings, max_size=8, unique_by=lambda one: one.feature), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_feed(found, chance: random.Random):
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert worst_first(shuffled) == worst_first(found)


@given(st.lists(warnings, max_size=8))
def test_nobody_stands_before_something_worse(found):
    for first, second in pairwise(worst_first(found)):
        assert LEVELS.get(first.level, 0) >= LEVELS.get(second.level, 0)
        if LEVELS.get(first.level, 0) == LEVELS.get(second.level, 0):
            assert (first.impact or 0, first.likelihood or 0) >= (second.impact or 0, second.likelihood or 0)

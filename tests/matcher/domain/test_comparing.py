"""Which of two wordings an ask has, and what the answers to both tell."""

from itertools import pairwise
from statistics import NormalDist

import pytest
from scipy.stats import binomtest

from matcher.domain.comparing import ENOUGH, Finding, Side, Tally, difference, finding, is_harmful, side_of

NINETY_FIVE = NormalDist().inv_cdf(0.975)


def test_an_ask_has_the_same_wording_however_often_it_is_owed():
    assert {side_of(3, 12) for _ in range(5)} == {side_of(3, 12)}


def test_of_many_asks_half_have_each_wording():
    second = sum(side_of(1, ask) is Side.SECOND for ask in range(4000))
    assert abs(second - 2000) < 160  # five standard errors


def test_every_second_ask_is_no_way_to_guess_the_next():
    """Asks of one round have numbers in a row, and go to those nearest first: the order must tell nothing."""
    sides = [side_of(1, ask) for ask in range(4000)]
    same_as_next = sum(one is other for one, other in pairwise(sides))
    assert abs(same_as_next - 2000) < 160


def test_the_next_comparison_gives_the_same_asks_other_wordings():
    assert 1800 < sum(side_of(1, ask) is side_of(2, ask) for ask in range(4000)) < 2200


def test_the_interval_is_that_of_newcombes_paper():
    """Newcombe (1998), table II, the first contrast: 56 of 70 and 48 of 80, 0.0524 to 0.3339."""
    assert difference(Tally(80, 48), Tally(70, 56), NINETY_FIVE) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(("yes", "asked"), [(0, 10), (10, 10), (3, 300), (1, 1)])
def test_of_one_wording_alone_it_is_the_score_interval(yes, asked):
    """Beside so many asks that nothing of theirs is left to chance."""
    sure = Tally(10**12, 0)
    known = binomtest(yes, asked).proportion_ci(0.95, method="wilson")
    assert difference(sure, Tally(asked, yes), NINETY_FIVE) == pytest.approx((known.low, known.high), abs=1e-5)


def test_of_two_that_nobody_was_asked_in_nothing_is_known():
    assert difference(Tally(0, 0), Tally(0, 0)) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (Tally(ENOUGH - 1, 0), Tally(ENOUGH, ENOUGH), Finding.TOO_FEW),
        (Tally(ENOUGH, ENOUGH), Tally(ENOUGH - 1, 0), Finding.TOO_FEW),
        (Tally(300, 90), Tally(300, 105), Finding.NO_DIFFERENCE),
        (Tally(300, 90), Tally(300, 150), Finding.SECOND_BETTER),
        (Tally(300, 150), Tally(300, 90), Finding.FIRST_BETTER),
    ],
)
def test_what_may_be_said_of_two(first, second, found):
    assert finding(first, second) is found


def test_harm_is_seen_long_before_there_are_enough():
    assert is_harmful(Tally(50, 25), Tally(50, 5))
    assert not is_harmful(Tally(50, 25), Tally(50, 20))
    assert not is_harmful(Tally(50, 5), Tally(50, 25))
    assert not is_harmful(Tally(39, 39), Tally(39, 0))

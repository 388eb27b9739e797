"""Before and after: an interval around the difference, wide where little was counted, and no word of why."""

from math import isclose

from matcher.engine.uptake import of_shares, of_weeks


def ends(found):
    return round(found.middle, 3), round(found.low, 3), round(found.high, 3)


def test_weeks_vary_as_they_were_seen_to_and_welch_allows_for_few_of_them():
    # By hand: variances 20 and 80, 5 weeks; sqrt(100 / 5) = 4.472; 5.882 degrees of freedom; t = 2.4588.
    found = of_weeks([4, 16, 10, 8, 12], [20, 44, 32, 28, 36])
    assert ends(found) == (22.0, 11.004, 32.996)
    assert not found.may_be_chance


def test_weeks_that_happen_to_be_alike_still_vary_as_counts_do():
    found = of_weeks([4] * 6, [5] * 6)
    assert found.may_be_chance  # by what was seen alone the interval would have no width
    assert isclose(found.high - found.low, 2 * 2.2357 * (9 / 6) ** 0.5, rel_tol=0.01)


def test_of_three_weeks_and_of_nothing_nothing_is_said():
    assert of_weeks([1, 2, 3], [4, 5, 6]) is None
    assert of_weeks([0] * 5, [0] * 5) is None
    assert of_weeks([0] * 5, [0, 0, 1, 0, 0]).may_be_chance


def test_shares_are_compared_as_newcombe_did():
    # His table II, method 10, of 56/70 less 48/80: 0.0524 to 0.3339.
    assert ends(of_shares((48, 80), (56, 70))) == (0.2, 0.052, 0.334)
    # And of 9/10 less 3/10: 0.1705 to 0.8090.
    assert ends(of_shares((3, 10), (9, 10))) == (0.6, 0.171, 0.809)
    assert of_shares((0, 0), (3, 4)) is None
    assert of_shares((3, 4), (0, 0)) is None

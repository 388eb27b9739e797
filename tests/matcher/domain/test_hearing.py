"""A group is called missing only where chance alone would seldom do it."""

from itertools import product
from math import prod

import pytest

from matcher.domain.hearing import Heard, chance_of_so_few, how_heard


@pytest.mark.parametrize(("answers", "share"), [(0, 0.3), (1, 0.3), (6, 0.25), (9, 0.5)])
def test_the_chance_is_that_of_counting_every_way_it_could_have_come(answers, share):
    for heard in range(answers + 1):
        ways = (
            prod(share if is_theirs else 1 - share for is_theirs in way)
            for way in product((True, False), repeat=answers)
            if sum(way) <= heard
        )
        assert chance_of_so_few(heard, answers, share) == pytest.approx(sum(ways))


def test_the_chance_holds_for_numbers_whose_powers_no_float_can_hold():
    assert chance_of_so_few(5_000, 10_000, 0.5) == pytest.approx(0.504, abs=0.001)
    assert chance_of_so_few(4_000, 10_000, 0.5) < 1e-80


@pytest.mark.parametrize(
    ("heard", "answers", "share", "said"),
    [
        (0, 100, None, Heard.NO_FIGURE),
        (0, 0, 0.5, Heard.CANNOT_TELL),
        (0, 13, 0.2, Heard.CANNOT_TELL),  # .8 ** 13 = .055
        (0, 14, 0.2, Heard.NOBODY),  # .8 ** 14 = .044
        (1, 14, 0.2, Heard.AS_EXPECTED),
        (3, 100, 0.1, Heard.FEW),
        (10, 100, 0.1, Heard.AS_EXPECTED),
        (30, 100, 0.1, Heard.AS_EXPECTED),
        (5, 5, 1.0, Heard.AS_EXPECTED),
        (0, 50, 0.0, Heard.CANNOT_TELL),
    ],
)
def test_what_is_said_of_a_group(heard, answers, share, said):
    assert how_heard(heard, answers, share) is said

from typing import Any

import numpy as np
import pytest

from matcher.engine.acceptance import chance_of_yes, residual_chance, told_apart
from matcher.engine.params import Acceptance
from matcher.engine.world import build_world

USUAL = Acceptance()


def chances(village: Any, *neighbours: Any) -> list[float]:
    world = build_world(village.round([village.need()], neighbours))
    rows = np.arange(len(neighbours))
    pairs = world.pairs(np.zeros_like(rows), rows)
    found: list[float] = chance_of_yes(world, pairs, np.full(rows.size, world.clock.now + 7200)).tolist()
    return found


def test_who_leans_to_yes_is_thought_likelier_to_say_it(village: Any) -> None:
    shy, usual, keen = chances(village, *(village.neighbour(n, leaning=lean) for n, lean in ((1, -1), (2, 0), (3, 1))))
    assert shy < usual < keen


def test_nobody_is_thought_hopeless_and_no_two_more_than_four_times_apart() -> None:
    logit, leaning = np.full(3, -1.5), np.array([-30.0, 0.0, 30.0])
    shy, usual, keen = told_apart(logit, leaning, USUAL)
    assert keen / shy == pytest.approx(4)
    assert shy < usual < keen
    assert told_apart(np.array([-30.0]), np.array([-30.0]), USUAL) == [0.05]


def test_silence_lowers_hope_but_never_ends_it() -> None:
    """Half of those who would answer have after the median; half of the refusals never do answer."""
    hope = residual_chance(np.full(3, 0.5), np.array([0.0, 25.0, 6000.0]), 25.0, USUAL)
    assert hope[:2] == pytest.approx([0.5, 0.5 * 0.5 / (0.5 * 0.5 + 0.5 * 0.75)])
    assert 0 < hope[2] < 1e-4


def test_silence_says_nothing_where_refusals_are_as_quick_as_yeses() -> None:
    quick = Acceptance(silent_share=0.0)
    assert residual_chance(np.array([0.3]), np.array([40.0]), 25.0, quick) == pytest.approx([0.3])
    assert residual_chance(np.array([0.3]), np.array([1e300]), 25.0, quick) == [0.0]

"""Nearest first, then whoever may still pay: the very answer that looking at every pair gives."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine import shortlist
from matcher.engine.asking import urges
from matcher.engine.candidates import find_candidates, put_together
from matcher.engine.costs import ceilings, set_scene, weights
from matcher.engine.shortlist import best_choice
from matcher.engine.solve import solve_round
from matcher.engine.world import build_world

seeds = st.integers(0, 2**32)
EVERY_PAIR, AS_FEW_AS_CAN_BE = 10**12, 0


@pytest.mark.parametrize("first_look", [1, 3])
@pytest.mark.parametrize("seed", range(60))
def test_a_round_has_the_same_answer_as_with_every_pair(
    monkeypatch: pytest.MonkeyPatch, village: Any, seed: int, first_look: int
) -> None:
    problem = village.random_round(seed, needs=14, neighbours=40)
    monkeypatch.setattr(shortlist, "FIRST_LOOK", first_look)
    monkeypatch.setattr(shortlist, "ALL_AT_ONCE", EVERY_PAIR)
    answer = solve_round(problem)
    monkeypatch.setattr(shortlist, "ALL_AT_ONCE", AS_FEW_AS_CAN_BE)
    assert solve_round(problem) == answer


def test_far_fewer_pairs_are_looked_at(monkeypatch: pytest.MonkeyPatch, village: Any) -> None:
    """Or the test above would show nothing."""
    places = [village.north(100 * k) for k in range(80)]
    needs = [village.need(k, point=places[4 * k], windows=(village.window(8, 9),)) for k in range(1, 16)]
    people = [village.neighbour(k, point=places[k], reach_m=9000.0) for k in range(1, 80)]
    world = build_world(problem := village.round(needs, people))
    sizes = []
    monkeypatch.setattr(shortlist, "FIRST_LOOK", 3)
    for limit in (EVERY_PAIR, AS_FEW_AS_CAN_BE):
        monkeypatch.setattr(shortlist, "ALL_AT_ONCE", limit)
        choice = best_choice(world, urges(world, problem), np.arange(15), np.ones(15, dtype=bool), put_together([]))
        sizes.append(choice.found.occurrence.size)
        assert choice.solved.gap == 0
    assert sizes[1] < sizes[0] / 2


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_nobody_is_worth_more_than_the_ceiling_at_their_distance(village: Any, seed: int) -> None:
    """Save those who have helped there before, who are always looked at."""
    problem = village.random_round(seed, needs=6, neighbours=8)
    world = build_world(problem)
    urge = urges(world, problem)
    found = find_candidates(world, np.arange(len(world.occurrences)))
    worth = weights(set_scene(world, found, urge))
    pairs = world.pairs(found.occurrence, found.volunteer)
    is_usual = world.usual.has(found.occurrence, world.offers.person[found.volunteer])
    for group in world.offers.classes:
        mine = np.isin(found.volunteer, group.members) & ~is_usual
        rows, metres = found.occurrence[mine], pairs.metres[mine]
        for nearer in (1.0, 0.5, 0.0):
            assert (ceilings(world, urge, rows, metres * nearer, group) >= worth[mine] - 1e-9).all()


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_the_ceiling_never_rises_with_the_distance(village: Any, seed: int) -> None:
    problem = village.random_round(seed)
    world = build_world(problem)
    rows = np.zeros(200, dtype=np.int64)
    for group in world.offers.classes:
        at = ceilings(world, urges(world, problem), rows, np.linspace(0, 2 * group.widest, 200), group)
        assert (np.diff(at) <= 1e-9).all()

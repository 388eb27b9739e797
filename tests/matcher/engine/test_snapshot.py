"""Everyone who offers help, as columns: what goes in comes out, and a round is the same from either."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.snapshot import snapshot_of
from matcher.engine.solve import solve_round
from matcher.engine.world import build_world

seeds = st.integers(0, 2**32)


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_the_people_who_go_in_come_out(village: Any, seed: int) -> None:
    people = village.random_round(seed, neighbours=8).volunteers
    snapshot = snapshot_of(people)
    assert list(snapshot) == sorted(people, key=lambda one: one.offer_id)
    assert snapshot_of(snapshot) is snapshot


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_a_round_has_the_same_answer_from_columns_as_from_objects(village: Any, seed: int) -> None:
    problem = village.random_round(seed, needs=6, neighbours=8)
    assert solve_round(replace(problem, volunteers=snapshot_of(problem.volunteers))) == solve_round(problem)


def test_moments_keep_their_microseconds(village: Any) -> None:
    odd = village.at(8).replace(microsecond=123_457)
    one = village.neighbour(1, asked_at=(odd,))
    assert snapshot_of((one,))[0].asked_at == (odd,)


def test_some_of_them_and_the_last_of_them(village: Any) -> None:
    people = snapshot_of(tuple(village.neighbour(k) for k in (3, 1, 2)))
    assert [one.person_id for one in people[1:]] == [2, 3]
    assert people[-1].person_id == 3
    with pytest.raises(IndexError):
        people[3]


def test_an_offer_that_is_there_twice_is_refused_by_its_id(village: Any) -> None:
    with pytest.raises(ValueError, match="offer 101 is in the round twice"):
        snapshot_of([village.neighbour(1), village.neighbour(1, person_id=9)])


def test_a_reach_that_is_none_is_refused_by_its_offer(village: Any) -> None:
    one = snapshot_of((village.neighbour(1),))
    with pytest.raises(ValueError, match="offer 101 needs a reach of 0 or more: nan"):
        replace(one, reach_m=np.array([np.nan]))


def test_a_volunteer_takes_at_most_120_bytes_of_the_index(village: Any) -> None:
    """Four checks and two days, as in the county of the benchmark; what many share is counted too."""
    checks = frozenset({"id_seen", "reference", "dbs_adults", "licence_seen"})
    days = tuple(village.window(8, 20, day) for day in (0, 1))
    weeks = [(village.window(8 + k % 4, 12 + k // 4, k % 2),) for k in range(20)]
    people = [village.neighbour(k, free=weeks[k % 20], checks=dict.fromkeys(checks)) for k in range(2000)]
    need = village.need(windows=days, required_checks=checks)
    offers = build_world(village.round([need], people)).offers
    assert _bytes(offers) / len(people) <= 120


def _bytes(part: Any) -> int:
    if isinstance(part, np.ndarray):
        return part.nbytes
    return sum(_bytes(getattr(part, field.name)) for field in fields(part)) if hasattr(part, "__slots__") else 0

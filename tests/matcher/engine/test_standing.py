from functools import cache, partial
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from matcher.engine import standing
from matcher.engine.candidates import find_candidates
from matcher.engine.problem import HeldVisit, ReasonCode
from matcher.engine.solve import solve_round, who_could
from matcher.engine.standing import KEPT_AWAY, Standing
from matcher.engine.world import World, build_world

R = ReasonCode


def how(village: Any, need: Any, *neighbours: Any, **changes: Any) -> tuple[Standing, ...]:
    return who_could(village.round([need], neighbours, **changes), need.id)


def test_whoever_would_be_asked_stands_first_with_the_very_ask(village: Any) -> None:
    need, near, far = village.need(), village.neighbour(1), village.neighbour(2, point=village.north(1500))
    (ask,) = solve_round(village.round([need], [far, near])).asks
    first, second = how(village, need, far, near)
    assert first.ask == ask
    assert (second.person_id, second.missing) == (2, ())
    assert second.weight_min < first.weight_min
    assert second.ask is not None
    assert "travel" in [line.term for line in second.ask.breakdown]


def test_each_rule_says_why_not_you(village: Any) -> None:
    polish = frozenset({"speaks_polish"})
    need = village.need(required_checks=frozenset({"id_seen"}), refused_by=frozenset({108}), musts=polish)
    seen = {"checks": {"id_seen": None}, "traits": polish}
    there = (HeldVisit(village.window(8, 12), village.high_street),)
    done = (HeldVisit(village.window(6, 6.5), village.high_street),)
    stand = how(
        village,
        need,
        village.neighbour(1, point=village.north(2500), **seen),
        village.neighbour(2, kinds=frozenset({"lift"}), **seen),
        village.neighbour(3, free=(village.window(14, 15),), **seen),
        village.neighbour(4, traits=polish),
        village.neighbour(5, held=done, visits_per_week=1, **seen),
        village.neighbour(6, asked_at=(village.at(5),) * 6, **seen),
        village.neighbour(7, held=there, **seen),
        village.neighbour(8, **seen),
        village.neighbour(9, **seen),
        village.neighbour(10, checks={"id_seen": None}),
        never_pairs=frozenset({frozenset({9, 1001})}),
    )
    assert {one.person_id: one.missing for one in stand} == {
        1: (R.NOBODY_NEAR,),
        2: (R.NOBODY_DOES_THIS,),
        3: (R.NOBODY_FREE,),
        4: (R.NOBODY_CHECKED,),
        5: (R.ALL_AT_LIMIT,),
        6: (R.ALL_ASKED_ENOUGH,),
        7: (R.ALL_BUSY_ELSEWHERE,),
        8: (R.ALL_SAID_NO,),
        9: (R.KEPT_APART,),
        10: (R.NOBODY_AS_ASKED,),
    }
    assert {(one.ask, one.weight_min) for one in stand} == {(None, 0)}


def test_who_cannot_get_there_in_time(village: Any) -> None:
    walker = village.neighbour(1, travel_mode="foot", point=village.north(1900))
    (one,) = how(village, village.need(), walker, now=village.at(11))
    assert one.missing == (R.WINDOW_PASSED,)


def test_how_much_farther_than_their_reach_somebody_lives_is_told(village: Any) -> None:
    far, near = village.neighbour(1, point=village.north(2500)), village.neighbour(2, point=village.north(900))
    stand = {one.person_id: one for one in how(village, village.need(), far, near)}
    assert stand[1].beyond_m == pytest.approx(500, abs=1)
    assert (stand[2].beyond_m, stand[2].distance_m) == (0, pytest.approx(900, abs=1))


def test_who_holds_a_place_has_been_asked_or_lives_there_is_not_told_of(village: Any) -> None:
    need = village.need(helpers_wanted=2, held_by=frozenset({1}))
    neighbours = [
        village.neighbour(1),
        village.neighbour(2),
        village.neighbour(3, person_id=1001),
        village.neighbour(4),
    ]
    stand = how(village, need, *neighbours, live_asks=(village.ask(need, neighbours[1], 9),))
    assert [one.person_id for one in stand] == [4]


def test_somebody_with_two_offers_is_told_of_once_by_the_better_one(village: Any) -> None:
    lifts = village.neighbour(1, kinds=frozenset({"lift"}))
    snow = village.neighbour(2, person_id=1)
    (one,) = how(village, village.need(), lifts, snow)
    assert (one.offer_id, one.missing) == (102, ())


def test_the_fewest_obstacles_come_first_then_the_nearest(village: Any) -> None:
    stand = how(
        village,
        village.need(),
        village.neighbour(1, kinds=frozenset({"lift"}), free=(village.window(14, 15),)),
        village.neighbour(2, kinds=frozenset({"lift"}), point=village.north(900)),
        village.neighbour(3, kinds=frozenset({"lift"}), point=village.north(800)),
        village.neighbour(4, point=village.north(1900)),
    )
    assert [one.person_id for one in stand] == [4, 3, 2, 1]


def test_only_so_many_are_told_of(village: Any) -> None:
    neighbours = [village.neighbour(n, point=village.north(10 * n)) for n in range(1, 9)]
    stand = who_could(village.round([village.need()], neighbours), 1, most=3)
    assert [one.person_id for one in stand] == [1, 2, 3]


def test_those_with_the_fewest_obstacles_are_looked_into_however_many_there_are(
    village: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "LOOKED_INTO", 2)
    near = [village.neighbour(n, kinds=frozenset({"lift"})) for n in range(1, 5)]
    stand = how(village, village.need(), *near, village.neighbour(9, point=village.north(1900)))
    assert [(one.person_id, one.missing) for one in stand] == [(9, ()), (1, (R.NOBODY_DOES_THIS,))]


def test_a_need_that_is_not_in_the_round_is_refused(village: Any) -> None:
    with pytest.raises(KeyError):
        who_could(village.round([village.need()], []), 7)


def test_nobody_at_all(village: Any) -> None:
    assert how(village, village.need()) == ()


@pytest.mark.parametrize("code", list(ReasonCode))
def test_every_obstacle_has_its_words(code: ReasonCode) -> None:
    assert KEPT_AWAY[code].split()[0] in {"lives", "does", "cannot", "is", "has"}


@pytest.mark.parametrize("seed", range(16))
def test_what_is_said_to_keep_somebody_away_does_and_no_less_would_do(village: Any, seed: int) -> None:
    problem = village.random_round(seed)
    world = build_world(problem)
    for row, need in enumerate(world.occurrences):
        could = cache(partial(_could, world, row))
        for one in who_could(problem, need.id):
            fewer = [s for size in range(len(one.missing)) for s in combinations(R, size)]
            assert one.offer_id in could(one.missing)
            assert not any(one.offer_id in could(without) for without in fewer)


def _could(world: World, row: int, without: tuple[ReasonCode, ...]) -> set[int]:
    """The offers of those who could, those rules waived."""
    found = find_candidates(world, np.array([row]), frozenset(without))
    return set(world.offers.id[found.volunteer].tolist())

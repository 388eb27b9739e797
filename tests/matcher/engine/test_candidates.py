from datetime import date
from typing import Any

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.geo import Point
from matcher.domain.lifecycle import Urgency
from matcher.engine.candidates import REQUIREMENTS, all_pairs, find_candidates
from matcher.engine.explain import waterfalls
from matcher.engine.problem import ReasonCode
from matcher.engine.solve import solve_round
from matcher.engine.world import Pairs, World, build_world

seeds = st.integers(0, 2**32)


def pairs_found(problem: Any, waived: frozenset[ReasonCode] = frozenset()) -> dict[tuple[int, int], Any]:
    world = build_world(problem)
    found = find_candidates(world, np.arange(len(world.occurrences)), waived)
    return {
        (world.occurrences[n].id, world.volunteers[v].offer_id): world.clock.instant(start)
        for n, v, start in zip(found.occurrence, found.volunteer, found.start, strict=True)
    }


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_the_candidates_are_those_the_slow_way_finds(village: Any, oracle: Any, seed: int) -> None:
    problem = village.random_round(seed)
    slow = {(o.id, v.offer_id) for o in problem.occurrences for v in problem.volunteers if oracle.fits(problem, o, v)}
    assert pairs_found(problem).keys() == slow


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_the_waterfall_counts_as_if_everybody_were_asked_one_requirement_after_the_other(
    village: Any, seed: int
) -> None:
    world = build_world(village.random_round(seed))
    rows = np.arange(len(world.occurrences))[::-1].copy()
    (pairs,) = all_pairs(world, rows)
    slow = [people_by_row(world, pairs, rows)]
    for requirement in REQUIREMENTS:
        pairs = pairs.where(requirement.holds(world, pairs))
        slow.append(people_by_row(world, pairs, rows))
    assert waterfalls(world, rows).T.tolist() == slow


def people_by_row(world: World, pairs: Pairs, rows: Any) -> list[int]:
    people = world.offers.person[pairs.volunteer]
    return [len(set(people[pairs.occurrence == row].tolist())) for row in rows.tolist()]


@settings(max_examples=200, deadline=None)
@given(seed=seeds, waived=st.sets(st.sampled_from(list(ReasonCode)), min_size=1, max_size=3))
def test_waiving_a_requirement_is_to_leave_it_out(
    village: Any, oracle: Any, seed: int, waived: set[ReasonCode]
) -> None:
    problem = village.random_round(seed)
    slow = {
        (o.id, v.offer_id)
        for o in problem.occurrences
        for v in problem.volunteers
        if oracle.fits(problem, o, v, waived)
    }
    assert pairs_found(problem, frozenset(waived)).keys() == slow


def test_every_reason_has_its_requirement_in_the_same_order() -> None:
    assert [r.code for r in REQUIREMENTS] == list(ReasonCode)


def test_reach_is_the_geodesic_to_the_millimetre(village: Any) -> None:
    """Within 8 km the chord is at most 0.53 mm short: the reference is geopy's geodesic."""
    home = village.high_street
    for bearing in range(0, 360, 30):
        for metres in (1.0, 500.0, 2000.0, 8000.0):
            there = geodesic(meters=metres).destination((home.lat, home.lon), bearing)
            need = village.need(point=Point(there.latitude, there.longitude))
            within = pairs_found(village.round([need], [village.neighbour(1, reach_m=metres + 0.001)]))
            beyond = pairs_found(village.round([need], [village.neighbour(1, reach_m=metres - 0.001)]))
            assert (len(within), len(beyond)) == (1, 0), (bearing, metres)


def test_someone_who_lives_at_the_same_spot_is_near(village: Any) -> None:
    assert pairs_found(village.round([village.need()], [village.neighbour(1, reach_m=0.0)]))


def test_more_than_sixty_four_kinds_are_told_apart(village: Any) -> None:
    kinds = [f"kind{k:03}" for k in range(130)]
    needs = [village.need(k, kind=kind) for k, kind in enumerate(kinds, 1)]
    people = [village.neighbour(k, kinds=frozenset({kind})) for k, kind in enumerate(kinds, 1)]
    assert {(n, v - 100) for n, v in pairs_found(village.round(needs, people))} == {(k, k) for k in range(1, 131)}


def test_a_check_counts_to_the_end_of_its_last_day(village: Any) -> None:
    tuesday = village.need(windows=(village.window(9, 10), village.window(9, 10, 1)), required_checks=frozenset({"id"}))
    for day, holds in ((12, False), (13, True), (14, True)):
        one = village.neighbour(1, checks={"id": date(2026, 1, day)}, free=(village.window(9, 10, 1),))
        assert bool(pairs_found(village.round([tuesday], [one]))) is holds


def test_a_live_ask_blocks_the_same_time_elsewhere(village: Any) -> None:
    one = village.neighbour(1, free=(village.window(9, 10),))
    asked, other = village.need(1), village.need(2, windows=(village.window(9, 10),), minutes=60)
    live = (village.ask(asked, one, 9),)
    assert (2, 101) not in pairs_found(village.round([asked, other], [one], live_asks=live))
    assert (2, 101) in pairs_found(village.round([asked, other], [one]))


def test_no_pair_is_left_out_for_speed(village: Any) -> None:
    """More occurrences than one chunk, and every class of reach."""
    needs = [village.need(n, point=village.north(n % 7 * 100)) for n in range(1, 301)]
    people = [village.neighbour(v, reach_m=2.0**v * 100) for v in range(1, 9)]
    assert len(pairs_found(village.round(needs, people))) == sum(
        n % 7 * 100 <= 2.0**v * 100 for n in range(1, 301) for v in range(1, 9)
    )


@pytest.mark.parametrize(
    ("urgency", "is_woken", "begins"),
    [(Urgency.NORMAL, True, 10.5), (Urgency.URGENT, False, 10.5), (Urgency.URGENT, True, 10)],
)
def test_nobody_is_asked_to_come_before_they_can_have_heard_of_it(
    village: Any, urgency: Urgency, is_woken: bool, begins: float
) -> None:
    """Their quiet hours end at a quarter past ten; an urgent question may wake them if they agreed to that."""
    neighbour = village.neighbour(told_at=village.at(10.25), is_woken=is_woken)
    found = pairs_found(village.round([village.need(urgency=urgency)], [neighbour]))
    assert found == {(1, 101): village.at(begins)}
    early = village.need(urgency=urgency, windows=(village.window(8, 10),))
    assert bool(pairs_found(village.round([early], [neighbour]))) == (begins == 10)


def test_helpers_who_may_not_meet_are_not_sent_together(village: Any) -> None:
    apart = frozenset({frozenset({1, 2})})
    held = village.need(1, held_by=frozenset({1}))
    people = [village.neighbour(1), village.neighbour(2)]
    assert pairs_found(village.round([held], people, never_pairs=apart)) == {}
    (left,) = solve_round(village.round([village.need(1, helpers_wanted=2)], people, never_pairs=apart)).unserved
    assert left.reason == ReasonCode.KEPT_APART


def test_what_is_kept_for_somebody_is_theirs_alone(village: Any) -> None:
    people = [village.neighbour(1), village.neighbour(2)]
    kept = village.need(1, pinned=frozenset({2}))
    assert pairs_found(village.round([kept], people)).keys() == {(1, 102)}
    away = [village.neighbour(1), village.neighbour(2, kinds=frozenset())]
    (left,) = solve_round(village.round([kept], away)).unserved
    assert left.reason == ReasonCode.KEPT_FOR_ANOTHER
    assert left.sentence == "The team keeps it for somebody who cannot be asked just now."

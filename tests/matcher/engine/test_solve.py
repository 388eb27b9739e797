from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.geo import chord_m
from matcher.engine.allocation import Allocation, Unserved
from matcher.engine.candidates import REQUIREMENTS
from matcher.engine.problem import ReasonCode, RoundProblem
from matcher.engine.solve import solve_round
from tests.again import THEN_PROMISED, asks_of, with_asks_made

seeds = st.integers(0, 2**32)


def asked(answer: Allocation) -> list[tuple[int, int]]:
    return [(ask.occurrence_id, ask.offer_id) for ask in answer.asks]


def test_eileen_s_neighbour_is_asked_and_told_why(village: Any) -> None:
    eileen, christopher = village.need(7), village.neighbour(3, point=village.north(1500))

    answer = solve_round(village.round([eileen], [christopher]))

    (ask,) = answer.asks
    assert (ask.occurrence_id, ask.offer_id, ask.person_id) == (7, 103, 3)
    assert ask.visit == village.window(10, 10.5)  # three hours of notice, and well before the target
    assert ask.sentence == "You are about 1 mile away, free then, and offered to clear snow or ice."
    assert sum(line.minutes for line in ask.breakdown) == pytest.approx(ask.weight_min)
    assert (answer.unserved, answer.gap) == ((), 0.0)
    assert [(one.occurrence_id, one.live) for one in answer.waiting] == [(7, 1)]
    assert answer.total == pytest.approx(ask.weight_min, abs=1 / 60)


def test_a_round_without_needs_or_without_volunteers_is_fine(village: Any) -> None:
    assert solve_round(village.round([], [village.neighbour()])) == Allocation()

    (unserved,) = solve_round(village.round([village.need()], [])).unserved

    assert unserved.sentence == "Nobody has offered help here yet."


def test_the_nearer_of_two_alike_is_asked(village: Any) -> None:
    near, far = village.neighbour(2, point=village.north(300)), village.neighbour(1, point=village.north(1500))

    assert asked(solve_round(village.round([village.need()], [far, near]))) == [(1, 102)]


def test_two_helpers_are_two_people_and_come_together_where_they_can(village: Any) -> None:
    piano = village.need(1, helpers_wanted=2)
    early, late = village.neighbour(1), village.neighbour(2, free=(village.window(10, 12),), point=village.north(50))
    twice = village.neighbour(3, person_id=1, kinds=frozenset({"snow"}))

    answer = solve_round(village.round([piano], [early, late, twice]))

    assert {ask.person_id for ask in answer.asks} == {1, 2}
    together = solve_round(village.round([piano], [early, village.neighbour(2, free=(village.window(7, 12),))]))
    assert len({ask.visit for ask in together.asks}) == 1


def test_the_second_helper_joins_the_one_who_holds_a_place(village: Any) -> None:
    piano = village.need(1, helpers_wanted=1, held_by=frozenset({1}), begins_at=village.at(10.5))

    (ask,) = solve_round(village.round([piano], [village.neighbour(1), village.neighbour(2)])).asks

    assert (ask.person_id, ask.visit.start) == (2, village.at(10.5))


def test_one_neighbour_may_clear_two_paths_one_after_the_other(village: Any) -> None:
    both = [village.need(1), village.need(2, point=village.north(200))]

    answer = solve_round(village.round(both, [village.neighbour(1)]))

    assert asked(answer) == [(1, 101), (2, 101)]
    first, second = sorted(ask.visit for ask in answer.asks)
    assert first.end < second.start


def test_one_neighbour_has_two_questions_at_a_time_at_most_and_six_a_day(village: Any) -> None:
    three = [village.need(n) for n in (1, 2, 3)]
    asked_five_times = village.neighbour(1, asked_at=(village.at(4),) * 5)

    answer = solve_round(village.round(three, [village.neighbour(1)]))

    assert len(answer.asks) == 2
    assert [one.reason for one in answer.unserved] == [ReasonCode.NEEDED_ELSEWHERE]
    assert len(solve_round(village.round(three, [asked_five_times])).asks) == 1


def test_asks_of_this_round_count_towards_the_week(village: Any) -> None:
    both = [village.need(1), village.need(2)]
    assert len(solve_round(village.round(both, [village.neighbour(1, visits_per_week=1)])).asks) == 1


def test_the_only_candidate_goes_to_the_more_urgent_of_two_at_once(village: Any) -> None:
    window = (village.window(9, 9.5),)
    snow = village.need(1, windows=window, urgency="urgent")
    chat = village.need(2, windows=window, urgency="low")

    answer = solve_round(village.round([chat, snow], [village.neighbour(1)]))

    assert asked(answer) == [(1, 101)]
    (left,) = answer.unserved
    assert (left.occurrence_id, left.reason) == (2, ReasonCode.NEEDED_ELSEWHERE)
    assert left.sentence == "Everyone who could come is being asked to another visit just now."
    assert [step.left for step in left.waterfall] == [1] * len(REQUIREMENTS) + [0]


def test_who_has_waited_past_the_front_share_is_served_first(village: Any) -> None:
    window = (village.window(9, 9.5),)
    fresh = village.need(1, windows=window, urgency="urgent")
    patient = village.need(2, windows=window, urgency="low", waiting_since=village.at(9, -7))

    assert asked(solve_round(village.round([fresh, patient], [village.neighbour(1)]))) == [(2, 101)]


def test_a_place_nobody_was_asked_for_is_worth_an_ask_whatever_it_weighs(village: Any) -> None:
    tired = village.neighbour(1, asked_at=(village.at(6.5),) * 5)
    far_off = village.need(1, point=village.north(1900), urgency="low")

    (ask,) = solve_round(village.round([far_off], [replace(tired, travel_mode="foot")])).asks

    assert ask.weight_min < 0


def test_someone_asked_is_given_time_before_one_more_is(village: Any) -> None:
    snow, first, second = village.need(1), village.neighbour(1), village.neighbour(2)
    live = (village.ask(snow, first, 8, village.at(6.9)),)

    patient = solve_round(village.round([snow], [first, second], live_asks=live))
    later = solve_round(village.round([snow], [first, second], live_asks=live, now=village.at(8)))

    assert patient.asks == ()
    (waiting,) = patient.waiting
    assert (waiting.live, waiting.why_no_more) == (1, None)
    assert village.now < waiting.next_ask_at <= village.at(8)
    assert asked(later) == [(1, 102)]
    assert [one.live for one in later.waiting] == [2]


def test_after_silence_with_nobody_else_the_first_ask_stays_and_the_reason_is_told(village: Any) -> None:
    snow, first = village.need(1), village.neighbour(1)
    live = (village.ask(snow, first, 10, village.at(6)),)

    answer = solve_round(village.round([snow], [first], live_asks=live, now=village.at(9)))

    (waiting,) = answer.waiting
    assert (answer.asks, answer.unserved, waiting.live) == ((), (), 1)
    assert waiting.why_no_more is not None
    assert waiting.why_no_more.sentence == "There is nobody else to ask."


def test_one_more_is_not_asked_where_it_is_not_worth_their_attention(village: Any) -> None:
    snow, first = village.need(1), village.neighbour(1)
    weary = village.neighbour(2, asked_at=(village.at(6.5),) * 5, point=village.north(1900), travel_mode="foot")
    live = (village.ask(snow, first, 11, village.at(6)),)

    answer = solve_round(village.round([snow], [first, weary], live_asks=live, now=village.at(9)))

    (waiting,) = answer.waiting
    assert (answer.asks, waiting.why_no_more) == ((), None)


def test_a_full_occurrence_is_in_no_list(village: Any) -> None:
    full = village.need(1, helpers_wanted=0)

    answer = solve_round(village.round([full], [village.neighbour(1)]))

    assert (answer.asks, answer.waiting, answer.unserved) == ((), (), ())


def test_of_two_like_offers_of_one_person_the_first_made_is_taken(village: Any) -> None:
    first, second = village.neighbour(1, person_id=5), village.neighbour(2, person_id=5)
    for offers in ([first, second], [second, first]):
        assert asked(solve_round(village.round([village.need()], offers))) == [(1, 101)]


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_the_order_of_the_input_makes_no_difference(village: Any, seed: int) -> None:
    problem, dice = village.random_round(seed), Random(seed)
    shuffled = replace(
        problem,
        occurrences=tuple(dice.sample(problem.occurrences, len(problem.occurrences))),
        volunteers=tuple(dice.sample(problem.volunteers, len(problem.volunteers))),
        live_asks=tuple(dice.sample(problem.live_asks, len(problem.live_asks))),
    )
    assert solve_round(shuffled) == solve_round(problem)


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_nobody_is_asked_too_much_or_for_two_places_at_once(village: Any, oracle: Any, seed: int) -> None:
    problem = village.random_round(seed)
    answer = solve_round(problem)
    needs = {o.id: o for o in problem.occurrences}
    offers = {v.offer_id: v for v in problem.volunteers}

    assert len({(ask.occurrence_id, ask.person_id) for ask in answer.asks}) == len(answer.asks)
    live = Counter(offers[a.offer_id].person_id for a in problem.live_asks if a.offer_id in offers)
    new = Counter(ask.person_id for ask in answer.asks)
    assert all(new[p] + live[p] <= 2 for p in new)
    for one, other in combinations(answer.asks, 2):
        if one.person_id == other.person_id:
            way = oracle.way(needs[one.occurrence_id].point, needs[other.occurrence_id].point, offers[one.offer_id])
            assert one.visit.end + way <= other.visit.start or other.visit.end <= one.visit.start
    for ask in answer.asks:
        need, offer = needs[ask.occurrence_id], offers[ask.offer_id]
        assert oracle.suits(problem, need, offer, ask.visit.start, set(ReasonCode))
        assert any(w.contains(ask.visit) for w in need.windows)
        assert chord_m(need.point, offer.point) <= offer.reach_m


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_every_occurrence_is_asked_for_waiting_full_or_has_its_reason(village: Any, seed: int) -> None:
    problem = village.random_round(seed)
    answer = solve_round(problem)
    made = Counter(ask.occurrence_id for ask in answer.asks)
    live = Counter(ask.occurrence_id for ask in problem.live_asks)
    short = {one.occurrence_id: one.short for one in answer.unserved}
    waiting = {one.occurrence_id for one in answer.waiting}
    for need in problem.occurrences:
        places = max(need.helpers_wanted - live[need.id], 0)
        assert made[need.id] + short.get(need.id, 0) >= places
        assert (need.id in short) == (made[need.id] < places)
        assert (need.id in waiting) == (live[need.id] + made[need.id] > 0)


@settings(max_examples=100, deadline=None)
@given(seed=seeds)
def test_every_reason_is_true_since_the_occurrence_is_served_without_it(village: Any, seed: int) -> None:
    problem = village.random_round(seed, needs=5, neighbours=5)
    answer = solve_round(problem)
    for one in answer.unserved:
        if one.waterfall[0].left > 0:
            assert served_by_waiving(problem, answer, one.occurrence_id, {one.reason, *one.also})


def test_an_occurrence_that_is_tried_without_a_rule_still_gets_a_true_reason(village: Any) -> None:
    """The time is up: without that rule, the only neighbour is not free."""
    problem = village.round(
        [village.need()], [village.neighbour(1, free=(village.window(14, 18),))], now=village.at(13)
    )
    (left,) = solve_round(problem.waiving(1, {ReasonCode.WINDOW_PASSED})).unserved
    assert (left.reason, left.also) == (ReasonCode.NOBODY_FREE, ())
    assert asked(solve_round(problem.waiving(1, {ReasonCode.WINDOW_PASSED, ReasonCode.NOBODY_FREE}))) == [(1, 101)]


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_no_smaller_change_would_do_unless_it_takes_someone_from_another(village: Any, seed: int) -> None:
    problem = village.random_round(seed, needs=5, neighbours=5)
    answer = solve_round(problem)
    for one in answer.unserved:
        for fewer in smaller_sets(one):
            assert not served_at_nobody_s_cost(problem, answer, one.occurrence_id, fewer)


def smaller_sets(one: Unserved) -> set[frozenset[ReasonCode]]:
    if not one.also:
        return set()
    alone = {frozenset({code}) for code in ReasonCode}
    return alone | {frozenset({one.reason, *one.also}) - {code} for code in one.also}


def served_by_waiving(problem: RoundProblem, answer: Allocation, need_id: int, codes: set[ReasonCode]) -> bool:
    """Solve again without these rules for that occurrence: is it asked for?

    One that is asked for in part might let go of the person it had, so it is tried with those asks made.
    """
    if asks_of(answer)[need_id]:
        problem, answer = with_asks_made(problem, answer), Allocation()
        codes = codes | (THEN_PROMISED if ReasonCode.NEEDED_ELSEWHERE in codes else set())
    return asks_of(solve_round(problem.waiving(need_id, codes)))[need_id] > asks_of(answer)[need_id]


def served_at_nobody_s_cost(problem: RoundProblem, answer: Allocation, need_id: int, codes: Any) -> bool:
    again = solve_round(problem.waiving(need_id, codes))
    others_keep = [a for a in asked(again) if a[0] != need_id] == [a for a in asked(answer) if a[0] != need_id]
    return others_keep and asks_of(again)[need_id] > asks_of(answer)[need_id]

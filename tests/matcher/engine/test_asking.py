"""The village's need of seven o'clock: a visit between 8 and 12, wanted by 10.24, so eight rounds of 25 minutes."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from matcher.domain.lifecycle import Urgency
from matcher.engine.allocation import Allocation
from matcher.engine.asking import hope, pace, unanswered
from matcher.engine.params import Acceptance, Params
from matcher.engine.solve import solve_round
from matcher.engine.world import build_world

MINUTE = timedelta(minutes=1)


def many(village: Any, count: int = 12, **changes: Any) -> list[Any]:
    return [village.neighbour(n + 1, **changes) for n in range(count)]


def people(answer: Allocation) -> list[int]:
    return sorted(ask.person_id for ask in answer.asks)


def pace_of(village: Any, now: Any = None, **changes: Any) -> tuple[float, float]:
    """Minutes of a round, and rounds left."""
    problem = village.round([village.need(**changes)], [], now=now or village.now)
    world = build_world(problem)
    found, at = pace(world, problem), float(world.clock.now)
    return found.round_min(at)[0], found.rounds_left(at)[0]


def test_the_time_to_the_target_is_eight_rounds_of_a_quarter_of_an_hour_to_two_hours(village: Any) -> None:
    assert pace_of(village) == pytest.approx((25.5, 8))
    assert pace_of(village, windows=(village.window(8, 12, 6),)) == pytest.approx((120, (6 * 24 + 3.4) / 2))
    assert pace_of(village, target=village.at(8)) == pytest.approx((15, 4))
    assert pace_of(village, target=village.at(7.5)) == pytest.approx((15, 2))


def test_once_the_target_has_come_the_time_to_the_last_start_counts(village: Any) -> None:
    early = village.at(6)
    assert pace_of(village, now=village.at(10), target=village.at(10), waiting_since=early) == pytest.approx((15, 6))


def test_in_the_last_fifth_of_the_wait_there_is_one_round_left(village: Any) -> None:
    """From 7 to 11.30: the last fifth begins at 10.36."""
    assert pace_of(village, now=village.at(10.5))[1] > 1
    assert pace_of(village, now=village.at(10.7))[1] == 1


def test_with_time_in_hand_one_is_asked_and_at_the_last_many(village: Any) -> None:
    relaxed = village.need(windows=(village.window(8, 12, 3),))
    free = {"free": (village.window(6, 22), village.window(6, 22, 3))}
    assert len(solve_round(village.round([relaxed], many(village, **free))).asks) == 1
    hasty = village.need(waiting_since=village.at(2), windows=(village.window(7, 8.5),))
    assert len(solve_round(village.round([hasty], many(village, **free))).asks) >= 3


def test_the_more_urgent_the_more_are_asked(village: Any) -> None:
    hasty = {"waiting_since": village.at(2), "windows": (village.window(7, 8.5),)}
    asks = [
        len(solve_round(village.round([village.need(urgency=u, **hasty)], many(village, leaning=-1.0))).asks)
        for u in (Urgency.LOW, Urgency.URGENT)
    ]
    assert asks[0] < asks[1]


def test_no_more_are_asked_than_it_takes(village: Any) -> None:
    """Without the last of them hope would be too small; with all of them it is enough."""
    problem = village.round([village.need(windows=(village.window(8, 9),))], many(village))
    asks = solve_round(problem).asks
    world = build_world(problem)
    wanted = pace(world, problem).wanted(float(world.clock.now))[0]

    def hope_of(some: tuple[Any, ...]) -> float:
        live = tuple(
            village.ask(problem.occurrences[0], village.neighbour(ask.person_id), 8, village.now) for ask in some
        )
        asked = replace(problem, live_asks=live)
        return float(hope(world, unanswered(world, asked))[0])

    assert hope_of(asks[:-1]) < wanted <= hope_of(asks)


def test_an_ask_is_no_less_likely_to_bring_a_yes_because_it_is_looked_at_later(village: Any) -> None:
    """It had three hours of notice when it was made, and has two now: the chance is that of then."""
    need, christopher = village.need(), village.neighbour(1)
    live = (village.ask(need, christopher, 10),)
    problem = village.round([need], [christopher], live_asks=live)
    later = replace(problem, now=village.at(8))
    then, now = (unanswered(build_world(one), one).chance for one in (problem, later))
    assert then == pytest.approx(now)


def test_one_more_is_asked_at_the_time_that_was_told_and_not_before(village: Any) -> None:
    problem = village.round([village.need()], many(village, leaning=0.5))
    first = solve_round(problem)
    (waiting,) = first.waiting
    need = problem.occurrences[0]
    hour = 7 + (first.asks[0].visit.start - village.at(7)) / timedelta(hours=1)
    live = tuple(village.ask(need, village.neighbour(ask.person_id), hour) for ask in first.asks)
    assert village.now + 5 * MINUTE < waiting.next_ask_at <= village.now + 120 * MINUTE
    before, then = (
        solve_round(replace(problem, live_asks=live, now=at))
        for at in (waiting.next_ask_at - 5 * MINUTE, waiting.next_ask_at)
    )
    assert before.asks == ()
    assert len(then.asks) == 1


def test_however_much_is_hoped_it_is_looked_at_again_after_the_longest_round(village: Any) -> None:
    """Six days ahead a single ask is hope enough for much longer than two hours."""
    far_off = village.need(windows=(village.window(8, 12, 6),))
    free = {"free": (village.window(8, 12, 6),)}
    (waiting,) = solve_round(village.round([far_off], many(village, **free))).waiting
    assert waiting.next_ask_at == village.now + 120 * MINUTE


def test_each_further_ask_of_a_round_counts_what_may_come_of_those_before(village: Any) -> None:
    hasty = village.need(waiting_since=village.at(2), windows=(village.window(7, 8.5),))
    asks = solve_round(village.round([hasty], many(village))).asks
    shares = []
    for ask in asks:
        minutes = {line.term: line.minutes for line in ask.breakdown}
        shares.append(minutes.get("others_asked", 0.0) / minutes["value"])
    assert shares[0] == 0
    assert all(later < earlier for earlier, later in pairwise(shares))


def test_the_second_helper_is_asked_at_once_and_a_third_only_if_hope_is_small(village: Any) -> None:
    piano = village.need(helpers_wanted=2, windows=(village.window(8, 12, 3),))
    keen = many(village, leaning=3.0, free=(village.window(8, 12, 3),))
    assert len(solve_round(village.round([piano], keen)).asks) == 2


def test_two_places_take_twice_the_hope_of_one(village: Any) -> None:
    hasty = village.need(waiting_since=village.at(2), windows=(village.window(7, 8.5),))
    one, two = (
        len(solve_round(village.round([replace(hasty, helpers_wanted=places)], many(village))).asks)
        for places in (1, 2)
    )
    assert one >= 3
    assert two > one + 1


def test_the_hope_of_two_places_is_shared_between_them_once_both_have_somebody(village: Any) -> None:
    hasty = village.need(helpers_wanted=2, waiting_since=village.at(2), windows=(village.window(7, 8.5),))
    first, second, third, *_ = solve_round(village.round([hasty], many(village))).asks
    minutes = [{line.term: line.minutes for line in ask.breakdown} for ask in (first, second, third)]
    assert "others_asked" not in minutes[0]
    assert "others_asked" not in minutes[1]
    hazard = -sum(np.log1p(-found["value"] / 240) for found in minutes[:2])
    worth = sum(minutes[2].get(term, 0.0) for term in ("value", "age", "on_time"))
    assert minutes[2]["others_asked"] == pytest.approx(worth * (np.exp(-hazard / 2) - 1))


def test_silence_says_more_where_answers_come_sooner(village: Any) -> None:
    """Asked 40 minutes ago: of what is urgent half of the answers come within twelve minutes, else within 25."""
    alike = replace(Params(), acceptance=replace(Acceptance(), urgent=0.0))
    left = []
    for urgency in (Urgency.NORMAL, Urgency.URGENT):
        need, one = village.need(urgency=urgency), village.neighbour(1)
        problem = village.round(
            [need], [one], live_asks=(village.ask(need, one, 9, village.now - 40 * MINUTE),), params=alike
        )
        world = build_world(problem)
        left.append(hope(world, unanswered(world, problem))[0])
    assert left[1] < 0.8 * left[0]


def test_an_ask_of_someone_no_longer_in_the_round_still_counts(village: Any) -> None:
    need, gone = village.need(), village.neighbour(9)
    problem = village.round([need], [village.neighbour(1)], live_asks=(village.ask(need, gone, 9),))
    (waiting,) = solve_round(problem).waiting
    assert waiting.live == 1 + len(solve_round(problem).asks)
    assert solve_round(problem).unserved == ()


def test_a_full_occurrence_wants_nobody_even_after_silence(village: Any) -> None:
    need, one = village.need(helpers_wanted=0), village.neighbour(1)
    problem = village.round([need], [one, village.neighbour(2)], live_asks=(village.ask(need, one, 9, village.at(1)),))
    assert solve_round(problem).asks == ()


class TestUsualPeopleFirst:
    """Anna (2) usually comes and lives far off; Ben (1) and the others live next door."""

    @pytest.fixture
    def weekly(self, village: Any) -> Any:
        return village.need(usual_first=True, usual=frozenset({2}), windows=(village.window(8, 12, 1),))

    @pytest.fixture
    def street(self, village: Any) -> list[Any]:
        free = {"free": (village.window(7, 22), village.window(7, 22, 1))}
        anna = village.neighbour(2, point=village.north(1900), **free)
        return [anna, *(village.neighbour(n, **free) for n in (1, 3, 4, 5))]

    def test_the_usual_person_is_asked_alone(self, village: Any, weekly: Any, street: Any) -> None:
        assert people(solve_round(village.round([weekly], street))) == [2]

    def test_and_is_given_one_round_though_hope_is_small(self, village: Any, weekly: Any, street: Any) -> None:
        shy = [replace(street[0], leaning=-5.0), *street[1:]]
        live = (village.ask(weekly, street[0], 33),)
        asked = village.round([weekly], shy, live_asks=live)
        (waiting,) = solve_round(asked).waiting
        assert solve_round(replace(asked, now=waiting.next_ask_at - 5 * MINUTE)).asks == ()
        assert waiting.next_ask_at > village.now + 60 * MINUTE
        assert 2 not in people(solve_round(replace(asked, now=waiting.next_ask_at)))
        assert people(solve_round(replace(asked, now=waiting.next_ask_at))) != []

    def test_one_round_is_all_however_many_have_helped_there(self, village: Any, weekly: Any, street: Any) -> None:
        """Clara (6) has helped there too, would hardly come, and lives as far off as Anna."""
        known = replace(weekly, usual=frozenset({2, 6}))
        shy = [
            replace(street[0], leaning=-5.0),
            *street[1:],
            replace(street[0], offer_id=106, person_id=6, leaning=-5.0),
        ]
        live = (village.ask(known, street[0], 33),)
        (waiting,) = solve_round(village.round([known], shy, live_asks=live)).waiting
        asked = people(solve_round(village.round([known], shy, live_asks=live, now=waiting.next_ask_at)))
        assert asked != []
        assert 6 not in asked

    def test_a_no_of_the_usual_person_opens_it_to_the_others(self, village: Any, weekly: Any, street: Any) -> None:
        said_no = replace(weekly, refused_by=frozenset({102}))
        assert 2 not in people(solve_round(village.round([said_no], street)))
        assert people(solve_round(village.round([said_no], street))) != []

    def test_when_time_is_short_nobody_waits_for_them(self, village: Any, weekly: Any, street: Any) -> None:
        hasty = replace(weekly, windows=(village.window(7, 8.2),), waiting_since=village.at(2))
        asked = people(solve_round(village.round([hasty], street)))
        assert len(asked) > 1
        assert people(solve_round(village.round([hasty], street[:1]))) == [2]  # though she could come

    def test_help_that_is_not_personal_is_asked_of_the_best(self, village: Any, weekly: Any, street: Any) -> None:
        just_once = replace(weekly, usual_first=False, usual=frozenset())
        assert 2 not in people(solve_round(village.round([just_once], street)))


def test_who_agreed_to_more_asks_a_day_is_asked_more(village: Any) -> None:
    asked = {"asked_at": (village.at(4),) * 6}
    usual, willing = village.neighbour(1, **asked), village.neighbour(2, asks_per_day=8, **asked)
    assert people(solve_round(village.round([village.need()], [usual, willing]))) == [2]
    own = village.neighbour(3, asks_per_day=1, asked_at=(village.at(4),))
    assert people(solve_round(village.round([village.need()], [own]))) == []


def test_in_a_world_built_to_starve_it_a_need_is_served_in_the_end(village: Any) -> None:
    """One neighbour, free for one visit a day; every day three urgent needs come, and one of low urgency waits."""
    week = [village.window(9, 9.5, day) for day in range(7)]
    patient = village.need(1, urgency=Urgency.LOW, windows=tuple(week), waiting_since=village.at(6))
    served_on = None
    for day, window in enumerate(week):
        fresh = [
            village.need(
                10 * (day + 1) + n, urgency=Urgency.URGENT, windows=(window,), waiting_since=village.at(7, day)
            )
            for n in (2, 3, 4)
        ]
        only = village.neighbour(1, free=(window,))
        asks = solve_round(village.round([patient, *fresh], [only], now=village.at(7.5, day))).asks
        assert len(asks) == 1
        if asks[0].occurrence_id == 1:
            served_on = day
            break
    assert served_on is not None
    assert served_on > 0


def test_hope_is_the_same_asked_for_one_moment_or_for_many(village: Any) -> None:
    need, one, two = village.need(), village.neighbour(1), village.neighbour(2)
    asks = (village.ask(need, one, 9), village.ask(need, two, 9, village.at(6)))
    problem = village.round([need], [one, two], live_asks=asks)
    world = build_world(problem)
    out = unanswered(world, problem)
    at_once = hope(world, out, np.array([0.0, 30.0]))
    assert at_once[:, 0] == pytest.approx(hope(world, out))
    assert at_once[:, 1] == pytest.approx(hope(world, out, 30.0))
    assert (at_once[:, 1] < at_once[:, 0]).all()

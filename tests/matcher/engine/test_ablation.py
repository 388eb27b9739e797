"""Each thing that `--ablate` switches off, in a small world in which it decides who is asked.

A switch that is wired to nothing, or a term that has become too weak to matter, asks the same people twice.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from matcher.domain.geo import TravelMode
from matcher.domain.lifecycle import Urgency
from matcher.engine.params import Params
from matcher.engine.problem import Forecast, HeldVisit, RoundProblem
from matcher.engine.solve import solve_round
from matcher.simulation.ablation import OFF

ANN, BEN = 1, 2
WorldOf = Callable[[Any], RoundProblem]


def one_visit_each(village: Any) -> dict[str, Any]:
    """Free for one visit only, so that who is asked about one need cannot be asked about the other."""
    return {"free": (village.window(8, 8.5),)}


def days_ago(village: Any, *days: float) -> tuple[Any, ...]:
    return tuple(village.now - timedelta(days=day) for day in days)


def two_needs_of_one_neighbour(village: Any, first: dict[str, Any], second: dict[str, Any]) -> RoundProblem:
    needs = [village.need(1, **first), village.need(2, **second)]
    return village.round(needs, [village.neighbour(ANN, **one_visit_each(village))])


def two_neighbours_of_one_need(village: Any, ann: dict[str, Any], ben: dict[str, Any], **need: Any) -> RoundProblem:
    return village.round([village.need(**need)], [village.neighbour(ANN, **ann), village.neighbour(BEN, **ben)])


def one_has_waited_nearly_half_its_time(village: Any) -> RoundProblem:
    waited = {"waiting_since": village.at(3), "point": village.north(100)}
    return two_needs_of_one_neighbour(village, waited, {})


def one_has_waited_so_long_that_it_goes_first(village: Any) -> RoundProblem:
    waited = {"waiting_since": village.at(-2), "urgency": Urgency.LOW}
    return two_needs_of_one_neighbour(village, waited, {"urgency": Urgency.URGENT})


def one_is_urgent_and_farther(village: Any) -> RoundProblem:
    return two_needs_of_one_neighbour(village, {"urgency": Urgency.URGENT, "point": village.north(700)}, {})


def the_nearer_one_is_free_too_late(village: Any) -> RoundProblem:
    return two_neighbours_of_one_need(village, {"free": (village.window(11, 12),)}, {"point": village.north(1000)})


def the_farther_one_has_helped_there_before(village: Any) -> RoundProblem:
    return two_neighbours_of_one_need(village, {}, {"point": village.north(1000)}, usual=frozenset({BEN}))


def the_farther_one_is_as_was_wished(village: Any) -> RoundProblem:
    polish = frozenset({"speaks_polish"})
    ben = {"point": village.north(200), "reach_m": 9000.0, "traits": polish}
    return two_neighbours_of_one_need(village, {}, ben, wishes=polish)


def as_likely_but_one_has_longer_to_walk(village: Any) -> RoundProblem:
    walks = {"travel_mode": TravelMode.FOOT}
    ann = {"point": village.north(1000), "reach_m": 2000.0, "leaning": 0.03, **walks}
    return two_neighbours_of_one_need(village, ann, {"point": village.north(500), "reach_m": 1000.0, **walks})


def one_has_a_visit_that_week(village: Any) -> RoundProblem:
    held = (HeldVisit(village.window(9, 10, 2), village.high_street),)
    return two_neighbours_of_one_need(village, {"held": held, "leaning": 0.05}, {})


def one_has_been_asked_a_lot_of_late(village: Any) -> RoundProblem:
    tired = {"asked_at": days_ago(village, 1.1, 1.2, 1.3), "leaning": 0.3}
    return two_neighbours_of_one_need(village, tired, {"asked_at": days_ago(village, 10)})


def one_was_never_asked(village: Any) -> RoundProblem:
    return two_neighbours_of_one_need(village, {"asked_at": days_ago(village, 13), "leaning": 0.05}, {})


def the_nearer_one_has_a_last_visit_that_snow_will_want(village: Any) -> RoundProblem:
    today, tomorrow = village.window(8, 18), village.window(8, 18, 1)
    ann = {"free": (today, tomorrow), "visits_per_week": 1}
    problem = two_neighbours_of_one_need(village, ann, {"free": (today,), "point": village.north(300)})
    snow = village.need(-1, windows=(tomorrow,), urgency=Urgency.URGENT, helpers_wanted=0)
    return replace(problem, forecast=(Forecast(snow, 1.0),))


def time_is_short_and_the_second_is_hardly_worth_it(village: Any) -> RoundProblem:
    tired = {"asked_at": days_ago(village, 1.1, 1.1, 1.1, 1.1), "point": village.north(1999)}
    hasty = {"waiting_since": village.at(2), "windows": (village.window(7, 8.5),), "urgency": Urgency.LOW}
    free = {"free": (village.window(7, 9),)}
    return two_neighbours_of_one_need(village, free, tired | free, **hasty)


def the_only_one_has_two_questions_open(village: Any) -> RoundProblem:
    needs = [village.need(n) for n in (1, 2, 3)]
    ann = village.neighbour(ANN, free=(village.window(8, 18),))
    asked = tuple(village.ask(need, ann, hour) for need, hour in zip(needs[1:], (10, 11), strict=True))
    return village.round(needs, [ann], live_asks=asked)


def there_is_time_in_hand(village: Any) -> RoundProblem:
    street = [village.neighbour(n, leaning=-1.0) for n in range(1, 6)]
    return village.round([village.need()], street)


WORLDS: dict[str, WorldOf] = {
    "age": one_has_waited_nearly_half_its_time,
    "front": one_has_waited_so_long_that_it_goes_first,
    "on_time": the_nearer_one_is_free_too_late,
    "continuity": the_farther_one_has_helped_there_before,
    "preference": the_farther_one_is_as_was_wished,
    "travel": as_likely_but_one_has_longer_to_walk,
    "fairness": one_has_a_visit_that_week,
    "attention": time_is_short_and_the_second_is_hardly_worth_it,
    "fatigue": one_has_been_asked_a_lot_of_late,
    "reserve": the_nearer_one_has_a_last_visit_that_snow_will_want,
    "idle": one_was_never_asked,
    "limits": the_only_one_has_two_questions_open,
    "pacing": there_is_time_in_hand,
    "urgency": one_is_urgent_and_farther,
}

# (occurrence, person) that are asked, with the term and without it.
ASKED: dict[str, tuple[list[tuple[int, int]], list[tuple[int, int]]]] = {
    "age": ([(1, ANN)], [(2, ANN)]),
    "front": ([(1, ANN)], [(2, ANN)]),
    "on_time": ([(1, BEN)], [(1, ANN)]),
    "continuity": ([(1, BEN)], [(1, ANN)]),
    "preference": ([(1, BEN)], [(1, ANN)]),
    "travel": ([(1, BEN)], [(1, ANN)]),
    "fairness": ([(1, BEN)], [(1, ANN)]),
    "attention": ([(1, ANN)], [(1, ANN), (1, BEN)]),
    "fatigue": ([(1, BEN)], [(1, ANN)]),
    "reserve": ([(1, BEN)], [(1, ANN)]),
    "idle": ([(1, BEN)], [(1, ANN)]),
    "limits": ([], [(1, ANN)]),
    "urgency": ([(1, ANN)], [(2, ANN)]),
}


def asked(problem: RoundProblem, params: Params) -> list[tuple[int, int]]:
    answer = solve_round(replace(problem, params=params))
    return sorted((ask.occurrence_id, ask.person_id) for ask in answer.asks)


def test_there_is_a_world_for_everything_that_can_be_switched_off() -> None:
    assert WORLDS.keys() == OFF.keys()


@pytest.mark.parametrize("term", ASKED)
def test_it_decides_who_is_asked(village: Any, term: str) -> None:
    problem = WORLDS[term](village)
    with_it, without = ASKED[term]
    assert asked(problem, Params()) == with_it
    assert asked(problem, OFF[term]) == without


def test_without_pacing_more_are_asked_at_once(village: Any) -> None:
    problem = WORLDS["pacing"](village)
    assert len(asked(problem, Params())) == 1
    assert len(asked(problem, OFF["pacing"])) > 2

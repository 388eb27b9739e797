"""Needs that are expected put a price on people's last visits of a week: it steers, and it never forbids."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matcher.domain.lifecycle import Urgency
from matcher.engine.params import Params
from matcher.engine.problem import Forecast, HeldVisit, RoundProblem
from matcher.engine.reserve import chances
from matcher.engine.solve import Desk, solve_round, who_could

ANN, BEN = 1, 2


def expected(village: Any, nth: int = 1, chance: float = 1.0, *, day: int = 1, **changes: Any) -> Forecast:
    """Snow to be cleared on the High Street tomorrow morning, most urgently."""
    usual: dict[str, Any] = {
        "windows": (village.window(8, 12, day),),
        "waiting_since": village.at(8, day),
        "urgency": Urgency.URGENT,
        "helpers_wanted": 0,
    }
    return Forecast(village.need(-nth, **(usual | changes)), chance)


def two_streets(village: Any, *forecast: Forecast, **ann: Any) -> RoundProblem:
    """Somebody wants a hand today. Ann lives there and has one visit left this week; so has Ben, a little farther away,
    who is not free tomorrow.
    """
    days = (village.window(8, 18), village.window(8, 18, 1), village.window(8, 18, 8))
    here = {"free": days, "visits_per_week": 1}
    neighbours = [
        village.neighbour(ANN, **(here | ann)),
        village.neighbour(BEN, point=village.north(300), free=days[:1], visits_per_week=1),
    ]
    return village.round([village.need(1)], neighbours, forecast=forecast)


def asked(problem: RoundProblem) -> list[tuple[int, int]]:
    return [(ask.occurrence_id, ask.person_id) for ask in solve_round(problem).asks]


def prices(problem: RoundProblem) -> dict[int, float]:
    """What a visit of this week costs, by person."""
    world = Desk.of(problem).world
    return dict(zip(world.people.tolist(), world.reserve[:, 0].tolist(), strict=True))


def test_a_last_visit_is_kept_for_who_will_want_it_more(village: Any) -> None:
    assert asked(two_streets(village)) == [(1, ANN)]
    assert asked(two_streets(village, expected(village))) == [(1, BEN)]


def test_who_has_visits_to_spare_costs_nothing(village: Any) -> None:
    for plenty in (2, None):
        problem = two_streets(village, expected(village), visits_per_week=plenty)
        assert prices(problem) == {ANN: 0.0, BEN: 0.0}
        assert asked(problem) == [(1, ANN)]
    two = (expected(village), expected(village, 2))
    assert prices(two_streets(village, *two, visits_per_week=2))[ANN] >= 0
    assert prices(two_streets(village, *two, expected(village, 3), visits_per_week=2))[ANN] > 0


def test_what_is_promised_already_is_none_of_the_visits_left(village: Any) -> None:
    held = (HeldVisit(village.window(14, 15), village.high_street),)
    problem = two_streets(village, expected(village), visits_per_week=2, held=held)
    assert prices(problem)[ANN] > 0
    assert asked(problem) == [(1, BEN)]


def test_a_visit_of_this_week_is_not_kept_for_the_next(village: Any) -> None:
    assert asked(two_streets(village, expected(village, day=8))) == [(1, ANN)]


def test_the_less_likely_it_is_the_less_it_costs(village: Any) -> None:
    costs = [prices(two_streets(village, expected(village, chance=chance)))[ANN] for chance in (0.1, 0.5, 1.0)]
    assert 0 < costs[0] < costs[1] < costs[2]
    assert asked(two_streets(village, expected(village, chance=0.1))) == [(1, ANN)]


def test_what_is_expected_will_be_asked_about_when_it_comes_at_short_notice(village: Any) -> None:
    problem = two_streets(village, expected(village))
    in_a_hurry = replace(Params(), acceptance=replace(Params().acceptance, notice_under_3h=-9.0))
    assert prices(replace(problem, params=in_a_hurry))[ANN] < prices(problem)[ANN] / 4


def test_what_somebody_else_could_do_as_well_costs_no_more_than_the_difference(village: Any) -> None:
    alone = two_streets(village, expected(village))
    zoe = village.neighbour(3, point=village.north(300), free=(village.window(8, 18, 1),))
    in_two = replace(alone, volunteers=(*alone.volunteers, zoe))
    assert 0 <= prices(in_two)[ANN] < prices(alone)[ANN] / 4


def test_somebody_who_offers_twice_is_no_other(village: Any) -> None:
    once = two_streets(village, expected(village))
    ann = once.volunteers[0]
    twice = replace(once, volunteers=(*once.volunteers, replace(ann, offer_id=900)))
    assert prices(twice) == pytest.approx(prices(once))


def test_a_need_that_is_there_is_asked_about_however_dear_that_is(village: Any) -> None:
    problem = two_streets(village, expected(village))
    only_ann = replace(problem, volunteers=problem.volunteers[:1])
    assert asked(only_ann) == [(1, ANN)]
    (ask,) = solve_round(only_ann).asks
    line = next(line for line in ask.breakdown if line.term == "reserve")
    assert line.minutes < 0
    assert "cold" in line.words
    assert sum(line.minutes for line in ask.breakdown) == pytest.approx(ask.weight_min)


def test_what_is_expected_is_neither_asked_about_nor_waited_for_nor_unserved(village: Any) -> None:
    answer = solve_round(village.round([village.need(1)], [], forecast=(expected(village),)))
    assert (answer.asks, answer.waiting) == ((), ())
    assert [one.occurrence_id for one in answer.unserved] == [1]


def test_a_hand_on_the_phone_sees_the_price_too(village: Any) -> None:
    dear, cheap = (
        {one.person_id: one.weight_min for one in who_could(problem, 1)}
        for problem in (two_streets(village, expected(village)), two_streets(village))
    )
    assert dear[ANN] < cheap[ANN]
    assert dear[BEN] == pytest.approx(cheap[BEN])


def test_the_order_in_which_things_are_expected_makes_no_difference(village: Any) -> None:
    several = [expected(village, nth, 1 / nth) for nth in (1, 2, 3)]
    one, other = two_streets(village, *several), two_streets(village, *several[::-1])
    assert solve_round(one) == solve_round(other)


def test_it_is_one_line_that_can_be_switched_off(village: Any) -> None:
    problem = two_streets(village, expected(village))
    assert asked(replace(problem, params=Params(reserve_share=0.0))) == [(1, ANN)]


def test_chances_of_one_and_of_one_more_add_up_to_how_many_come(village: Any) -> None:
    drawn = np.random.default_rng(1).poisson(2.7, 200_000)
    found = chances(2.7)
    assert found == pytest.approx([(drawn >= nth).mean() for nth in range(1, len(found) + 1)], abs=0.005)
    assert sum(found) == pytest.approx(2.7, abs=0.1)
    assert chances(0.0) == []
    assert len(chances(5000.0)) == pytest.approx(5000, rel=0.05)


@pytest.mark.parametrize(
    ("changes", "complaint"), [({"id": 1}, "an id below 0"), ({"helpers_wanted": 1}, "no helpers"), ({}, "at most 1")]
)
def test_a_forecast_that_could_be_asked_about_is_none(village: Any, changes: dict[str, Any], complaint: str) -> None:
    one = replace(expected(village).occurrence, **changes)
    with pytest.raises(ValueError, match=complaint):
        Forecast(one, 1.0 if changes else 1.5)

from itertools import combinations
from random import Random

import numpy as np
import pytest

from matcher.engine.plan.choice import Rules, choose, proved, surplus
from matcher.engine.plan.market import set_out
from matcher.engine.plan.problem import PlanProblem
from tests.plan_worlds import need, parish, volunteer


def test_one_person_is_chosen_once_for_a_need_that_spans_two_weeks():
    both = need("sofa", 12, 48, day=6, helpers=2)
    market = set_out(PlanProblem(needs=(both,), volunteers=(volunteer(visits_per_week=5),)))
    every = np.arange(market.pairs.need.size)
    assert every.size == 2
    chosen, _ = choose(market, every, Rules(), 5.0)
    assert chosen.size == 1


def best(market, among, rules):
    """The least total of any choice of a few pairs that keeps the limits and the rules."""
    return min(
        market.total(chosen)
        for count in range(len(among) + 1)
        for chosen in combinations(among, count)
        if _is_allowed(market, list(chosen), rules)
    )


def _is_allowed(market, chosen, rules):
    needs = np.bincount(market.pairs.need[chosen], minlength=len(market.needs))
    visits = np.bincount(market.pairs.column[chosen], minlength=market.limit.size)
    within = (needs <= market.helpers).all() and (visits <= market.limit).all()
    return within and all(len({*named.tolist()} & {*chosen}) <= most for named, most in rules.at_most)


@pytest.mark.parametrize("seed", range(25))
def test_at_most_so_many_of_some_pairs_is_kept_exactly(seed):
    dice = Random(seed)
    market = set_out(parish(seed % 5, needs=25, volunteers=8))
    among = np.array(sorted(dice.sample(range(market.pairs.need.size), min(11, market.pairs.need.size))))
    rules = Rules()
    for _ in range(dice.randint(1, 3)):
        named = dice.sample(among.tolist(), dice.randint(2, 6))
        rules.add(named, dice.randint(1, len(named) - 1))
    chosen, answer = choose(market, among, rules, 10.0)
    assert _is_allowed(market, chosen.tolist(), rules)
    assert market.total(chosen.tolist()) == best(market, among.tolist(), rules)
    assert answer.bound == pytest.approx(market.total(chosen.tolist()))


@pytest.mark.parametrize("seed", range(3))
def test_no_choice_with_a_pair_beats_what_the_prices_prove_by_more_than_its_surplus(seed):
    market = set_out(parish(seed, needs=25, volunteers=8))
    every = np.arange(market.pairs.need.size)
    _, answer = choose(market, every, Rules(), 10.0)
    prices = answer.need_price[: len(market.needs)], answer.volunteer_price[: market.limit.size]
    more, by_prices = surplus(market, *prices), proved(market, *prices)
    assert by_prices <= answer.bound
    for pair in np.argsort(-more)[:5].tolist():
        others = every[(market.pairs.need != market.pairs.need[pair]) | (every == pair)]
        forced, _ = choose(market, others, Rules(), 10.0)
        if pair in forced:
            assert market.total(forced.tolist()) >= by_prices + more[pair] - 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_prices_of_any_kind_prove_no_more_than_is_true(seed):
    dice = np.random.default_rng(seed)
    market = set_out(parish(seed % 4, needs=25, volunteers=8))
    every = np.arange(market.pairs.need.size)
    chosen, _ = choose(market, every, Rules(), 10.0)
    need_price = dice.random(len(market.needs)) * market.unserved
    column_price = -dice.random(market.limit.size) * market.place_m
    assert proved(market, need_price, column_price) <= market.total(chosen.tolist())

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from matcher.engine.plan.clashes import clashes_in
from matcher.engine.plan.loads import loads
from matcher.engine.plan.market import set_out
from matcher.engine.plan.timetable import linked, timetable
from tests.plan_worlds import north, parish, tiny, window


def crowd(seed):
    """Everyone can go everywhere, on one day, and there is far too much to do."""
    dice = Random(seed)
    problem = parish(seed, needs=24, volunteers=4)
    needs = [
        replace(need, kind="company", requires=frozenset(), point=north(dice.randint(0, 4000)), window=window(9, 14))
        for need in problem.needs
    ]
    people = [
        replace(one, kinds=frozenset({"company"}), reach_m=1e5, free=(window(9, dice.choice([10.5, 12])),))
        for one in problem.volunteers
    ]
    return replace(problem, needs=tuple(needs), volunteers=tuple(people))


def choices(market, seed, count):
    """Random choices of pairs, no volunteer twice with one need."""
    dice = Random(seed)
    for _ in range(count):
        pairs = dice.sample(range(market.pairs.need.size), min(market.pairs.need.size, dice.randint(2, 8)))
        yield list({(int(market.pairs.need[p]), int(market.pairs.volunteer[p])): p for p in pairs}.values())


def busy_day(market, seed, count):
    """Random choices of pairs of one volunteer."""
    dice = Random(seed)
    for _ in range(count):
        own = market.pairs_with(dice.randrange(len(market.volunteers))).tolist()
        by_need = {int(market.pairs.need[p]): p for p in dice.sample(own, min(len(own), dice.randint(2, 7)))}
        yield list(by_need.values())


@pytest.mark.parametrize("seed", range(4))
def test_a_rule_is_broken_by_what_cannot_take_place_and_by_nothing_that_can(seed):
    market = set_out(crowd(seed))
    rules, possible = [], []
    for chosen in (*choices(market, seed, 40), *busy_day(market, seed, 120)):
        stops = [market.stop(pair) for pair in chosen]
        pair_of = {(s.need, s.volunteer): pair for s, pair in zip(stops, chosen, strict=True)}
        for group in linked(stops):
            members = {pair_of[s.need, s.volunteer] for s in group}
            broken = clashes_in(market, group, pair_of)
            assert bool(broken) == (timetable(group, market.metres_a_minute) is None)
            assert all(len(clash.pairs & members) > clash.most for clash in broken)
            rules += broken
            possible += [] if broken else [members]
    assert len(rules) > 20
    assert any(len(rule.pairs) > rule.most + 1 for rule in rules)
    assert all(len(rule.pairs & members) <= rule.most for rule in rules for members in possible)


@pytest.mark.parametrize("seed", range(4))
def test_what_can_take_place_never_takes_more_time_than_there_is(seed):
    for problem in (crowd(seed), tiny(seed)):
        market = set_out(problem)
        rules = loads(market)
        assert rules is not None
        tight = 0
        for chosen in busy_day(market, seed, 300):
            stops = [market.stop(pair) for pair in chosen]
            used = np.bincount(market.pairs.column[chosen], rules.minutes[chosen], minlength=market.limit.size)
            if timetable(stops, market.metres_a_minute) is not None:
                assert (used <= rules.limit + 1e-9).all()
            else:
                tight += bool((used > rules.limit).any())
        assert tight > 10 or len(problem.needs) < 10

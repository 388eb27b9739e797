"""A whole period at once: the most helpers found, the urgent counting for more, then the least travel.

Everyone who could go -> the best choice with what visits share left out -> each volunteer's day worked out to the
minute -> what cannot take place becomes a rule, and the choice is made again. The first choice that breaks none is the
best there is: every one before it was looser.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from matcher.engine.clock import Floats, Ints
from matcher.engine.plan.choice import Rules, choose, company_rules, proved, surplus
from matcher.engine.plan.clashes import Clash, clashes_in
from matcher.engine.plan.diary import Diary
from matcher.engine.plan.loads import loads
from matcher.engine.plan.market import PlanMarket, set_out
from matcher.engine.plan.problem import Plan, PlanProblem
from matcher.engine.plan.reasons import told
from matcher.engine.plan.timetable import Timetable, linked, timetable

Progress = Callable[[str], None]
LEAST_S = 1.0  # for each choice, however late it is: there is always an answer
MANY = 100_000  # pairs: as many as are chosen from again and again in seconds
A_FEW = 8  # pairs of each need that are among them whatever they cost


def silent(words: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The visits of a plan, what no plan's total is below, and what each need costs it by the duals, (N,)."""

    diary: Diary
    bound: float
    need_price: Floats


def plan(problem: PlanProblem, progress: Progress = silent) -> Plan:
    """Lay out a whole period.

    Same problem, same answer, unless time runs out. `progress` hears what is being done.
    """
    progress("Looking who could go where")
    market = set_out(problem)
    decided = decide(market, problem.time_limit_s, progress)
    progress("Finding the reasons")
    return told(market, decided.diary, decided.bound, decided.need_price)


def decide(market: PlanMarket, time_limit_s: float, progress: Progress = silent) -> Decided:
    """The best visits, or the best found in about that time.

    In a large market only the first choice is among all pairs. Those after it are among the pairs for which its prices
    say most, and among more of them if that leaves somebody out.
    """
    rules = Rules(loads(market))
    for pairs, most in company_rules(market):
        rules.add(pairs.tolist(), most)
    search = _Search(market, rules, time.monotonic() + time_limit_s, progress)
    every = np.arange(market.pairs.need.size)
    search.look_at(every, np.inf)
    by_prices, count = proved(market, search.need_price, search.column_price), MANY
    more = surplus(market, search.need_price, search.column_price)
    while not search.is_over:
        among, least = _most_likely(market, more, count)
        search.look_at(among, by_prices + max(least, 0.0))
        if search.is_settled and among.size < every.size and search.somebody_may_be_left_out:
            search.is_settled, count = False, 4 * count
    return search.decided()


def _most_likely(market: PlanMarket, more: Floats, count: int) -> tuple[Ints, float]:
    """Where the pairs with the least surplus stand, a few of every need among them; and the least of all others."""
    if more.size <= count:
        return np.arange(more.size), np.inf
    order = np.lexsort((more, market.pairs.need))
    nth = np.arange(more.size) - np.searchsorted(market.pairs.need, market.pairs.need)
    is_likely = np.zeros(more.size, dtype=np.bool_)
    is_likely[order[nth < A_FEW]] = True
    is_likely[np.argpartition(more, count)[:count]] = True
    return np.flatnonzero(is_likely), float(more[~is_likely].min(initial=np.inf))


@dataclass(slots=True)
class _Search:
    """The best plan so far and what no plan is below; is_proved: False once a rule was a guess."""

    market: PlanMarket
    rules: Rules
    ends_at: float
    progress: Progress
    bound: float = -np.inf
    best: Diary = field(init=False)
    best_total: float = np.inf
    need_price: Floats = field(init=False)
    column_price: Floats = field(init=False)
    tries: int = 0
    is_settled: bool = False
    is_proved: bool = True

    @property
    def is_over(self) -> bool:
        """The last choice can take place, nothing better is left, or time is up."""
        return self.is_settled or self.best_total <= self.bound or time.monotonic() > self.ends_at

    @property
    def somebody_may_be_left_out(self) -> bool:
        """By the bound, one helper more might be found."""
        return self.best_total - self.bound >= self.market.place_m

    def look_at(self, among: Ints, others: float) -> None:
        """Choose among these pairs, when no plan with any other has a total below `others`."""
        again = f"again, with {len(self.rules.at_most)} rules" if self.tries else "who goes where"
        self.tries += 1
        self.progress(f"Choosing {again}")
        left = max(LEAST_S, self.ends_at - time.monotonic())
        chosen, answer = choose(self.market, among, self.rules, left)
        self.need_price = answer.need_price[: len(self.market.needs)]
        self.column_price = answer.volunteer_price[: self.market.limit.size]
        if self.is_proved:
            self.bound = max(self.bound, min(answer.bound + self.market.pin_m * self.market.pins, others))
        times, clashes = _worked_out(self.market, chosen.tolist())
        self._keep(Diary(self.market, chosen.tolist(), times) if not clashes else _what_fits(self.market, chosen))
        self.is_settled = not clashes
        for clash in clashes:
            self.rules.add(clash.pairs, clash.most)
            self.is_proved &= clash.is_proved

    def _keep(self, diary: Diary) -> None:
        total = self.market.total(diary.pairs)
        if total < self.best_total:
            self.best, self.best_total = diary, total

    def decided(self) -> Decided:
        """The best plan; costs are whole, so that a bound less than one below it is as good as met."""
        is_met = self.best_total - self.bound < 1.0
        return Decided(self.best, self.best_total if is_met else self.bound, self.need_price)


def _worked_out(market: PlanMarket, chosen: list[int]) -> tuple[Timetable, list[Clash]]:
    """A start for every visit, or the rules that the choice breaks."""
    stops = [market.stop(pair) for pair in chosen]
    pair_of = {(stop.need, stop.volunteer): pair for stop, pair in zip(stops, chosen, strict=True)}
    times: Timetable = {}
    broken: list[Clash] = []
    for group in linked(stops):
        clashes = clashes_in(market, group, pair_of)
        broken.extend(clashes)
        if not clashes:
            times.update(timetable(group, market.metres_a_minute) or {})
    return times, broken


def _what_fits(market: PlanMarket, chosen: Ints) -> Diary:
    """As many of the chosen visits as fit together, then others: what counts most first, the nearest first."""
    diary = Diary(market)
    for pair in _by_worth(market, chosen):
        diary.add_if_it_fits(pair)
    filled = np.bincount(market.pairs.need[sorted(diary.pairs)], minlength=len(market.needs))
    for pair in _by_worth(market, np.flatnonzero((filled < market.helpers)[market.pairs.need])):
        diary.add_if_it_fits(pair)
    return diary


def _by_worth(market: PlanMarket, pairs: Ints) -> list[int]:
    pinned_last = ~market.pairs.is_pinned[pairs]
    order = np.lexsort((market.pairs.metres[pairs], -market.weight[market.pairs.need[pairs]], pinned_last))
    by_worth: list[int] = pairs[order].tolist()
    return by_worth

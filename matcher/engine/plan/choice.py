"""The best choice of a plan's pairs, under weekly limits and under rules on what cannot be chosen together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from matcher.engine.assignment import Assignment
from matcher.engine.clock import Floats, Ints
from matcher.engine.conflicts import plan_assignment
from matcher.engine.plan.loads import Loads
from matcher.engine.plan.market import PlanMarket

_NONE = np.empty(0, dtype=np.int64)


@dataclass(slots=True)
class Rules:
    """What cannot be chosen together: of each of these sets of pairs, at most so many; and what time visits take."""

    loads: Loads | None = None
    at_most: list[tuple[Ints, int]] = field(default_factory=list)

    def add(self, pairs: Iterable[int], most: int) -> None:
        """Of these pairs, at most that many."""
        self.at_most.append((np.array(sorted(pairs), dtype=np.int64), most))

    def among(self, pairs: Ints, size: int) -> list[tuple[Ints, int]]:
        """What the rules say of these pairs of a market of `size`, told by where they stand in `pairs`."""
        at = np.full(size, -1, dtype=np.int64)
        at[pairs] = np.arange(pairs.size)
        kept = ((at[named][at[named] >= 0], most) for named, most in self.at_most)
        return [(named, most) for named, most in kept if named.size > most]


def choose(market: PlanMarket, among: Ints, rules: Rules, time_limit_s: float) -> tuple[Ints, Assignment]:
    """The best of these pairs, ascending; and what the solver says, its prices by need row and by column.

    "At most k of these m pairs" is put as a need of its own that wants m - k helpers: each pair has one stand-in
    who can help there, the two exclude each other, and it costs more than any pair is worth to leave it short. So k
    pairs are left, and the linear programme knows it as well as it would know the rule itself. Stand-ins cost nothing.
    """
    at_most = [*rules.among(among, market.pairs.need.size), *((named, 1) for named in _twice_by_one(market, among))]
    several = [(named, most) for named, most in at_most if most > 1]
    sizes = np.array([named.size for named, _ in several], dtype=np.int64)
    out, needs, columns = int(sizes.sum()), len(market.needs), market.limit.size
    stood_in = np.concatenate([_NONE, *(named for named, _ in several)])
    too_dear = float((market.unserved[market.pairs.need] - market.cost).max(initial=0.0)) + 1.0
    minutes, minutes_limit = _minutes(market, among, rules)
    is_timed = bool(np.isfinite(minutes_limit).any())
    answer = plan_assignment(
        np.append(market.pairs.need[among], needs + np.repeat(np.arange(sizes.size), sizes)),
        np.append(market.pairs.column[among], columns + np.arange(out)),
        np.append(market.cost[among], np.zeros(out)),
        unserved=np.append(market.unserved, np.full(sizes.size, too_dear)),
        capacity=np.append(market.limit, np.ones(out, dtype=np.int64)),
        helpers=np.append(market.helpers, np.array([named.size - most for named, most in several], dtype=np.int64)),
        minutes=np.append(minutes, np.zeros(out)) if is_timed else None,
        minutes_limit=np.append(minutes_limit, np.full(out, np.inf)) if is_timed else None,
        exclusive=[
            *(named for named, most in at_most if most == 1),
            *np.stack([stood_in, among.size + np.arange(out)], axis=1),
        ],
        time_limit_s=time_limit_s,
    )
    return among[np.flatnonzero(answer.chosen[: among.size])], answer


def _minutes(market: PlanMarket, among: Ints, rules: Rules) -> tuple[Floats, Floats]:
    """Minutes of these pairs, and of each column: those that were offered, else what the time there is holds."""
    offered = np.isfinite(market.minutes_limit)
    taken = market.world.needs.minutes[market.pairs.need[among]].astype(np.float64)
    if rules.loads is None:
        return taken, market.minutes_limit
    minutes = np.where(offered[market.pairs.column[among]], taken, rules.loads.minutes[among])
    return minutes, np.where(offered, market.minutes_limit, rules.loads.limit)


def company_rules(market: PlanMarket) -> Iterator[tuple[Ints, int]]:
    """Of these pairs, at most so many: those without a check that one of the helpers must hold, those to be apart."""
    row_of = {volunteer.id: row for row, volunteer in enumerate(market.volunteers)}
    apart = sorted(
        {
            (min(row, row_of[other]), max(row, row_of[other]))
            for row, volunteer in enumerate(market.volunteers)
            for other in volunteer.never_with
            if other in row_of and row_of[other] != row
        }
    )
    for n, need in enumerate(market.needs):
        if need.helpers == 1:
            continue
        pairs = market.pairs_of(n)
        who = market.pairs.volunteer[pairs]
        lacking = pairs[[not need.requires_one <= market.volunteers[row].checks for row in who.tolist()]]
        if lacking.size >= need.helpers:
            yield lacking, need.helpers - 1
        for two in apart:
            together = pairs[np.isin(who, two)]
            if np.unique(market.pairs.volunteer[together]).size == 2:
                yield together, 1


def surplus(market: PlanMarket, need_price: Floats, column_price: Floats) -> Floats:
    """What each pair costs more, (E,), than the prices of its need and its visit: a plan with it costs, if that is
    more than nothing, so much more than what those prices have `proved`.
    """
    prices = need_price[market.pairs.need] + column_price[market.pairs.column]
    more: Floats = market.cost - prices
    return more


def proved(market: PlanMarket, need_price: Floats, column_price: Floats) -> float:
    """What no plan's total is below, by these prices alone, and none with a pair by more than that pair's surplus."""
    paid = (need_price * market.helpers).sum() + (column_price * market.limit).sum() + market.pin_m * market.pins
    return float(paid + np.minimum(surplus(market, need_price, column_price), 0.0).sum())


def _twice_by_one(market: PlanMarket, among: Ints) -> list[Ints]:
    """Pairs of one volunteer with one need at different times: they come once. One helper alone comes once anyway."""
    several = np.flatnonzero(market.helpers[market.pairs.need[among]] > 1)
    pairs = among[several]
    key = market.pairs.need[pairs] * len(market.volunteers) + market.pairs.volunteer[pairs]
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    times = np.diff(begins, append=key.size)
    return [several[begins[k] + np.arange(times[k])] for k in np.flatnonzero(times > 1)]

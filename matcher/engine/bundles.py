"""Bundles: the visits that one volunteer could make together, the best of them at given prices.

Every rule about one volunteer alone, such as visits, minutes and what overlaps, is kept exactly inside a bundle. Every
other rule, such as how many helpers a need wants, has a price, and each pair pays for its part in it. At any prices the
best bundles of all prove a bound (Lagrangian relaxation): at the best prices a better one than the linear programme of
the pairs can, because that knows volunteers only in shares.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from scipy.sparse import csc_array, csr_array

from matcher.engine.coupled import SLACK, CoupledMarket, Kind
from matcher.engine.market import Flags, Floats, Ints

IN_HASTE, IN_EARNEST = 30, 3000  # steps of the search for one bundle; then what is left to look at counts as found
NOTHING = 1e-9  # a pair that would save less does not

Bundle = tuple[int, ...]  # where its pairs stand
_NO_VISITS: Bundle = ()


class Bundles:
    """The volunteers of a market, each by themselves.

    shared: (S,), the rules between them; share: (S, E); limit: (S,).
    """

    def __init__(self, coupled: CoupledMarket) -> None:
        self.coupled = coupled
        self.volunteer = coupled.market.volunteer
        by_rule = coupled.share.tocsr()
        self.shared = np.flatnonzero(_is_shared(coupled, by_rule))
        self.share = csc_array(by_rule[self.shared])
        self.limit = coupled.limit[self.shared]
        self._visits = coupled.market.capacity.tolist()
        self._minutes, self._time = _minutes(coupled, by_rule)
        self._bit, self._excluded = _exclusions(coupled, by_rule, self.shared)
        self.net = np.zeros(len(self.volunteer))
        self.worth = np.zeros(len(self._visits))
        self.best: list[Bundle] = [()] * len(self._visits)
        self._effort = IN_EARNEST

    def take_pains(self, effort: int) -> None:
        """So many steps, at most, for one bundle from now on; whoever has one thinks again."""
        if effort != self._effort:
            self._effort, self.net = effort, np.full(len(self.net), np.inf)

    def most(self, price: Floats) -> float:
        """What no choice can save more than at these prices (S,), each zero or more.

        Sets `best`, and `worth` (V,): what each volunteer's best bundle saves net. Only who has to think again does.
        """
        net = self.coupled.gain - self.share.T @ price
        counts = net > NOTHING
        is_new = (net != self.net) & (counts | (self.net > NOTHING))
        again = np.zeros(len(self.worth), dtype=np.bool_)
        again[self.volunteer[is_new]] = True
        self.net = net
        self._think(again, np.flatnonzero(counts & again[self.volunteer]))
        return math.fsum(np.concatenate([self.limit * price, self.worth]))

    def prices(self, price: Floats) -> Floats:
        """These prices (S,) among those of all rules (R,), with the best price of each volunteer's visits beside them.

        That is what the last visit they can make saves, if they could make one more.
        """
        prices = np.zeros(len(self.coupled.limit))
        prices[self.shared] = price
        net = self.coupled.gain - self.share.T @ price
        paying = np.flatnonzero(net > NOTHING)
        paying = paying[np.lexsort((-net[paying], self.volunteer[paying]))]
        owner = self.volunteer[paying]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        next_one = place == self.coupled.market.capacity[owner]
        visits = np.flatnonzero(self.coupled.kind == Kind.VISITS)
        prices[visits[owner[next_one]]] = net[paying[next_one]]
        return prices

    def of(self, chosen: Flags) -> list[Bundle]:
        """What each volunteer has of a choice (E,), if anything."""
        pairs = np.flatnonzero(chosen)
        pairs = pairs[np.argsort(self.volunteer[pairs], kind="stable")]
        edges = np.flatnonzero(np.diff(self.volunteer[pairs])) + 1
        return [tuple(own.tolist()) for own in np.split(pairs, edges) if len(own)]

    def chosen(self) -> Flags:
        """The pairs (E,) in the best bundles."""
        flags = np.zeros(len(self.volunteer), dtype=np.bool_)
        flags[[pair for bundle in self.best for pair in bundle]] = True
        return flags

    def _think(self, again: Flags, pairs: Ints) -> None:
        self.worth[again] = 0.0
        for row in np.flatnonzero(again).tolist():
            self.best[row] = ()
        if not len(pairs):
            return
        pairs = pairs[np.lexsort((-self.net[pairs], self.volunteer[pairs]))]
        owner = self.volunteer[pairs]
        begins = np.flatnonzero(np.diff(owner, prepend=-1))
        ends = np.append(begins[1:], len(pairs)).tolist()
        rows, flat, saves = owner[begins].tolist(), pairs.tolist(), self.net[pairs].tolist()
        for row, begin, end in zip(rows, begins.tolist(), ends, strict=True):
            self.worth[row], self.best[row] = self._best_of(row, flat[begin:end], saves[begin:end])

    def _best_of(self, row: int, pairs: list[int], saves: list[float]) -> tuple[float, Bundle]:
        """The most these pairs, the best first, can save together, and which of them do (branch and bound)."""
        minutes, bits, excluded = self._minutes, self._bit, self._excluded
        most, steps, found = 0.0, 0, _NO_VISITS
        todo: list[_Node] = [(0.0, self._visits[row], self._time[row], list(zip(saves, pairs, strict=True)), ())]
        while todo:
            value, visits, time, rest, bundle = todo.pop()
            while visits and rest:
                if value + sum([saved for saved, _ in rest[:visits]]) <= most + NOTHING:
                    break
                (saved, pair), *others = rest
                todo.append((value, visits, time, others, bundle))
                value, visits, time, bundle = value + saved, visits - 1, time - minutes[pair], (*bundle, pair)
                out = excluded[pair]
                rest = [one for one in others if not out & bits[one[1]] and minutes[one[1]] <= time]
                steps += 1
            if value > most:
                most, found = value, bundle
            if steps > self._effort:
                return max([most, *(_can_reach(node) for node in todo)]), found
        return most, found

    def within(self, slack: float, at_most: int) -> list[Bundle] | None:
        """Every bundle that saves no more than `slack` less than its volunteer's best; None if they are too many."""
        pairs = np.flatnonzero(self.net > -slack)
        pairs = pairs[np.lexsort((-self.net[pairs], self.volunteer[pairs]))]
        edges = np.flatnonzero(np.diff(self.volunteer[pairs])) + 1
        found: list[Bundle] = []
        for own in np.split(pairs, edges) if len(pairs) else ():
            row = int(self.volunteer[own[0]])
            choices = list(zip(self.net[own].tolist(), own.tolist(), strict=True))
            todo: list[_Node] = [(0.0, self._visits[row], self._time[row], choices, ())]
            least = float(self.worth[row]) - slack
            while todo:
                value, visits, time, rest, bundle = node = todo.pop()
                if _can_reach(node) < least:
                    continue
                if not visits or not rest:
                    if bundle and value >= least:
                        found.append(bundle)
                    continue
                (saved, pair), *others = rest
                out, time_left = self._excluded[pair], time - self._minutes[pair]
                fits = [o for o in others if not out & self._bit[o[1]] and self._minutes[o[1]] <= time_left]
                todo.append((value, visits, time, others, bundle))
                todo.append((value + saved, visits - 1, time_left, fits, (*bundle, pair)))
                if len(found) + len(todo) > at_most:
                    return None
        return found


_Node = tuple[float, int, float, list[tuple[float, int]], Bundle]  # saved, visits and time left, what still fits


def _can_reach(node: _Node) -> float:
    value, visits, _, rest, _ = node
    return value + sum([max(saved, 0.0) for saved, _ in rest[:visits]])


def _is_shared(coupled: CoupledMarket, by_rule: csr_array) -> Flags:
    """The rules (R,) that have a price: of needs, and those between volunteers. What is rounded says nothing new."""
    volunteer = coupled.market.volunteer[by_rule.indices]
    busy = np.flatnonzero(np.diff(by_rule.indptr))
    least, greatest = np.zeros(len(coupled.limit)), np.zeros(len(coupled.limit))
    if len(busy):
        least[busy] = np.minimum.reduceat(volunteer, by_rule.indptr[busy])
        greatest[busy] = np.maximum.reduceat(volunteer, by_rule.indptr[busy])
    shared: Flags = (coupled.kind == Kind.HELPERS) | ((coupled.kind == Kind.EXCLUSIVE) & (least < greatest))
    return shared


def _minutes(coupled: CoupledMarket, by_rule: csr_array) -> tuple[list[float], list[float]]:
    """What each pair takes (E,), and each volunteer has (V,), infinite for no limit."""
    market, rows = coupled.market, np.flatnonzero(coupled.kind == Kind.MINUTES)
    limited = by_rule[rows].tocoo()
    row, pair = limited.coords
    taken, time = np.zeros(len(market.cost)), np.full(len(market.capacity), np.inf)
    taken[pair] = limited.data
    time[market.volunteer[pair]] = coupled.limit[rows[row]] + SLACK
    return taken.tolist(), time.tolist()


def _exclusions(coupled: CoupledMarket, by_rule: csr_array, shared: Ints) -> tuple[list[int], list[int]]:
    """Of each pair (E,): its bit among its volunteer's, and the bits of those that cannot go with it, its own too."""
    order = np.argsort(coupled.market.volunteer, kind="stable")
    owner = coupled.market.volunteer[order]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order)) - np.searchsorted(owner, owner)
    bits = [1 << at for at in place.tolist()]
    excluded = list(bits)
    own = np.setdiff1d(np.flatnonzero(coupled.kind == Kind.EXCLUSIVE), shared)
    for members in _members(by_rule, own):
        together = 0
        for pair in members:
            together |= bits[pair]
        for pair in members:
            excluded[pair] |= together
    return bits, excluded


def _members(by_rule: csr_array, rules: Ints) -> Iterable[list[int]]:
    starts, pairs = by_rule.indptr.tolist(), by_rule.indices.tolist()
    return (pairs[starts[rule] : starts[rule + 1]] for rule in rules.tolist())

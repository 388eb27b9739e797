"""The best choice of pairs so far, and what no choice can save more than."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from matcher.engine.coupled import SLACK, CoupledMarket
from matcher.engine.market import Flags, Floats, Ints

SAME = 2e-6  # HiGHS takes two totals this near to be one


@dataclass(frozen=True, slots=True)
class Answer:
    """A choice (E,) that keeps the rules, what it saves, what no choice can save more than, and prices (R,)."""

    chosen: Flags
    saving: float
    most: float
    price: Floats

    @property
    def is_optimal(self) -> bool:
        """Nothing better is left."""
        return self.most <= self.saving

    def or_better(self, coupled: CoupledMarket, chosen: Flags) -> Answer:
        """The other choice instead, if that keeps the rules and saves more."""
        saving = coupled.saving(chosen)
        if saving <= self.saving or not coupled.allows(chosen):
            return self
        return replace(self, chosen=chosen, saving=saving).at_most(coupled, self.most)

    def at_most(self, coupled: CoupledMarket, most: float) -> Answer:
        """The same, now that no choice is known to save more than `most`, give or take what HiGHS can tell."""
        most, same = min(self.most, most), SAME * coupled.unit
        if coupled.market.is_whole and same < 1.0:
            most = float(np.floor(most + same)) if math.isfinite(most) else most  # every choice saves a whole number
        if most - self.saving <= (0.0 if coupled.market.is_whole else same):
            most = self.saving
        return replace(self, most=most)


def greedy(coupled: CoupledMarket, order: Ints) -> Flags:
    """Take every pair that still fits, in this order."""
    share, chosen = coupled.share, np.zeros(len(coupled.gain), dtype=np.bool_)
    room = (coupled.limit + SLACK).tolist()
    starts, rows, uses = share.indptr.tolist(), share.indices.tolist(), share.data.tolist()
    for pair in order.tolist():
        span = range(starts[pair], starts[pair + 1])
        if all(uses[at] <= room[rows[at]] for at in span):
            chosen[pair] = True
            for at in span:
                room[rows[at]] -= uses[at]
    return chosen

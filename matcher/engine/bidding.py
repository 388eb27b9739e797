"""Prices of what volunteers share, found by bidding: too many bids for a need raise its price, too few lower it.

A subgradient method: each step is as long as would reach a bound lower by `hope` if the price could be trusted that
far (Polyak 1969), with some of the step before in it (Camerini, Fratta and Maffioli 1975). The hope is halved when a
few steps have brought nothing. There is a bound after every step, so that it may be stopped at any time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from matcher.engine.bundles import IN_EARNEST, IN_HASTE, Bundle, Bundles
from matcher.engine.market import Floats, Ints

FIRST_HOPE = 0.01  # of the bound
HASTE = 0.002  # while the hope is for more than that, a rough bound does
LEAST_HOPE = 1e-6
PATIENCE = 3  # steps that bring nothing
KEPT = 0.3  # of the step before
RECENT = 0.1  # what one step counts for in the shares
STILL = 0.05  # of a helper: a price that would move for less stays where it is


@dataclass(frozen=True, slots=True)
class Bids:
    """price: (S,), of the shared rules; most: the bound they prove. share: (E,), in how many recent bids each pair was.

    seen: every bundle that was somebody's best; slack: how much less each saves at these prices than the best does.
    """

    price: Floats
    most: float
    share: Floats
    seen: list[Bundle]
    slack: Floats


def bid(bundles: Bundles, price: Floats, ends_at: float) -> Bids:
    """The best prices (S,) found from these on until then; the first bid is made however late it is."""
    bundles.take_pains(IN_HASTE)
    best_price, best = price, bundles.most(price)
    share = bundles.chosen().astype(np.float64)
    seen = dict.fromkeys(bundles.best)
    hope, found, tries, step = FIRST_HOPE * abs(best), best, 0, np.zeros(len(price))
    while hope > LEAST_HOPE * abs(best) and time.monotonic() < ends_at:
        step = _towards_balance(bundles, price) + KEPT * step
        step[np.abs(step) < STILL] = 0.0
        length = (found - best + hope) / max(float(step @ step), 1.0)
        price = np.maximum(price + length * step, 0.0)
        found = bundles.most(price)
        seen.update(dict.fromkeys(bundles.best))
        share += RECENT * (bundles.chosen() - share)
        tries = 0 if found < best - STILL * hope else tries + 1
        if found < best:
            best_price, best = price, found
        if tries >= PATIENCE:
            hope, tries, step, price = hope / 2, 0, 0 * step, best_price
            bundles.take_pains(IN_HASTE if hope > HASTE * abs(best) else IN_EARNEST)
            found = bundles.most(price)
            best = min(best, found)
    seen.pop((), None)
    bundles.take_pains(IN_EARNEST)
    best = min(best, bundles.most(best_price))
    return Bids(best_price, best, share, list(seen), _slack(bundles, list(seen)))


def _towards_balance(bundles: Bundles, price: Floats) -> Floats:
    """How much more of each shared rule (S,) is bid for than there is; none where it is free and not all is taken."""
    over = bundles.share @ bundles.chosen().astype(np.float64) - bundles.limit
    over[(price <= 0) & (over < 0)] = 0.0
    return over


def _slack(bundles: Bundles, seen: list[Bundle]) -> Floats:
    bundle, pair = members(seen)
    saves = np.bincount(bundle, bundles.net[pair], minlength=len(seen))
    owner = bundles.volunteer[[pairs[0] for pairs in seen]] if seen else np.empty(0, dtype=np.int64)
    slack: Floats = bundles.worth[owner] - saves
    return slack


def members(seen: list[Bundle]) -> tuple[Ints, Ints]:
    """Which bundle, and which pair, for every pair in these bundles."""
    sizes = [len(pairs) for pairs in seen]
    flat = [pair for pairs in seen for pair in pairs]
    return np.repeat(np.arange(len(seen)), sizes), np.array(flat, dtype=np.int64)

"""A large market decided by bundles of visits: the volunteers bid for them, and HiGHS decides between those bid for."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from matcher.engine.answer import SAME, Answer, greedy
from matcher.engine.bidding import Bids, bid
from matcher.engine.bundles import Bundles
from matcher.engine.coupled import CoupledMarket
from matcher.engine.highs import Relaxed, packed, part_way

BIDDING = 0.6  # of the time, at most, goes to bidding
NEAR = 0.15  # of the largest gain: a pair that would lose more is not worth looking at
A_FEW_EACH = 4  # bundles for each volunteer, at first
AT_MOST = 100_000  # bundles: as many as HiGHS decides between


def by_bundles(coupled: CoupledMarket, answer: Answer, ends_at: float) -> tuple[Answer, Relaxed]:
    """What bidding says, which is soon done in a large market too, and the best choice among the bundles bid for."""
    began_at = time.monotonic()
    bundles = Bundles(coupled)
    bids = bid(bundles, answer.price[bundles.shared], began_at + BIDDING * (ends_at - began_at))
    answer = replace(answer, price=bundles.prices(bids.price)).at_most(coupled, bids.most)
    looked_at = (bids.share > 0) | (bundles.net > -NEAR * coupled.gain.max(initial=0.0))
    likely = np.flatnonzero(looked_at)
    order = np.lexsort((bundles.net[likely], bids.share[likely]))[::-1]
    answer = answer.or_better(coupled, greedy(coupled, likely[order]))
    answer = _packed_anew(bundles, answer, bids, ends_at)
    return _all_packed(bundles, answer, ends_at), Relaxed(bids.share, answer.price, looked_at)


def _packed_anew(bundles: Bundles, answer: Answer, bids: Bids, ends_at: float) -> Answer:
    """The answer after deciding between whole bundles, those that save most at the prices first, then more of them."""
    order, count = np.argsort(bids.slack, kind="stable").tolist(), A_FEW_EACH * len(bundles.best)
    while not answer.is_optimal and time.monotonic() < ends_at:
        own = bundles.of(answer.chosen)
        offered = dict.fromkeys([*own, *(bids.seen[at] for at in order[:count])])
        chosen, _ = packed(bundles, list(offered), part_way(ends_at))
        answer = answer.or_better(bundles.coupled, chosen)
        if count >= len(order):
            break
        count *= 2
    return answer


def _all_packed(bundles: Bundles, answer: Answer, ends_at: float) -> Answer:
    """The answer after deciding between all bundles that could be part of something better, if they are few enough.

    What a choice saves less than the bound is at least what its bundles save less than the best ones.
    """
    to_gain = answer.most - answer.saving + SAME * bundles.coupled.unit
    if answer.is_optimal or time.monotonic() > ends_at:
        return answer
    if (every := bundles.within(to_gain, AT_MOST)) is None:
        return answer
    chosen, most = packed(bundles, every, part_way(ends_at))
    answer = answer.or_better(bundles.coupled, chosen)
    return answer.at_most(bundles.coupled, max(most, answer.saving))

"""The assignment of a whole period: limits on visits and minutes, several helpers, pairs that exclude each other.

First the rules that pairs share are left out, which gives an assignment; if that breaks none of them, it is the
optimum. Otherwise there are two ways on. In a small market, or one with few rules, a linear programme gives prices, and
with them a bound; what it is all but sure of is fixed, and HiGHS decides the rest. In a large, crowded one the
volunteers bid for bundles of visits, which gives a better bound sooner, and HiGHS decides between the bundles. In the
time that is left one neighbourhood after another is decided anew, then every pair that could still be part of something
better.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from matcher.engine.answer import SAME, Answer, greedy
from matcher.engine.assignment import Assignment, least_cost
from matcher.engine.coupled import CoupledMarket, Kind, exclusive_rows, helpers_wanted, minutes_rows
from matcher.engine.highs import Relaxed, part_way, relaxed, whole
from matcher.engine.market import Flags, Ints, Market, flat, indices_of, market_of
from matcher.engine.packing import by_bundles
from matcher.engine.prices import proved_bound, shadow_prices

SURE = 0.99  # a share that is as good as one
LINEAR = 0.4  # of the time, at most, goes to the linear programme
CROWDED = 4000  # rules besides those of needs and visits: with fewer of them the linear programme is soon solved
CORE = 12_000  # pairs: as many as HiGHS decides in seconds
A_NEIGHBOURHOOD = 3000  # pairs: HiGHS decides that many in a fraction of a second


def plan_assignment(
    need: npt.ArrayLike,
    volunteer: npt.ArrayLike,
    cost: npt.ArrayLike,
    *,
    unserved: npt.ArrayLike,
    minutes: npt.ArrayLike | None = None,
    minutes_limit: npt.ArrayLike | None = None,
    capacity: npt.ArrayLike | None = None,
    helpers: npt.ArrayLike | None = None,
    exclusive: Sequence[npt.ArrayLike] = (),
    time_limit_s: float = 10.0,
) -> Assignment:
    """As `assign`, but with limits that pairs share.

    capacity: whole numbers (n_volunteers,), no limit on the count if None. minutes: (E,), used by each pair under
    minutes_limit: (n_volunteers,), infinite for no limit. helpers: whole numbers (n_needs,), how many different
    volunteers each need wants (1), `unserved` being the cost of each one short. exclusive: arrays of indices of
    pairs, of each of which at most one may be chosen. Duplicate pairs: the cheapest counts, with its own minutes.
    time_limit_s: about how long to look for something better; there is always an answer, with its bound.

    volunteer_of names the first chosen. volunteer_price is the price of one more visit: 0 where visits are not
    limited. Raises ValueError naming the first bad index.
    """
    ends_at = time.monotonic() + time_limit_s
    n_pairs = len(np.asarray(cost))
    visits = _visits(volunteer, capacity, minutes_limit, n_pairs)
    market = market_of(need, volunteer, cost, unserved, visits)
    coupled = CoupledMarket.of(
        market,
        helpers_wanted(helpers, len(market.unserved)),
        minutes_rows(market, minutes, minutes_limit, n_pairs),
        exclusive_rows(market, exclusive, n_pairs),
    )
    answer = _uncoupled(coupled)
    if not answer.is_optimal:
        answer = _searched(coupled, answer, ends_at)
    return _told(coupled, answer, n_pairs)


def _uncoupled(coupled: CoupledMarket) -> Answer:
    """The optimum without the rules that pairs share, if it keeps them; else its prices, and nothing chosen yet."""
    market = coupled.market
    places = _one_place_each(market, coupled.wanted)
    choice = least_cost(places)
    visit_price = shadow_prices(places, choice)
    need_price, _ = proved_bound(market, visit_price, math.inf)
    price = np.zeros(len(coupled.limit))
    price[: len(need_price)] = market.unserved - need_price
    price[len(need_price) : len(need_price) + len(visit_price)] = -visit_price
    nothing = np.zeros(len(market.cost), dtype=np.bool_)
    answer = Answer(nothing, 0.0, math.inf, price).at_most(coupled, coupled.most(price))
    chosen = nothing.copy()
    chosen[places.pair[choice[choice >= 0]]] = True
    return answer.or_better(coupled, chosen)


def _one_place_each(market: Market, wanted: Ints) -> Market:
    """The market with each need once for every helper it wants and could have; `pair` points into `market`."""
    need = np.repeat(np.arange(len(wanted)), np.minimum(wanted, np.diff(market.start)))
    at, count = market.pairs_of(need), np.diff(market.start)[need]
    return Market(
        start=np.concatenate([[0], np.cumsum(count)]),
        need=np.repeat(np.arange(len(need)), count),
        volunteer=market.volunteer[at],
        cost=market.cost[at],
        pair=at,
        unserved=market.unserved[need],
        capacity=np.minimum(market.capacity, np.bincount(market.volunteer[at], minlength=len(market.capacity))),
    )


def _searched(coupled: CoupledMarket, answer: Answer, ends_at: float) -> Answer:
    """The best that can be found until then."""
    rules = np.count_nonzero(coupled.kind > Kind.VISITS)
    is_crowded = len(coupled.gain) > CORE and rules > CROWDED
    answer, found = (by_bundles if is_crowded else _in_shares)(coupled, answer, ends_at)
    for step in (*(() if is_crowded else (_unsure_decided, _core_decided)), _neighbourhoods_decided, _all_decided):
        if not answer.is_optimal and time.monotonic() < ends_at:
            answer = step(coupled, answer, found, ends_at)
    return answer


def _in_shares(coupled: CoupledMarket, answer: Answer, ends_at: float) -> tuple[Answer, Relaxed]:
    """What the linear programme of the pairs says, and a choice after it."""
    began_at = time.monotonic()
    found = relaxed(coupled, answer.price, began_at + LINEAR * (ends_at - began_at))
    answer = replace(answer, price=found.price).at_most(coupled, coupled.most(found.price))
    net = coupled.net(answer.price)
    for shares in (found.share, found.share > SURE):
        answer = answer.or_better(coupled, greedy(coupled, np.lexsort((net, shares))[::-1]))
    return answer, found


def _unsure_decided(coupled: CoupledMarket, answer: Answer, found: Relaxed, ends_at: float) -> Answer:
    """The answer with what the linear programme is all but sure of held fast, and the rest decided: soon done."""
    sure = answer.chosen & (found.share > SURE)
    chosen, _ = whole(coupled, sure, _core(coupled, found) & ~sure, part_way(ends_at))
    return answer.or_better(coupled, chosen)


def _core_decided(coupled: CoupledMarket, answer: Answer, found: Relaxed, ends_at: float) -> Answer:
    """The answer with the core decided anew, the sure pairs in it too."""
    core = _core(coupled, found)
    sure = answer.chosen & (found.share > SURE) & ~core
    chosen, most = whole(coupled, sure, core, part_way(ends_at))
    answer = answer.or_better(coupled, chosen)
    return answer.at_most(coupled, max(most, answer.saving)) if core.all() else answer


def _core(coupled: CoupledMarket, found: Relaxed) -> Flags:
    """The pairs (E,) that the prices say least about (Balas and Zemel 1980)."""
    order = np.argsort(np.abs(coupled.net(found.price)), kind="stable")
    core = np.zeros(len(order), dtype=np.bool_)
    core[order[:CORE]] = True
    return core


def _neighbourhoods_decided(coupled: CoupledMarket, answer: Answer, found: Relaxed, ends_at: float) -> Answer:
    """The answer after deciding one neighbourhood after another anew, the rest held fast (large neighbourhood search).

    They lie around the needs where the answer and the linear programme differ, the greatest difference first.
    """
    market, tried = coupled.market, np.zeros(len(coupled.wanted), dtype=np.bool_)
    while not answer.is_optimal and time.monotonic() < ends_at:
        differs = np.bincount(market.need, np.abs(found.share - answer.chosen), minlength=len(tried)) * ~tried
        centre = int(np.argmax(differs))
        if differs[centre] <= 1 - SURE:
            break
        around = _neighbourhood(market, centre, found.looked_at)
        tried[centre] = True
        undecided = around[market.need]
        chosen, _ = whole(coupled, answer.chosen & ~undecided, undecided, ends_at)
        better = answer.or_better(coupled, chosen)
        if better is not answer:
            tried &= ~around
        answer = better
    return answer


def _neighbourhood(market: Market, centre: int, looked_at: Flags) -> Flags:
    """The needs (n_needs,) nearest to this one, by pairs worth looking at, until they have enough pairs together."""
    around = np.zeros(len(market.unserved), dtype=np.bool_)
    around[centre] = True
    need, volunteer = market.need[looked_at], market.volunteer[looked_at]
    size, before = 1, 0
    while before < size and np.diff(market.start)[around].sum() < A_NEIGHBOURHOOD:
        known = np.zeros(len(market.capacity), dtype=np.bool_)
        known[volunteer[around[need]]] = True
        ring = np.unique(need[known[volunteer] & ~around[need]])
        room = A_NEIGHBOURHOOD - np.diff(market.start)[around].sum()
        around[ring[np.cumsum(np.diff(market.start)[ring]) <= room]] = True
        before, size = size, int(around.sum())
    return around


def _all_decided(coupled: CoupledMarket, answer: Answer, found: Relaxed, ends_at: float) -> Answer:
    """The answer after looking at all that the prices leave open.

    A pair whose net saving is worse than what is still to be gained is in no better choice; one whose net saving is
    greater than that is in every one (reduced-cost fixing).
    """
    net = coupled.net(found.price)
    to_gain = coupled.most(found.price) - answer.saving + SAME * coupled.unit
    certain = net > to_gain
    chosen, most = whole(coupled, certain, ~certain & (net >= -to_gain), ends_at)
    answer = answer.or_better(coupled, chosen)
    return answer.at_most(coupled, max(most, answer.saving))


def _visits(
    volunteer: npt.ArrayLike, capacity: npt.ArrayLike | None, minutes_limit: npt.ArrayLike | None, n_pairs: int
) -> npt.ArrayLike:
    """The number of visits each volunteer may make: all of them, if no number is given."""
    if capacity is not None:
        return capacity
    rows = indices_of(volunteer, "volunteer", None)
    count = rows.max(initial=-1) + 1 if minutes_limit is None else len(flat(np.asarray(minutes_limit), "minutes_limit"))
    return np.full(int(count), n_pairs, dtype=np.int64)


def _told(coupled: CoupledMarket, answer: Answer, n_pairs: int) -> Assignment:
    """The answer in the caller's terms."""
    market, n_needs = coupled.market, len(coupled.wanted)
    pairs = np.sort(market.pair[answer.chosen])
    at = np.flatnonzero(answer.chosen)
    at = at[np.argsort(market.pair[at])][::-1]  # the first is written last
    volunteer_of = np.full(n_needs, -1, dtype=np.int64)
    volunteer_of[market.need[at]] = market.volunteer[at]
    short = coupled.wanted - np.bincount(market.need[at], minlength=n_needs)
    chosen = np.zeros(n_pairs, dtype=np.bool_)
    chosen[pairs] = True
    total = math.fsum(market.cost[at]) + math.fsum(short * market.unserved)
    bound = total if answer.is_optimal else total - (answer.most - answer.saving)
    need_price = market.unserved - answer.price[:n_needs]
    return Assignment(volunteer_of, chosen, total, bound, need_price, -answer.price[n_needs:][: len(market.capacity)])

"""The optimum by dual prices: large rounds, shadow prices, the certificate.

The dual of the assignment gives each need a price u and each visit of a volunteer a price v <= 0 with
u + v <= cost for every pair and u <= unserved for every need. Whatever v is, the sum of the prices is a lower
bound on every assignment; it meets the total exactly when the assignment is optimal (Kuhn 1955; Burkard,
Dell'Amico and Martello 2009, ch. 4).

A large round is solved the same way round. Row reduction: every need without a visit bids for the one it
likes best, up to the price at which the next best, or to stay unserved, would do as well; who is outbid bids
again. It is Jonker and Volgenant's augmenting row reduction (1987), all needs at once. Nothing in it is
approximate: each need that holds a visit prefers it at the prices so far. The few needs left take turns on a
shortest augmenting path; and if that is too slow, what remains is handed on as a smaller problem of which the
prices so far have done their part.
"""

import heapq
import math
from dataclasses import dataclass, field

import numpy as np

from matcher.engine.market import Floats, Ints, Market, spans

ROUNDING = float(np.finfo(np.float64).eps)
ROUNDS = 0.05  # of bids, per need: in a tight market later ones place too few needs for their time
PATIENCE = 0.25  # volunteers looked at in augmenting paths, per need, before scipy takes over


def match_by_prices(market: Market) -> tuple[Ints, Market | None]:
    """The pairs of least total cost, at most one to a need or volunteer; or what is left to solve, if too much is.

    Every volunteer of the market has a capacity of one or none. The optimum of what is left is one of the
    market: its `pair` says where its pairs stand there.
    """
    ledger = _Ledger.opened(market)
    left = _reduce_rows(ledger)
    patience = int(PATIENCE * len(market.unserved))
    for nth, need in enumerate(left.tolist()):
        patience -= _augment(ledger, need)
        if patience < 0 and nth + 1 < len(left):
            return ledger.taken, _what_is_left(ledger, left[nth + 1 :])
    return ledger.taken, None


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The prices so far, who holds whose visit at them, and which pair serves each need."""

    market: Market
    price: Floats
    holder: Ints
    choice: Ints

    @staticmethod
    def opened(market: Market) -> "_Ledger":
        n_needs, n_volunteers = len(market.unserved), len(market.capacity)
        nobody, nothing = np.full(n_volunteers, -1, dtype=np.int64), np.full(n_needs, -1, dtype=np.int64)
        return _Ledger(market, np.zeros(n_volunteers), nobody, nothing)

    @property
    def taken(self) -> Ints:
        """The pairs chosen so far."""
        return self.choice[self.choice >= 0]

    def sell(self, pairs: Ints, prices: Floats) -> Ints:
        """Let each of these pairs (one to a volunteer) have the visit at its price; the needs that lose theirs."""
        volunteers = self.market.volunteer[pairs]
        before = self.holder[volunteers]
        outbid = before[before >= 0]
        self.choice[outbid] = -1
        self.choice[self.market.need[pairs]] = pairs
        self.holder[volunteers] = self.market.need[pairs]
        self.price[volunteers] = prices
        return outbid


def _reduce_rows(ledger: _Ledger) -> Ints:
    """Let needs bid until every one has a visit or is content without; those that bidding could not settle."""
    needs, stuck = np.flatnonzero(np.diff(ledger.market.start)), []
    for _ in range(20 + int(ROUNDS * len(needs))):
        if not len(needs):
            break
        pairs, prices = _bids(ledger, needs)
        volunteers = ledger.market.volunteer[pairs]
        # To displace a need without raising the price could go round for ever.
        even = (prices >= ledger.price[volunteers]) & (ledger.holder[volunteers] >= 0)
        stuck.append(ledger.market.need[pairs[even]])
        pairs, prices = pairs[~even], prices[~even]
        order = np.lexsort((prices, ledger.market.volunteer[pairs]))
        wins = np.diff(ledger.market.volunteer[pairs[order]], prepend=-1) > 0
        outbid = ledger.sell(pairs[order[wins]], prices[order[wins]])
        needs = np.concatenate([ledger.market.need[pairs[order[~wins]]], outbid])
    return np.concatenate([needs, *stuck])


def _bids(ledger: _Ledger, needs: Ints) -> tuple[Ints, Floats]:
    """The pair each need likes best and the price it would go to; a need content unserved makes no bid."""
    market = ledger.market
    count = market.start[needs + 1] - market.start[needs]
    first = np.cumsum(count) - count
    pairs = spans(market.start[needs], count)
    net = market.cost[pairs] - ledger.price[market.volunteer[pairs]]
    best = np.minimum.reduceat(net, first)
    row = np.repeat(np.arange(len(needs)), count)
    ties = np.flatnonzero(net == best[row])
    ties = ties[np.lexsort((ledger.holder[market.volunteer[pairs[ties]]] >= 0, row[ties]))]  # the free first
    liked = ties[np.diff(row[ties], prepend=-1) > 0]
    net[liked] = np.inf
    second = np.minimum(np.minimum.reduceat(net, first), market.unserved[needs])
    wants = best <= market.unserved[needs]
    pairs = pairs[liked[wants]]
    return pairs, ledger.price[market.volunteer[pairs]] - (second - best)[wants]


@dataclass(slots=True)
class _Search:
    """Dijkstra's search from one need over the volunteers whose needs could move on.

    limit: the length of the shortest way out found, to a free volunteer or to leave `end_need` unserved.
    reached: for each volunteer, the distance and the last pair on the way. passed: those settled, with
    distance.
    """

    limit: float = math.inf
    end_volunteer: int = -1
    end_need: int = -1
    reached: dict[int, tuple[float, int]] = field(default_factory=dict)
    passed: dict[int, float] = field(default_factory=dict)
    queue: list[tuple[float, int]] = field(default_factory=list)

    def look_from(self, ledger: _Ledger, need: int, base: float) -> None:
        """Note every volunteer of this need that is nearer than the way out; `base` is added to each net cost."""
        market = ledger.market
        if market.unserved[need] + base < self.limit:
            self.limit, self.end_need, self.end_volunteer = float(market.unserved[need] + base), need, -1
        first, last = market.start[need : need + 2]
        volunteers = market.volunteer[first:last]
        distance = market.cost[first:last] - ledger.price[volunteers] + base
        for at in np.flatnonzero(distance < self.limit).tolist():
            self._note(ledger, int(volunteers[at]), float(distance[at]), int(first) + at)

    def _note(self, ledger: _Ledger, volunteer: int, distance: float, pair: int) -> None:
        if distance >= self.reached.get(volunteer, (self.limit, -1))[0] or volunteer in self.passed:
            return
        self.reached[volunteer] = distance, pair
        if ledger.holder[volunteer] < 0:
            self.limit, self.end_volunteer = min((self.limit, self.end_volunteer), (distance, volunteer))
        else:
            heapq.heappush(self.queue, (distance, volunteer))

    def nearest(self) -> tuple[float, int] | None:
        """The nearest volunteer not yet passed, if nearer than the way out."""
        while self.queue and self.queue[0][0] < self.limit:
            distance, volunteer = heapq.heappop(self.queue)
            if volunteer not in self.passed:
                self.passed[volunteer] = distance
                return distance, volunteer
        return None


def _augment(ledger: _Ledger, need: int) -> int:
    """Serve this need, or leave unserved whichever need that costs least; how many volunteers were looked at."""
    search, market = _Search(), ledger.market
    search.look_from(ledger, need, 0.0)
    while (found := search.nearest()) is not None:
        distance, volunteer = found
        holder = int(ledger.holder[volunteer])
        own = market.cost[ledger.choice[holder]] - ledger.price[volunteer]
        search.look_from(ledger, holder, float(distance - own))
    for volunteer, distance in search.passed.items():
        ledger.price[volunteer] += distance - search.limit
    _move_on(ledger, search)
    return len(search.passed)


def _move_on(ledger: _Ledger, search: _Search) -> None:
    """Give each volunteer on the way out to the need before, from the far end to the need that began."""
    market, volunteer = ledger.market, search.end_volunteer
    if volunteer < 0:
        given_up = ledger.choice[search.end_need]
        ledger.choice[search.end_need] = -1
        volunteer = int(market.volunteer[given_up]) if given_up >= 0 else -1
    while volunteer >= 0:
        pair = search.reached[volunteer][1]
        need = market.need[pair]
        before = ledger.choice[need]
        ledger.choice[need], ledger.holder[volunteer] = pair, need
        volunteer = int(market.volunteer[before]) if before >= 0 else -1


def _what_is_left(ledger: _Ledger, left: Ints) -> Market:
    """The market at the prices so far, without the needs that are content unserved: prices only drive them further off.

    A volunteer whose visit is held stays held in some optimum; a penalty on every other column, however
    small, makes that the only kind, and with it the prices paid so far the same in every answer.
    """
    market = ledger.market
    unsettled = ledger.choice >= 0
    unsettled[left] = True
    net = market.cost - ledger.price[market.volunteer]
    least = market.cheapest_of(net, market.unserved)
    span = float((market.unserved - least).max(initial=0.0))
    penalty = 1.0 if market.is_whole else span / 2**20  # small, so that scipy soon looks at the free ones too
    pair = np.flatnonzero(unsettled[market.need])
    need, volunteer = market.need[pair], market.volunteer[pair]
    return Market(
        start=np.searchsorted(need, np.arange(len(market.unserved) + 1)),
        need=need,
        volunteer=volunteer,
        cost=net[pair] - least[need] + penalty * (ledger.holder[volunteer] < 0),
        pair=pair,
        unserved=market.unserved - least + penalty,
        capacity=np.minimum(market.capacity, np.bincount(volunteer, minlength=len(market.capacity))),
    )


def cost_of(market: Market, choice: Ints) -> float:
    """The total cost of a choice (n_needs,): a pair of the market for each need, -1 if unserved."""
    left = market.unserved[choice < 0]
    return math.fsum(market.cost[choice[choice >= 0]]) + math.fsum(left)


def shadow_prices(market: Market, choice: Ints) -> Floats:
    """The price v of one more visit of each volunteer (n_volunteers,): what it would change, zero or less.

    Of all optimal duals these are the ones nearest zero, so that they depend on the market and not on the
    solver. They are the shortest distances from "idle" to each volunteer over swaps: a volunteer takes a need
    over from another, who takes one over in turn. Swaps can only gain without end if the choice was not
    optimal; hence the limit.
    """
    price = np.zeros(len(market.capacity))
    served = choice >= 0
    worth = market.unserved.copy()
    worth[served] = market.cost[choice[served]]
    is_whole = market.is_whole
    holders = _Holders(market, choice)
    pairs = np.arange(len(market.cost))
    for _ in range(len(choice) + 1):
        offer = market.cost[pairs] - worth[market.need[pairs]]
        better = offer < price[market.volunteer[pairs]]
        if not is_whole:  # what is less by no more than rounding is the same
            slack = 8 * ROUNDING * (np.abs(market.cost[pairs]) + np.abs(worth[market.need[pairs]]))
            better &= offer < price[market.volunteer[pairs]] - slack
        if not better.any():
            break
        dearer = np.unique(market.volunteer[pairs[better]])
        np.minimum.at(price, market.volunteer[pairs[better]], offer[better])
        needs = holders.needs_of(dearer)
        worth[needs] = market.cost[choice[needs]] - price[market.volunteer[choice[needs]]]
        pairs = market.pairs_of(needs)
    return price


def proved_bound(market: Market, price: Floats, total: float) -> tuple[Floats, float]:
    """What each need costs at these prices (n_needs,), and the lower bound on every assignment they prove.

    A difference from `total` that is within the rounding of the sums counts as none.
    """
    need_price = market.cheapest_of(market.cost - price[market.volunteer], market.unserved)
    value = market.capacity * price
    bound = math.fsum(need_price) + math.fsum(value)
    rounding = 0.0 if market.is_whole else 16 * ROUNDING * (np.abs(need_price).sum() + np.abs(value).sum())
    return need_price, total if total - bound <= rounding else bound


class _Holders:
    """The needs that each volunteer serves."""

    def __init__(self, market: Market, choice: Ints) -> None:
        served = np.flatnonzero(choice >= 0)
        holder = market.volunteer[choice[served]]
        self._needs = served[np.argsort(holder, kind="stable")]
        self._end = np.cumsum(np.bincount(holder, minlength=len(market.capacity)))

    def needs_of(self, volunteers: Ints) -> Ints:
        first = np.concatenate([[0], self._end])[volunteers]
        return self._needs[spans(first, self._end[volunteers] - first)]

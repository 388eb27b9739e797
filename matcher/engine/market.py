"""The feasible pairs of one assignment, checked and put in one fixed order.

Whatever order the caller's pairs come in, a market holds them sorted by need, then volunteer, the cheapest of
duplicates only. The solvers therefore meet the same problem every time, and give the same answer.
"""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

LARGEST_COST = 1e300  # the sum of a million of these is still a float
EXACT = 2.0**50  # sums of a few whole numbers below this are exact in a float
MOST_ROWS = 10**7  # of volunteers, where nobody says how many there are: more are ids, not rows


@dataclass(frozen=True, slots=True)
class Market:
    """Needs, volunteers and the pairs worth considering, E of them.

    start: (n_needs + 1,), the pairs of need i stand at start[i]:start[i + 1]. need, volunteer: (E,), sorted.
    cost: (E,), at most the cost of leaving the need unserved. pair: (E,), where each stands in the caller's
    arrays. unserved: (n_needs,). capacity: (n_volunteers,), at most the number of pairs of the volunteer.
    """

    start: Ints
    need: Ints
    volunteer: Ints
    cost: Floats
    pair: Ints
    unserved: Floats
    capacity: Ints

    @property
    def is_whole(self) -> bool:
        """Whether every cost is a whole number small enough for exact sums."""
        return _is_whole(self.cost) and _is_whole(self.unserved)

    def pairs_of(self, needs: Ints) -> Ints:
        """Where the pairs of these needs stand, need by need."""
        return spans(self.start[needs], self.start[needs + 1] - self.start[needs])

    def cheapest_of(self, values: Floats, otherwise: Floats) -> Floats:
        """The least of `values` (E,) over the pairs of each need, and of `otherwise` (n_needs,)."""
        least = otherwise.copy()
        busy = np.flatnonzero(np.diff(self.start))
        if len(busy):
            least[busy] = np.minimum(least[busy], np.minimum.reduceat(values, self.start[busy]))
        return least


def market_of(
    need: npt.ArrayLike,
    volunteer: npt.ArrayLike,
    cost: npt.ArrayLike,
    unserved: npt.ArrayLike,
    capacity: npt.ArrayLike | None,
) -> Market:
    """Check the caller's arrays and put them in order.

    ValueError names the first bad index: not a finite number, an index out of range, a negative capacity.
    """
    unserved = finite(unserved, "unserved")
    limits = None if capacity is None else whole_numbers(capacity, "capacity")
    refuse(limits is not None and limits < 0, "capacity", limits, "is negative")
    need = indices_of(need, "need", len(unserved))
    volunteer = indices_of(volunteer, "volunteer", None if limits is None else len(limits))
    cost = finite(cost, "cost")
    if not len(need) == len(volunteer) == len(cost):
        raise ValueError(f"need, volunteer and cost differ in length: {len(need)}, {len(volunteer)}, {len(cost)}")
    if limits is None:
        limits = np.ones(int(volunteer.max(initial=-1)) + 1, dtype=np.int64)
    return _in_order(need, volunteer, cost, unserved, limits)


def _in_order(need: Ints, volunteer: Ints, cost: Floats, unserved: Floats, limits: Ints) -> Market:
    pair = np.flatnonzero(cost <= unserved[need])  # a dearer one is never chosen: to leave a need breaks no rule
    key = need[pair] * len(limits) + volunteer[pair]
    order = np.argsort(key, kind="stable")
    if not np.diff(key[order]).all():  # duplicates; this is ten times slower
        order = np.lexsort((cost[pair], key))
        order = order[np.diff(key[order], prepend=-1) > 0]
    pair = pair[order]
    need, volunteer = need[pair], volunteer[pair]
    return Market(
        start=np.searchsorted(need, np.arange(len(unserved) + 1)),
        need=need,
        volunteer=volunteer,
        cost=cost[pair],
        pair=pair,
        unserved=unserved,
        capacity=np.minimum(limits, np.bincount(volunteer, minlength=len(limits))),
    )


def spans(first: Ints, count: Ints) -> Ints:
    """first[0], first[0] + 1, ... `count[0]` of them, then those from first[1], and so on."""
    offset = np.repeat(first - np.cumsum(count) + count, count)
    return offset + np.arange(len(offset))


def with_ties_broken(market: Market) -> Market:
    """The same market, its whole costs scaled and a hashed tie-break of less than one unit in all added.

    An optimum of the result is an optimum of the market, and practically the only one. Costs that are not
    whole, or so far apart that no room is left below one unit, are returned as they are: their order is fixed
    anyway.
    """
    if not market.is_whole:
        return market
    least = market.cheapest_of(market.cost, market.unserved)
    span = float((market.unserved - least).max(initial=0.0)) + 1.0
    room = int(EXACT / (span * max(1, len(least))))
    if room < 2:
        return market
    unit = float(room * len(least))
    tie = _hashed(market.need, market.volunteer) % np.uint64(room - 1)
    return replace(
        market,
        cost=(market.cost - least[market.need]) * unit + tie,
        unserved=(market.unserved - least) * unit + (room - 1),  # where the pair costs as much, serve
    )


def is_all_ties(market: Market) -> bool:
    """Whether costs are whole and every need is indifferent between all its volunteers."""
    least = market.cheapest_of(market.cost, market.unserved)
    return bool((market.cost == least[market.need]).all()) and market.is_whole


def serving_first(market: Market) -> Market:
    """The same market where all are ties, no tie broken; at equal cost, serve.

    A tie-break would make it the hardest of all. Its pairs stand in one fixed order: the answer is the same without.
    """
    least = market.cheapest_of(market.cost, market.unserved)
    saved = (market.unserved - least) * (len(least) + 1.0) + 1.0
    return replace(market, cost=np.zeros(len(market.cost)), unserved=saved)


def with_one_visit_each(market: Market) -> Market:
    """The same market with every volunteer replicated for each visit they can make; `pair` points into `market`."""
    if (market.capacity[market.volunteer] == 1).all():
        return replace(market, pair=np.arange(len(market.pair)))
    pairs_of = np.bincount(market.volunteer, minlength=len(market.capacity))
    is_free_for_all = market.capacity >= pairs_of  # then each pair may have a visit of its own: far fewer pairs
    times = np.where(is_free_for_all, 1, market.capacity)[market.volunteer]
    at = np.repeat(np.arange(len(times)), times)
    nth = np.where(is_free_for_all[market.volunteer], _nth_of_its_kind(market.volunteer), 0)
    first_visit = np.cumsum(market.capacity) - market.capacity
    need = market.need[at]
    return Market(
        start=np.searchsorted(need, np.arange(len(market.start))),
        need=need,
        volunteer=spans(first_visit[market.volunteer] + nth, times),
        cost=market.cost[at],
        pair=at,
        unserved=market.unserved,
        capacity=np.ones(int(market.capacity.sum()), dtype=np.int64),
    )


def _nth_of_its_kind(values: Ints) -> Ints:
    """How many equal values stand before each."""
    order = np.argsort(values, kind="stable")
    first = np.searchsorted(values[order], values[order])
    nth = np.empty_like(values)
    nth[order] = np.arange(len(values)) - first
    return nth


def with_scarce_side_first(market: Market) -> Market:
    """The same market (one visit each), turned round if volunteers are scarcer than needs.

    Turned round, volunteers look for a need: a pair is worth what it saves, and to stay idle costs nothing.
    """
    if np.count_nonzero(np.diff(market.start)) <= int(market.capacity.sum()):
        return market
    order = np.argsort(market.volunteer, kind="stable")
    need = market.need[order]
    return Market(
        start=np.searchsorted(market.volunteer[order], np.arange(len(market.capacity) + 1)),
        need=market.volunteer[order],
        volunteer=need,
        cost=market.cost[order] - market.unserved[need],
        pair=market.pair[order],
        unserved=np.zeros(len(market.capacity)),
        capacity=np.minimum(np.diff(market.start), 1),
    )


def _hashed(need: Ints, volunteer: Ints) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014) over both numbers of a pair."""
    bits = need.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + volunteer.astype(np.uint64)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _is_whole(values: Floats) -> bool:
    return bool((np.abs(values) < EXACT).all() and (np.rint(values) == values).all())


def finite(values: npt.ArrayLike, name: str) -> Floats:
    """These costs as floats; ValueError names the first that is none."""
    given = np.asarray(values)
    if given.size and given.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold numbers, not {given.dtype}")
    costs = flat(given.astype(np.float64), name)
    refuse(~(np.abs(costs) <= LARGEST_COST), name, costs, "is not a finite number")
    return costs


def indices_of(values: npt.ArrayLike, name: str, below: int | None) -> Ints:
    """These indices; ValueError names the first that is negative, or not less than `below` (None: as many rows as
    memory holds).
    """
    indices = whole_numbers(values, name)
    below = MOST_ROWS if below is None else below
    refuse((indices < 0) | (indices >= below), name, indices, f"is out of range (0 to {below - 1})")
    return indices


def whole_numbers(values: npt.ArrayLike, name: str) -> Ints:
    """These whole numbers; ValueError if they are of another kind."""
    numbers = flat(np.asarray(values), name)
    if len(numbers) and numbers.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers, not {numbers.dtype}")
    refuse(numbers > np.iinfo(np.int64).max, name, numbers, "is too large")
    return numbers.astype(np.int64)


def flat(values: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    """These values; ValueError if they are not in one row."""
    if values.ndim != 1:
        raise ValueError(f"{name} must have one dimension, not {values.ndim}")
    return values


def refuse(wrong: Flags | bool, name: str, values: npt.NDArray[Any] | None, complaint: str) -> None:
    """Raise a ValueError that names the first wrong value, if there is one."""
    if values is not None and np.any(wrong):
        first = int(np.argmax(wrong))
        raise ValueError(f"{name}[{first}] {complaint}: {values[first]}")

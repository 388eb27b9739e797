"""The exact assignment: serve each need at most once, each volunteer within capacity, at least total cost."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from matcher.engine.market import (
    Flags,
    Floats,
    Ints,
    Market,
    is_all_ties,
    market_of,
    serving_first,
    with_one_visit_each,
    with_scarce_side_first,
    with_ties_broken,
)
from matcher.engine.prices import cost_of, match_by_prices, proved_bound, shadow_prices

# Rows. Measured by tests/bench/assignment.py: in the tightest markets prices are as fast as scipy from here on, in
# others several times faster; below, scipy answers in milliseconds and there is less to go wrong.
LARGE = 1000

# A market is tight if neither side has this many times what the other has. If it is all ties too, scipy beats prices so
# long as no tie-break makes every pair unlike; with enough to spare prices settle it at once.
PLENTY = 1.25


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who serves which need, what that costs, and the proof that nothing costs less.

    volunteer_of: (n_needs,), -1 where unserved. chosen: (E,), the caller's pairs that were chosen.
    total: unserved costs included. bound: no assignment costs less. need_price: (n_needs,), what each need
    costs the scheme. volunteer_price: (n_volunteers,), zero or less: one more visit of this volunteer would
    change the total by that much.
    """

    volunteer_of: Ints
    chosen: Flags
    total: float
    bound: float
    need_price: Floats
    volunteer_price: Floats

    @property
    def gap(self) -> float:
        """How far the total may be from the optimum, as a share of it: 0 when certified optimal."""
        return (self.total - self.bound) / max(1.0, abs(self.total))


def assign(
    need: npt.ArrayLike,
    volunteer: npt.ArrayLike,
    cost: npt.ArrayLike,
    *,
    unserved: npt.ArrayLike,
    capacity: npt.ArrayLike | None = None,
) -> Assignment:
    """Serve each need at most once, each volunteer at most `capacity` times, at least total cost.

    need, volunteer: whole numbers (E,), one entry per feasible pair; the cheapest of duplicates counts. cost:
    (E,), any sign. unserved: (n_needs,), the cost of leaving each need unserved; where costs are whole and a pair
    costs just as much, it is taken rather than left, all else equal. capacity: whole numbers (n_volunteers,),
    1 if None. Raises ValueError naming the first bad index.
    """
    market = market_of(need, volunteer, cost, unserved, capacity)
    return certified(market, least_cost(market), len(np.asarray(cost)))


def certified(market: Market, choice: Ints, n_pairs: int) -> Assignment:
    """The answer to a caller of `n_pairs` pairs, with its duals.

    choice: (n_needs,), the pair of the market that serves each need, -1 if none.
    """
    served = choice[choice >= 0]
    chosen = np.zeros(n_pairs, dtype=np.bool_)
    chosen[market.pair[served]] = True
    volunteer_of = np.full(len(choice), -1, dtype=np.int64)
    volunteer_of[market.need[served]] = market.volunteer[served]
    total, price = cost_of(market, choice), shadow_prices(market, choice)
    need_price, bound = proved_bound(market, price, total)
    return Assignment(volunteer_of, chosen, total, bound, need_price, price)


def least_cost(market: Market) -> Ints:
    """The pair that serves each need (n_needs,) at least total cost, -1 if none."""
    sides = _sides(market) if _is_tight(market) and is_all_ties(market) else None
    if sides is not None and is_all_ties(sides):
        taken = match_by_scipy(serving_first(sides))
    else:
        sides = _sides(with_ties_broken(market))
        taken = _match_by_cost(sides)
    taken = sides.pair[taken]
    choice = np.full(len(market.unserved), -1, dtype=np.int64)
    choice[market.need[taken]] = taken
    return choice


def _is_tight(market: Market) -> bool:
    scarce, other = sorted((len(market.unserved), int(market.capacity.sum())))
    return other < PLENTY * scarce


def _sides(market: Market) -> Market:
    return with_scarce_side_first(with_one_visit_each(market))


def _match_by_cost(market: Market) -> Ints:
    if len(market.unserved) <= LARGE:
        return match_by_scipy(market)
    taken, rest = match_by_prices(market)
    return taken if rest is None else rest.pair[match_by_scipy(rest)]


def match_by_scipy(market: Market) -> Ints:
    """The pairs of least total cost, at most one to a need or volunteer, by scipy's sparse augmenting paths.

    Needs, the rows, should be the scarce side: each is one augmentation. Every one also has a private column, so that
    a full matching always exists: to take it is to stay unserved.
    """
    n_needs, n_volunteers = len(market.unserved), len(market.capacity)
    if not n_needs:
        return np.empty(0, dtype=np.int64)
    least = market.cheapest_of(market.cost, market.unserved)  # keeps the figures small, and so exact
    weights = np.concatenate([market.cost - least[market.need], market.unserved - least])
    # scipy drops explicit zeros; every need is matched, so that this changes nothing. No more than the smallest cost is
    # added: that one is not lost beside it.
    weights += weights.min(initial=1.0, where=weights > 0)
    rows = np.concatenate([market.need, np.arange(n_needs)])
    columns = np.concatenate([market.volunteer, n_volunteers + np.arange(n_needs)])
    shape = (n_needs, n_volunteers + n_needs)
    rows, columns = min_weight_full_bipartite_matching(csr_array((weights, (rows, columns)), shape=shape))
    key, served = market.need * n_volunteers + market.volunteer, columns < n_volunteers
    return np.searchsorted(key, rows[served].astype(np.int64) * n_volunteers + columns[served])

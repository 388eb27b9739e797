"""A coupled market put to HiGHS: the linear programme that gives prices, and the one in whole numbers that decides."""

import math
import time
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import csc_array, csr_array

from matcher.engine.bidding import members
from matcher.engine.bundles import Bundle, Bundles
from matcher.engine.coupled import SLACK, CoupledMarket
from matcher.engine.market import Flags, Floats

A_FEW = 8  # pairs of each need that the linear programme looks at first
PRICE_SLACK = 1e-7  # HiGHS calls a price right within this much
WORTH_A_ROUND = 1e-5  # of all that could be saved: a smaller step of the bound is not worth solving once more
LEAST_S = 0.05  # HiGHS takes no time for all the time in the world


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An answer in shares: of each pair (E,), with prices of the rules (R,), and which pairs were looked at (E,)."""

    share: Floats
    price: Floats
    looked_at: Flags


def relaxed(coupled: CoupledMarket, price: Floats, ends_at: float) -> Relaxed:
    """The linear programme, from first prices (R,) such as those of the uncoupled problem.

    It looks at the best few pairs of each need and at the rules of needs, visits and minutes; then it adds the pairs
    that pay at the prices found, and the rules that are broken, until there are none or the bound all but stands
    still. Any prices prove a bound: to stop early weakens it a little, and does nothing else.
    """
    pairs, rules = best_few_of_each_need(coupled, coupled.net(price)), coupled.is_general
    best, most, gained = Relaxed(np.zeros(len(pairs)), price, pairs), coupled.most(price), True
    while gained and time.monotonic() < ends_at:
        solved = _linear(coupled, pairs, rules, ends_at - time.monotonic())
        if solved.status != 0:
            break
        share, price = np.zeros(len(pairs)), np.zeros(len(rules))
        share[pairs] = solved.x
        price[rules] = np.maximum(-solved.ineqlin.marginals * coupled.unit, 0.0)
        before, most = most, min(most, coupled.most(price))
        if most < before:
            best = Relaxed(share, price, pairs)
        pays = ~pairs & (coupled.net(price) > PRICE_SLACK * coupled.unit)
        broken = ~rules & (coupled.share @ share > coupled.limit + SLACK)
        gained = bool(pays.any() or broken.any()) and (most >= before or before - most > WORTH_A_ROUND * abs(most))
        pairs, rules = pairs | pays, rules | broken
    return best


def best_few_of_each_need(coupled: CoupledMarket, worth: Floats) -> Flags:
    """Which pairs (E,) are among the few that are worth most to their need."""
    order = np.lexsort((-worth, coupled.market.need))
    is_best = np.zeros(len(worth), dtype=np.bool_)
    is_best[order[np.arange(len(order)) - coupled.market.start[coupled.market.need] < A_FEW]] = True
    return is_best


def _linear(coupled: CoupledMarket, pairs: Flags, rules: Flags, seconds: float) -> OptimizeResult:
    solved: OptimizeResult = linprog(  # type: ignore[call-overload]  # its types know no sparse matrix
        -coupled.gain[pairs] / coupled.unit,
        A_ub=coupled.share[:, np.flatnonzero(pairs)][np.flatnonzero(rules)],
        b_ub=coupled.limit[rules],
        bounds=(0, 1),
        method="highs",
        options={"time_limit": max(seconds, LEAST_S)},
    )
    return solved


def packed(bundles: Bundles, offered: list[Bundle], ends_at: float) -> tuple[Flags, float]:
    """The pairs (E,) of the best of these bundles, at most one for each volunteer, that keep the shared rules.

    And what no others of them can save more than. It may have to stop before they are the best, or before there are
    any.
    """
    chosen = np.zeros(len(bundles.volunteer), dtype=np.bool_)
    if not offered:
        return chosen, 0.0
    bundle, pair = members(offered)
    holds = csc_array((np.ones(len(pair)), (pair, bundle)), shape=(len(chosen), len(offered)))
    owner = bundles.volunteer[[pairs[0] for pairs in offered]]
    one_each = csr_array((np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(len(bundles.worth), len(owner)))
    solved = milp(
        -np.bincount(bundle, bundles.coupled.gain[pair], minlength=len(offered)) / bundles.coupled.unit,
        integrality=np.ones(len(offered), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(bundles.share @ holds, -np.inf, bundles.limit),
            LinearConstraint(one_each, -np.inf, 1.0),
        ],
        options={"time_limit": max(ends_at - time.monotonic(), LEAST_S), "mip_rel_gap": 0.0},
    )
    if solved.x is not None:
        chosen[[pair for at in np.flatnonzero(solved.x > 0.5).tolist() for pair in offered[at]]] = True
    return chosen, math.inf if solved.mip_dual_bound is None else -solved.mip_dual_bound * bundles.coupled.unit


def whole(coupled: CoupledMarket, fixed: Flags, undecided: Flags, ends_at: float) -> tuple[Flags, float]:
    """The fixed pairs and the best of the undecided (E,), and what nothing of that kind can save more than.

    It may have to stop before it is the best, or even better than nothing.
    """
    chosen, saved = fixed.copy(), coupled.saving(fixed)
    room = np.maximum(coupled.limit - coupled.share @ fixed.astype(np.float64), 0.0)
    columns = np.flatnonzero(undecided)
    share = coupled.share[:, columns]
    tight = np.flatnonzero(share @ np.ones(len(columns)) > room)
    if not len(columns):
        return chosen, saved
    solved = milp(
        -coupled.gain[columns] / coupled.unit,
        integrality=np.ones(len(columns), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(share[tight], -np.inf, room[tight]),
        options={"time_limit": max(ends_at - time.monotonic(), LEAST_S), "mip_rel_gap": 0.0},
    )
    if solved.x is not None:
        chosen[columns] = solved.x > 0.5
    return chosen, math.inf if solved.mip_dual_bound is None else saved - solved.mip_dual_bound * coupled.unit


def part_way(ends_at: float) -> float:
    """Half of the time that is left."""
    return (time.monotonic() + ends_at) / 2

"""A market whose pairs share limits: every rule is a row "at most so much" over the pairs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array, vstack

from matcher.engine.market import Flags, Floats, Ints, Market, finite, flat, indices_of, refuse, whole_numbers

SLACK_SHARE = 1e-9  # of a limit, where that is so large that `SLACK` is lost beside it
SLACK = 1e-6  # of a limit: sums of minutes are rounded, and HiGHS keeps a row within this much
MOST_COUNTED = 5  # visits: with more to a limit, rounding tells little
LARGEST_GAIN = 1e6  # in HiGHS's eyes: larger figures drown its fixed tolerances


class Kind(IntEnum):
    """What a rule is about, in the order in which a market holds its rules."""

    HELPERS = 0
    VISITS = 1
    MINUTES = 2
    ROUNDED = 3
    EXCLUSIVE = 4


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rules: the share (R, E) of each pair in each, of which at most `limit` (R,) may be taken."""

    share: csr_array
    limit: Floats | Ints


@dataclass(frozen=True, slots=True)
class CoupledMarket:
    """Pairs that each save `gain` (E,) against leaving a helper short, under rules.

    wanted: (n_needs,), helpers. share: (R, E) and limit: (R,), the rules: first one for each need, then one for the
    visits of each volunteer, then the others. kind: (R,), what each is about.
    """

    market: Market
    wanted: Ints
    gain: Floats
    share: csc_array
    limit: Floats
    kind: Ints

    @staticmethod
    def of(market: Market, wanted: Ints, minutes: Rows, exclusive: Rows) -> "CoupledMarket":
        """The market, with these rules besides helpers and visits."""
        rows = [
            Rows(_ones(market.need, len(wanted)), wanted),
            Rows(_ones(market.volunteer, len(market.capacity)), market.capacity),
            minutes,
            _rounded(minutes),
            exclusive,
        ]
        return CoupledMarket(
            market=market,
            wanted=wanted,
            gain=market.unserved[market.need] - market.cost,
            share=csc_array(vstack([row.share for row in rows])),
            limit=np.concatenate([row.limit for row in rows]).astype(np.float64),
            kind=np.repeat(list(Kind), [len(row.limit) for row in rows]),
        )

    @property
    def is_general(self) -> Flags:
        """Which rules (R,) are of needs, visits and minutes: few, and most of what there is to say."""
        general: Flags = self.kind <= Kind.MINUTES
        return general

    @property
    def unit(self) -> float:
        """What one unit is worth to HiGHS, so that its fixed tolerances mean something."""
        largest = float(self.gain.max(initial=0.0)) or 1.0
        return 1.0 if 1.0 <= largest <= LARGEST_GAIN else largest / LARGEST_GAIN

    def allows(self, chosen: Flags) -> bool:
        """Whether this choice (E,) keeps every rule."""
        return bool((self.share @ chosen.astype(np.float64) <= self.limit + SLACK).all())

    def saving(self, chosen: Flags) -> float:
        """What this choice (E,) saves against leaving everybody unserved."""
        return math.fsum(self.gain[chosen])

    def net(self, price: Floats) -> Floats:
        """What each pair would save (E,) if it had to pay these prices (R,) for its share of each limit."""
        paid: Floats = self.share.T @ price
        return self.gain - paid

    def most(self, price: Floats) -> float:
        """What no choice can save more than: the value of the duals `price` (R,), each zero or more."""
        return math.fsum(np.concatenate([self.limit * price, np.maximum(self.net(price), 0.0)]))


def minutes_rows(market: Market, minutes: npt.ArrayLike | None, limit: npt.ArrayLike | None, n_pairs: int) -> Rows:
    """One rule for each volunteer whose minutes are limited; `minutes` are of the caller's `n_pairs` pairs."""
    used = None if minutes is None else _minutes_used(minutes, n_pairs)
    if limit is None:
        return Rows(csr_array((0, len(market.cost))), np.empty(0))
    given = np.asarray(limit)
    if given.size and given.dtype.kind not in "biuf":
        raise ValueError(f"minutes_limit must hold numbers, not {given.dtype}")
    limits = flat(given.astype(np.float64), "minutes_limit")
    refuse(~(limits >= 0), "minutes_limit", limits, "is not a number of minutes")
    if used is None:
        raise ValueError("minutes_limit needs minutes")
    if len(limits) != len(market.capacity):
        raise ValueError(f"minutes_limit and capacity differ in length: {len(limits)}, {len(market.capacity)}")
    rows = csr_array(
        (used[market.pair], (market.volunteer, np.arange(len(market.cost)))), shape=(len(limits), len(market.cost))
    )
    limited = np.flatnonzero(np.isfinite(limits))
    return Rows(rows[limited], limits[limited])


def _minutes_used(minutes: npt.ArrayLike, n_pairs: int) -> Floats:
    used = finite(minutes, "minutes")
    refuse(used < 0, "minutes", used, "is negative")
    if len(used) != n_pairs:
        raise ValueError(f"minutes and cost differ in length: {len(used)}, {n_pairs}")
    return used


def _rounded(minutes: Rows) -> Rows:
    """What limits of minutes mean for whole visits: for each k, at most k that take more than 1/(k + 1) of a limit.

    They say nothing new, but shares would otherwise fill the last ten minutes with a ninth of a visit: with them the
    bound is nearer the truth. A visit of more than 2/(k + 1) counts as two, and so on (Chvatal-Gomory rounding).
    """
    times = np.arange(1, MOST_COUNTED + 1)
    above = minutes.limit * (1.0 + SLACK_SHARE) + 2 * SLACK
    share = vstack([minutes.share.multiply(k / above[:, None]).floor() for k in times])
    return Rows(csr_array(share), np.repeat(times - 1, len(minutes.limit)))


def exclusive_rows(market: Market, exclusive: Sequence[npt.ArrayLike], n_pairs: int) -> Rows:
    """One rule for each set of the caller's `n_pairs` pairs of which at most one may be chosen."""
    sets = [indices_of(pairs, f"exclusive[{k}]", n_pairs) for k, pairs in enumerate(exclusive)]
    row = np.repeat(np.arange(len(sets)), [len(pairs) for pairs in sets])
    every = np.concatenate([np.empty(0, dtype=np.int64), *sets])
    where = np.full(n_pairs, -1, dtype=np.int64)
    where[market.pair] = np.arange(len(market.pair))
    pair = where[every]
    named = np.unique(np.stack([row[pair >= 0], pair[pair >= 0]]), axis=1)  # who is named twice counts once
    share = csr_array((np.ones(named.shape[1]), (named[0], named[1])), shape=(len(sets), len(market.cost)))
    return Rows(share, np.ones(len(sets)))


def helpers_wanted(helpers: npt.ArrayLike | None, n_needs: int) -> Ints:
    """How many helpers each need wants (n_needs,)."""
    if helpers is None:
        return np.ones(n_needs, dtype=np.int64)
    wanted = whole_numbers(helpers, "helpers")
    refuse(wanted < 0, "helpers", wanted, "is negative")
    if len(wanted) != n_needs:
        raise ValueError(f"helpers and unserved differ in length: {len(wanted)}, {n_needs}")
    return wanted


def _ones(row: Ints, n_rows: int) -> csr_array:
    return csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(n_rows, len(row)))

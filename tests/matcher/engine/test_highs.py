"""The two programmes put to HiGHS."""

import math
import time

import numpy as np
import pytest
from scipy.optimize import linprog

from matcher.engine import highs
from matcher.engine.coupled import MOST_COUNTED, CoupledMarket, exclusive_rows, helpers_wanted, minutes_rows
from matcher.engine.highs import relaxed, whole
from matcher.engine.market import market_of

LATER = math.inf


def week(seed, *, n_needs=40, n_volunteers=15, unserved=60.0):
    """Everybody could do everything, most at the same time as something else."""
    rng = np.random.default_rng(seed)
    need = np.repeat(np.arange(n_needs), n_volunteers)
    volunteer = np.tile(np.arange(n_volunteers), n_needs)
    hour = rng.integers(0, 9, n_needs)
    slots = volunteer * 9 + hour[need]
    sets = [np.flatnonzero(slots == slot) for slot in np.unique(slots)]
    cost, minutes = rng.integers(0, 40, len(need)), rng.choice([30, 45, 60, 90], n_needs)[need]
    market = market_of(need, volunteer, cost, np.full(n_needs, unserved), np.full(n_volunteers, 4))
    limited = minutes_rows(market, minutes, rng.choice([100.0, 150.0, 170.0], n_volunteers), len(need))
    return CoupledMarket.of(market, helpers_wanted(None, n_needs), limited, exclusive_rows(market, sets, len(need)))


def nothing_of(coupled):
    return np.zeros(len(coupled.gain), dtype=bool)


def in_a_minute():
    return time.monotonic() + 60


@pytest.mark.parametrize("seed", range(5))
def test_the_few_pairs_and_rules_looked_at_end_at_the_whole_linear_programme(seed, monkeypatch):
    monkeypatch.setattr(highs, "A_FEW", 1)
    monkeypatch.setattr(highs, "WORTH_A_ROUND", 0.0)
    coupled = week(seed)
    everything = linprog(-coupled.gain, A_ub=coupled.share, b_ub=coupled.limit, bounds=(0, 1), method="highs")
    found = relaxed(coupled, np.zeros(len(coupled.limit)), in_a_minute())
    assert coupled.most(found.price) == pytest.approx(-everything.fun)
    assert (coupled.share @ found.share <= coupled.limit + 1e-6).all()


def test_prices_hold_even_when_there_was_no_time_for_them():
    coupled = week(0)
    found = relaxed(coupled, np.zeros(len(coupled.limit)), time.monotonic() - 1)
    chosen, most = whole(coupled, nothing_of(coupled), ~nothing_of(coupled), in_a_minute())
    assert coupled.most(found.price) >= most >= coupled.saving(chosen)


@pytest.mark.parametrize("seed", range(5))
def test_the_rounded_minutes_bring_the_bound_nearer_and_never_below_the_answer(seed):
    coupled = week(seed, n_needs=12, n_volunteers=5)
    found = relaxed(coupled, np.zeros(len(coupled.limit)), in_a_minute())
    chosen, _ = whole(coupled, nothing_of(coupled), ~nothing_of(coupled), in_a_minute())
    first = np.count_nonzero(coupled.is_general)
    plain = np.r_[:first, first + MOST_COUNTED * 5 : len(coupled.limit)]  # without the rounded rows of five volunteers
    as_they_are = linprog(-coupled.gain, A_ub=coupled.share[plain], b_ub=coupled.limit[plain], bounds=(0, 1))
    assert coupled.allows(chosen)
    assert coupled.saving(chosen) <= coupled.most(found.price) + 1e-6
    assert coupled.most(found.price) < -as_they_are.fun - 1e-3


def test_what_is_fixed_stays_and_counts_in_what_is_proved():
    coupled = week(1, n_needs=10, n_volunteers=4)
    fixed = nothing_of(coupled)
    fixed[0] = True
    chosen, most = whole(coupled, fixed, ~fixed, in_a_minute())
    assert chosen[0]
    assert coupled.allows(chosen)
    assert most == pytest.approx(coupled.saving(chosen))
    assert whole(coupled, fixed, nothing_of(coupled), LATER)[1] == coupled.gain[0]


@pytest.mark.parametrize("seed", [5, 23])
def test_large_costs_of_a_helper_short_do_not_hide_the_last_minute_of_travel(seed):
    """HiGHS stops within a ten-thousandth of the total by default; here that would lose 83 and 40 minutes of travel."""
    coupled = week(seed, n_needs=20, n_volunteers=7, unserved=1e5)
    chosen, most = whole(coupled, nothing_of(coupled), ~nothing_of(coupled), in_a_minute())
    assert most == pytest.approx(coupled.saving(chosen), abs=1e-3)

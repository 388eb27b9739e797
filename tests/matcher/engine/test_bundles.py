"""What one volunteer could do at given prices, and the prices found by bidding, against everything that could be."""

import itertools
import math
import time

import numpy as np
import pytest

from matcher.engine import bundles as bundling
from matcher.engine.bidding import bid
from matcher.engine.bundles import Bundles
from matcher.engine.coupled import CoupledMarket, exclusive_rows, helpers_wanted, minutes_rows
from matcher.engine.highs import packed, relaxed, whole
from matcher.engine.market import market_of


def week(seed, n_needs=12, n_volunteers=5):
    """Everybody could do everything, much of it at the same time; some pairs of two volunteers exclude each other."""
    rng = np.random.default_rng(seed)
    need, volunteer = np.repeat(np.arange(n_needs), n_volunteers), np.tile(np.arange(n_volunteers), n_needs)
    slots = volunteer * 4 + rng.integers(0, 4, n_needs)[need]
    sets = [np.flatnonzero(slots == slot) for slot in np.unique(slots)]
    sets += [rng.integers(0, len(need), 2) for _ in range(5)]
    market = market_of(
        need, volunteer, rng.integers(0, 40, len(need)), np.full(n_needs, 60.0), rng.integers(1, 4, n_volunteers)
    )
    minutes = minutes_rows(market, rng.choice([30, 45, 60], len(need)), np.full(n_volunteers, 100.0), len(need))
    return CoupledMarket.of(market, helpers_wanted(None, n_needs), minutes, exclusive_rows(market, sets, len(need)))


def every_bundle(coupled, own_rules, volunteer):
    """All sets of this volunteer's pairs that keep their own rules."""
    pairs = np.flatnonzero(coupled.market.volunteer == volunteer)
    for size in range(4):
        for some in itertools.combinations(pairs.tolist(), size):
            flags = np.zeros(len(coupled.gain))
            flags[list(some)] = 1
            if (coupled.share[own_rules] @ flags <= coupled.limit[own_rules] + 1e-6).all():
                yield some


def prices_and_own_rules(bundles, seed):
    rules = np.arange(len(bundles.coupled.limit))
    return np.random.default_rng(seed).random(len(bundles.shared)) * 40, np.setdiff1d(rules, bundles.shared)


def in_a_minute():
    return time.monotonic() + 60


@pytest.mark.parametrize("seed", range(8))
def test_each_volunteer_s_best_bundle_is_the_best_of_all_and_so_is_the_next_after_prices_change(seed):
    bundles = Bundles(week(seed))
    for turn in range(3):
        price, own_rules = prices_and_own_rules(bundles, 10 * seed + turn // 2)
        price[turn] = 0.0
        most = bundles.most(price)
        net = bundles.coupled.gain - bundles.share.T @ price
        for volunteer in range(5):
            best = max(math.fsum(net[list(some)]) for some in every_bundle(bundles.coupled, own_rules, volunteer))
            assert bundles.worth[volunteer] == pytest.approx(best)
            assert math.fsum(net[list(bundles.best[volunteer])]) == pytest.approx(best)
        assert most == pytest.approx(bundles.limit @ price + bundles.worth.sum())
    assert bundles.most(np.full(len(bundles.shared), 1e6)) == bundles.limit.sum() * 1e6
    assert not bundles.chosen().any()


@pytest.mark.parametrize("seed", range(4))
def test_every_bundle_that_saves_little_less_is_named(seed):
    bundles = Bundles(week(seed, n_needs=8))
    price, own_rules = prices_and_own_rules(bundles, seed)
    bundles.most(price)
    net = bundles.net
    expected = {
        tuple(sorted(some))
        for volunteer in range(5)
        for some in every_bundle(bundles.coupled, own_rules, volunteer)
        if some and math.fsum(net[list(some)]) >= bundles.worth[volunteer] - 10
    }
    found = bundles.within(10, 10_000)
    assert {tuple(sorted(some)) for some in found} == expected
    assert bundles.within(10, len(expected) // 2) is None


@pytest.mark.parametrize("seed", range(4))
def test_a_search_cut_short_still_proves_a_bound(seed):
    coupled = week(seed)
    exact, hasty = Bundles(coupled), Bundles(coupled)
    hasty.take_pains(1)
    price = np.zeros(len(exact.shared))
    assert hasty.most(price) > exact.most(price)
    assert (hasty.worth >= exact.worth).all()
    hasty.take_pains(bundling.IN_EARNEST)
    assert hasty.most(price) == exact.most(price)


@pytest.mark.parametrize("seed", range(6))
def test_bidding_proves_a_bound_as_good_as_the_linear_programme_s(seed):
    coupled = week(seed)
    bundles = Bundles(coupled)
    nothing = np.zeros(len(coupled.gain), dtype=bool)
    best, _ = whole(coupled, nothing, ~nothing, in_a_minute())
    in_shares = coupled.most(relaxed(coupled, np.zeros(len(coupled.limit)), in_a_minute()).price)
    bids = bid(bundles, np.zeros(len(bundles.shared)), in_a_minute())
    assert coupled.saving(best) <= bids.most + 1e-6
    assert bids.most <= in_shares * 1.001
    assert (bids.slack >= -1e-9).all()
    assert (bids.price >= 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_the_best_of_all_bundles_is_the_best_choice(seed):
    coupled = week(seed)
    bundles = Bundles(coupled)
    bundles.most(np.zeros(len(bundles.shared)))
    chosen, most = packed(bundles, bundles.within(math.inf, 100_000), in_a_minute())
    nothing = np.zeros(len(coupled.gain), dtype=bool)
    best, _ = whole(coupled, nothing, ~nothing, in_a_minute())
    assert coupled.allows(chosen)
    assert coupled.saving(chosen) == pytest.approx(coupled.saving(best))
    assert most == pytest.approx(coupled.saving(best))


@pytest.mark.parametrize("seed", range(3))
def test_the_prices_told_prove_a_bound_of_the_usual_kind(seed):
    coupled = week(seed)
    bundles = Bundles(coupled)
    bids = bid(bundles, np.zeros(len(bundles.shared)), in_a_minute())
    assert coupled.most(bundles.prices(bids.price)) >= bids.most - 1e-6
    without = np.zeros(len(coupled.limit))
    without[bundles.shared] = bids.price
    assert coupled.most(bundles.prices(bids.price)) <= coupled.most(without)


def test_a_market_without_pairs_has_no_bundles():
    coupled = CoupledMarket.of(
        market := market_of([], [], [], [5.0], [1]),
        helpers_wanted(None, 1),
        minutes_rows(market, None, None, 0),
        exclusive_rows(market, [], 0),
    )
    bundles = Bundles(coupled)
    bids = bid(bundles, np.zeros(1), in_a_minute())
    assert (bids.most, bids.seen, bundles.of(bundles.chosen())) == (0.0, [], [])
    assert packed(bundles, [], in_a_minute())[1] == 0.0

"""The optimum by dual prices, against scipy; and the prices themselves."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matcher.engine import assignment, prices
from matcher.engine.assignment import assign, match_by_scipy
from matcher.engine.market import (
    market_of,
    with_one_visit_each,
    with_scarce_side_first,
    with_ties_broken,
)
from matcher.engine.prices import match_by_prices, proved_bound, shadow_prices


def county(rng, n_needs, n_volunteers, *, degree=7, costs="whole", most=2):
    """Pairs at random. costs: whole, equal, halves, fractions (whole nor tied) or alike (tied fractions)."""
    has = rng.random((n_needs, n_volunteers)) < degree / n_volunteers
    need, volunteer = np.nonzero(has)
    cost = {
        "whole": lambda: rng.integers(-20, 40, len(need)),
        "equal": lambda: np.zeros(len(need)),
        "fractions": lambda: rng.random(len(need)) * 60 - 20,
        "alike": lambda: rng.integers(0, 4, len(need)) + 0.5,
    }[costs]()
    unserved = rng.integers(10, 60, n_needs).astype(float)
    return need, volunteer, cost.astype(float), unserved, rng.integers(1, most, n_volunteers)


def solved_by(monkeypatch, large, market):
    monkeypatch.setattr(assignment, "LARGE", large)
    need, volunteer, cost, unserved, capacity = market
    return assign(need, volunteer, cost, unserved=unserved, capacity=capacity)


def total_of(market, pairs):
    return market.cost[pairs].sum() + market.unserved.sum() - market.unserved[market.need[pairs]].sum()


SHAPES = [(40, 160), (60, 60), (90, 40), (150, 150)]


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("costs", ["whole", "equal", "fractions", "alike"])
@pytest.mark.parametrize("most", [2, 4])
def test_prices_and_scipy_agree_on_the_answer_and_on_every_price(monkeypatch, seed, costs, most):
    rng = np.random.default_rng(seed)
    for n_needs, n_volunteers in SHAPES:
        market = county(rng, n_needs, n_volunteers, costs=costs, most=most)
        small, large = solved_by(monkeypatch, 10**9, market), solved_by(monkeypatch, -1, market)
        assert (small.gap, large.gap) == (0, 0)
        assert large.total == pytest.approx(small.total, rel=1e-12)
        assert np.allclose(large.volunteer_price, small.volunteer_price, rtol=0, atol=1e-9)
        assert np.allclose(large.need_price, small.need_price, rtol=0, atol=1e-9)
        if costs == "whole" and most == 2:
            assert (large.volunteer_of == small.volunteer_of).all()


@pytest.mark.parametrize("seed", range(20))
def test_dense_sparse_and_prices_agree_on_two_thousand_markets(monkeypatch, seed):
    """Plenty, tight and scarce; whole costs, ties and fractions; one visit each, as the dense solver knows no other."""
    rng = np.random.default_rng(seed)
    for _ in range(100):
        n_needs, n_volunteers = rng.integers(8, 45, 2)
        costs = str(rng.choice(["whole", "equal", "fractions", "alike"]))
        market = county(rng, n_needs, n_volunteers, degree=rng.integers(1, 7), costs=costs)
        sparse, by_prices = solved_by(monkeypatch, 10**9, market), solved_by(monkeypatch, -1, market)
        best = dense_total(market)
        assert sparse.total == pytest.approx(best, rel=1e-12, abs=1e-9)
        assert by_prices.total == pytest.approx(best, rel=1e-12, abs=1e-9)
        assert (sparse.gap, by_prices.gap) == (0, 0)


def dense_total(market):
    """The least total by scipy's dense solver, with a private column for each need."""
    need, volunteer, cost, unserved, capacity = market
    table = np.full((len(unserved), len(capacity) + len(unserved)), 1e6)
    table[need, volunteer] = cost
    table[np.arange(len(unserved)), len(capacity) + np.arange(len(unserved))] = unserved
    return table[linear_sum_assignment(table)].sum()


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("costs", ["whole", "fractions", "alike"])
def test_what_is_left_when_patience_ends_has_the_same_optimum(monkeypatch, seed, costs):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(prices, "PATIENCE", 0.0)
    raw = county(rng, 60, 55, costs=costs)
    market = with_scarce_side_first(with_one_visit_each(with_ties_broken(market_of(*raw))))
    taken, rest = match_by_prices(market)
    if rest is not None:
        taken = rest.pair[match_by_scipy(rest)]
    assert total_of(market, taken) == pytest.approx(total_of(market, match_by_scipy(market)), rel=1e-12)


def test_some_of_those_markets_do_leave_something(monkeypatch):
    """Or the test above would show nothing."""
    monkeypatch.setattr(prices, "PATIENCE", 0.0)
    markets = [county(np.random.default_rng(seed), 60, 55) for seed in range(40)]
    left = [match_by_prices(with_ties_broken(market_of(*market)))[1] for market in markets]
    assert sum(rest is not None for rest in left) > 10


@pytest.mark.parametrize("seed", range(20))
def test_without_bidding_the_paths_alone_find_the_optimum(monkeypatch, seed):
    monkeypatch.setattr(prices, "_reduce_rows", lambda ledger: np.flatnonzero(np.diff(ledger.market.start)))
    monkeypatch.setattr(prices, "PATIENCE", 1000.0)
    market = with_ties_broken(market_of(*county(np.random.default_rng(seed), 50, 50)))
    taken, rest = match_by_prices(market)
    assert rest is None
    assert sorted(taken) == sorted(match_by_scipy(market))


def test_a_second_driver_in_box_would_save_55_minutes():
    """Two needs that one driver could serve: what is lost for want of another is the driver's price."""
    answer = assign([0, 1], [0, 0], [5, 5], unserved=[60, 60])
    assert answer.volunteer_price.tolist() == [-55]
    assert answer.need_price.tolist() == [60, 60]


def test_nobody_is_worth_more_when_there_are_plenty():
    answer = assign([0, 0], [0, 1], [5, 6], unserved=[60])
    assert answer.volunteer_price.tolist() == [0, 0]


def test_someone_who_may_make_no_visit_has_the_price_of_their_first():
    answer = assign([0, 0], [0, 1], [5, 6], unserved=[60], capacity=[0, 1])
    assert answer.volunteer_price.tolist() == [-1, 0]


@pytest.mark.parametrize("seed", range(10))
def test_a_bound_holds_whatever_the_prices(seed):
    rng = np.random.default_rng(seed)
    raw = county(rng, 40, 40, costs="fractions")
    market = market_of(*raw)
    best = assign(*raw[:3], unserved=raw[3], capacity=raw[4]).total
    for _ in range(50):
        _, bound = proved_bound(market, -rng.random(40) * 60, best)
        assert bound <= best


def test_prices_of_a_choice_that_is_not_optimal_come_to_an_end():
    """Swaps would gain for ever: the limit ends them, and the bound stays below the total."""
    market = market_of([0, 0, 1, 1], [0, 1, 0, 1], [1, 9, 9, 1], [50, 50], None)
    wrong = np.array([1, 2])
    _, bound = proved_bound(market, shadow_prices(market, wrong), 18)
    assert bound <= 2

"""The exact assignment, against brute force, the dense solver and every kind of bad input."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matcher.engine.assignment import assign, certified
from matcher.engine.market import is_all_ties, market_of, serving_first, with_ties_broken


def brute_force(need, volunteer, cost, unserved, capacity):
    """The least total, by trying everything."""
    options = [
        [(-1, u), *((v, c) for n, v, c in zip(need, volunteer, cost, strict=True) if n == i)]
        for i, u in enumerate(unserved)
    ]

    def within_limits(answer):
        taken = [v for v, _ in answer if v >= 0]
        return all(taken.count(v) <= capacity[v] for v in set(taken))

    answers = filter(within_limits, itertools.product(*options))
    return min(math.fsum(c for _, c in answer) for answer in answers)


def small_market(rng):
    """Up to four needs and volunteers: ties, zeros, negatives, duplicates, nobody, huge and tiny figures."""
    n_needs, n_volunteers = rng.integers(0, 5, 2)
    n_pairs = int(rng.integers(0, 13)) if n_needs and n_volunteers else 0
    unit = rng.choice([1, 1, 1, 1000, 1e9, 0.1, 1e-6])
    need = rng.integers(0, max(1, n_needs), n_pairs)
    volunteer = rng.integers(0, max(1, n_volunteers), n_pairs)
    cost, unserved = rng.integers(-5, 6, n_pairs) * unit, rng.integers(-3, 9, n_needs) * unit
    capacity = rng.integers(0, 4, n_volunteers) if rng.random() < 0.5 else np.ones(n_volunteers, int)
    return need, volunteer, cost, unserved, capacity


def county(rng, *, n_needs, n_volunteers, degree, whole=True):
    """A larger market with the given mean number of volunteers for each need."""
    has = rng.random((n_needs, n_volunteers)) < degree / n_volunteers
    need, volunteer = np.nonzero(has)
    cost = rng.integers(0, 60, len(need)).astype(float) if whole else rng.random(len(need)) * 60
    return need, volunteer, cost, rng.integers(20, 90, n_needs).astype(float)


def dense_total(need, volunteer, cost, unserved, n_volunteers):
    """The least total by scipy's dense solver, with a private column for each need."""
    table = np.full((len(unserved), n_volunteers + len(unserved)), 1e6)
    np.minimum.at(table, (need, volunteer), cost)
    table[np.arange(len(unserved)), n_volunteers + np.arange(len(unserved))] = unserved
    rows, columns = linear_sum_assignment(table)
    return table[rows, columns].sum()


def check_certificate(answer, need, volunteer, cost, unserved, capacity):
    """u + v <= c everywhere, equal on the chosen; v = 0 with a visit to spare; u = unserved if unserved."""
    u, v = answer.need_price, answer.volunteer_price
    slack = 1e-9 * max(1.0, np.abs(np.concatenate([cost, unserved])).max(initial=0))
    used = np.bincount(answer.volunteer_of[answer.volunteer_of >= 0], minlength=len(v))
    assert (u[need] + v[volunteer] <= cost + slack).all()
    assert (v <= 0).all()
    assert (u <= unserved + slack).all()
    assert np.allclose((u[need] + v[volunteer])[answer.chosen], cost[answer.chosen], atol=slack)
    assert np.allclose(v[used < capacity], 0, atol=slack)
    assert np.allclose(u[answer.volunteer_of < 0], unserved[answer.volunteer_of < 0], atol=slack)


def check_agrees_with_itself(answer, need, volunteer, cost, unserved, capacity):
    """The chosen pairs are the volunteers named, within capacity, and add up to the total."""
    chosen = np.flatnonzero(answer.chosen)
    assert sorted(need[chosen]) == sorted(np.flatnonzero(answer.volunteer_of >= 0))
    assert (answer.volunteer_of[need[chosen]] == volunteer[chosen]).all()
    assert (np.bincount(volunteer[chosen], minlength=len(capacity)) <= capacity).all()
    total = math.fsum([*cost[chosen], *unserved[answer.volunteer_of < 0]])
    assert answer.total == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_the_answer_is_the_best_of_all_possible_ones(seed):
    rng = np.random.default_rng(seed)
    for _ in range(150):
        market = small_market(rng)
        need, volunteer, cost, unserved, capacity = market
        answer = assign(need, volunteer, cost, unserved=unserved, capacity=capacity)
        assert answer.total == pytest.approx(brute_force(*market), rel=1e-12, abs=1e-15)
        assert answer.gap == 0
        check_agrees_with_itself(answer, *market)
        check_certificate(answer, *market)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("n_needs", "n_volunteers"), [(60, 200), (120, 120), (200, 60)])
def test_plenty_tight_and_scarce_counties_agree_with_the_dense_solver(seed, n_needs, n_volunteers):
    rng = np.random.default_rng(seed)
    market = county(rng, n_needs=n_needs, n_volunteers=n_volunteers, degree=8, whole=bool(seed % 2))
    need, volunteer, cost, unserved = market
    capacity = np.ones(n_volunteers, int)
    answer = assign(need, volunteer, cost, unserved=unserved, capacity=capacity)
    assert answer.total == pytest.approx(dense_total(*market, n_volunteers), rel=1e-12)
    assert answer.gap == 0
    check_certificate(answer, *market, capacity)


@pytest.mark.parametrize("seed", range(8))
def test_two_visits_of_one_volunteer_are_worth_two_volunteers(seed):
    rng = np.random.default_rng(seed)
    need, volunteer, cost, unserved = county(rng, n_needs=80, n_volunteers=40, degree=6)
    twice = assign(need, volunteer, cost, unserved=unserved, capacity=np.full(40, 2))
    doubled = np.concatenate([volunteer, volunteer + 40])
    assert twice.total == dense_total(np.tile(need, 2), doubled, np.tile(cost, 2), unserved, 80)
    assert twice.gap == 0


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_the_pairs_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    need, volunteer, _, unserved = county(rng, n_needs=60, n_volunteers=60, degree=6)
    cost = rng.integers(0, 3, len(need)).astype(float)  # nearly everything ties
    first = assign(need, volunteer, cost, unserved=unserved, capacity=np.ones(60, int))
    mixed = rng.permutation(len(need))
    again = assign(need[mixed], volunteer[mixed], cost[mixed], unserved=unserved, capacity=np.ones(60, int))
    assert (first.volunteer_of == again.volunteer_of).all()
    assert (first.chosen[mixed] == again.chosen).all()
    assert (first.volunteer_price == again.volunteer_price).all()


@pytest.mark.parametrize("seed", range(10))
def test_the_tie_break_leaves_one_best_answer_whichever_side_is_on_the_rows(seed):
    rng = np.random.default_rng(seed)
    need, volunteer, _, unserved = county(rng, n_needs=40, n_volunteers=40, degree=6)
    cost = np.full(len(need), 7.0)
    rows = assign(need, volunteer, cost, unserved=unserved, capacity=np.ones(40, int))
    spare = np.ones(50, int)  # ten volunteers whom nobody may ask, so that the needs are the scarce side
    also_rows = assign(need, volunteer, cost, unserved=unserved, capacity=spare)
    crowded = np.concatenate([unserved, np.full(20, 5.0)])  # twenty needs without anybody: now volunteers are
    columns = assign(need, volunteer, cost, unserved=crowded, capacity=np.ones(40, int))
    assert (rows.volunteer_of == also_rows.volunteer_of).all()
    assert rows.total + 100 == columns.total


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("alike", ["all equal", "needs differ", "nothing to gain"])
def test_a_market_that_is_all_ties_is_solved_exactly_in_any_order(seed, alike):
    rng = np.random.default_rng(seed)
    n_needs, n_volunteers = rng.integers(20, 80, 2)
    need, volunteer, _, unserved = county(rng, n_needs=n_needs, n_volunteers=n_volunteers, degree=3)
    own = {"all equal": np.full(n_needs, 7.0), "needs differ": rng.integers(-5, 20, n_needs).astype(float)}
    cost = own.get(alike, unserved)[need]
    capacity = rng.integers(1, 3, n_volunteers) if seed % 2 else np.ones(n_volunteers, int)
    answer = assign(need, volunteer, cost, unserved=unserved, capacity=capacity)
    copies = [
        (need, volunteer, cost),
        *((need[c], n_volunteers + volunteer[c], cost[c]) for c in [capacity[volunteer] > 1]),
    ]
    every = [np.concatenate(column) for column in zip(*copies, strict=True)]
    assert answer.total == dense_total(*every, unserved, 2 * n_volunteers)
    assert answer.gap == 0
    used = np.bincount(answer.volunteer_of[answer.volunteer_of >= 0], minlength=n_volunteers)
    could = (answer.volunteer_of[need] < 0) & (used < capacity)[volunteer]
    assert (cost[could] > unserved[need[could]]).all()  # at equal cost a need is served
    mixed = rng.permutation(len(need))
    again = assign(need[mixed], volunteer[mixed], cost[mixed], unserved=unserved, capacity=capacity)
    assert (again.volunteer_of == answer.volunteer_of).all()
    check_certificate(answer, need, volunteer, cost, unserved, capacity)


def test_a_tie_is_between_whole_costs_that_are_all_the_same_and_to_serve_comes_first():
    tight = market_of([0, 0, 1], [0, 1, 1], [7, 7, 7], [9, 7], None)
    assert is_all_ties(tight)
    assert (serving_first(tight).unserved > serving_first(tight).cost.max()).all()
    assert not is_all_ties(market_of([0, 0, 1], [0, 1, 1], [7, 8, 7], [9, 9], None))
    assert not is_all_ties(market_of([0, 0, 1], [0, 1, 1], [7.5, 7.5, 7.5], [9, 9], None))


def test_the_tie_break_never_outweighs_one_unit_of_cost():
    """All ties of one answer together weigh less than a difference of 1 in one cost."""
    market = market_of([0, 0, 1, 2], [0, 1, 0, 2], [3, 4, 5, 6], [9, 9, 9], None)
    broken = with_ties_broken(market)
    unit = broken.cost[1] - broken.cost[0] + 1  # the costs 4 and 3 of one need, and the most a tie may add
    ties = np.concatenate([broken.cost, broken.unserved]) % np.floor(unit / 2)
    assert (np.concatenate([broken.cost, broken.unserved]) < 2.0**50).all()
    assert unit > 3
    assert ties.min() >= 0


def test_costs_that_are_not_whole_are_never_touched():
    market = market_of([0, 0, 1], [0, 1, 0], [1.5, 1.5, 2.0], [9.0, 9.0], None)
    assert with_ties_broken(market) is market


@pytest.mark.parametrize("seed", range(6))
def test_a_price_is_what_one_more_visit_would_change(seed):
    rng = np.random.default_rng(seed)
    need, volunteer, cost, unserved = county(rng, n_needs=30, n_volunteers=20, degree=4)
    capacity = rng.integers(1, 3, 20)
    answer = assign(need, volunteer, cost, unserved=unserved, capacity=capacity)
    for someone in range(20):
        one_more = capacity + (np.arange(20) == someone)
        more = assign(need, volunteer, cost, unserved=unserved, capacity=one_more)
        assert more.total - answer.total == answer.volunteer_price[someone]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("whole", [True, False])
def test_the_certificate_fails_on_a_wrong_answer(seed, whole):
    rng = np.random.default_rng(seed)
    need, volunteer, cost, unserved = county(rng, n_needs=30, n_volunteers=30, degree=5, whole=whole)
    market = market_of(need, volunteer, cost, unserved, np.ones(30, int))
    right = assign(need, volunteer, cost, unserved=unserved, capacity=np.ones(30, int))
    choice = np.full(30, -1)
    served = np.flatnonzero(right.chosen[market.pair])
    choice[market.need[served]] = served
    assert certified(market, choice, len(need)).gap == 0
    free = ~np.isin(market.volunteer, right.volunteer_of)
    swaps = [p for p in np.flatnonzero(free) if choice[market.need[p]] >= 0] + [-1]
    wrong = choice.copy()
    wrong[market.need[swaps[0]] if swaps[0] >= 0 else market.need[served[0]]] = swaps[0]
    bad = certified(market, wrong, len(need))
    assert bad.total >= right.total
    assert bad.bound <= right.total + 1e-9
    assert (bad.gap > 0) == (bad.total > right.total)


def test_a_need_without_a_volunteer_stays_unserved_and_costs_what_it_costs():
    answer = assign([0], [0], [3], unserved=[10, 7])
    assert answer.volunteer_of.tolist() == [0, -1]
    assert (answer.total, answer.bound, answer.gap) == (10, 10, 0)


def test_nobody_and_nothing_are_fine():
    answer = assign([], [], [], unserved=[])
    assert (len(answer.volunteer_of), answer.total, answer.gap) == (0, 0, 0)
    assert assign([], [], [], unserved=[4, 5], capacity=[1, 1]).total == 9
    assert assign([0], [0], [1], unserved=[4], capacity=[0]).total == 4


def test_a_pair_that_costs_more_than_leaving_the_need_is_not_chosen_and_one_that_costs_the_same_is():
    answer = assign([0, 1], [0, 1], [11, 10], unserved=[10, 10])
    assert answer.volunteer_of.tolist() == [-1, 1]


def test_zero_costs_are_real_costs():
    answer = assign([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 5], unserved=[9, 9])
    assert answer.volunteer_of.tolist() == [1, 0]
    assert answer.total == 0


def test_the_cheapest_of_duplicates_counts():
    answer = assign([0, 0, 0], [0, 0, 0], [5, 2, 4], unserved=[9])
    assert answer.chosen.tolist() == [False, True, False]
    assert answer.total == 2


@pytest.mark.parametrize("big", [2.0**40, 2.0**60, 1e15, 1e200])
def test_a_huge_cost_of_leaving_a_need_still_leaves_the_small_costs_exact(big):
    answer = assign([0, 0, 1, 1], [0, 1, 0, 1], [1, 2, 3, 5], unserved=[big, big])
    assert answer.volunteer_of.tolist() == [1, 0]
    assert (answer.total, answer.gap) == (5, 0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"cost": [1, math.nan, math.inf]}, r"cost\[1\] is not a finite number: nan"),
        ({"cost": [1, 1, -math.inf]}, r"cost\[2\] is not a finite number: -inf"),
        ({"unserved": [1, math.inf]}, r"unserved\[1\] is not a finite number: inf"),
        ({"need": [0, 2, 5]}, r"need\[1\] is out of range \(0 to 1\): 2"),
        ({"need": [0, 1, -1]}, r"need\[2\] is out of range \(0 to 1\): -1"),
        ({"volunteer": [0, 3, 0]}, r"volunteer\[1\] is out of range \(0 to 2\): 3"),
        ({"volunteer": [-2, 0, 0], "capacity": None}, r"volunteer\[0\] is out of range \(0 to 9999999\): -2"),
        ({"capacity": [1, -1, 1]}, r"capacity\[1\] is negative: -1"),
        ({"need": [0.0, 1.0, 1.0]}, "need must hold whole numbers, not float64"),
        ({"cost": [1, 2]}, "need, volunteer and cost differ in length: 3, 3, 2"),
        ({"unserved": [[1, 2]]}, "unserved must have one dimension, not 2"),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_first_bad_index(change, complaint):
    good = {"need": [0, 1, 1], "volunteer": [0, 1, 2], "cost": [1, 2, 3]}
    good |= {"unserved": [9, 9], "capacity": [1, 1, 1]}
    asked = good | change
    with pytest.raises(ValueError, match=complaint):
        assign(
            asked["need"],
            asked["volunteer"],
            asked["cost"],
            unserved=asked["unserved"],
            capacity=asked["capacity"],
        )


def test_the_smallest_costs_are_not_lost_beside_nothing():
    answer = assign([0, 0], [0, 1], [2e-16, 1e-16], unserved=[9e-16])
    assert answer.volunteer_of.tolist() == [1]

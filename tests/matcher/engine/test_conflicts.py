"""Assignments under shared limits, against everything that could be chosen."""

import itertools
import math
from typing import Any

import numpy as np
import pytest

from matcher.engine import conflicts, highs
from matcher.engine.assignment import assign
from matcher.engine.conflicts import plan_assignment


def small_period(rng):
    """Up to twelve pairs under every kind of limit; now and then duplicates, huge figures and no limit at all."""
    n_needs, n_volunteers, n_pairs = rng.integers(1, 5), rng.integers(1, 5), rng.integers(0, 13)
    unit = rng.choice([1.0, 1.0, 1.0, 0.37, 1e5])
    pairs = {
        "need": rng.integers(0, n_needs, n_pairs),
        "volunteer": rng.integers(0, n_volunteers, n_pairs),
        "cost": rng.integers(-3, 12, n_pairs) * unit,
    }
    limits = {"unserved": rng.integers(2, 15, n_needs) * unit}
    if rng.random() < 0.6:
        limits["capacity"] = rng.integers(0, 4, n_volunteers)
    if rng.random() < 0.6:
        limits["minutes"] = rng.integers(0, 7, n_pairs) * 15
        limits["minutes_limit"] = rng.choice([30.0, 60.0, 75.0, math.inf], n_volunteers)
    if "capacity" not in limits and "minutes_limit" not in limits:
        pairs["volunteer"][:1] = n_volunteers - 1
    if rng.random() < 0.6:
        limits["helpers"] = rng.integers(0, 4, n_needs)
    sets = rng.integers(0, 4) if n_pairs else 0
    limits["exclusive"] = [rng.integers(0, n_pairs, rng.integers(0, 4)) for _ in range(sets)]
    return pairs, limits


def keeps_the_rules(chosen, pairs, limits):
    """Whether these pairs (indices) may all be chosen, said as plainly as can be."""
    need, volunteer = pairs["need"][chosen], pairs["volunteer"][chosen]
    helpers = limits.get("helpers", np.ones(len(limits["unserved"]), int))
    if len(set(zip(need.tolist(), volunteer.tolist(), strict=True))) < len(chosen):
        return False
    if any((need == i).sum() > wanted for i, wanted in enumerate(helpers)):
        return False
    if any((volunteer == j).sum() > most for j, most in enumerate(limits.get("capacity", ()))):
        return False
    if any(
        limits["minutes"][chosen][volunteer == j].sum() > most for j, most in enumerate(limits.get("minutes_limit", ()))
    ):
        return False
    return all(len(set(chosen) & set(some.tolist())) <= 1 for some in limits["exclusive"])


def cost_of(chosen, pairs, limits):
    helpers = limits.get("helpers", np.ones(len(limits["unserved"]), int))
    short = helpers - np.bincount(pairs["need"][chosen], minlength=len(helpers))
    return math.fsum(pairs["cost"][chosen]) + math.fsum(short * limits["unserved"])


def cheapest_duplicates(pairs):
    best = {}
    for at, key in enumerate(zip(pairs["need"].tolist(), pairs["volunteer"].tolist(), strict=True)):
        if key not in best or pairs["cost"][at] < pairs["cost"][best[key]]:
            best[key] = at
    return sorted(best.values())


def brute_force(pairs, limits):
    candidates = cheapest_duplicates(pairs)
    choices = itertools.chain.from_iterable(
        itertools.combinations(candidates, size) for size in range(len(candidates) + 1)
    )
    allowed = (list(choice) for choice in choices if keeps_the_rules(list(choice), pairs, limits))
    return min(cost_of(choice, pairs, limits) for choice in allowed)


@pytest.mark.parametrize("seed", range(40))
def test_the_plan_is_the_best_of_all_that_keep_the_rules(seed):
    rng = np.random.default_rng(seed)
    for _ in range(12):
        pairs, limits = small_period(rng)
        answer = plan_assignment(**pairs, **limits)
        chosen = np.flatnonzero(answer.chosen).tolist()
        assert keeps_the_rules(chosen, pairs, limits)
        assert answer.total == pytest.approx(cost_of(chosen, pairs, limits), rel=1e-12, abs=1e-12)
        assert answer.total == pytest.approx(brute_force(pairs, limits), rel=1e-9, abs=1e-9)
        assert answer.gap == 0
        assert (answer.volunteer_of >= 0).tolist() == [
            i in pairs["need"][chosen] for i in range(len(limits["unserved"]))
        ]


def week(rng, n_needs, n_volunteers):
    """A week of needs: visits of 30 to 90 minutes, each volunteer with a few overlaps and their own limits."""
    need = np.repeat(np.arange(n_needs), 8)
    volunteer = rng.integers(0, n_volunteers, len(need))
    order = np.lexsort((volunteer, rng.integers(0, 5 * n_needs, len(need))))
    sets = [order[at : at + 3] for at in range(0, len(order) - 3, 9)]
    return {
        "need": need,
        "volunteer": volunteer,
        "cost": rng.integers(0, 40, len(need)).astype(float),
        "unserved": rng.choice([60.0, 80.0, 100.0], n_needs),
        "minutes": rng.choice([30, 45, 60, 90], n_needs)[need],
        "minutes_limit": rng.choice([90.0, 150.0, 240.0], n_volunteers),
        "capacity": rng.integers(1, 4, n_volunteers),
        "helpers": rng.choice([1, 1, 1, 2], n_needs),
        "exclusive": sets,
    }


def test_a_hard_week_of_300_needs_has_an_answer_near_its_bound_in_four_seconds():
    rules = week(np.random.default_rng(2), 300, 200)
    answer = plan_assignment(**rules, time_limit_s=4)
    pairs = {name: rules[name] for name in ("need", "volunteer", "cost")}
    assert keeps_the_rules(np.flatnonzero(answer.chosen), pairs, rules)
    assert 0 <= answer.gap < 0.4  # 0.001 to 0.02 on a machine with nothing else to do


@pytest.mark.parametrize("seed", range(3))
def test_without_time_there_is_still_an_answer_and_a_bound(seed):
    rules = week(np.random.default_rng(seed), 200, 100)
    answer = plan_assignment(**rules, time_limit_s=0)
    pairs = {name: rules[name] for name in ("need", "volunteer", "cost")}
    assert keeps_the_rules(np.flatnonzero(answer.chosen), pairs, rules)
    assert answer.chosen.sum() > 50
    assert 0 <= answer.gap < 1


def test_an_answer_survives_a_solver_that_finds_nothing(monkeypatch):
    """`milp` may come back empty-handed: the plan already holds one of its own."""

    class Nothing:
        status, x, mip_dual_bound = 1, None, None

    monkeypatch.setattr(highs, "milp", lambda *_, **__: Nothing())
    monkeypatch.setattr(highs, "linprog", lambda *_, **__: Nothing())
    rules = week(np.random.default_rng(1), 100, 60)
    answer = plan_assignment(**rules)
    assert answer.chosen.any()
    assert answer.bound < answer.total


@pytest.mark.parametrize("seed", range(10))
def test_with_no_shared_limits_it_is_the_plain_assignment(seed):
    rng = np.random.default_rng(seed)
    need, volunteer = rng.integers(0, 40, 200), rng.integers(0, 30, 200)
    cost, unserved = rng.integers(0, 40, 200).astype(float), np.full(40, 50.0)
    capacity = rng.integers(0, 3, 30)
    plain = assign(need, volunteer, cost, unserved=unserved, capacity=capacity)
    same = plan_assignment(need, volunteer, cost, unserved=unserved, capacity=capacity)
    assert (same.total, same.bound) == (plain.total, plain.bound)
    assert (same.volunteer_of == plain.volunteer_of).all()
    assert np.allclose(same.volunteer_price, plain.volunteer_price)
    assert np.allclose(same.need_price, plain.need_price)


@pytest.mark.parametrize("crowded", [0, 10**6])
def test_every_step_of_the_search_keeps_the_optimum(monkeypatch, crowded):
    """With a core and neighbourhoods of a few pairs only, all steps have work to do, and the last one ends it."""
    monkeypatch.setattr(conflicts, "CORE", 20)
    monkeypatch.setattr(conflicts, "CROWDED", crowded)
    monkeypatch.setattr(conflicts, "A_NEIGHBOURHOOD", 40)
    for seed in range(6):
        rules = week(np.random.default_rng(seed), 25, 18)
        by_steps = plan_assignment(**rules, time_limit_s=60)
        with monkeypatch.context() as at_once:
            at_once.setattr(conflicts, "CORE", 10**6)
            assert by_steps.total == plan_assignment(**rules, time_limit_s=60).total
        assert by_steps.gap == 0


def test_one_neighbour_may_help_everybody_if_nothing_limits_them():
    answer = plan_assignment([0, 1, 2], [0, 0, 0], [1, 1, 1], unserved=[9, 9, 9])
    assert (answer.total, answer.gap) == (3, 0)


def test_two_visits_at_the_same_time_go_to_two_people():
    need, volunteer, cost = [0, 0, 1, 1], [0, 1, 0, 1], [1, 5, 1, 7]
    answer = plan_assignment(need, volunteer, cost, unserved=[50, 50], exclusive=[[0, 2], [1, 3]])
    assert answer.volunteer_of.tolist() == [1, 0]


def test_two_helpers_are_two_different_people():
    answer = plan_assignment([0, 0, 0], [3, 3, 1], [1, 1, 8], unserved=[20], helpers=[2])
    assert sorted(np.flatnonzero(answer.chosen)) == [0, 2]
    assert answer.volunteer_of.tolist() == [3]


def test_one_helper_short_costs_one_helper_short():
    answer = plan_assignment([0], [0], [1], unserved=[20], helpers=[3])
    assert (answer.total, answer.bound) == (41, 41)


def test_minutes_are_kept_to_the_minute():
    limits = {"minutes": [60, 45, 45], "minutes_limit": [90]}
    answer = plan_assignment([0, 1, 2], [0, 0, 0], [0, 5, 5], unserved=[30, 30, 30], **limits)
    assert answer.chosen.tolist() == [False, True, True]


def test_the_most_served_comes_before_the_least_travel_when_it_is_worth_a_million():
    rules = week(np.random.default_rng(3), 30, 20)
    rules["unserved"] = np.full(30, 1e6)
    most = plan_assignment(**rules, time_limit_s=60)
    served = plan_assignment(**(rules | {"cost": np.zeros(240), "unserved": np.ones(30)}), time_limit_s=60)
    assert most.chosen.sum() == served.chosen.sum()
    assert most.gap == 0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"cost": [1, math.nan]}, r"cost\[1\] is not a finite number: nan"),
        ({"helpers": [1, -1]}, r"helpers\[1\] is negative: -1"),
        ({"helpers": [1]}, "helpers and unserved differ in length: 1, 2"),
        ({"exclusive": [[0, 1], [1, 2]]}, r"exclusive\[1\]\[1\] is out of range \(0 to 1\): 2"),
        ({"minutes_limit": [9, 9]}, "minutes_limit needs minutes"),
        ({"minutes": [1, math.nan]}, r"minutes\[1\] is not a finite"),
        ({"minutes": [1]}, "minutes and cost differ in length: 1, 2"),
        ({"minutes": [1, 1], "minutes_limit": ["a", "b"]}, "minutes_limit must hold numbers, not <U1"),
        ({"minutes": [1, -5], "minutes_limit": [9, 9]}, r"minutes\[1\] is negative: -5"),
        ({"minutes": [1, math.inf], "minutes_limit": [9, 9]}, r"minutes\[1\] is not a finite"),
        ({"minutes": [1], "minutes_limit": [9, 9]}, "minutes and cost differ in length: 1, 2"),
        ({"minutes": [1, 1], "minutes_limit": [9, math.nan]}, r"minutes_limit\[1\] is not a number of minutes: nan"),
        ({"minutes": [1, 1], "minutes_limit": [9], "capacity": [1, 1]}, "minutes_limit and capacity differ in length"),
        ({"minutes": [1, 1], "minutes_limit": [9]}, r"volunteer\[1\] is out of range \(0 to 0\): 1"),
    ],
)
def test_bad_input_is_refused_by_name(change, complaint):
    good = {"need": [0, 1], "volunteer": [0, 1], "cost": [1, 2], "unserved": [9, 9]}
    with pytest.raises(ValueError, match=complaint):
        plan_assignment(**(good | change))


def test_an_empty_set_of_pairs_excludes_nothing() -> None:
    answer = plan_assignment([0], [0], [1.0], unserved=[5.0], exclusive=[[], [0]])
    assert (answer.total, answer.gap) == (1.0, 0.0)
    assert plan_assignment([], [], [], unserved=[5.0], exclusive=[[]]).total == 5.0


def test_as_many_helpers_as_one_likes_to_name_cost_no_memory() -> None:
    answer = plan_assignment([0, 0], [0, 1], [1.0, 2.0], unserved=[5.0], helpers=[10**10])
    assert answer.chosen.all()
    assert answer.total == pytest.approx(3.0 + 5.0 * (10**10 - 2))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"exclusive": [0, 1]}, r"exclusive\[0\]"),
        ({"exclusive": [[[0, 1]]]}, r"exclusive\[0\]"),
        ({"exclusive": [[0], [0, 7]]}, r"exclusive\[1\]\[1\] is out of range"),
        ({"minutes": [1, 1], "minutes_limit": [[1]]}, "minutes_limit must have one dimension"),
        ({"minutes": [np.inf, 1], "minutes_limit": [1]}, r"minutes\[0\] is not a finite number"),
        ({"volunteer": [10**12, 0]}, r"volunteer\[0\] is out of range"),
        ({"cost": [1j, 1]}, "cost must hold numbers"),
        ({"capacity": np.array([2**64 - 1], dtype=np.uint64)}, r"capacity\[0\] is too large"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(bad: dict[str, Any], words: str) -> None:
    usual: dict[str, Any] = {"need": [0, 0], "volunteer": [0, 0], "cost": [1.0, 2.0], "unserved": [5.0]}
    with pytest.raises(ValueError, match=words):
        plan_assignment(**(usual | bad))


@pytest.mark.parametrize("minutes", [1e3, 1e9, 1e12, 1e15])
def test_a_visit_that_takes_just_as_long_as_is_left_is_made_however_long(minutes):
    answer = plan_assignment([0], [0], [1.0], unserved=[2.0], minutes=[minutes], minutes_limit=[minutes])
    assert (answer.total, answer.gap) == (1.0, 0.0)

from collections import Counter
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from matcher.engine import solve
from matcher.simulation import question
from matcher.simulation.ablation import ablated
from matcher.simulation.county import build_county
from matcher.simulation.desk import AskStatus
from matcher.simulation.experiments import POLICIES
from matcher.simulation.hindsight import look_back
from matcher.simulation.parameters import ANSWERING, HABITS, SNOWY, Extensions
from matcher.simulation.policies import plain_policies
from matcher.simulation.question import Ours
from matcher.simulation.run import run_policy

# One worker makes the world of these, once.
pytestmark = pytest.mark.xdist_group("policies")

TINY = replace(SNOWY.smaller(0.08), warm_up_days=0, measured_days=3, snow_days=(1,))


def soft():
    return next(policy for policy in plain_policies() if policy.name == "nearest_soft")


@pytest.fixture(scope="module")
def tiny():
    return build_county(TINY, seed=3)


@pytest.fixture(scope="module")
def desk_of(tiny):
    """`desk_of("ours")`: how the tiny county stands when all is over. Each policy is run once."""
    policies = {policy.name: policy for policy in (Ours(), *plain_policies())}
    return cache(lambda name: run_policy(tiny, policies[name]).desk)


def test_the_clairvoyant_fills_at_least_as_many_as_every_policy(compared):
    bound = compared.hindsight.filled.sum()
    assert {name: len(desk.held) for name, desk in compared.desks.items() if len(desk.held) > bound} == {}


def test_whoever_said_yes_to_a_policy_is_someone_who_would_have_to_the_clairvoyant(compared):
    nobody = set(np.flatnonzero(compared.hindsight.nobody).tolist())
    assert all(not nobody & set(desk.held) for desk in compared.desks.values())


@pytest.mark.parametrize("extension", [Extensions(standby=1.0), Extensions(no_show=0.5)])
def test_the_clairvoyant_knows_who_stands_by_and_who_does_not_come(extension):
    county = build_county(replace(TINY, needs_a_snow_day=60, extensions=extension), seed=3)
    hindsight, desk = look_back(county), run_policy(county, soft()).desk
    assert not hindsight.nobody[list(desk.held)].any()
    assert len(desk.held) <= hindsight.filled.sum()


def test_the_clairvoyant_fills_nothing_where_nobody_comes(tiny):
    nobody = build_county(replace(TINY, extensions=Extensions(no_show=1.0)), seed=3)
    assert look_back(nobody).nobody[tiny.measured].all()


def test_every_policy_meets_the_same_luck(compared):
    first, *others = compared.desks.values()
    for desk in others:
        assert np.array_equal(desk.answers.luck, first.answers.luck)
        assert np.array_equal(desk.answers.delay_min, first.answers.delay_min)


def test_the_simulator_calls_the_function_that_the_service_calls(tiny, monkeypatch):
    assert question.solve_round is solve.solve_round
    calls = Counter()

    def counted(problem):
        calls["rounds"] += 1
        calls["with a forecast"] += bool(problem.forecast)
        return solve.solve_round(problem)

    run = run_policy(tiny, Ours(solve=counted))
    assert calls["rounds"] == run.rounds > 10
    assert 0 < calls["with a forecast"] < run.rounds  # the snow is over before the needs are


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_is_held_to_more_than_they_offered(tiny, desk_of, policy):
    desk = desk_of(policy)
    assert (desk.visits <= 1).all()
    assert (desk.weekly <= tiny.helpers.visits_a_week[:, None]).all()
    for need, promise in desk.held.items():
        assert tiny.able[need, promise.volunteer]
        assert tiny.helpers.free[promise.volunteer, tiny.slot_of(promise.start)]
        assert tiny.needs.opens[need] <= promise.start <= promise.end <= tiny.needs.ends[need] + 1e-6


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_is_asked_twice_about_the_same_need_or_in_the_night(desk_of, policy):
    asks = desk_of(policy).asks
    assert len({(ask.need, ask.volunteer) for ask in asks}) == len(asks)
    assert all(8 * 60 <= ask.asked % 1440 < 22 * 60 for ask in asks)


def test_a_broadcast_asks_everyone_in_its_radius_at_once(tiny, desk_of):
    desk = desk_of("broadcast")
    asked_at = {need: {ask.asked for ask in asks} for need, asks in desk.of_need.items()}
    assert max(len(times) for times in asked_at.values()) == 1
    assert max(len(asks) for asks in desk.of_need.values()) > 3
    assert all(tiny.km[ask.need, ask.volunteer] <= HABITS.radius_km for ask in desk.asks)


def test_a_hard_expiry_ends_asks_and_a_soft_one_never_does(desk_of):
    ended = {name: Counter(ask.status for ask in desk_of(name).asks) for name in POLICIES}
    assert ended["nearest"][AskStatus.EXPIRED] > 0
    assert ended["nearest_soft"][AskStatus.EXPIRED] == 0


def test_nearest_first_asks_people_who_are_nearer(tiny, desk_of):
    away = [np.mean([tiny.km[a.need, a.volunteer] for a in desk_of(name).asks]) for name in ("nearest_soft", "random")]
    assert away[0] < away[1]


def test_a_yes_that_comes_too_late_counts_twice(tiny, desk_of):
    desk = desk_of("broadcast")
    too_late = [a for a in desk.asks if a.yes and a.status is AskStatus.WITHDRAWN and a.answers_at < float("inf")]
    volunteer = next(a.volunteer for a in too_late)
    half_life = ANSWERING.half_life_days * 1440
    counts = [
        (2.0 if a.yes and a.status in (AskStatus.WITHDRAWN, AskStatus.LAPSED) else 1.0)
        * 0.5 ** ((desk.now - a.asked) / half_life)
        for a in desk.of_volunteer[volunteer]
    ]
    assert desk.tired.now(desk.now)[volunteer] == pytest.approx(sum(counts))


def test_a_run_is_the_same_every_time(tiny, desk_of):
    one, two = run_policy(tiny, Ours()).desk, desk_of("ours")
    assert [(a.asked, a.need, a.volunteer) for a in one.asks] == [(a.asked, a.need, a.volunteer) for a in two.asks]


@pytest.mark.parametrize("term", ["pacing", "learning"])
def test_what_is_switched_off_changes_whom_ours_asks(tiny, desk_of, term):
    usual = [(a.asked, a.need, a.volunteer) for a in desk_of("ours").asks]
    without = [(a.asked, a.need, a.volunteer) for a in run_policy(tiny, ablated(term, "x")).desk.asks]
    assert usual != without


def test_someone_who_does_not_come_leaves_the_need_open_for_another(desk_of):
    careless = build_county(replace(TINY, extensions=Extensions(no_show=0.5)), seed=3)
    usual, fewer = desk_of("ours"), run_policy(careless, Ours()).desk
    assert all(fewer.answers.comes[need, promise.volunteer] for need, promise in fewer.held.items())
    assert len(fewer.held) < len(usual.held)
    assert fewer.refused


def test_two_visits_may_share_a_half_day_only_where_that_is_allowed():
    busy = replace(TINY, needs_a_snow_day=60)
    several, standby = (
        run_policy(build_county(replace(busy, extensions=extension), seed=3), soft()).desk
        for extension in (Extensions(several_visits=True), Extensions(standby=1.0))
    )
    assert several.visits.max() == 2
    morning = TINY.snow_days[0] * 3
    assert standby.visits[:, morning].max() == 2
    assert np.delete(standby.visits, morning, axis=1).max() == 1
    for of_one in several.held_by.values():
        visits = sorted(of_one, key=lambda visit: visit.start)
        assert all(first.end <= then.start for first, then in pairwise(visits))

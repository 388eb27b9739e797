"""What is learned from asks whose answers were planted: chances are known, so that what is found can be held against
what is true.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.engine.acceptance import chance_of_yes
from matcher.engine.learning import JUDGED_IN, AskRecord, Gate, Learned, features, fit
from matcher.engine.params import Acceptance
from matcher.engine.world import build_world

# One worker makes the world of these, once.
pytestmark = pytest.mark.xdist_group("learning")

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ("base", "whole_reach", "notice_under_3h", "notice_under_10h", "per_log_recent_ask", "known", "urgent")
TRUTH = Acceptance(
    base=0.2,
    whole_reach=-1.2,
    notice_under_3h=-0.4,
    notice_under_10h=-0.9,
    per_log_recent_ask=-0.9,
    known=0.3,
    urgent=1.1,
)
HOPEFUL = replace(TRUTH, base=TRUTH.base + 0.8)


@dataclass(frozen=True)
class Planted:
    """Asks, the chance of a yes that each truly had, and how each person truly leans."""

    records: list[AskRecord]
    chance: np.ndarray[Any, np.dtype[np.float64]]
    leaning: np.ndarray[Any, np.dtype[np.float64]]


def coefficients(model: Acceptance) -> list[float]:
    return [getattr(model, name) for name in NAMES]


def planted(
    seed: int = 1,
    asks: int = 4000,
    people: int = 150,
    model: Acceptance = TRUTH,
    sd: float = 0.8,
    patience_min: float = 40.0,
    sudden: float = 0.0,
    days: float = 40.0,
) -> Planted:
    """Asks of some weeks, most of them withdrawn soon because somebody else said yes. sudden: what the last third of
    them leans to beyond the rest.
    """
    dice = np.random.default_rng(seed)
    leaning = dice.normal(0, sd, people)
    records, chances = [], []
    for n in range(asks):
        asked_at = NOW - days * DAY * (1 - n / asks) - 6 * timedelta(hours=1)
        ask = AskRecord(
            person_id=int(dice.integers(people)),
            asked_at=asked_at,
            reach_share=float(dice.uniform(0, 1)),
            notice_h=float(dice.choice([1, 5, 24])),
            recent_asks=float(dice.exponential(2)),
            known=bool(dice.random() < 0.3),
            urgent=bool(dice.random() < 0.3),
            outcome=MatchStatus.PROPOSED,
        )
        logit = np.dot(features(ask), coefficients(model)) + leaning[ask.person_id] + sudden * (n > asks * 2 / 3)
        chance = 1 / (1 + np.exp(-logit))
        says_yes = dice.random() < chance
        median = model.response_median_urgent_min if ask.urgent else model.response_median_min
        takes = median * np.exp(model.response_sigma * dice.normal())
        if not says_yes and dice.random() < model.silent_share:
            takes = np.inf
        until = dice.exponential(patience_min)
        answer = MatchStatus.ACCEPTED if says_yes else MatchStatus.DECLINED
        outcome = answer if takes <= until else MatchStatus.WITHDRAWN
        records.append(replace(ask, outcome=outcome, ended_at=asked_at + float(min(takes, until)) * MINUTE))
        chances.append(chance)
    return Planted(records, np.array(chances), leaning)


def thought_of(learned: Learned, records: list[AskRecord]) -> float:
    """The mean chance that the learned model gives these asks."""
    logit = np.array([np.dot(features(r), coefficients(learned.acceptance)) for r in records])
    logit += [learned.leaning.get(r.person_id, 0.0) for r in records]
    return float((1 / (1 + np.exp(-logit))).mean())


def ask(person: int, days_ago: float, outcome: MatchStatus, after_min: float = 10.0) -> AskRecord:
    asked_at = NOW - days_ago * DAY
    ended_at = None if outcome is MatchStatus.PROPOSED else asked_at + after_min * MINUTE
    return AskRecord(person, asked_at, 0.5, 24.0, 0.0, known=False, urgent=False, outcome=outcome, ended_at=ended_at)


@pytest.fixture(scope="module")
def world() -> Planted:
    return planted()


@pytest.fixture(scope="module")
def learned(world: Planted) -> Learned:
    return fit(world.records, now=NOW)


def test_what_moves_people_is_found_although_most_asks_were_cut_short(world: Planted, learned: Learned) -> None:
    cut_short = [r for r in world.records if r.outcome is MatchStatus.WITHDRAWN]
    assert len(cut_short) > len(world.records) / 3
    assert learned.gate.is_open
    assert coefficients(learned.acceptance) == pytest.approx(coefficients(TRUTH), abs=0.3)


def test_asks_cut_short_make_nobody_look_less_or_more_willing(world: Planted, learned: Learned) -> None:
    truth = world.chance.mean()
    assert thought_of(learned, world.records) == pytest.approx(truth, abs=0.02)


def test_counting_them_as_a_no_or_leaving_them_out_would(world: Planted) -> None:
    """So that the test above is known to be able to fail."""
    cut = MatchStatus.WITHDRAWN
    as_no = [replace(r, outcome=MatchStatus.DECLINED) if r.outcome is cut else r for r in world.records]
    answered = [r for r in world.records if r.outcome is not cut]
    truth = world.chance.mean()
    assert thought_of(fit(as_no, now=NOW), world.records) < truth - 0.05
    assert thought_of(fit(answered, now=NOW), world.records) > truth + 0.05


def test_each_person_s_leaning_is_found_and_shrunk(world: Planted, learned: Learned) -> None:
    found = np.array([learned.leaning[p] for p in range(world.leaning.size)])
    # Some twenty-five asks of each, half of them cut short: a perfect learner comes to about .7.
    assert np.corrcoef(found, world.leaning)[0, 1] > 0.6
    assert 0.4 < found.std() < world.leaning.std()


def test_one_no_is_held_against_nobody_for_much(world: Planted) -> None:
    once, often = 9001, 9002
    noes = [ask(once, 1, MatchStatus.DECLINED), *(ask(often, n / 2, MatchStatus.DECLINED) for n in range(20))]
    leaning = fit([*world.records, *noes], now=NOW).leaning
    assert -0.6 < leaning[once] < 0
    assert leaning[often] < leaning[once] - 0.5


def test_what_is_long_ago_counts_for_less(world: Planted) -> None:
    """Asks of ninety days ago weigh an eighth."""
    turned_keen, turned_shy = 9001, 9002
    yes, no = MatchStatus.ACCEPTED, MatchStatus.DECLINED
    changed = [
        ask(who, days + n / 10, outcome)
        for n in range(8)
        for who, days, outcome in (
            (turned_keen, 90, no),
            (turned_keen, 1, yes),
            (turned_shy, 90, yes),
            (turned_shy, 1, no),
        )
    ]
    leaning = fit([*world.records, *changed], now=NOW).leaning
    assert leaning[turned_keen] > 0.3
    assert leaning[turned_shy] < -0.3


def test_an_ask_just_made_teaches_nothing(world: Planted, learned: Learned) -> None:
    fresh = [ask(1, 0, MatchStatus.PROPOSED) for _ in range(500)]
    again = fit([*world.records, *fresh], now=NOW)
    assert coefficients(again.acceptance) == pytest.approx(coefficients(learned.acceptance), abs=0.02)
    assert again.leaning[1] == pytest.approx(learned.leaning[1], abs=0.02)


def test_silence_that_lasted_all_day_is_as_good_as_a_no(world: Planted) -> None:
    silent, refusing, hardly_asked = 9001, 9002, 9003
    asked = [
        record
        for n in range(20)
        for record in (
            ask(silent, n, MatchStatus.LAPSED, after_min=2000),
            ask(refusing, n, MatchStatus.DECLINED),
            ask(hardly_asked, n, MatchStatus.LAPSED, after_min=0),
        )
    ]
    leaning = fit([*world.records, *asked], now=NOW).leaning
    assert leaning[silent] == pytest.approx(leaning[refusing], abs=0.05)
    assert leaning[hardly_asked] == pytest.approx(0, abs=0.05)


def test_who_resets_what_is_thought_of_them_starts_afresh(world: Planted, learned: Learned) -> None:
    shyest = min(learned.leaning, key=lambda p: learned.leaning[p])
    assert learned.leaning[shyest] < -0.5
    reset = fit(world.records, now=NOW, reset_at={shyest: NOW})
    assert shyest not in reset.leaning
    halfway = fit(world.records, now=NOW, reset_at={shyest: NOW - 2 * DAY})
    assert learned.leaning[shyest] < halfway.leaning.get(shyest, 0.0)
    assert len(reset.leaning) == len(learned.leaning) - 1


def test_the_order_of_the_asks_does_not_matter(world: Planted, learned: Learned) -> None:
    assert fit(list(reversed(world.records)), now=NOW) == learned


def test_a_model_that_no_longer_holds_is_not_used() -> None:
    """In the last third people turned away; the gate sees that, everybody is thought alike, and more are asked."""
    turned = fit(planted(seed=3, sudden=-2.0).records, now=NOW)
    assert turned.gate.mean_predicted > turned.gate.mean_said_yes + 0.05
    assert not turned.gate.is_open
    assert turned.leaning == {}


def test_the_picture_shows_every_ask_the_gate_was_judged_by_once(learned: Learned) -> None:
    bins = learned.gate.bins
    assert learned.gate.resolved == 500
    assert [b.predicted for b in bins] == sorted(b.predicted for b in bins)
    asks = sum(b.asks for b in bins)
    assert asks > 500  # those cut short, too
    assert sum(b.predicted * b.asks for b in bins) / asks == pytest.approx(learned.gate.mean_predicted)
    assert bins[-1].said_yes > bins[0].said_yes + 0.2


def test_with_few_asks_nobody_is_told_apart_and_a_little_less_is_hoped_of_all() -> None:
    few = planted(asks=120)
    learned = fit(few.records, now=NOW)
    assert learned.gate.resolved < 100
    assert not learned.gate.is_open
    assert learned.leaning == {}
    nothing = fit([], now=NOW)
    assert nothing.acceptance == replace(Acceptance(), base=pytest.approx(Acceptance().base - 0.3))
    assert nothing.gate == Gate(0)


def test_the_gate_is_judged_by_asks_the_model_has_not_seen(world: Planted, learned: Learned) -> None:
    """Had the last part's answers been the other way round, the same would have been predicted of them."""
    last = sum(b.asks for b in learned.gate.bins) // JUDGED_IN
    other = {MatchStatus.ACCEPTED: MatchStatus.DECLINED, MatchStatus.DECLINED: MatchStatus.ACCEPTED}
    turned = [replace(r, outcome=other.get(r.outcome, r.outcome)) for r in world.records[-last:]]
    gate = fit([*world.records[:-last], *turned], now=NOW).gate
    assert last > 200
    assert gate.mean_predicted == learned.gate.mean_predicted
    assert gate.mean_said_yes > learned.gate.mean_said_yes


def test_the_gate_judges_what_the_nights_would_have_used_not_a_model_that_stopped_learning_long_ago() -> None:
    """A scheme of some weeks: most of what there is to learn from is among the asks that it is judged by, and what was
    thought beforehand is far from right. A model that had to do without all of them would be turned down for that.
    """
    gates = [fit(planted(seed=seed, asks=1100, days=10).records, now=NOW, prior=HOPEFUL).gate for seed in (1, 2)]
    assert all(350 < gate.resolved < 500 for gate in gates)
    assert [gate.is_open for gate in gates] == [True, True]


def test_silence_to_the_end_is_an_answer_the_gate_counts_and_a_withdrawal_is_none() -> None:
    silent = [ask(n, 1 + n / 100, MatchStatus.LAPSED, after_min=600) for n in range(7)]
    cut = [ask(n, 1 + n / 100, MatchStatus.WITHDRAWN) for n in range(5)]
    assert fit([*silent, *cut], now=NOW).gate.resolved == 7


def test_silence_is_held_against_the_time_that_urgent_answers_take(world: Planted) -> None:
    """Where urgent answers take for ever, silence about urgent needs says nothing of anybody."""
    silent = [replace(ask(9001, n, MatchStatus.WITHDRAWN, after_min=300), urgent=True) for n in range(20)]
    records = [*(r for r in world.records if not r.urgent), *silent]
    slow = Acceptance(response_median_urgent_min=1e9)
    assert fit(records, now=NOW).leaning[9001] < -0.3
    assert fit(records, now=NOW, prior=slow).leaning[9001] == pytest.approx(0, abs=0.01)


GOOD = Gate(resolved=500, mean_predicted=0.30, mean_said_yes=0.31, mean_error=0.01, slope=1.0, slope_error=0.1)


@pytest.mark.parametrize(
    ("change", "is_open"),
    [
        ({}, True),
        ({"resolved": 99}, False),
        ({"mean_predicted": 0.34}, True),
        ({"mean_predicted": 0.36}, False),
        ({"mean_predicted": 0.26}, False),
        ({"slope": 0.72}, True),
        ({"slope": 0.65}, False),
        ({"slope": 1.4}, False),
    ],
)
def test_the_gate_allows_what_the_design_and_chance_allow(change: dict[str, Any], is_open: bool) -> None:
    assert replace(GOOD, **change).is_open is is_open


def test_the_learner_sees_an_ask_as_a_round_does(village: Any) -> None:
    """The same ask, put as a record and as a pair of a round, is given the same chance."""
    need = village.need(usual=frozenset({1}))
    neighbour = village.neighbour(1, asked_at=(village.now - 3 * DAY,))
    round_ = build_world(village.round([need], [neighbour]))
    pairs = round_.pairs(np.array([0]), np.array([0]))
    for hours in (1, 5, 24):
        start = np.array([round_.clock.now + hours * 3600])
        record = AskRecord(
            person_id=1,
            asked_at=village.now,
            reach_share=float(pairs.metres[0] / neighbour.reach_m),
            notice_h=hours,
            recent_asks=float(round_.fatigue[0]),
            known=True,
            urgent=need.urgency == "urgent",
            outcome=MatchStatus.PROPOSED,
        )
        logit = np.dot(features(record), coefficients(round_.params.acceptance))
        assert record.recent_asks == pytest.approx(0.5)
        assert chance_of_yes(round_, pairs, start) == pytest.approx([1 / (1 + np.exp(-logit))])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ended_at": None}, "if and only if"),
        ({"outcome": MatchStatus.PROPOSED}, "if and only if"),
        ({"ended_at": NOW - 2 * DAY}, "before it was made"),
        ({"reach_share": -0.1}, "0 or more"),
        ({"recent_asks": float("nan")}, "0 or more"),
    ],
)
def test_an_ask_that_cannot_have_been_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(ask(1, 1, MatchStatus.DECLINED), **change)

"""What the simulator gives the nightly fit, and what becomes of it."""

from dataclasses import replace

import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.engine.params import Params
from matcher.simulation import learner
from matcher.simulation.county import build_county
from matcher.simulation.desk import AskStatus
from matcher.simulation.learner import ask_records
from matcher.simulation.parameters import QUIET
from matcher.simulation.policies import plain_policies
from matcher.simulation.question import Questions
from matcher.simulation.run import run_policy


@pytest.fixture(scope="module")
def desk():
    county = build_county(replace(QUIET.smaller(0.08), needs_a_day=15, warm_up_days=0, measured_days=4), seed=2)
    return run_policy(county, next(one for one in plain_policies() if one.name == "nearest_soft")).desk


def test_each_ask_is_told_as_the_asker_saw_it(desk):
    for ask, record in zip(desk.asks, ask_records(desk, Params()), strict=True):
        assert record.person_id == ask.volunteer + 1
        assert record.notice_h == pytest.approx((ask.start - ask.asked) / 60)
        assert record.known == desk.county.needs.known[ask.need, ask.volunteer]
        assert 0 <= record.reach_share <= 1
        assert (record.outcome is MatchStatus.ACCEPTED) == (ask.status is AskStatus.ACCEPTED)
        assert (record.outcome is MatchStatus.PROPOSED) == (record.ended_at is None)


def test_an_ask_fades_to_half_in_three_days_and_does_not_count_for_itself(desk):
    busiest = max(desk.of_volunteer, key=lambda v: len(desk.of_volunteer[v]))
    records = [one for one in ask_records(desk, Params()) if one.person_id == busiest + 1]
    assert records[0].recent_asks == 0
    days = [(records[2].asked_at - one.asked_at).total_seconds() / 86_400 for one in records[:2]]
    assert records[2].recent_asks == pytest.approx(sum(0.5 ** (day / 3) for day in days), rel=1e-4)


def test_what_was_learned_is_asked_by_from_then_on(desk):
    questions = Questions(desk.county, Params())
    desk.open_needs = {0}
    learned = learner.learn(desk, Params())
    learned = replace(learned, leaning={3: 0.7})
    questions.believe(learned)
    asked = questions.of(desk)
    assert asked.params.acceptance == learned.acceptance
    assert [one.leaning for one in asked.volunteers[:4]] == [0, 0, 0.7, 0]

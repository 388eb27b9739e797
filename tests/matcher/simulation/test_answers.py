from dataclasses import replace

import numpy as np
import pytest

from matcher.simulation.answers import Answers
from matcher.simulation.county import build_county
from matcher.simulation.dice import Throw, normal, uniform
from matcher.simulation.parameters import DAY_MIN, QUIET, SNOWY, Extensions

NO_FATIGUE = replace(QUIET, fatigue=0.0)
ALL_DAY = np.array(24 * 60.0)


def test_the_dice_are_even_and_depend_on_every_id():
    numbers = uniform(3, Throw.ANSWER, np.arange(300)[:, None], np.arange(300)[None, :])
    assert numbers.mean() == pytest.approx(0.5, abs=0.005)
    assert np.unique(numbers).size == numbers.size
    assert np.abs(np.corrcoef(numbers[0], numbers[1])[0, 1]) < 0.2
    assert normal(3, Throw.DELAY, np.arange(9000)).std() == pytest.approx(1.0, abs=0.03)


def test_an_answer_depends_on_the_pair_and_how_tired_they_are_and_on_nothing_else(county):
    one, two = Answers(county), Answers(county)
    rows = range(0, county.needs.posted.size, 7)
    asked = [(n, v, float(county.needs.opens[n]) + 60.0) for n in rows for v in range(0, 360, 11)]
    said = [one.says_yes(n, v, start, start - 90, 0.5) for n, v, start in asked]
    again = [two.says_yes(n, v, start, start - 90, 0.5) for n, v, start in reversed(asked)]
    assert said == again[::-1]
    assert 0 < sum(said) < len(said)


def test_the_chance_of_a_yes_is_the_logit_of_the_design():
    county = build_county(QUIET, seed=1)
    answers, need = Answers(county), int(np.flatnonzero(~county.needs.urgent & (county.needs.kind == 1))[0])
    volunteer = int(np.argmin(county.km[need]))
    leaning = county.helpers.leaning[volunteer, 1]
    known = 0.9 * county.needs.known[need, volunteer]
    away = 2.0 * county.km[need, volunteer] / county.helpers.reach_km[volunteer]
    logit = 0.7 + leaning + known - away - 0.4 - 0.55 * np.log(1 + 3.0)
    chance = answers.chance(need, notice_min=np.array(300.0), factor=1.0, tired=3.0)[volunteer]
    assert chance == pytest.approx(1 / (1 + np.exp(-logit)))


def test_short_notice_and_being_asked_often_make_a_yes_less_likely(county):
    answers = Answers(county)
    chances = [
        answers.chance(0, notice_min=np.array(n), factor=1.0, tired=t)[0]
        for n, t in ((700.0, 0), (300.0, 0), (60.0, 0), (60.0, 4))
    ]
    assert chances == sorted(chances, reverse=True)
    assert len(set(chances)) == 4


def test_without_fatigue_being_asked_often_changes_nothing():
    answers = Answers(build_county(NO_FATIGUE, seed=1))
    assert np.array_equal(
        answers.chance(0, notice_min=ALL_DAY, factor=1.0, tired=9.0),
        answers.chance(0, notice_min=ALL_DAY, factor=1.0, tired=0.0),
    )


def test_half_of_those_who_refuse_are_silent_and_answers_take_25_minutes_or_12_if_urgent(county):
    answers, urgent = Answers(county), county.needs.urgent
    assert answers.is_silent_no.mean() == pytest.approx(0.5, abs=0.01)
    assert np.median(answers.delay_min[~urgent]) == pytest.approx(25, abs=0.5)
    assert np.median(answers.delay_min[urgent]) == pytest.approx(12, abs=0.5)


def test_an_answer_that_would_come_in_the_night_comes_in_the_morning(county):
    answers = Answers(county)
    late = 3 * DAY_MIN + 22 * 60 - 0.01
    assert answers.answers_at(0, 0, late + 900, late) >= 4 * DAY_MIN + 8 * 60


def test_a_shared_mood_moves_a_whole_village_on_a_day_of_snow_and_nobody_on_another():
    moody = build_county(replace(SNOWY, extensions=Extensions(shared_refusal=1.0)), seed=1)
    plain = build_county(SNOWY, seed=1)
    moved = Answers(moody)._logit - Answers(plain)._logit
    snowy = moody.needs.snowy
    village = moody.helpers.cluster == 0
    assert not moved[~snowy].any()
    for day in moody.scenario.snow_days:
        of_day = moved[(moody.needs.posted // DAY_MIN == day)][:, village]
        assert np.ptp(of_day) < 1e-9
        assert abs(of_day[0, 0]) > 0


def test_who_lives_out_in_the_country_is_in_a_mood_of_their_own():
    moody = build_county(replace(SNOWY, extensions=Extensions(shared_refusal=1.0)), seed=1)
    moved = Answers(moody)._logit - Answers(build_county(SNOWY, seed=1))._logit
    first_snow = moved[int(np.argmax(moody.needs.snowy)), moody.helpers.cluster < 0]
    assert np.unique(first_snow.round(9)).size == first_snow.size > 50
    assert first_snow.std() == pytest.approx(1.0, abs=0.25)

from dataclasses import replace

import numpy as np
import pytest

from matcher.simulation.county import build_county
from matcher.simulation.hours import in_the_day, instant, later, minute_of
from matcher.simulation.parameters import DAY_MIN, KINDS, QUIET, SNOW, SNOWY


def test_the_same_seed_is_the_same_county_and_another_seed_is_not(county):
    again, other = build_county(QUIET, seed=1), build_county(QUIET, seed=2)
    assert np.array_equal(again.km, county.km)
    assert np.array_equal(again.needs.posted, county.needs.posted)
    assert not np.array_equal(other.helpers.xy, county.helpers.xy)


def test_the_people_are_near_the_parameters_they_are_drawn_from():
    counties = [build_county(QUIET, seed) for seed in range(8)]
    longest = np.concatenate([one.helpers.reach_km for one in counties]) * 1.35
    free = np.mean([one.helpers.free.mean() for one in counties])
    dbs = np.mean([one.helpers.dbs.mean() for one in counties])
    visits = np.concatenate([one.helpers.visits_a_week for one in counties])
    assert np.median(longest) == pytest.approx(9.0, abs=0.4)
    assert free == pytest.approx(0.44 * 0.93 + 0.56 * 0.07, abs=0.01)
    assert dbs == pytest.approx(0.6, abs=0.03)
    assert (visits.min(), visits.max(), round(visits.mean())) == (2, 6, 4)


def test_seven_residents_in_ten_know_one_to_three_volunteers(county):
    known = np.array([county.needs.known[county.needs.resident == r][0].sum() for r in set(county.needs.resident)])
    assert known.max() <= 3
    assert (known > 0).mean() == pytest.approx(0.7, abs=0.08)


def test_thirty_needs_are_posted_on_a_quiet_day(county):
    per_day = np.bincount((county.needs.posted // DAY_MIN).astype(int))
    assert per_day.tolist() == [30] * 14


def test_two_days_of_snow_bring_160_needs_half_of_them_gritting_and_reaches_shrink():
    snowy = build_county(SNOWY, seed=1)
    per_day = np.bincount((snowy.needs.posted // DAY_MIN).astype(int))
    assert per_day[[8, 9, 10, 11]].tolist() == [30, 160, 160, 30]
    assert (snowy.needs.kind[snowy.needs.snowy] == SNOW).mean() == pytest.approx(0.5, abs=0.08)
    assert not (snowy.needs.kind[~snowy.needs.snowy] == SNOW).any()
    assert snowy.reach_on(9 * DAY_MIN + 600) == pytest.approx(0.65)
    assert snowy.reach_on(11 * DAY_MIN) == 1.0


def test_only_volunteers_with_the_check_are_able_to_call_in(county):
    calls = [k for k, kind in enumerate(KINDS) if kind.wants_dbs]
    rows = np.flatnonzero(np.isin(county.needs.kind, calls))
    assert rows.size
    assert not county.able[rows][:, ~county.helpers.dbs].any()


def test_every_need_is_posted_opens_and_ends_in_that_order_in_the_day(county):
    needs = county.needs
    assert (needs.posted <= needs.opens).all()
    assert (needs.opens < needs.target).all()
    assert (needs.target < needs.ends).all()
    assert ((needs.opens % DAY_MIN >= 8 * 60) & (needs.opens % DAY_MIN < 22 * 60)).all()


def test_the_nights_do_not_count_as_time():
    assert in_the_day(7 * 60) == 8 * 60
    assert in_the_day(23 * 60) == (24 + 8) * 60
    assert later(21 * 60, 120) == (24 + 9) * 60
    assert later(9 * 60, 14 * 60) == (24 + 9) * 60


def test_a_minute_and_its_instant_are_the_same():
    assert minute_of(instant(1234.5)) == pytest.approx(1234.5)


def test_a_smaller_county_is_as_crowded():
    small = QUIET.smaller(0.25)
    whole = QUIET.volunteers / (QUIET.width_km * QUIET.height_km)
    assert small.volunteers / (small.width_km * small.height_km) == pytest.approx(whole, rel=0.02)
    assert replace(small).needs_a_day == 8

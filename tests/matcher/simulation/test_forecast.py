"""What may be expected of snow: how many and about where, never who."""

import pytest

from matcher.simulation.county import build_county
from matcher.simulation.forecast import FORESEEN_DAYS, SQUARE_KM, SnowForecast
from matcher.simulation.parameters import DAY_MIN, SNOWY

FIRST_MORNING = min(SNOWY.snow_days) * DAY_MIN + 8 * 60


@pytest.fixture(scope="module")
def snowy():
    return build_county(SNOWY, seed=1)


def expected(county, minute):
    """How many needs, on average."""
    return sum(one.chance for one in SnowForecast(county).at(minute))


def test_nothing_is_expected_of_a_quiet_week_nor_long_before_the_snow_nor_after_it(county, snowy):
    assert expected(county, FIRST_MORNING) == 0
    assert expected(snowy, FIRST_MORNING - (FORESEEN_DAYS + 0.5) * DAY_MIN) == 0
    assert expected(snowy, FIRST_MORNING + 2 * DAY_MIN) == 0


def test_as_many_are_expected_as_are_posted_on_average_and_ever_fewer(snowy):
    before, at_three, on_the_second, last = (
        expected(snowy, FIRST_MORNING + hours * 60) for hours in (-24, 7, 24, 24 + 13)
    )
    assert before == pytest.approx(160, rel=0.1)  # two days of 80; less what is hardly likely
    assert at_three == pytest.approx(120, rel=0.1)
    assert on_the_second == pytest.approx(80, rel=0.1)
    assert 0 < last < 8


def test_no_home_is_known_but_its_square(snowy):
    points = {one.occurrence.point for one in SnowForecast(snowy).at(FIRST_MORNING)}
    squares = {tuple((home // SQUARE_KM).tolist()) for home in snowy.needs.xy}
    assert 1 < len(points) <= len(squares) < len({tuple(home) for home in snowy.needs.xy.tolist()})


def test_within_an_hour_it_stays_the_same(snowy):
    forecast = SnowForecast(snowy)
    assert forecast.at(FIRST_MORNING + 1) is forecast.at(FIRST_MORNING + 59)
    assert forecast.at(FIRST_MORNING + 60) != forecast.at(FIRST_MORNING + 59)

"""An hourly forecast: read whole or not at all; the colder or snowier, and the lower the bar, the sooner it is cold."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.errors import BadInput
from matcher.domain.geo import Point
from matcher.domain.weather.coldness import by_forecast, by_warnings
from matcher.domain.weather.forecast import Forecast, Hour, read_forecasts
from matcher.domain.weather.nswws import read_feed
from matcher.domain.weather.thresholds import Thresholds
from matcher.domain.weather.warnings import LEVELS
from tests.matcher.domain.weather.feeds import feature, feed, forecast

NOON = datetime(2026, 1, 13, 12, tzinfo=UTC)
HERE, ELSEWHERE = Point(51.4, -2.2), Point(55.5, -5.5)


def only(**changes):
    (read,) = read_forecasts(json.dumps(forecast(NOON, **changes)).encode(), 1)
    return read


def test_the_hours_of_a_forecast_in_utc_and_millimetres():
    read = only(ground=[-1.5, 2], snow=[0, 0.7])
    assert read.hours == (Hour(NOON, -1.5, 0), Hour(NOON + timedelta(hours=1), 2, 7))


def test_where_the_ground_is_not_told_the_air_stands_for_it():
    assert [hour.ground_c for hour in only(ground=None, air=[3, 4]).hours] == [3, 4]
    assert [hour.ground_c for hour in only(ground=[None, 1], air=[3, 4]).hours] == [3, 1]


def test_several_places_come_in_the_order_in_which_they_were_asked_for():
    raw = json.dumps([forecast(NOON, ground=[1]), forecast(NOON, ground=[2])]).encode()
    assert [one.hours[0].ground_c for one in read_forecasts(raw, 2)] == [1, 2]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not JSON"),
        pytest.param(b"[" * 100_000, "not JSON", id="too deep"),
        (b"[]", "0 places, not of 1"),
        (b'{"error": true, "reason": "too many"}', "no hourly values"),
        (json.dumps(forecast(NOON, ground=[1, 2], snow=[0])).encode(), "lacks “snowfall”"),
        (json.dumps(forecast(NOON, ground=[1], snow=None)).encode(), "lacks “snowfall”"),
        (json.dumps(forecast(NOON, ground=[1], snow=["x"])).encode(), "an hour without “snowfall”"),
        (json.dumps(forecast(NOON, ground=[None], air=[None])).encode(), "an hour without “temperature_2m”"),
        pytest.param(json.dumps(forecast(NOON, ground=[10**400])).encode(), "an hour without", id="endless"),
        (json.dumps({"hourly": {"time": [7], "temperature_2m": [1], "snowfall": [0]}}).encode(), "is no time"),
    ],
)
def test_a_forecast_that_is_not_whole_says_what_is_wrong(raw, why):
    with pytest.raises(BadInput, match=why):
        read_forecasts(raw, 1)


def test_a_forecast_of_yesterdays_is_not_whole():
    read = only(ground=[1] * 30)
    assert read.is_whole(NOON, NOON + timedelta(hours=24))
    assert not read.is_whole(NOON + timedelta(hours=7), NOON + timedelta(hours=31))


@pytest.mark.parametrize(("lowest", "is_cold"), [(0.5, True), (0.51, False), (-9, True)])
def test_frost_at_the_ground(lowest, is_cold):
    found = by_forecast(only(ground=[3, lowest, 3]), Thresholds(), now=NOON)
    assert (found is not None) is is_cold
    if found:
        assert (found.begins_at, found.ends_at) == (NOON + timedelta(hours=1), NOON + timedelta(hours=2))
        assert found.why == f"{lowest:.1f} °C is forecast at the ground".replace("-", "−")


@pytest.mark.parametrize(("cm", "is_cold"), [([1.0, 1.0], True), ([1.0, 0.9], False)])
def test_snow_within_a_day(cm, is_cold):
    found = by_forecast(only(ground=[3, 3], snow=cm), Thresholds(), now=NOON)
    assert (found is not None) is is_cold
    if found:
        assert found.why == "20 mm of snow is forecast within a day"


hours = st.lists(st.tuples(st.floats(-10, 10), st.floats(0, 20)), max_size=40).map(
    lambda told: Forecast(tuple(Hour(NOON + timedelta(hours=n), c, mm) for n, (c, mm) in enumerate(told)))
)
limits = st.builds(Thresholds, st.floats(-5, 5), st.floats(1, 100), st.sampled_from(sorted(LEVELS)))


@given(hours, limits, st.floats(0, 5), st.floats(0, 50))
def test_a_lower_bar_never_makes_it_less_cold(found, strict, warmer, less):
    loose = Thresholds(strict.ground_c + warmer, max(1.0, strict.snow_mm - less))
    if by_forecast(found, strict, now=NOON) is not None:
        assert by_forecast(found, loose, now=NOON) is not None


@given(hours, limits, st.floats(0, 5))
def test_colder_hours_are_never_less_cold(found, bar, colder):
    as_cold = Forecast(tuple(Hour(one.at, one.ground_c - colder, one.snow_mm) for one in found.hours))
    if by_forecast(found, bar, now=NOON) is not None:
        assert by_forecast(as_cold, bar, now=NOON) is not None


def cold_by(point=HERE, level="YELLOW", **told):
    warnings = read_feed(feed(feature("w", **told))).warnings
    return by_warnings(warnings, point, Thresholds(level=level), now=NOON)


def test_a_warning_of_snow_or_ice_over_the_point():
    found = cold_by()
    assert found.why == "Yellow warning: Headline of w"
    assert (found.begins_at.hour, found.ends_at.hour) == (6, 18)
    assert cold_by(weatherType=["WIND", "ICE"]) is not None


def test_its_headline_says_of_what_it_is_where_its_types_are_missing():
    assert cold_by(weatherType=None, warningHeadline="Snow and ice leading to some disruption") is not None
    assert cold_by(weatherType=None, warningHeadline="Heavy rain over the policed valley") is None
    assert cold_by(weatherType=["RAIN"], warningHeadline="No snow or ice yet") is None


@pytest.mark.parametrize(
    "told",
    [
        {"weatherType": ["RAIN"]},
        {"warningStatus": "CANCELLED"},
        {"warningStatus": "EXPIRED"},
        {"warningStatus": None},
        {"warningLevel": None},
        {"warningLevel": "PURPLE"},
        {"validFromDate": None},
        {"validToDate": None},
        {"validFromDate": "2026-01-12T06:00:00Z", "validToDate": "2026-01-13T12:00:00Z"},  # over
        {"validFromDate": "2026-01-15T06:00:00Z", "validToDate": "2026-01-16T06:00:00Z"},  # too far ahead
        {"validFromDate": "2026-01-14T06:00:00Z", "validToDate": "2026-01-14T05:00:00Z"},
    ],
)
def test_what_is_over_cancelled_far_or_not_said_counts_for_nothing(told):
    assert cold_by(**told) is None


def test_a_region_by_name_is_not_enough():
    named = [{"regionName": "South West England", "subRegions": ["Wiltshire"]}]
    assert cold_by(ELSEWHERE, affectedAreas=named) is None


@pytest.mark.parametrize(("level", "is_cold"), [("YELLOW", True), ("AMBER", True), ("RED", False)])
def test_a_warning_below_the_areas_level_does_not_count(level, is_cold):
    assert (cold_by(level=level, warningLevel="AMBER") is not None) is is_cold

"""A look at the weather suggests and decides nothing; one that fails takes nothing away, and says so."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from matcher.services import cold, cold_hints, cold_now, health, weather_looks
from matcher.services.cold_hints import FORECAST, WARNINGS
from matcher.store.models import Area, ColdHint, ColdSpell, Notification, WeatherSource
from tests.matcher.domain.weather.feeds import feature, feed, forecast, square

BRADFORD_ONLY = {"type": "Polygon", "coordinates": [square(-2.27, 51.33, 0.04)]}
FAR_AWAY = {"type": "Polygon", "coordinates": [square(-6, 55, 1)]}


def soon(world, geometry=BRADFORD_ONLY, name="w", **told):
    """A warning that begins in six hours."""
    begins = world.now + timedelta(hours=6)
    moments = {"validFromDate": begins.isoformat(), "validToDate": (begins + timedelta(hours=12)).isoformat()}
    return feature(name, geometry, **{**moments, **told})


def take_warnings(world, *features, raw=None):
    with world.work() as session:
        weather_looks.take_warnings(session, raw if raw is not None else feed(*features), now=world.now)


def take_forecast(world, cold_in=(), *, hours=40, raw=None):
    with world.work() as session:
        slugs = [area.slug for area in world.all(Area)]
        told = [forecast(world.now, ground=[-2.0 if slug in cold_in else 4.0] * hours) for slug in slugs]
        weather_looks.take_forecast(session, raw or json.dumps(told).encode(), now=world.now)


def suggested(world):
    """The areas for which a cold spell is suggested, with the sources."""
    with world.work() as session:
        names = {area.id: area.slug for area in world.all(Area)}
        found = cold_hints.hints(session, names, now=world.now)
        return {names[area_id]: [hint.source for hint in of_it] for area_id, of_it in found.items()}


def well(world):
    with world.work() as session:
        found = health.checks(session, now=world.now)
        return {name: check.ok for name, check in found.items() if name in (WARNINGS, FORECAST)}


def test_a_warning_over_an_area_suggests_it_there_and_opens_nothing(world):
    take_warnings(world, soon(world))
    assert suggested(world) == {"bradford-on-avon": [WARNINGS]}
    assert world.all(ColdSpell) == []
    assert well(world) == {WARNINGS: True}
    with world.work() as session:
        seen = cold_now.read(session, frozenset(area.id for area in world.all(Area)), now=world.now)
    assert (seen.areas, seen.opened, seen.suggested.split(":")[0]) == ((), 0, "Yellow warning")


def test_a_warning_whose_region_has_our_name_but_whose_area_is_elsewhere_suggests_nothing(world):
    named = [{"regionName": "South West England", "subRegions": ["Wiltshire", "Bradford on Avon"]}]
    take_warnings(world, soon(world, FAR_AWAY, affectedAreas=named))
    assert suggested(world) == {}


def test_a_forecast_suggests_it_where_it_freezes(world):
    take_forecast(world, {"salisbury", "calne"})
    assert suggested(world) == {"calne": [FORECAST], "salisbury": [FORECAST]}


def test_each_area_has_limits_of_its_own(world):
    with world.work() as session:
        session.execute(update(Area).where(Area.slug == "calne").values(cold_ground_c=-5))
        session.execute(update(Area).where(Area.slug == "bradford-on-avon").values(cold_level="AMBER"))
    take_forecast(world, {"salisbury", "calne"})
    take_warnings(world, soon(world))
    assert suggested(world) == {"salisbury": [FORECAST]}


def test_what_is_no_longer_told_of_is_no_longer_suggested(world):
    take_warnings(world, soon(world))
    take_warnings(world)
    assert suggested(world) == {}
    assert world.all(ColdHint) == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"[]", b"null", b'{"type": "FeatureCollection"}', b"[" * 50_000],
    ids=["empty", "a page", "a list", "null", "no features", "too deep"],
)
def test_a_feed_that_cannot_be_read_takes_nothing_away_closes_nothing_and_says_so(world, raw):
    take_warnings(world, soon(world))
    with world.work() as session:
        end = world.now + timedelta(hours=2)
        cold.start(session, world.area_id("salisbury"), until=end, actor="staff:1", now=world.now)
    before = world.one(ColdSpell)
    world.later(minutes=15)
    take_warnings(world, raw=raw)
    assert suggested(world) == {"bradford-on-avon": [WARNINGS]}
    after = world.one(ColdSpell)
    assert (after.ends_at, after.ended_at) == (before.ends_at, None)
    assert well(world) == {WARNINGS: False}
    source = world.one(WeatherSource)
    assert (source.looked_at, source.read_at) == (world.now, world.now - timedelta(minutes=15))
    assert source.problem.startswith(("It is", "Its JSON"))


def test_a_feed_of_which_a_part_cannot_be_read_adds_but_takes_nothing_away(world):
    take_warnings(world, soon(world, name="first"))
    take_warnings(world, soon(world, {"type": "Point"}, name="broken"))
    assert suggested(world) == {"bradford-on-avon": [WARNINGS]}
    assert world.one(WeatherSource).problem.startswith("Feature 1 (broken) was left out")
    assert well(world) == {WARNINGS: False}


def test_a_warning_of_ice_that_does_not_say_when_is_told_and_counts_for_nothing(world):
    take_warnings(world, soon(world, validToDate=None))
    assert suggested(world) == {}
    assert "validToDate" in world.one(WeatherSource).problem
    take_warnings(world, soon(world, weatherType=["WIND"], validToDate=None))
    assert world.one(WeatherSource).problem == ""


@pytest.mark.parametrize("hours", [0, 23])
def test_a_forecast_that_is_out_of_date_suggests_nothing_and_says_so(world, hours):
    take_forecast(world, {"calne"}, hours=hours or 1)
    assert suggested(world) == {}
    assert well(world) == {FORECAST: False}
    assert "out of date" in world.one(WeatherSource).problem


def test_a_forecast_of_too_few_places_says_so(world):
    take_forecast(world, raw=json.dumps(forecast(world.now, ground=[-2.0] * 40)).encode())
    assert "places" in world.one(WeatherSource).problem
    assert suggested(world) == {}


def test_what_was_read_long_ago_suggests_nothing_and_is_a_fault(world):
    take_warnings(world, soon(world))
    world.later(hours=1)
    assert (suggested(world), well(world)) == ({"bradford-on-avon": [WARNINGS]}, {WARNINGS: False})
    world.later(hours=5)
    assert suggested(world) == {}


def test_a_source_that_is_no_longer_looked_at_is_forgotten(world):
    take_warnings(world, soon(world))
    with world.work() as session:
        weather_looks.keep_only(session, [FORECAST])
    assert (suggested(world), well(world), world.all(ColdHint)) == ({}, {}, [])


def test_where_it_is_cold_as_long_already_nothing_is_suggested(world):
    take_warnings(world, soon(world))
    for hours, still in ((10, True), (30, False)):
        with world.work() as session:
            end = world.now + timedelta(hours=hours)
            cold.start(session, world.area_id(), until=end, actor="staff:1", now=world.now)
        assert (suggested(world) != {}) is still


def test_a_coordinator_of_the_area_is_told_once_a_day_while_it_is_suggested(world):
    world.coordinator()
    take_warnings(world, soon(world))
    take_warnings(world, soon(world))
    (told,) = world.deliver()
    assert told.shown_as == "Ruth, by email"
    assert "Bradford on Avon" in told.message.text
    assert len(world.all(Notification, template="cold_suggested")) == 1
    world.later(days=1)
    take_warnings(world, soon(world))
    take_warnings(world)
    assert world.deliver() == ()

"""The snow sky: what three days may bring and who is free, and a title that is worked out from both."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from matcher.domain.errors import NotFound
from matcher.domain.localtime import local_day, to_local
from matcher.services import cold_hints, on_duty, snow_sky, snow_sky_picture, upkeep, weather_looks
from matcher.services.drawing import LEAST_SEEN
from matcher.services.snow_sky import HalfDay
from matcher.store.models import Area, AreaForecast
from tests.matcher.domain.weather.feeds import forecast
from tests.matcher.services.test_weather_looks import soon, take_warnings


def read(world):
    with world.work() as session:
        return snow_sky.read(session, world.area_id(), now=world.now)


def take(world, *, ground=-3.0, snow=0.0, hours=96):
    told = [forecast(world.now, ground=[ground] * hours, snow=[snow] * hours)] * len(world.all(Area))
    with world.work() as session:
        weather_looks.take_forecast(session, json.dumps(told).encode(), now=world.now)


def half(name, world, likely, volunteers, low=None, high=None):
    """A half-day that is only told of."""
    (found,) = (one for one in read(world).halves[:2] if one.name == name)
    return HalfDay(name, found.window, likely, likely if low is None else low, high or likely, volunteers)


def words_of(picture):
    return [said.text for said in picture.words]


def test_who_stands_whenever_it_is_icy_and_who_waits_are_expected_and_who_is_free_can_make_two(world):
    world.post("Eileen", is_icy=True)
    world.offer("Christopher")
    world.offer("Ann", kinds=frozenset({"errand"}))
    world.offer("Bea", pattern="weekends")
    world.later(days=7)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
    sky = read(world)
    tomorrow = [one for one in sky.halves if local_day(one.window.start) == sky.days[1]]
    assert [(one.name, one.likely, one.low, one.high) for one in tomorrow] == [
        ("morning", 1, 1, 1),
        ("afternoon", 0, 0, 0),
    ]
    is_weekend = sky.days[1].weekday() >= 5
    assert {one.volunteers for one in tomorrow} == {2 if is_weekend else 1}
    assert {one.capacity for one in tomorrow} == {4 if is_weekend else 2}
    assert snow_sky_picture.finding(sky) == f"Enough volunteers for every half-day to {sky.days[-1]:%A}"
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
        on_duty.pause(session, world.people["Bea"], now=world.now)
    assert snow_sky_picture.finding(read(world)).endswith(
        "morning is the pinch: about 1 visit expected, and nobody is free"
    )


def test_the_hours_of_a_forecast_are_kept_and_replaced_and_an_old_one_is_not_drawn(world):
    assert snow_sky_picture.not_known(read(world)) == "No forecast is known"
    take(world, ground=-4.8, snow=0.3)
    sky = read(world)
    assert {hour.ground_c for hour in sky.hours} == {-4.8}
    assert {local_day(hour.at) for hour in sky.hours} == set(sky.days)
    assert snow_sky_picture.weather_rows(sky)[1][1:] == ("−4.8 °C", "72 mm")
    for is_wide in (True, False):
        picture = snow_sky_picture.draw(sky, is_wide=is_wide)
        assert "lowest −4.8 °C" in words_of(picture)
        assert picture.marks["flake"]
        assert "frost" in {stroke.kind for stroke in picture.strokes}
    take(world, ground=6.0)
    assert {hour.ground_c for hour in read(world).hours} == {6.0}
    assert "frost" not in {stroke.kind for stroke in snow_sky_picture.draw(read(world), is_wide=True).strokes}
    assert len(world.all(AreaForecast)) == len(world.all(Area))
    world.later(hours=7)
    sky = read(world)
    assert sky.hours == ()
    assert snow_sky_picture.not_known(sky) == "Forecast not known since 7:30am on Wednesday 14 January"
    with world.work() as session:
        weather_looks.keep_only(session, [cold_hints.WARNINGS])
    assert world.all(AreaForecast) == []


def test_the_title_names_the_half_day_with_the_most_too_many(world):
    sky = read(world)
    day = f"{to_local(sky.halves[0].window.start):%A}"
    tight = half("morning", world, 38, 13, low=30, high=47)
    mild = half("afternoon", world, 28, 13)
    shown = snow_sky.SnowSky(1, "Box", sky.days, 0.5, (), None, (), (mild, tight))
    said = f"{day} morning is the pinch: about 38 visits expected (between 30 and 47), and volunteers for 26"
    assert snow_sky_picture.finding(shown) == said
    picture = snow_sky_picture.draw(shown, is_wide=True)
    assert "12 too many" in words_of(picture)
    assert "2 too many" in words_of(picture)
    assert {"over", "given"} <= {box.kind for box in picture.boxes}
    assert snow_sky_picture.half_rows(shown)[1] == (f"{day} morning", "38", "30 to 47", "13")
    empty = snow_sky.SnowSky(1, "Box", sky.days, 0.5, (), None, (), (half("morning", world, 0, 0),))
    assert snow_sky_picture.finding(empty) == f"No visit to clear snow or ice is expected to {sky.days[-1]:%A}"


def test_where_the_likely_is_enough_and_the_worst_is_not_both_are_said(world):
    sky = read(world)
    shown = replace(sky, halves=(half("morning", world, 3, 2, low=0, high=9), half("afternoon", world, 0, 2)))
    said = f"Enough volunteers for what is likely to {sky.days[-1]:%A}; at worst 5 too many in half a day"
    assert snow_sky_picture.finding(shown) == said


def test_what_a_row_is_called_stays_within_its_day(world):
    take(world, snow=3.0)
    picture = snow_sky_picture.draw(read(world), is_wide=True)
    day, letter = snow_sky_picture.WIDE / 3, 6.3
    rows = [said for said in picture.words if said.x == 0 and said.kind == "soft"]
    assert len(rows) == 3
    assert [said.text for said in rows if len(said.text) * letter > day] == []


def test_a_little_snow_is_not_none(world):
    take(world, snow=0.003)
    sky = read(world)
    assert {row[2] for row in snow_sky_picture.weather_rows(sky)} == {"under 1 mm"}
    for is_wide in (True, False):
        words = words_of(snow_sky_picture.draw(sky, is_wide=is_wide))
        assert "less than 2 mm" in words
        assert "none" not in words
    take(world, snow=0.0)
    assert "none" in words_of(snow_sky_picture.draw(read(world), is_wide=True))


def test_a_visit_beside_thousands_is_still_seen(world):
    shown = replace(read(world), halves=(half("morning", world, 4000, 9000), half("afternoon", world, 1, 9)))
    boxes = snow_sky_picture.draw(shown, is_wide=True).boxes
    assert min(box.height for box in boxes) >= LEAST_SEEN


def test_a_warning_is_a_bar_while_it_is_fresh(world):
    take_warnings(world, soon(world, warningHeadline="Ice on the hills"))
    (warned,) = read(world).warnings
    assert "Ice on the hills" in warned.why
    (row,) = snow_sky_picture.warning_rows(read(world))
    assert row[0] == warned.why
    boxes = snow_sky_picture.draw(read(world), is_wide=True).boxes
    assert [box.kind for box in boxes] == ["warned"]
    world.later(hours=7)
    assert read(world).warnings == ()


def test_no_such_area_has_no_sky(world):
    with world.work() as session, pytest.raises(NotFound):
        snow_sky.read(session, 10**9, now=world.now)


def test_past_noon_it_begins_tomorrow(world):
    today = local_day(world.now)
    world.now += timedelta(hours=13 - to_local(world.now).hour)
    assert read(world).days[0] == today + timedelta(days=1)

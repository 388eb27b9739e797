"""The limits of an area: looked at first with what they make of the weather as it is told of, then set and kept."""

import json
from datetime import timedelta

import pytest

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.weather.thresholds import Thresholds
from matcher.services import cold, cold_limits, setting_changes, settings, weather_looks
from matcher.services.cold_hints import FORECAST, WARNINGS
from matcher.store.models import Area, AuditRow, ColdHint, ColdSpell, Notification, SettingChange
from tests.matcher.domain.weather.feeds import forecast
from tests.matcher.services.test_weather_looks import soon, suggested, take_warnings

HERE = "bradford-on-avon"
USUAL = Thresholds()
FROST = "−1.0 °C is forecast at the ground, from 7:30am on Wednesday 14 January to 7:30pm on Thursday 15 January"
WARNED = "warning: Headline of w, from 1:30pm on Wednesday 14 January to 1:30am on Thursday 15 January"


def take_forecast(world, *, ground=4.0, snow_cm=0.0, hours=40):
    """As cold everywhere, and as much snow in each of the first ten hours."""
    told = [
        forecast(world.now, ground=[ground] * hours, snow=[snow_cm] * 10 + [0.0] * (hours - 10))
        for _ in world.all(Area)
    ]
    with world.work() as session:
        weather_looks.take_forecast(session, json.dumps(told).encode(), now=world.now)


def preview(world, limits, slug=HERE):
    with world.work() as session:
        return cold_limits.preview(session, world.area_id(slug), limits, now=world.now)


def touches(world, limits):
    return preview(world, limits).touches


def change(world, limits, looked_at=None, slug=HERE):
    seen, by = looked_at or preview(world, limits, slug).mark, world.coordinator()
    with world.work() as session:
        cold_limits.change(session, world.area_id(slug), limits, seen, staff_id=by, now=world.now)


def standing(world, slug=HERE):
    with world.work() as session:
        return cold_limits.read(session, world.area_id(slug))


def past(world, slug=HERE):
    with world.work() as session:
        return setting_changes.history(session, settings.THING, cold_limits.name_of(world.area_id(slug)))


def turn_cold(world, hours):
    with world.work() as session:
        until = world.now + timedelta(hours=hours)
        cold.start(session, world.area_id(), until=until, actor="staff:1", now=world.now)


def test_they_are_half_a_degree_twenty_millimetres_and_yellow_until_others_are_set(world):
    shown = preview(world, Thresholds(-1.5, 30, "AMBER"))
    assert [(one.field, one.name, one.before, one.after) for one in shown.changes] == [
        ("ground_c", "Frost at the ground", "0.5 °C or colder", "−1.5 °C or colder"),
        ("snow_mm", "Snow within a day", "20 mm or more", "30 mm or more"),
        ("level", "Warnings that count", "yellow or worse", "amber or worse"),
    ]
    assert preview(world, USUAL).changes == ()
    assert standing(world) == ("Bradford on Avon", USUAL), "it was only looked at"


def test_they_are_set_for_this_area_and_no_other(world):
    change(world, Thresholds(-1.5, 30, "AMBER"))
    assert standing(world)[1] == Thresholds(-1.5, 30, "AMBER")
    assert standing(world, "calne")[1] == USUAL


def test_what_was_changed_is_kept_by_area_and_in_the_audit(world):
    change(world, Thresholds(snow_mm=30))
    world.later(hours=1)
    change(world, Thresholds(-1, 30))
    change(world, Thresholds(level="RED"), slug="calne")
    assert [(one.field, one.before, one.after, one.by, one.changed_at) for one in past(world)] == [
        ("Frost at the ground", "0.5 °C or colder", "−1 °C or colder", "Ruth", world.now),
        ("Snow within a day", "20 mm or more", "30 mm or more", "Ruth", world.now - timedelta(hours=1)),
    ]
    assert [one.after for one in past(world, "calne")] == ["red only"]
    audited = world.all(AuditRow, action="set_cold_limits")
    by, here = f"staff:{world.coordinator()}", world.area_id()
    assert [(row.actor, row.thing, row.thing_id, row.fields) for row in audited] == [
        (by, "area", here, ["snow_mm"]),
        (by, "area", here, ["ground_c"]),
        (by, "area", world.area_id("calne"), ["level"]),
    ]


def test_what_is_set_as_it_was_is_no_change_and_is_not_kept(world):
    change(world, USUAL)
    assert world.all(SettingChange) == []
    assert world.all(AuditRow, action="set_cold_limits") == []


def test_what_somebody_else_changed_meanwhile_is_not_changed_over(world):
    seen = preview(world, Thresholds(-1)).mark
    change(world, Thresholds(-3))
    with pytest.raises(Conflict):
        change(world, Thresholds(-1), seen)
    assert standing(world)[1] == Thresholds(-3)


def test_what_somebody_changed_for_another_area_hinders_nobody(world):
    seen = preview(world, Thresholds(-1)).mark
    change(world, Thresholds(-3), slug="calne")
    change(world, Thresholds(-1), seen)
    assert standing(world)[1] == Thresholds(-1)


def test_weather_that_turned_meanwhile_hinders_nobody(world):
    seen = preview(world, Thresholds(-1)).mark
    take_forecast(world, ground=-5.0)
    change(world, Thresholds(-1), seen)
    assert standing(world)[1] == Thresholds(-1)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        (Thresholds(ground_c=10.5), "ground_c"),
        (Thresholds(ground_c=float("nan")), "ground_c"),
        (Thresholds(snow_mm=0), "snow_mm"),
        (Thresholds(snow_mm=1001), "snow_mm"),
        (Thresholds(level="GREEN"), "level"),
        (Thresholds(level=""), "level"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(world, limits, field):
    for tried in (lambda: preview(world, limits), lambda: change(world, limits, "seen")):
        with pytest.raises(BadInput) as refused:
            tried()
        assert refused.value.field == field


def test_where_no_weather_is_looked_up_that_is_said(world):
    assert touches(world, Thresholds(-1)) == (
        "No weather is looked up: these count once the operator has said where to look.",
        "Nothing is turned on or off by it: you decide that.",
    )


def test_frost_that_would_count_is_said_with_when_and_who_is_told(world):
    take_forecast(world, ground=1.5)
    world.coordinator()
    milder, from_when, told, decides_nothing = touches(world, Thresholds(2))
    assert milder == f"By the forecast, as read at 7:30am, a cold spell would be suggested: {FROST}.".replace(
        "−1.0", "1.5"
    )
    assert from_when == "It counts from the next look at the weather on."
    assert told == "Its coordinator would be told by e-mail, at most once a day."
    assert decides_nothing == "Nothing is turned on or off by it: you decide that."


def test_frost_that_would_no_longer_count_is_said_and_nobody_is_told(world):
    world.coordinator()
    take_forecast(world, ground=-1.0)
    said = touches(world, Thresholds(-2))
    assert said[0] == (
        f"By the forecast, as read at 7:30am, a cold spell would be suggested no longer. Now it is: {FROST}."
    )
    assert len(said) == 3


def test_frost_that_counts_either_way_stays_and_none_is_none(world):
    take_forecast(world, ground=-1.0)
    assert touches(world, Thresholds(0))[0] == (
        f"By the forecast, as read at 7:30am, a cold spell stays suggested: {FROST}."
    )
    take_forecast(world, ground=4.0)
    assert touches(world, Thresholds(0))[0] == (
        "By the forecast, as read at 7:30am, a cold spell is not suggested now, and would not be."
    )


def test_snow_counts_by_its_own_limit(world):
    take_forecast(world, snow_cm=0.2)
    assert "a cold spell stays suggested: 20 mm of snow" in touches(world, Thresholds(-1))[0]
    assert "would be suggested no longer. Now it is: 20 mm of snow" in touches(world, Thresholds(snow_mm=21))[0]
    take_forecast(world, snow_cm=0.1)
    assert "would be suggested: 10 mm of snow is forecast within a day" in touches(world, Thresholds(snow_mm=10))[0]


def test_what_begins_and_ends_on_one_day_names_it_once(world):
    over_by = {"validToDate": (world.now + timedelta(hours=8)).isoformat()}
    take_warnings(world, soon(world, **over_by))
    assert ", from 1:30pm to 3:30pm on Wednesday 14 January." in touches(world, Thresholds(-1))[0]


def test_a_warning_that_would_no_longer_count_is_said_and_a_worse_one_stays(world):
    take_warnings(world, soon(world))
    assert touches(world, Thresholds(level="AMBER"))[0] == (
        f"By the warnings, as read at 7:30am, a cold spell would be suggested no longer. Now it is: Yellow {WARNED}."
    )
    assert "stays suggested: Yellow warning" in touches(world, Thresholds(-1))[0]
    take_warnings(world, soon(world, warningLevel="AMBER"))
    assert touches(world, Thresholds(level="AMBER"))[0] == (
        f"By the warnings, as read at 7:30am, a cold spell stays suggested: Amber {WARNED}."
    )


def test_milder_warnings_are_not_kept_and_that_is_said(world):
    change(world, Thresholds(level="RED"))
    take_warnings(world, soon(world))
    assert touches(world, USUAL)[0] == (
        "By the warnings, as read at 7:30am, a cold spell is not suggested now."
        " Milder warnings are not kept: the next look says whether there is one."
    )
    assert touches(world, Thresholds(-1, level="RED"))[0].endswith("is not suggested now, and would not be.")


def test_each_source_is_said_of_and_whoever_hears_of_one_already_is_not_told_anew(world):
    world.coordinator()
    take_warnings(world, soon(world))
    take_forecast(world, ground=1.5)
    by_forecast, by_warnings, *rest = touches(world, Thresholds(2))
    assert by_forecast.startswith("By the forecast, as read at 7:30am, a cold spell would be suggested")
    assert by_warnings.startswith("By the warnings, as read at 7:30am, a cold spell stays suggested")
    assert not any("e-mail" in one for one in rest)


def test_what_was_read_long_ago_suggests_nothing_and_that_is_said(world):
    take_forecast(world, ground=-1.0)
    world.later(hours=6)
    assert (
        touches(world, Thresholds(-2))[0]
        == "By the forecast nothing is suggested: nothing was read in the last 6 hours."
    )
    with world.work() as session:
        weather_looks.note_failure(session, WARNINGS, "It answered 500.", now=world.now)
    assert touches(world, Thresholds(-2))[1].startswith("By the warnings nothing is suggested: nothing was read")


def test_a_suggestion_stays_until_its_source_can_be_read_and_that_is_said(world):
    take_warnings(world, soon(world))
    with world.work() as session:
        weather_looks.note_failure(session, WARNINGS, "It answered 500.", now=world.now)
    assert (
        "would be suggested no longer, once all of it can be read again. Now it is"
        in (touches(world, Thresholds(level="RED"))[0])
    )


def test_while_it_is_cold_only_a_later_end_is_suggested_and_the_spell_goes_on(world):
    take_forecast(world, ground=1.5)
    turn_cold(world, hours=2)
    said = touches(world, Thresholds(2))
    assert "a later end would be suggested" in said[0]
    assert said[-2] == "The cold spell that is on stays, until 9:30am on Wednesday 14 January."
    turn_cold(world, hours=48)
    assert "a later end is not suggested now, and would not be" in touches(world, Thresholds(2))[0]


@pytest.mark.parametrize("limits", [Thresholds(2), Thresholds(-5), Thresholds(level="RED"), Thresholds(snow_mm=5)])
def test_what_was_said_before_is_what_the_next_look_suggests(world, limits):
    def look():
        take_forecast(world, ground=1.5, snow_cm=0.1)
        take_warnings(world, soon(world))

    look()
    said = touches(world, limits)
    foretold = [
        source
        for source, name in ((FORECAST, "forecast"), (WARNINGS, "warnings"))
        if any(f"By the {name}," in one and ("stays suggested" in one or "would be suggested:" in one) for one in said)
    ]
    change(world, limits)
    look()
    assert sorted(suggested(world).get(HERE, [])) == sorted(foretold)


def test_to_look_and_to_set_them_turns_nothing_on_or_off_and_writes_to_nobody(world):
    take_forecast(world, ground=1.5)
    before = world.all(ColdHint)
    change(world, Thresholds(2))
    assert (world.all(ColdSpell), world.all(Notification, template="cold_suggested"), before) == ([], [], [])
    assert world.all(ColdHint) == [], "until the next look"

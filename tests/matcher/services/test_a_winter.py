"""A winter: frost is forecast in the evening, the usual neighbour is asked first, or another, until it thaws."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from matcher.domain.lifecycle import OccurrenceStatus
from matcher.services import (
    ask_page,
    cold,
    cold_hints,
    cold_review,
    matches,
    on_duty,
    places,
    salt_short,
    upkeep,
    visit_page,
    weather_looks,
)
from matcher.services.places import PlaceDraft
from matcher.store.models import Area, ColdSpell, Match, Occurrence
from tests.matcher.domain.weather.feeds import feature, feed, forecast, square


@pytest.fixture
def frank(world):
    """Frank, too, asked for help whenever it is icy, and nobody came the first time."""
    return world.post("Frank", is_icy=True)


@pytest.fixture
def eileen(world):
    """Christopher cleared for Eileen once and it went well; Ann lives as near. Now it is an evening a week later."""
    need = world.post("Eileen", is_icy=True)
    world.offer("Christopher")
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher")
    world.how(need, "well")
    world.offer("Ann")
    world.later(days=7, hours=8)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
    world.deliver()
    return need


def frost_is_forecast(world):
    with world.work() as session:
        told = [forecast(world.now, ground=[-3.0] * 40)] * len(world.all(Area))
        weather_looks.take_forecast(session, json.dumps(told).encode(), now=world.now)
        return cold_hints.hints(session, [world.area_id()], now=world.now)[world.area_id()][0]


def turn_on(world, until):
    with world.work() as session:
        cold.start(session, world.area_id(), until=until, actor="staff:1", now=world.now)


def asked_tonight(world):
    """Who is asked about what the frost opened."""
    icy = {one.id for one in world.all(Occurrence) if one.cold_spell_id}
    names = {person_id: name for name, person_id in world.people.items()}
    return [names[match.person_id] for match in world.all(Match) if match.occurrence_id in icy]


def opened_for(world, need):
    return next(one.id for one in world.all(Occurrence, need_id=need.need_id) if one.cold_spell_id)


def test_frost_forecast_in_the_evening_asks_the_usual_neighbour_alone_for_the_morning(world, eileen):
    turn_on(world, frost_is_forecast(world).ends_at)
    world.round()
    assert asked_tonight(world) == ["Christopher"]


def test_when_the_usual_neighbour_is_away_somebody_else_is_asked(world, eileen):
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    turn_on(world, frost_is_forecast(world).ends_at)
    world.round()
    assert asked_tonight(world) == ["Ann"]


def test_a_thaw_calls_off_what_is_left_and_the_review_adds_up(world, frank, eileen):
    turn_on(world, world.now + timedelta(hours=60))
    morning = max(one.starts_at for one in world.all(Occurrence) if one.cold_spell_id)
    world.ask("Christopher", eileen, at=morning, occurrence_id=opened_for(world, eileen))
    world.yes("Christopher")
    world.later(hours=16)
    world.done("Christopher")
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
        cold.end(session, world.area_id(), actor="staff:1", now=world.now)
        spell = world.one(ColdSpell)
        review = cold_review.read(session, spell.id, area_ids={world.area_id()}, now=world.now)
    opened = [one.status for one in world.all(Occurrence) if one.cold_spell_id]
    assert OccurrenceStatus.OPEN not in opened
    (standing,) = review.rows
    assert (standing.asked, standing.met, standing.on_time) == (len(opened), 1, 1)
    assert standing.called_off == opened.count(OccurrenceStatus.CANCELLED) > 0
    assert standing.asked == standing.met + standing.unmet + standing.called_off + standing.open
    assert review.people_said_yes == 1
    assert review.to_first_yes == timedelta(0)


STORE = PlaceDraft("salt_store", "Village store", "382600, 161400", use_rule="any_path", agreed_by="the parish council")
HER_BIN = PlaceDraft("grit_bin", "Top of the hill", "382510, 161330")


@pytest.fixture
def places_there(world):
    """A bin by Eileen's door that is for the road only, and a store a little further that the parish lets all use."""
    with world.work() as session:
        who = {"area_ids": {world.area_id()}, "staff_id": world.coordinator()}
        return [places.add_place(session, draft, now=world.now, **who) for draft in (HER_BIN, STORE)]


def say(world, place_id, stock):
    with world.work() as session:
        places.report_level(session, place_id, stock, f"{stock:k<22}", now=world.now)


def salt_of(world, name):
    with world.work() as session:
        door = visit_page.read(session, world.visit(name).id, now=world.now).door
        return door.salt.name if door.salt else None


def test_a_winter_from_the_forecast_of_an_evening_to_the_thaw(world, frank, eileen, places_there):
    hill_bin, store = places_there
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)

    # A warning of the same region, but of other ground, suggests nothing and opens nothing.
    moments = {"validFromDate": world.now.isoformat(), "validToDate": (world.now + timedelta(hours=30)).isoformat()}
    elsewhere = {"type": "Polygon", "coordinates": [square(-4.5, 50.4, 0.5)]}
    told = feed(feature("w", elsewhere, headline="Ice across South West England, Bradford on Avon too", **moments))
    with world.work() as session:
        weather_looks.take_warnings(session, told, now=world.now)
        upkeep.keep_up(session, now=world.now)
        assert cold_hints.hints(session, [world.area_id()], now=world.now) == {}
        assert cold_hints.colours(session, [world.area_id()], now=world.now) == {world.area_id(): "green"}
    assert world.all(ColdSpell) == []
    assert [one for one in world.all(Occurrence) if one.cold_spell_id] == []

    # Frost is forecast in the evening: what is standing opens, and who stands in is asked, not who is away.
    turn_on(world, frost_is_forecast(world).ends_at)
    hers = opened_for(world, eileen)
    world.round()
    assert "Ann" in asked_tonight(world)
    assert "Christopher" not in asked_tonight(world)
    with world.work() as session:
        ask = session.scalars(select(Match).where(Match.occurrence_id == hers)).one()
        shown = ask_page.read(session, ask.id, now=world.now)
        matches.accept(session, ask.id, now=world.now)
    assert "village salt store" in shown.salt
    assert [name for name in ("Village store", "Top of the hill") if name in str(shown)] == []

    # The bin by her door is nearer and full, and may not be used; the store may, until it runs out.
    world.deliver()
    say(world, hill_bin, "full")
    say(world, store, "half")
    assert salt_of(world, "Ann") == "Village store"
    world.later(hours=12)
    say(world, store, "empty")
    assert salt_of(world, "Ann") is None
    world.done("Ann")
    with world.work() as session:
        rounds = salt_short.refill_list(session, {world.area_id()})
        (gap,) = salt_short.gaps(session, {world.area_id()}, now=world.now)
        assert salt_short.stock(session, world.area_id()).for_paths == 0
    assert [row.name for one in rounds for row in one.places] == ["Village store"]
    assert (gap.homes, gap.without, gap.empty) == (2, 2, 2)

    # It thaws: what nobody took is called off, what was done stays done, and the page adds up.
    world.later(hours=2)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
        cold.end(session, world.area_id(), actor="staff:1", now=world.now)
        spell = world.one(ColdSpell)
        review = cold_review.read(session, spell.id, area_ids={world.area_id()}, now=world.now)
    opened = [one.status for one in world.all(Occurrence) if one.cold_spell_id]
    counts = {status: opened.count(status) for status in OccurrenceStatus}
    row = review.total
    assert (row.asked, row.met, row.open) == (len(opened), counts[OccurrenceStatus.DONE], 0)
    assert (row.called_off, row.unmet) == (counts[OccurrenceStatus.CANCELLED], counts[OccurrenceStatus.UNMET])
    assert row.asked == row.met + row.unmet + row.called_off + row.open
    assert row.met == 1
    assert row.called_off > 0
    assert review.people_said_yes == 1
    assert review.people_asked == len(set(asked_tonight(world)))
    assert sum(one.asked for one in review.rows) == row.asked
    world.later(hours=2)
    world.deliver()
    assert world.breaches() == {}

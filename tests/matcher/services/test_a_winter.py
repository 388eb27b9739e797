"""A winter: frost is forecast in the evening, the usual neighbour is asked first, or another, until it thaws."""

import json
from datetime import timedelta

import pytest

from matcher.domain.lifecycle import OccurrenceStatus
from matcher.services import cold, cold_hints, cold_review, offers, upkeep, weather_looks
from matcher.store.models import Area, ColdSpell, Match, Occurrence
from tests.matcher.domain.weather.feeds import forecast


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
        offers.pause(session, world.people["Christopher"], now=world.now)
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

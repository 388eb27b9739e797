"""What the cold may still bring: days that are wanted whenever it is icy, and what the last weeks asked for."""

from dataclasses import replace
from datetime import timedelta
from math import exp

import pytest

from matcher.domain.geo import Point
from matcher.engine.solve import solve_round
from matcher.services import cold, icy
from matcher.store.models import Cell

ICY = {"is_icy": True}


def grow_cold(world, **until):
    with world.work() as session:
        cold.start(session, world.area_id(), until=world.now + timedelta(**until), actor="staff:1", now=world.now)
        icy.extend(session, now=world.now)


def expected(world):
    """What the next round of the area expects; there is something open, or it would not be held."""
    return world.open_round().problem.forecast


def days(forecast):
    return sorted(one.occurrence.windows[0].start.day for one in forecast)


@pytest.fixture
def icy_week(world):
    """Eileen wants her steps cleared whenever it is icy; a week later it is, for five days."""
    world.post(**ICY)
    world.later(days=7)
    grow_cold(world, days=5)
    return world


def test_nothing_is_expected_while_it_is_not_cold(world):
    world.post(**ICY)
    world.post("Gwen")
    assert expected(world) == ()


def test_whoever_wants_it_whenever_it_is_icy_will_want_it_on_the_days_to_come(icy_week):
    forecast = expected(icy_week)
    assert days(forecast) == [23, 24, 25]  # today, the 21st, and tomorrow are open already
    home = icy_week.home("Eileen")
    assert {(one.chance, one.occurrence.point) for one in forecast} == {(1.0, Point(home.lat, home.lon))}
    assert {one.occurrence.resident_id for one in forecast} == {icy_week.people["Eileen"]}
    assert {one.occurrence.id for one in forecast} == {-1, -2, -3}


def test_who_called_it_off_is_expected_no_more(world):
    need = world.post(**ICY)
    world.later(days=7)
    grow_cold(world, days=5)
    world.post("Mary", person={"postcode": "BA15 1HL"})
    assert expected(world)
    world.later(minutes=6)
    world.cancel(need)
    assert expected(world) == ()


def test_neighbours_are_looked_at_for_as_far_as_is_expected(icy_week):
    icy_week.offer("Christopher")
    problem = icy_week.open_round().problem
    (christopher,) = problem.volunteers
    assert max(one.occurrence.windows[-1].end for one in problem.forecast) <= max(w.end for w in christopher.free)


def test_what_was_asked_for_of_late_is_asked_for_again_as_often(world):
    for name in ("Eileen", "Gwen", "Mary"):
        world.post(name, person={"postcode": "BA15 1HL"})
        world.later(days=1)
    world.cancel(world.post("Joan", person={"postcode": "BA15 1HL"}))  # called off: it does not count
    world.post("Fred", person={"postcode": "BA15 1HL"})
    grow_cold(world, hours=20)
    forecast = expected(world)
    assert [one.chance for one in forecast] == pytest.approx([1 - exp(-4 / 28)])
    assert days(forecast) == [world.now.day]
    (occurrence,) = (one.occurrence for one in forecast)
    assert (occurrence.kind, occurrence.helpers_wanted, occurrence.resident_id) == ("snow", 0, 0)
    assert occurrence.point in {Point(cell.lat, cell.lon) for cell in world.all(Cell)}
    assert occurrence.point != Point(world.home("Eileen").lat, world.home("Eileen").lon)


def test_what_was_asked_for_long_ago_or_elsewhere_is_not_expected(world):
    for name in ("Eileen", "Gwen", "Mary"):
        world.post(name, person={"postcode": "BA15 1HL"})
    world.later(days=29)
    for name in ("Sal", "Saul", "Sid"):
        world.post(name, person={"postcode": "SP1 1AA"})
    world.post("Fred", person={"postcode": "BA15 1HL"})
    grow_cold(world, hours=20)
    assert expected(world) == ()


def test_a_last_visit_is_kept_for_a_day_on_which_only_they_can_come(world):
    """Mary wants her steps cleared today. Ann is next door and has one visit left this week; Christopher lives a
    little farther away and is free today only. Eileen, of the same street, will want hers cleared all week.
    """
    street = {"postcode": "BA15 1NB", "house": "5 Market Street"}
    world.post(**ICY, person=street)
    world.later(days=5)  # it is Monday
    world.offer("Ann", visits_per_week=1)
    world.offer("Christopher", person={"postcode": "BA15 1HL"}, pattern="choose", times=frozenset({"MO-am"}))
    grow_cold(world, days=6)
    mary = world.occurrence_id(world.post("Mary", person=street))
    world.later(minutes=6)
    problem = world.open_round().problem
    hers = replace(problem, occurrences=tuple(one for one in problem.occurrences if one.id == mary))
    asked = {ask.person_id for ask in solve_round(hers).asks}
    assert asked == {world.people["Christopher"]}
    asked = {ask.person_id for ask in solve_round(replace(hers, forecast=())).asks}
    assert asked == {world.people["Ann"]}

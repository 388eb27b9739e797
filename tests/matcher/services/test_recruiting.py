"""Where to recruit, read from the rows of needs whose time is over."""

from datetime import timedelta

from matcher.domain.geo import TravelMode
from matcher.services import recruiting, upkeep
from matcher.store.models import Cell, Home, Occurrence, Person


def pass_time(world):
    """The windows of everything posted so far pass."""
    world.now = max(occurrence.ends_at for occurrence in world.all(Occurrence)) + timedelta(minutes=1)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)


def advice(world, **since):
    with world.work() as session:
        return recruiting.where_to_recruit(session, now=world.now, **since)


def past(world):
    with world.work() as session:
        return list(recruiting.past_needs(session, now=world.now))


def test_two_paths_nobody_cleared_on_two_mornings_ask_for_one_more_neighbour(world):
    for name in ("Eileen", "Gwen"):
        world.post(name)
        pass_time(world)
        world.later(hours=19)
    found = advice(world)
    assert found[0].newcomer.area == "Bradford on Avon"
    assert found[0].newcomer.block.words == "on weekday mornings"
    assert found[0].newcomer.way.mode is TravelMode.CAR
    assert (found[0].count, found[0].more_met) == (1, 2)


def test_a_need_somebody_came_to_is_met_and_one_that_is_open_or_called_off_is_not_looked_at(world):
    met = world.post("Eileen")
    world.offer("Christopher")
    world.ask("Christopher", met)
    world.yes("Christopher")
    world.later(hours=3)
    world.done("Christopher")
    off = world.post("Gwen")
    world.cancel(off)
    pass_time(world)
    world.post("Mary", when="tomorrow")
    (only,) = past(world)
    assert (only.short, only.came) == (0, frozenset({world.people["Christopher"]}))
    assert advice(world) == ()


def test_a_yes_that_came_too_late_is_somebody_who_would_have_come(world):
    need = world.post("Eileen")
    for name in ("Christopher", "Ann"):
        world.offer(name)
    world.ask_all(["Christopher", "Ann"], need)
    world.yes("Christopher")
    world.yes("Ann")
    world.later(hours=3)
    world.done("Christopher")
    pass_time(world)
    (only,) = past(world)
    assert (only.came, only.too_late) == (frozenset({world.people["Christopher"]}), frozenset({world.people["Ann"]}))


def test_what_is_long_past_is_forgotten(world):
    world.post("Eileen")
    pass_time(world)
    world.later(days=89)
    assert len(past(world)) == 1
    world.later(days=2)
    assert past(world) == []


def test_no_home_is_told_only_the_middle_of_its_square(world):
    world.post("Eileen")
    pass_time(world)
    home, (only,) = world.one(Home), past(world)
    square = world.one(Cell, id=world.one(Person, id=home.person_id).cell_id)
    assert (only.point.lat, only.point.lon) == (square.lat, square.lon)
    assert (square.lat, square.lon) != (home.lat, home.lon)

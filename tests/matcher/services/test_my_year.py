"""A volunteer's year: what they gave, counted, and nobody by name."""

from datetime import UTC, datetime, timedelta

from matcher.services import my_year


def read(world, name="Christopher"):
    with world.work() as session:
        return my_year.read(session, world.people[name], now=world.now)


def visit(world, resident, *, minutes=None):
    """Christopher is asked by someone, says yes and does it: half an hour was planned."""
    need = world.post(resident)
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.later(hours=2.5)
    world.done("Christopher", minutes=minutes)
    world.later(hours=21.5)
    return need


def test_nothing_was_given_yet(world):
    world.offer("Christopher")
    own = read(world)
    assert (own.year, own.visits, own.people, own.given, own.kinds) == (2026, 0, 0, timedelta(), ())


def test_what_was_given_is_counted_from_what_was_done(world):
    world.offer("Christopher")
    world.offer("Ann")
    need = visit(world, "Eileen", minutes=45)
    world.how(need, "well", "Thank you, Christopher")
    visit(world, "Eileen")
    visit(world, "Frank", minutes=60)
    world.ask("Christopher", world.post("Gwen"))
    world.yes("Christopher")
    world.hand_back("Christopher")
    own = read(world)
    assert (own.first_name, own.visits, own.people) == ("Christopher", 3, 2)
    assert own.given == timedelta(minutes=45 + 30 + 60)
    assert own.kinds == (("clearing a path", 3),)
    assert (own.went_well, own.thanks, own.unread) == (1, (), 1)
    assert read(world, "Ann").visits == 0


def test_the_year_before_is_not_this_year(world):
    world.offer("Christopher")
    visit(world, "Eileen")
    world.now = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
    assert read(world).visits == 0
    world.later(seconds=-1)
    assert read(world).visits == 1

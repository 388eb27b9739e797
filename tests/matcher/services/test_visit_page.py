"""What the holder of a visit sees, and for how long."""

from datetime import timedelta

from matcher.services import visit_page
from matcher.store.models import Visit
from tests.worlds import world as world


def page(world, name="Christopher"):
    with world.work() as session:
        return visit_page.read(session, world.visit(name).id, now=world.now)


def door(world):
    return page(world).door


def test_the_door_is_open_while_someone_is_expected(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    assert world.yes("Christopher").held
    assert door(world) is not None
    world.done("Christopher")
    assert door(world) is None


def test_a_visit_that_nobody_marks_shuts_its_door_by_itself(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    ends_at = world.one(Visit).ends_at
    world.now = ends_at + visit_page.DOOR_STAYS_OPEN - timedelta(seconds=1)
    assert door(world) is not None
    world.now = ends_at + visit_page.DOOR_STAYS_OPEN
    assert door(world) is None


def test_who_handed_it_back_reads_how_many_are_asked_instead_and_who_did_it_how_many_they_did(world):
    for name in ("Christopher", "Ann", "Bob"):
        world.offer(name)
    need = world.post()
    world.ask("Christopher", need)
    world.yes("Christopher")
    world.hand_back("Christopher")
    for name in ("Ann", "Bob"):
        world.ask(name, need)
    assert page(world).others_asked == 2
    world.yes("Ann")
    world.done("Ann")
    assert (page(world, "Ann").this_year, page(world).this_year) == (1, 0)

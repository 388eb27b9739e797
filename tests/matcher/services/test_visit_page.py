"""What the holder of a visit sees, and for how long."""

from datetime import timedelta

from matcher.services import visit_page
from matcher.store.models import Visit
from tests.worlds import world as world


def door(world):
    with world.work() as session:
        return visit_page.read(session, world.one(Visit).id, now=world.now).door


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

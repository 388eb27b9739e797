"""When a need asked for once is over."""

from matcher.domain.lifecycle import NeedStatus
from matcher.services import closing
from matcher.store.models import Need
from tests.worlds import world as world


def close(world, need) -> NeedStatus:
    with world.work() as session:
        closing.close_if_finished(session, need.need_id, now=world.now)
    return world.one(Need, id=need.need_id).status


def test_a_need_asked_for_once_closes_when_nothing_of_it_is_left(world):
    once, weekly = world.post("Eileen"), world.post("Gwen", is_weekly=True)
    assert (close(world, once), close(world, weekly)) == (NeedStatus.OPEN, NeedStatus.OPEN)
    world.execute("update occurrences set status = 'unmet'")
    assert (close(world, once), close(world, weekly)) == (NeedStatus.CLOSED, NeedStatus.OPEN)


def test_a_cancelled_need_is_not_closed_afterwards(world):
    need = world.post()
    world.cancel(need)
    assert close(world, need) is NeedStatus.CANCELLED

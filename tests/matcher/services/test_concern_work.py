"""What those who act on a worry write down."""

from matcher.services import concern_work
from matcher.store.models import ConcernTelling
from tests.matcher.services.test_stand_downs import worry


def test_that_somebody_was_told_is_kept_once_though_it_is_pressed_twice(world):
    concern_id = worry(world)

    def note(**told):
        with world.work() as session:
            concern_work.note_told(session, concern_id, **told, staff_id=world.coordinator(), now=world.now)
        return len(world.all(ConcernTelling))

    police = {"whom": "police", "how": "phone", "note": "Log 12"}
    assert [note(**police), note(**police), note(**{**police, "note": "Log 13"})] == [1, 1, 2]
    world.later(hours=1)
    assert note(**police) == 3

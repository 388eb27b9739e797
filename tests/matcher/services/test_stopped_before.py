"""A stop holds for whoever it has stopped, by whatever record they come back."""

import pytest

from matcher.services import stand_downs
from tests.matcher.services.test_stand_downs import lift, offer, stop, worry


@pytest.mark.parametrize(
    ("anew", "is_stopped"),
    [
        ({"email": "another@example.org"}, True),
        ({"house": "9 Elsewhere", "postcode": "BA15 1HL", "surname": "Other", "first_name": "christopher"}, True),
        ({"phone": "07700 900999", "email": "Chris@example.org"}, True),
        ({"first_name": "Ruth"}, False),  # who shares a telephone with them is somebody else
        ({"phone": "07700 900999", "email": ""}, False),
    ],
)
def test_signing_up_anew_is_no_way_round_a_stop(world, anew, is_stopped):
    world.offer("Christopher", person={"email": "chris@example.org"})
    world.offer("Ann")
    stop(world, concern_id := worry(world))
    first = world.people["Christopher"]
    world.offer("Christopher", person={"email": "", **anew})
    assert world.people["Christopher"] != first
    made = offer(world)
    assert (made.status, made.stood_down_at is not None) == ("paused" if is_stopped else "active", is_stopped)
    need = world.post()
    world.round()
    assert world.breaches() == {}
    with world.work() as session:
        stopped = {one.person_id for one in stand_downs.of_concern(session, concern_id)}
    assert stopped == ({first, world.people["Christopher"]} if is_stopped else {first})
    if is_stopped:
        assert world.who_was_asked(need) == ["Ann"]
        lift(world, concern_id)  # of the newer record
        assert offer(world).status == "active"


def test_who_signed_up_anew_after_it_was_lifted_is_asked(world):
    world.offer("Christopher")
    stop(world, concern_id := worry(world))
    lift(world, concern_id)
    world.offer("Christopher", person={"email": "another@example.org"})
    assert offer(world).status == "active"

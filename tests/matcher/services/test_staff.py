"""Staff: added, found, signed in, and what they may do as the database says now."""

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.roles import StaffRoleName
from matcher.services import links, staff
from matcher.store.models import Staff

COORDINATOR = frozenset({StaffRoleName.COORDINATOR})


def add(world, email="ruth@example.org", *, areas=None, roles=COORDINATOR):
    with world.work() as session:
        return staff.add_staff(session, email, "Ruth", roles, areas=areas, now=world.now)


def actor(world, staff_id):
    with world.work() as session:
        return staff.actor_for(session, staff_id)


def test_someone_added_has_their_role_and_areas(world):
    ruth = actor(world, add(world, areas=frozenset({"devizes"})))
    assert ruth.roles == COORDINATOR
    assert ruth.area_ids == {world.area_id("devizes")}
    assert not ruth.is_trial


def test_no_areas_named_are_all_of_them(world):
    assert len(actor(world, add(world)).area_ids) == 18


def test_someone_added_twice_is_one_person(world):
    first = add(world, areas=frozenset({"devizes"}))
    again = add(world, "Ruth@Example.org ", areas=frozenset({"calne"}), roles=frozenset({StaffRoleName.CONNECTOR}))
    assert first == again
    assert len(world.all(Staff)) == 1
    assert StaffRoleName.CONNECTOR in actor(world, first).roles


def test_an_area_or_address_that_is_not_there_is_refused(world):
    with pytest.raises(BadInput, match="narnia"):
        add(world, areas=frozenset({"narnia"}))
    with pytest.raises(BadInput):
        add(world, "ruth")
    assert world.all(Staff) == []


def test_whoever_has_left_may_do_nothing(world):
    ruth = add(world)
    world.execute("update staff set active = false")
    for verb, *args in ((staff.actor_for, ruth), (staff.actor_for, 10**9)):
        with world.work() as session, pytest.raises(NotFound):
            verb(session, *args)
    with world.work() as session:
        assert staff.find_by_email(session, "ruth@example.org") is None
        with pytest.raises(NotFound):
            staff.sign_in_link(session, "ruth@example.org", now=world.now)


def test_a_sign_in_link_is_for_who_is_named(world):
    ruth = add(world)
    with world.work() as session:
        token = staff.sign_in_link(session, " RUTH@example.org", now=world.now)
    with world.work() as session:
        assert links.take_sign_in(session, token, now=world.now) == ruth


def test_who_no_longer_works_here_is_sent_nothing_that_was_owed_before(world):
    ruth = world.coordinator()
    with world.work() as session:
        staff.owe_code(session, ruth, "12345", now=world.now)
    world.execute("update staff set active = false")
    assert world.deliver() == ()
    assert [status for _, status in world.owed()] == ["dropped"]

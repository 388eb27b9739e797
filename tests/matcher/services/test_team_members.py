"""Who works here, changed by an administrator: looked at first, kept, in force at once, and never without one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.roles import StaffRoleName
from matcher.services import setting_changes, staff, team_members
from matcher.services.setting_changes import mark
from matcher.services.team_members import Rights
from matcher.store.models import AuditRow, SettingChange, Staff

ADMINISTRATOR, COORDINATOR = StaffRoleName.ADMINISTRATOR, StaffRoleName.COORDINATOR


def add(world, name, *roles, areas=None):
    with world.work() as session:
        address = f"{name.lower()}@example.org"
        return staff.add_staff(session, address, name, frozenset(roles), areas=areas, now=world.now)


def rights(world, *roles, active=True):
    return Rights(frozenset(roles), frozenset({world.area_id()}), active)


def change(world, staff_id, wanted, *, by):
    with world.work() as session:
        looked_at = mark(team_members.preview(session, staff_id, wanted, by=by))
    with world.work() as session:
        team_members.change(session, staff_id, wanted, looked_at, by=by, now=world.now)


def member(world, staff_id):
    with world.work() as session:
        return team_members.member(session, staff_id)


def test_a_change_is_said_before_and_after_and_then_holds_and_is_kept(world):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", COORDINATOR, areas=frozenset({"salisbury"}))
    wanted = rights(world, COORDINATOR, StaffRoleName.CONNECTOR)
    with world.work() as session:
        shown = team_members.preview(session, ruth, wanted, by=boss)
    assert [(one.name, one.before, one.after) for one in shown] == [
        ("Roles", "Coordinator", "Connector, Coordinator"),
        ("Areas", "Salisbury", "Bradford on Avon"),
    ]
    assert member(world, ruth).roles == {COORDINATOR}
    change(world, ruth, wanted, by=boss)
    with world.work() as session:
        actor = staff.actor_for(session, ruth)
        past = setting_changes.history(session, "staff", str(ruth))
    assert (actor.roles, actor.area_ids) == (wanted.roles, wanted.area_ids)
    assert {(one.by, one.field, one.before, one.after) for one in past} == {
        ("Boss", one.name, one.before, one.after) for one in shown
    }
    noted = world.one(AuditRow, action="changed_staff")
    assert (noted.actor, noted.thing_id, noted.fields) == (f"staff:{boss}", ruth, ["roles", "areas"])


def test_who_is_stopped_may_do_nothing_and_what_they_had_open_ends(world):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", COORDINATOR)
    before = world.one(Staff, id=ruth).fs_uniquifier
    change(world, ruth, Rights(frozenset({COORDINATOR}), frozenset(), is_active=False), by=boss)
    with world.work() as session, pytest.raises(NotFound):
        staff.actor_for(session, ruth)
    assert world.one(Staff, id=ruth).fs_uniquifier != before


def test_what_was_changed_meanwhile_is_looked_at_again(world):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", COORDINATOR)
    wanted = rights(world, COORDINATOR)
    with world.work() as session:
        looked_at = mark(team_members.preview(session, ruth, wanted, by=boss))
    change(world, ruth, rights(world, StaffRoleName.CONNECTOR), by=boss)
    with world.work() as session, pytest.raises(Conflict):
        team_members.change(session, ruth, wanted, looked_at, by=boss, now=world.now)
    assert member(world, ruth).roles == {StaffRoleName.CONNECTOR}


def test_the_last_administrator_stays_one_and_another_may_go(world):
    boss = add(world, "Boss", ADMINISTRATOR)
    for wanted in (rights(world, COORDINATOR), rights(world, ADMINISTRATOR, active=False)):
        with world.work() as session, pytest.raises(BadInput, match="You are the last administrator"):
            team_members.preview(session, boss, wanted, by=boss)
    second = add(world, "Second", ADMINISTRATOR)
    change(world, boss, rights(world, active=False), by=second)
    assert member(world, boss).is_active is False
    with world.work() as session, pytest.raises(BadInput, match="last administrator"):
        team_members.preview(session, second, rights(world, COORDINATOR), by=boss)


@pytest.mark.parametrize("statement", ["delete from staff_roles", "update staff set active = false"])
def test_the_database_refuses_to_be_left_without_one(lasting_world, statement):
    add(lasting_world, "Boss", ADMINISTRATOR, COORDINATOR)
    add(lasting_world, "Ruth", COORDINATOR)
    with pytest.raises(DBAPIError, match="the last administrator stays"):
        lasting_world.execute(statement)
    lasting_world.execute(f"{statement} where {'staff_id' if 'roles' in statement else 'id'} = 2")


def test_one_may_take_over_from_another_in_one_go(lasting_world):
    add(lasting_world, "Boss", ADMINISTRATOR)
    ruth = add(lasting_world, "Ruth", COORDINATOR)
    lasting_world.execute(
        "with gone as (delete from staff_roles where staff_id = 1)"
        " insert into staff_roles select 2, id from roles where name = 'administrator'"
    )
    assert ADMINISTRATOR in member(lasting_world, ruth).roles


def test_two_who_give_up_at_once_do_not_both_go(lasting_world):
    world = lasting_world
    both = [add(world, name, ADMINISTRATOR, COORDINATOR) for name in ("Boss", "Second")]
    wanted = rights(world, COORDINATOR)

    def give_up(staff_id):
        try:
            change(world, staff_id, wanted, by=staff_id)
        except BadInput:
            return "stays"
        return "goes"

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(give_up, both)) == ["goes", "stays"]


def test_nobody_gives_themselves_a_role(world):
    boss = add(world, "Boss", ADMINISTRATOR)
    with world.work() as session, pytest.raises(BadInput, match="Another administrator has to make you safeguarding"):
        team_members.preview(session, boss, rights(world, ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD), by=boss)


def test_somebody_new_is_added_once(world):
    boss = add(world, "Boss", ADMINISTRATOR)
    with world.work() as session:
        new = team_members.add(session, "Pat@Example.org", "Pat", rights(world, COORDINATOR), by=boss, now=world.now)
    assert (member(world, new).email, member(world, new).roles) == ("pat@example.org", {COORDINATOR})
    assert world.one(AuditRow, action="added_staff", actor=f"staff:{boss}").fields == ["active", "roles", "areas"]
    for email, name, roles, field in (
        ("pat@example.org", "Pat", (COORDINATOR,), "email"),
        ("pat", "Pat", (COORDINATOR,), "email"),
        ("new@example.org", "", (COORDINATOR,), "name"),
        ("new@example.org", "New", (), "roles"),
    ):
        with world.work() as session, pytest.raises(BadInput) as refused:
            team_members.add(session, email, name, rights(world, *roles), by=boss, now=world.now)
        assert refused.value.field == field


def test_areas_that_are_not_there_are_refused(world):
    boss = add(world, "Boss", ADMINISTRATOR)
    with world.work() as session, pytest.raises(BadInput, match="areas"):
        team_members.preview(session, boss, Rights(frozenset({ADMINISTRATOR}), frozenset({0})), by=boss)


@pytest.mark.parametrize("statement", ["update setting_changes set after = 'none'", "delete from setting_changes"])
def test_what_was_changed_stays_as_it_was_written(world, statement):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", COORDINATOR)
    change(world, ruth, rights(world, COORDINATOR), by=boss)
    assert world.all(SettingChange)
    with pytest.raises(DBAPIError, match="never changed"), world.work() as session:
        session.execute(text(statement))


@pytest.mark.parametrize("role", [COORDINATOR, StaffRoleName.CALL_HANDLER, StaffRoleName.CONNECTOR])
def test_whose_work_is_in_areas_has_one_else_their_list_would_be_empty_whatever_waits(world, role):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", role)
    nowhere = Rights(frozenset({role}), frozenset())
    for look in (
        lambda session: team_members.preview(session, ruth, nowhere, by=boss),
        lambda session: team_members.check_new(session, "new@example.org", "New", nowhere),
    ):
        with world.work() as session, pytest.raises(BadInput, match="at least one area") as wrong:
            look(session)
        assert wrong.value.field == "areas"


def test_who_works_for_the_whole_scheme_or_may_not_sign_in_needs_no_area(world):
    boss, ruth = add(world, "Boss", ADMINISTRATOR), add(world, "Ruth", COORDINATOR)
    with world.work() as session:
        for wanted in (
            Rights(frozenset({ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD}), frozenset()),
            Rights(frozenset({COORDINATOR}), frozenset(), is_active=False),
        ):
            assert team_members.preview(session, ruth, wanted, by=boss)


def test_a_form_with_nothing_in_it_is_told_of_its_first_field(world):
    with world.work() as session, pytest.raises(BadInput) as wrong:
        team_members.check_new(session, "", "", Rights(frozenset(), frozenset()))
    assert wrong.value.field == "name"

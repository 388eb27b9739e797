"""Who works here: added, given roles and areas, and stopped, by an administrator who has looked at the change."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.roles import ROLE_WORDS, StaffRoleName
from matcher.services import audit, people, setting_changes, staff
from matcher.services.setting_changes import Difference, differences, mark
from matcher.store.models import Area, Role, Staff, StaffArea, StaffRole

LONGEST_NAME = 80
# Whose work is in areas: without one their lists are empty, whatever waits. The others work for the whole scheme.
_BY_AREA = frozenset(StaffRoleName) - {StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD}
LOCK = 6_174_221  # the same as the trigger's, which has the last word


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff."""

    staff_id: int
    name: str
    email: str
    roles: frozenset[StaffRoleName]
    area_ids: frozenset[int]
    is_active: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do from now on, and where. Not active: they can no longer sign in."""

    roles: frozenset[StaffRoleName]
    area_ids: frozenset[int]
    is_active: bool = True


def members(session: Session) -> tuple[Member, ...]:
    """Everyone, those who can sign in first."""
    rows = session.scalars(select(Staff).order_by(Staff.active.desc(), func.lower(Staff.name), Staff.id))
    return tuple(_member(row) for row in rows)


def member(session: Session, staff_id: int) -> Member:
    """One of them. NotFound if there is none."""
    row = session.get(Staff, staff_id)
    if row is None:
        raise NotFound
    return _member(row)


def area_names(session: Session) -> Mapping[int, str]:
    """The areas there are."""
    rows = session.execute(select(Area.id, Area.name).where(Area.closed_at.is_(None)).order_by(Area.name))
    return {area_id: name for area_id, name in rows}  # noqa: C416 (a Row is not a pair to dict())


def check_new(session: Session, email: str, name: str, rights: Rights) -> str:
    """The address as it is kept. BadInput for one that somebody has, without a name, or without a role."""
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"Enter their name, in {LONGEST_NAME} characters or fewer", field="name")
    address = people.check_email(email).lower()
    if session.scalar(select(Staff.id).where(Staff.email == address)) is not None:
        raise BadInput("Somebody with that address is in the list already", field="email")
    _check_rights(session, rights)
    _check_somewhere(session, rights)
    return address


def preview_new(session: Session, rights: Rights) -> tuple[Difference, ...]:
    """What somebody new would be given."""
    return _differences(session, Rights(frozenset(), frozenset(), is_active=False), rights)


def preview(session: Session, staff_id: int, rights: Rights, *, by: int) -> tuple[Difference, ...]:
    """What would change. BadInput for what may not be: nobody gives themselves a role, and one administrator stays."""
    before = member(session, staff_id)
    _check_rights(session, rights)
    was = StaffRoleName.ADMINISTRATOR in before.roles and before.is_active
    if was and not (StaffRoleName.ADMINISTRATOR in rights.roles and rights.is_active):
        _check_another_administrates(session, staff_id, is_self=staff_id == by)
    if staff_id == by and (more := rights.roles - before.roles):
        raise BadInput(
            f"Another administrator has to make you {_words(more).lower()}: nobody gives themselves a role",
            field="roles",
        )
    _check_somewhere(session, rights)
    return _differences(session, Rights(before.roles, before.area_ids, before.is_active), rights)


def add(session: Session, email: str, name: str, rights: Rights, *, by: int, now: datetime) -> int:
    """Add somebody; their id. BadInput as `check_new`."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))  # two who add the same person add them once
    address, changes = check_new(session, email, name, rights), preview_new(session, rights)
    row = Staff(email=address, name=name, fs_uniquifier=secrets.token_hex(16))
    session.add(row)
    session.flush()
    _give(session, row, rights)
    _note(session, row.id, "added_staff", changes, by, now)
    return row.id


def change(session: Session, staff_id: int, rights: Rights, looked_at: str, *, by: int, now: datetime) -> None:
    """Make the changes that were looked at. Conflict if they are others by now; BadInput as `preview`."""
    session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    row = session.get(Staff, staff_id, with_for_update=True)
    if row is None:
        raise NotFound
    session.refresh(row)
    changes = preview(session, staff_id, rights, by=by)
    if mark(changes) != looked_at:
        raise Conflict("Somebody has changed this since you looked at it.")
    if not changes:
        return
    if row.active and not rights.is_active:
        row.fs_uniquifier = secrets.token_hex(16)  # ends every session that is open
    row.active = rights.is_active
    _give(session, row, rights)
    _note(session, staff_id, "changed_staff", changes, by, now)


def _give(session: Session, row: Staff, rights: Rights) -> None:
    role_ids = staff.role_ids(session, rights.roles)
    session.execute(delete(StaffRole).where(StaffRole.staff_id == row.id, StaffRole.role_id.not_in(role_ids)))
    session.execute(delete(StaffArea).where(StaffArea.staff_id == row.id, StaffArea.area_id.not_in(rights.area_ids)))
    staff.give(session, row.id, role_ids, rights.area_ids)
    session.expire(row)


def _note(
    session: Session, staff_id: int, action: str, changes: Collection[Difference], by: int, now: datetime
) -> None:
    setting_changes.keep(session, "staff", str(staff_id), changes, staff_id=by, now=now)
    audit.record(session, audit.staff(by), action, ("staff", staff_id), *(one.field for one in changes), now=now)


def _check_rights(session: Session, rights: Rights) -> None:
    if rights.is_active and not rights.roles:
        raise BadInput("Select at least one role", field="roles")
    if not rights.area_ids <= area_names(session).keys():
        raise BadInput("Select areas from the list", field="areas")


def _check_somewhere(session: Session, rights: Rights) -> None:
    is_nowhere = rights.is_active and not rights.area_ids and bool(rights.roles & _BY_AREA)
    if is_nowhere and area_names(session):
        raise BadInput("Select at least one area: without one they see nobody who needs help", field="areas")


def _check_another_administrates(session: Session, staff_id: int, *, is_self: bool) -> None:
    others = (
        select(Staff.id)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .join(Role, Role.id == StaffRole.role_id)
        .where(Role.name == StaffRoleName.ADMINISTRATOR.value, Staff.active, Staff.id != staff_id)
    )
    if session.scalar(others.limit(1)) is None:
        who = "You are" if is_self else "They are"
        raise BadInput(f"{who} the last administrator. Make somebody else one first", field="roles")


def _differences(session: Session, before: Rights, after: Rights) -> tuple[Difference, ...]:
    names = area_names(session)
    return differences(
        (
            ("active", "May sign in", _yes(before.is_active), _yes(after.is_active)),
            ("roles", "Roles", _words(before.roles), _words(after.roles)),
            ("areas", "Areas", _areas(names, before.area_ids), _areas(names, after.area_ids)),
        )
    )


def _member(row: Staff) -> Member:
    return Member(
        staff_id=row.id,
        name=row.name,
        email=row.email,
        roles=frozenset(StaffRoleName(role.name) for role in row.roles),
        area_ids=frozenset(area.area_id for area in row.area_ids),
        is_active=row.active,
    )


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _words(roles: Collection[StaffRoleName]) -> str:
    return ", ".join(ROLE_WORDS[role][0] for role in StaffRoleName if role in roles) or "none"


def _areas(names: Mapping[int, str], area_ids: Collection[int]) -> str:
    if len(area_ids) == len(names):
        return "all"
    return ", ".join(name for area_id, name in names.items() if area_id in area_ids) or "none"

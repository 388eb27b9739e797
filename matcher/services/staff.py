"""Staff: who they are, their roles and areas, and the codes and links they sign in with."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.roles import StaffRoleName
from matcher.services import audit, links, people
from matcher.services.access import Actor
from matcher.services.outbox import Owed, owe
from matcher.store.models import Area, Role, Staff, StaffArea, StaffRole


def add_staff(
    session: Session,
    email: str,
    name: str,
    roles: frozenset[StaffRoleName],
    *,
    areas: frozenset[str] | None,
    now: datetime,
) -> int:
    """Add a member of staff, or bring their roles and areas up to date; their id. `areas` None means all of them."""
    address = people.check_email(email).lower()
    staff = session.scalar(select(Staff).where(Staff.email == address))
    if staff is None:
        staff = Staff(email=address, name=name, fs_uniquifier=secrets.token_hex(16))
        session.add(staff)
        session.flush()
    staff.name, staff.active = name, True
    give(session, staff.id, role_ids(session, roles), _area_ids(session, areas))
    audit.record(session, audit.SYSTEM, "added_staff", ("staff", staff.id), *sorted(roles), now=now)
    return staff.id


def give(session: Session, staff_id: int, role_ids: Iterable[int], area_ids: Iterable[int]) -> None:
    """Give somebody roles and areas beside those they have."""
    for role_id in role_ids:
        session.execute(insert(StaffRole).values(staff_id=staff_id, role_id=role_id).on_conflict_do_nothing())
    for area_id in area_ids:
        session.execute(insert(StaffArea).values(staff_id=staff_id, area_id=area_id).on_conflict_do_nothing())


def give_area(session: Session, staff_ids: Iterable[int], area_id: int) -> None:
    """Let each of them look after this area too."""
    for staff_id in staff_ids:
        give(session, staff_id, (), (area_id,))


def role_ids(session: Session, roles: Collection[StaffRoleName]) -> list[int]:
    """The rows of these roles, made if they are not there yet."""
    for role in roles:
        session.execute(insert(Role).values(name=role.value).on_conflict_do_nothing())
    return list(session.scalars(select(Role.id).where(Role.name.in_([role.value for role in roles]))))


def actor_for(session: Session, staff_id: int) -> Actor:
    """What this member of staff may do, as the database says now. NotFound if they are not active."""
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active:
        raise NotFound
    return Actor(
        staff_id=staff.id,
        roles=frozenset(StaffRoleName(role.name) for role in staff.roles),
        area_ids=frozenset(area.area_id for area in staff.area_ids),
    )


def find_by_email(session: Session, email: str) -> int | None:
    """The id of an active member of staff."""
    return session.scalar(select(Staff.id).where(Staff.email == email.strip().lower(), Staff.active))


def owe_code(session: Session, staff_id: int, code: str, *, now: datetime) -> None:
    """Owe a sign-in code by e-mail. Each is a message of its own; the code leaves the row once it is sent."""
    owed = Owed(
        "staff_code",
        ("staff_id", staff_id),
        staff_id=staff_id,
        channel="email",
        values={"code": code},
        occasion=secrets.token_hex(8),
    )
    owe(session, owed, now=now)


def sign_in_link(session: Session, email: str, *, now: datetime) -> str:
    """A token that signs this person in, once. NotFound if nobody active has that address."""
    staff_id = find_by_email(session, email)
    if staff_id is None:
        raise NotFound("Nobody with that email address works here.")
    audit.record(session, audit.SYSTEM, "made_sign_in_link", ("staff", staff_id), now=now)
    return links.issue_sign_in(session, staff_id, now=now)


def _area_ids(session: Session, slugs: frozenset[str] | None) -> list[int]:
    there = select(Area.id, Area.slug).where(Area.closed_at.is_(None))
    found = {slug: area_id for area_id, slug in session.execute(there)}
    if slugs is None:
        return list(found.values())
    if unknown := slugs - found.keys():
        raise BadInput(f"There is no area “{sorted(unknown)[0]}”. There are: {', '.join(sorted(found))}", field="areas")
    return [found[slug] for slug in slugs]

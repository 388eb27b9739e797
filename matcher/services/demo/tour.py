"""What of a trial is worth opening first: Eileen's need, Christopher, and someone who may sign in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.roles import StaffRoleName
from matcher.services.demo.eileen import CHRISTOPHER, EILEEN
from matcher.store.models import Need, Offer, Person, Role, Staff, StaffRole


@dataclass(frozen=True, slots=True)
class Tour:
    """Ids and an address; None for what is not there, as in a trial that was started empty."""

    need_id: int | None
    volunteer_id: int | None
    coordinator_email: str | None


def read_tour(session: Session) -> Tour:
    """Of the made-up people, and of the coordinators the one who has been here longest."""
    of_eileen = (
        select(Need.id)
        .join(Person, Person.id == Need.resident_id)
        .where(Person.is_made_up, Person.first_name == EILEEN)
        .order_by(Need.id)
    )
    christopher = (
        select(Person.id)
        .join(Offer, Offer.person_id == Person.id)
        .where(Person.is_made_up, Person.first_name == CHRISTOPHER)
        .order_by(Person.id)
    )
    coordinator = (
        select(Staff.email)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .join(Role, Role.id == StaffRole.role_id)
        .where(Staff.active, Role.name == StaffRoleName.COORDINATOR)
        .order_by(Staff.id)
    )
    return Tour(
        need_id=session.scalar(of_eileen.limit(1)),
        volunteer_id=session.scalar(christopher.limit(1)),
        coordinator_email=session.scalar(coordinator.limit(1)),
    )

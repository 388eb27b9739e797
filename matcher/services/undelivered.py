"""What did not reach its person: for somebody to ring about, or said again by another way already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.lifecycle import NotificationStatus
from matcher.services import another_way
from matcher.store.models import (
    Match,
    Need,
    Notification,
    Occurrence,
    Person,
    Referral,
    Staff,
    StaffArea,
    Visit,
)

ROWS_SHOWN = 20
SHOWN = timedelta(days=7)  # later than that, what it would have said is over


@dataclass(frozen=True, slots=True)
class UndeliveredRow:
    """A message that did not reach its person: someone must ring. `reference` is how the number is looked up; `after`
    is the way that was tried before this one, or empty.
    """

    person: str
    reference: str
    template: str
    channel: str
    after: str
    status: NotificationStatus
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnotherWayRow:
    """A message that is not known to have arrived `by` one way, and goes `then` by another."""

    person: str
    reference: str
    template: str
    by: str
    then: str
    status: NotificationStatus
    at: datetime


def to_ring(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[UndeliveredRow, ...]:
    """Of the last week, the newest first. Whoever it was for: a resident or a volunteer of these areas, who asked for
    someone there, or one of their own staff.
    """
    before = aliased(Notification)
    wanted = _to_ring(area_ids, now).outerjoin(before, before.id == Notification.instead_of_id)
    return tuple(
        UndeliveredRow(
            person=name,
            reference=reference,
            template=row.template,
            channel=row.channel,
            after=after or "",
            status=row.status,
            why=row.last_error or "",
            at=row.ended_at or row.owed_at,
        )
        for row, name, reference, after in session.execute(wanted.add_columns(before.channel).limit(ROWS_SHOWN))
    )


def count_to_ring(session: Session, area_ids: frozenset[int], *, now: datetime) -> int:
    """All of them, shown or not."""
    found = _to_ring(area_ids, now).order_by(None).subquery()
    return session.execute(select(func.count()).select_from(found)).scalar_one()


def by_another_way(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[AnotherWayRow, ...]:
    """Of the last week, what a machine says again by another way, the newest first; what a person must say is not
    here.
    """
    first = aliased(Notification)
    wanted = (
        _of_areas(area_ids)
        .join(first, first.id == Notification.instead_of_id)
        .add_columns(first.channel)
        .where(
            Notification.instead_of_id.is_not(None),  # few have one: looked for before all the rest is joined
            Notification.status.not_in((*_LOST, NotificationStatus.DROPPED)),
            Notification.owed_at > now - SHOWN,
            first.status != NotificationStatus.DELIVERED,
            another_way.is_last_word(),
        )
        .order_by(Notification.owed_at.desc(), Notification.id)
        .limit(ROWS_SHOWN)
    )
    return tuple(
        AnotherWayRow(name, reference, row.template, by, row.channel, row.status, row.owed_at)
        for row, name, reference, by in session.execute(wanted)
    )


_LOST = (NotificationStatus.FAILED, NotificationStatus.UNCERTAIN)


def _to_ring(area_ids: frozenset[int], now: datetime) -> Select[Any]:
    return (
        _of_areas(area_ids)
        .where(
            Notification.status.in_(_LOST),
            Notification.ended_at > now - SHOWN,
            another_way.is_last_word(),
        )
        .order_by(Notification.ended_at.desc(), Notification.id)
    )


def _of_areas(area_ids: frozenset[int]) -> Select[Any]:
    looks_after = select(StaffArea.staff_id).where(StaffArea.area_id.in_(area_ids))
    columns: list[Any] = [
        Notification,
        func.coalesce(Person.first_name, Referral.first_name, Staff.name, "someone who texted").label("name"),
        func.coalesce(Need.reference, "").label("reference"),
    ]
    return (
        select(*columns)
        .outerjoin(Person, Person.id == Notification.person_id)
        .outerjoin(Referral, Referral.id == Notification.referral_id)
        .outerjoin(Staff, Staff.id == Notification.staff_id)
        .outerjoin(Match, Match.id == Notification.match_id)
        .outerjoin(Visit, Visit.id == Notification.visit_id)
        .outerjoin(
            Occurrence,
            Occurrence.id == func.coalesce(Notification.occurrence_id, Match.occurrence_id, Visit.occurrence_id),
        )
        .outerjoin(Need, Need.id == func.coalesce(Notification.need_id, Occurrence.need_id, Referral.need_id))
        .where(
            or_(
                Person.area_id.in_(area_ids),
                Need.area_id.in_(area_ids) & Notification.referral_id.is_not(None),
                Notification.staff_id.in_(looks_after),
                Notification.inbound_id.is_not(None) & Notification.person_id.is_(None),
            )
        )
    )

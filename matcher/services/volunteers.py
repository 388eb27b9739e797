"""Volunteers as coordinators look after them: whose checks run out, who is never asked, of whom nothing is heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import EXPECTED, OfferStatus, VisitStatus
from matcher.domain.localtime import local_day
from matcher.services import audit, check_tracker, people
from matcher.services.check_tracker import CheckLine
from matcher.services.merging import into_one
from matcher.services.paging import Page, page_of
from matcher.store.models import Area, Check, Home, KindRow, Match, Offer, OfferKind, Person, Visit

ROWS_SHOWN = 30
SOON, LATER = timedelta(days=30), timedelta(days=60)
QUIET_FOR = timedelta(days=90)


class Show(StrEnum):
    """Which of them."""

    ALL = "all"
    CHECKS_30 = "checks30"
    CHECKS_60 = "checks60"
    NEVER_ASKED = "never"
    QUIET = "quiet"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class VolunteerRow:
    """One of them in the list. ends_on: the first day on which a check of theirs runs out, or ran out."""

    person_id: int
    name: str
    area: str
    status: OfferStatus
    is_stopped: bool
    made_at: datetime
    asked_at: datetime | None
    heard_at: datetime | None
    ends_on: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class VolunteerList:
    """A page of those chosen. counts: how many each choice would show."""

    show: Show
    counts: Mapping[Show, int]
    rows: tuple[VolunteerRow, ...]
    on: Page


@dataclass(frozen=True, slots=True)
class VolunteerPage:
    """One volunteer, as the team looks after them. merged: numbers of records that became one with this, and when."""

    row: VolunteerRow
    phone: str
    email: str
    kinds: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    visits_held: int
    visits_done: int
    asked: int
    merged: tuple[tuple[int, datetime], ...]


def listing(session: Session, area_ids: frozenset[int], show: Show, page: int, *, now: datetime) -> VolunteerList:
    """A page of the volunteers of these areas, by name."""
    choices, theirs = _choices(now), _theirs(area_ids)
    counted = select(*(func.count().filter(condition) for condition in choices.values())).select_from(Offer)
    numbers = session.execute(counted.join(Person, Person.id == Offer.person_id).where(*theirs)).one()
    counts = dict(zip(choices, numbers, strict=True))
    on = page_of(page, counts[show], ROWS_SHOWN)
    wanted = _wanted().where(*theirs, choices[show]).order_by(Person.first_name, Home.surname, Offer.person_id)
    rows = session.execute(wanted.offset(on.skipped).limit(on.size)).all()
    return VolunteerList(show, counts, tuple(_row(row, local_day(now)) for row in rows), on)


def read(session: Session, person_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> VolunteerPage:
    """One of them, with how to reach them. The look is audited. NotFound if they are of no area of theirs."""
    require(session, person_id, area_ids)
    row = session.execute(_wanted().where(Offer.person_id == person_id)).one()
    home = session.get_one(Home, person_id)
    kinds = session.execute(
        select(KindRow.slug, KindRow.offer_name)
        .join(OfferKind, OfferKind.kind_slug == KindRow.slug)
        .join(Offer, Offer.id == OfferKind.offer_id)
        .where(Offer.person_id == person_id)
        .order_by(KindRow.position)
    ).all()
    is_held, is_done = Visit.status.in_(EXPECTED), Visit.status == VisitStatus.DONE
    visits = select(func.count().filter(is_held), func.count().filter(is_done)).where(Visit.person_id == person_id)
    held, done = session.execute(visits).one()
    audit.record(session, audit.staff(staff_id), "looked_up", ("person", person_id), "phone", "email", now=now)
    return VolunteerPage(
        row=_row(row, local_day(now)),
        phone=people.phone_words(home.phone),
        email=home.email,
        kinds=tuple(name for _, name in kinds),
        checks=check_tracker.track(session, person_id, [slug for slug, _ in kinds], now=now),
        visits_held=held,
        visits_done=done,
        asked=session.scalars(select(func.count()).where(Match.person_id == person_id)).one(),
        merged=into_one.merged_into(session, person_id),
    )


def require(session: Session, person_id: int, area_ids: frozenset[int]) -> None:
    """NotFound unless there is such a volunteer, in one of these areas."""
    if not is_one(session, person_id, area_ids):
        raise NotFound


def is_one(session: Session, person_id: int, area_ids: frozenset[int]) -> bool:
    """Whether there is such a volunteer, in one of these areas."""
    wanted = select(Offer.id).join(Person, Person.id == Offer.person_id)
    return session.scalar(wanted.where(Offer.person_id == person_id, *_theirs(area_ids))) is not None


def _theirs(area_ids: frozenset[int]) -> tuple[ColumnElement[bool], ...]:
    return Person.area_id.in_(area_ids), Person.erased_at.is_(None), Offer.status != OfferStatus.STOPPED


def _choices(now: datetime) -> dict[Show, ColumnElement[bool]]:
    """Each choice as a condition of an offer and its person."""
    today, since = local_day(now), now - QUIET_FOR
    asked = exists().where(Match.offer_id == Offer.id)
    answered = exists().where(Match.offer_id == Offer.id, Match.answered_at > since)
    went = exists().where(Visit.person_id == Offer.person_id, Visit.ended_at > since)
    is_active = Offer.status == OfferStatus.ACTIVE
    return {
        Show.ALL: Offer.id.is_not(None),
        Show.CHECKS_30: _ends_by(today + SOON),
        Show.CHECKS_60: _ends_by(today + LATER),
        Show.NEVER_ASKED: is_active & ~asked,
        Show.QUIET: is_active & (Offer.made_at <= since) & ~answered & ~went,
        Show.PAUSED: Offer.status == OfferStatus.PAUSED,
    }


def _ends_by(day: date) -> ColumnElement[bool]:
    """A check of theirs has run out, or runs out by that day."""
    return exists().where(Check.person_id == Offer.person_id, Check.expires_on <= day)


def _wanted() -> Select[Any]:
    asked_at = select(func.max(Match.asked_at)).where(Match.offer_id == Offer.id).scalar_subquery()
    answered = select(func.max(Match.answered_at)).where(Match.offer_id == Offer.id).scalar_subquery()
    went = select(func.max(Visit.ended_at)).where(Visit.person_id == Offer.person_id).scalar_subquery()
    ends_on = select(func.min(Check.expires_on)).where(Check.person_id == Offer.person_id).scalar_subquery()
    return (
        select(
            Offer.person_id,
            Person.first_name,
            Home.surname,
            Area.name,
            Offer.status,
            Offer.stood_down_at,
            Offer.made_at,
            asked_at.label("asked_at"),
            func.greatest(answered, went).label("heard_at"),
            ends_on.label("ends_on"),
        )
        .join(Person, Person.id == Offer.person_id)
        .join(Area, Area.id == Person.area_id)
        .join(Home, Home.person_id == Person.id)
    )


def _row(row: Any, today: date) -> VolunteerRow:
    return VolunteerRow(
        person_id=row.person_id,
        name=f"{row.first_name} {row.surname}".strip(),
        area=row.name,
        status=row.status,
        is_stopped=row.stood_down_at is not None,
        made_at=row.made_at,
        asked_at=row.asked_at,
        heard_at=row.heard_at,
        ends_on=row.ends_on,
        is_over=row.ends_on is not None and row.ends_on < today,
    )

"""Badges: the number on the card that a volunteer wears, for whoever expects them to compare at the door.

It is told to a resident once somebody has said yes to them, while that somebody is expected, and to nobody else but
staff: a number that is known beforehand proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import OfferStatus
from matcher.domain.localtime import day_words
from matcher.services import audit
from matcher.services.paging import Page, page_of
from matcher.store.models import Area, Badge, Offer, Person

HIGHEST = 999_999
ROWS_SHOWN = 50
_WRONG = f"The badge number must be a number from 1 to {HIGHEST:,}".replace(",", " ")


@dataclass(frozen=True, slots=True)
class Wearer:
    """A volunteer as they stand in the list; `number` None: they have no badge yet."""

    person_id: int
    first_name: str
    area: str
    since: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Wearers:
    """A page of them."""

    rows: tuple[Wearer, ...]
    on: Page


@dataclass(frozen=True, slots=True)
class BadgeList:
    """Who waits for a badge, the longest first, and who has one, by number: a page of each."""

    without: Wearers
    wearing: Wearers


def numbers_of(session: Session, person_ids: Collection[int]) -> Mapping[int, int]:
    """Person -> number on their badge, of those who have one."""
    rows = session.scalars(select(Badge).where(Badge.person_id.in_(person_ids)))
    return {badge.person_id: badge.number for badge in rows}


def read_list(session: Session, area_ids: frozenset[int], *, without: int = 1, wearing: int = 1) -> BadgeList:
    """The volunteers of these areas: this page of those without a badge, and that of those who wear one."""
    mine = _mine(area_ids)
    waiting = mine.where(Badge.number.is_(None)).order_by(Offer.made_at, Offer.id)
    worn = mine.where(Badge.number.is_not(None)).order_by(Badge.number)
    return BadgeList(without=_page(session, waiting, without), wearing=_page(session, worn, wearing))


def find(session: Session, wanted: str, area_ids: frozenset[int]) -> tuple[Wearer, ...]:
    """Whoever wears this number, or whose first name begins so, a page of them. BadInput if nothing was typed."""
    plain = "".join(wanted.split())
    if not plain:
        raise BadInput("Enter a first name or a badge number", field="wanted")
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= len(str(HIGHEST))
    is_wanted = (
        Badge.number == int(plain) if is_number else Person.first_name.istartswith(wanted.strip(), autoescape=True)
    )
    found = _mine(area_ids).where(is_wanted).order_by(Person.first_name, Person.id).limit(ROWS_SHOWN)
    return tuple(_wearer(*row) for row in session.execute(found))


def read_one(session: Session, person_id: int, area_ids: frozenset[int]) -> Wearer:
    """One volunteer. NotFound if they are of no area of these, or nobody."""
    row = session.execute(_wearers(area_ids).where(Person.id == person_id)).one_or_none()
    if row is None:
        raise NotFound
    return _wearer(*row)


def give(
    session: Session, person_id: int, typed: str, *, staff_id: int, area_ids: frozenset[int], now: datetime
) -> None:
    """Write down the number on their badge, or with nothing typed that they have none. BadInput names the field."""
    number = _check_number(typed)
    wearer = read_one(session, person_id, area_ids)
    if wearer.number == number:
        return
    badge = session.get(Badge, person_id, with_for_update=True)
    if badge is not None and number is None:
        session.delete(badge)
    elif number is not None:
        try:
            with session.begin_nested():
                session.merge(Badge(person_id=person_id, number=number, staff_id=staff_id, given_at=now))
        except IntegrityError:  # the constraint that no number is worn by two
            raise BadInput(f"Badge number {number} is somebody else’s", field="number") from None
    audit.record(session, audit.staff(staff_id), "gave_badge", ("person", person_id), "badge", now=now)


def _check_number(typed: str) -> int | None:
    plain = "".join(typed.split())
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= len(str(HIGHEST)) and int(plain)):
        raise BadInput(_WRONG, field="number")
    return int(plain)


def _mine(area_ids: frozenset[int]) -> Select[int, str, str, datetime, int]:
    return _wearers(area_ids).where(Offer.status != OfferStatus.STOPPED)


def _wearers(area_ids: frozenset[int]) -> Select[int, str, str, datetime, int]:
    return (
        select(Person.id, Person.first_name, Area.name, Offer.made_at, Badge.number)
        .join(Offer, Offer.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .outerjoin(Badge, Badge.person_id == Person.id)
        .where(Person.area_id.in_(area_ids), Person.erased_at.is_(None))
    )


def _page(session: Session, wanted: Select[int, str, str, datetime, int], page: int) -> Wearers:
    """This page of them; the last if there are not so many."""
    count: int = session.execute(select(func.count()).select_from(wanted.order_by(None).subquery())).scalar_one()
    on = page_of(page, count, ROWS_SHOWN)
    rows = session.execute(wanted.offset(on.skipped).limit(on.size))
    return Wearers(tuple(_wearer(*row) for row in rows), on)


def _wearer(person_id: int, first_name: str, area: str, made_at: datetime, number: int | None) -> Wearer:
    return Wearer(person_id, first_name, area, day_words(made_at), number)

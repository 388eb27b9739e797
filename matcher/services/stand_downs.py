"""Stopping a volunteer because of a worry, at once: a pause that only the team ends. Nobody is judged by it.

In one transaction what they are being asked ends, every visit they hold is handed back and looked at again, the word at
a door that they know becomes another one, and they are told kindly not to go, without a reason.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import EXPECTED, MatchStatus, OfferStatus, check_move
from matcher.services import audit, door_word_anew, matches, offers, people, under_way, visits
from matcher.services.checking import parse_reference
from matcher.services.outbox import Owed, drop_pending, owe
from matcher.store import queries
from matcher.store.models import Area, Home, Match, Need, Occurrence, Offer, Person, Staff, StandDown, Visit

MOST_FOUND = 10
WANTED_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Found:
    """A volunteer who may be meant: enough to tell them apart, and what stopping them would end."""

    person_id: int
    name: str
    area: str
    phone_ends: str
    visits: int
    asks: int
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """A volunteer whom a worry has stopped."""

    stand_down_id: int
    person_id: int
    name: str
    set_at: datetime
    set_by: str
    handed_back: int
    lifted_at: datetime | None


def find(session: Session, typed: str, *, staff_id: int, now: datetime) -> tuple[Found, ...]:
    """Volunteers of this name or number, or who said yes to the request of this reference. Each found is audited.

    BadInput if nothing was typed or nobody is found.
    """
    if not typed.strip():
        raise BadInput("Enter a name, a phone number or the reference of a request", field="wanted")
    for condition in _conditions(typed.strip()[:WANTED_LENGTH]):
        if found := _found(session, condition):
            for one in found:
                audit.record(session, audit.staff(staff_id), "looked_up", ("person", one.person_id), "name", now=now)
            return found
    raise BadInput("We know no volunteer by that. Try their first name, or their phone number", field="wanted")


def of_visit(session: Session, visit_id: int) -> tuple[Found, ...]:
    """Whoever went, or was to go, on this visit."""
    return _found(session, Offer.person_id.in_(select(Visit.person_id).where(Visit.id == visit_id)))


def stop(session: Session, concern_id: int, person_id: int, *, staff_id: int, now: datetime) -> None:
    """Stop a volunteer because of a worry. Twice is once. NotFound if they have made no offer."""
    under_way.lock(session, (person_id,))
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id).with_for_update(key_share=True))
    if offer is None:
        raise NotFound
    if _holding(session, person_id, StandDown.concern_id == concern_id):
        return
    actor, is_first = audit.staff(staff_id), offer.stood_down_at is None
    was_active = offer.status is OfferStatus.ACTIVE or _was_active_before(session, person_id)
    if is_first:
        offer.stood_down_at = now
    if offer.status is OfferStatus.ACTIVE:
        check_move(offer.status, OfferStatus.PAUSED)
        offer.status = OfferStatus.PAUSED
    session.flush()
    _end_asks(session, offer, now)
    held = _hand_back(session, person_id, actor, now)
    for occurrence in under_way.once_held(session, person_id, now=now):
        door_word_anew.give(session, occurrence, now=now)
    session.add(
        StandDown(
            concern_id=concern_id,
            person_id=person_id,
            was_active=was_active,
            handed_back=held,
            staff_id=staff_id,
            set_at=now,
        )
    )
    if is_first:
        _tell(session, person_id, "stood_down", now)
    audit.record(session, actor, "stopped", ("person", person_id), "visits", "asks", now=now)


def lift(session: Session, concern_id: int, stand_down_id: int, *, staff_id: int, now: datetime) -> None:
    """Nothing of this worry stands in their way any more. If no other does, they are asked again, unless they had
    paused by themselves. Twice is once. NotFound if it is of another worry.
    """
    row = session.get(StandDown, stand_down_id)
    if row is None or row.concern_id != concern_id:
        raise NotFound
    offer = session.scalars(select(Offer).where(Offer.person_id == row.person_id).with_for_update(key_share=True)).one()
    session.refresh(row, with_for_update=True)
    if row.lifted_at is not None:
        return
    row.lifted_at, row.lifted_by = now, staff_id
    session.flush()
    audit.record(session, audit.staff(staff_id), "lifted_stop", ("person", row.person_id), now=now)
    if _holding(session, row.person_id):
        return
    offer.stood_down_at = None
    if row.was_active and offer.status is OfferStatus.PAUSED:
        offer.status = OfferStatus.ACTIVE
        offers.look_again(session, offer, now)
    drop_pending(session, person_id=row.person_id, template="stood_down", now=now)
    if offer.status is not OfferStatus.STOPPED:
        _tell(session, row.person_id, "back_on_list", now)


def of_concern(session: Session, concern_id: int) -> tuple[Stopped, ...]:
    """Whom this worry has stopped, the latest first."""
    rows = session.execute(
        select(StandDown, Person.first_name, Home.surname, Staff.name)
        .join(Person, Person.id == StandDown.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .join(Staff, Staff.id == StandDown.staff_id)
        .where(StandDown.concern_id == concern_id)
        .order_by(StandDown.id.desc())
    )
    return tuple(
        Stopped(row.id, row.person_id, f"{first} {last or ''}".strip(), row.set_at, by, row.handed_back, row.lifted_at)
        for row, first, last, by in rows
    )


def _conditions(typed: str) -> list[ColumnElement[bool]]:
    """What was typed may be a reference, a phone number or a name, in this order."""
    found: list[ColumnElement[bool]] = []
    with suppress(BadInput):
        went = select(Visit.person_id).join(Occurrence, Occurrence.id == Visit.occurrence_id)
        of_need = went.join(Need, Need.id == Occurrence.need_id).where(Need.reference == parse_reference(typed))
        found.append(Offer.person_id.in_(of_need))
    with suppress(BadInput):
        found.append(Home.phone == people.check_phone(typed))
    name, words = func.lower(func.concat(Person.first_name, " ", Home.surname)), " ".join(typed.lower().split())
    return [*found, name.startswith(words, autoescape=True) | (func.lower(Home.surname) == words)]


def _found(session: Session, condition: ColumnElement[bool]) -> tuple[Found, ...]:
    held = select(func.count()).where(Visit.person_id == Offer.person_id, Visit.status.in_(EXPECTED))
    asks = select(func.count()).where(Match.offer_id == Offer.id, Match.status == MatchStatus.PROPOSED)
    rows = session.execute(
        select(
            Offer.person_id,
            Person.first_name,
            Home.surname,
            Home.phone,
            Area.name,
            held.scalar_subquery(),
            asks.scalar_subquery(),
            Offer.stood_down_at.is_not(None),
        )
        .join(Person, Person.id == Offer.person_id)
        .join(Home, Home.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .where(condition)
        .order_by(Person.first_name, Home.surname, Offer.person_id)
        .limit(MOST_FOUND)
    )
    return tuple(
        Found(person_id, f"{first} {last}".strip(), area, phone[-3:], visits_held, asked, is_stopped)
        for person_id, first, last, phone, area, visits_held, asked, is_stopped in rows
    )


def _holding(session: Session, person_id: int, *conditions: ColumnElement[bool]) -> bool:
    live = select(StandDown.id).where(StandDown.person_id == person_id, StandDown.lifted_at.is_(None), *conditions)
    return session.scalar(live.limit(1)) is not None


def _was_active_before(session: Session, person_id: int) -> bool:
    """Another worry has stopped them already: whether they were asked before that one."""
    live = select(StandDown.was_active).where(StandDown.person_id == person_id, StandDown.lifted_at.is_(None))
    return bool(session.scalar(live.limit(1)))


def _end_asks(session: Session, offer: Offer, now: datetime) -> None:
    asked = select(Match.id).where(Match.offer_id == offer.id, Match.status == MatchStatus.PROPOSED)
    for match_id in session.scalars(asked.order_by(Match.occurrence_id)).all():
        matches.step_aside(session, match_id, now=now)


def _hand_back(session: Session, person_id: int, actor: str, now: datetime) -> int:
    expected = select(Visit.id).where(Visit.person_id == person_id, Visit.status.in_(EXPECTED))
    held = session.scalars(expected.order_by(Visit.occurrence_id)).all()
    for visit_id in held:
        visits.hand_back(session, visit_id, actor=actor, now=now)
    return len(held)


def _tell(session: Session, person_id: int, template: str, now: datetime) -> None:
    channel = queries.channel_of(session, person_id)
    owed = Owed(
        template, ("person_id", person_id), person_id=person_id, channel=channel, occasion=f"{now:%Y%m%d%H%M%S}"
    )
    owe(session, owed, now=now)

"""Texts that a person must read: the list that coordinators work through, and how long words are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.retention import Kept
from matcher.services import audit, kept_periods, people
from matcher.store.models import Home, InboundText, Person

ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text to be read. `who` is empty if the number is nobody's, or more than one person's."""

    text_id: int
    who: str
    phone: str
    words: str
    received_at: datetime


def waiting(session: Session, area_ids: frozenset[int]) -> tuple[TextRow, ...]:
    """What nobody has read yet, of people in these areas or of nobody known, the oldest first."""
    rows = session.execute(
        select(InboundText, Person.first_name, Home.phone)
        .outerjoin(Person, Person.id == InboundText.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(
            InboundText.is_to_read,
            InboundText.read_at.is_(None),
            or_(InboundText.person_id.is_(None), Person.area_id.in_(area_ids)),
        )
        .order_by(InboundText.received_at, InboundText.id)
        .limit(ROWS_SHOWN)
    ).all()
    return tuple(
        TextRow(
            text_id=row.id,
            who=name or "",
            phone=people.phone_words(number) if (number := phone or row.sender).startswith("+") else "",
            words=row.words,
            received_at=row.received_at,
        )
        for row, name, phone in rows
    )


def mark_read(session: Session, text_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """Somebody has read it and done what it asks for. Twice is once. NotFound if it is of no area of theirs."""
    row = session.get(InboundText, text_id, with_for_update=True)
    if row is None or not row.is_to_read:
        raise NotFound
    if row.person_id is not None and session.get_one(Person, row.person_id).area_id not in area_ids:
        raise NotFound
    if row.read_at is None:
        row.read_at, row.read_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "read_text", ("inbound_text", row.id), now=now)


def old(kept: Kept, now: datetime) -> Select[int]:
    """Those that somebody read so long ago, or that came so long ago, and that have words or a number still."""
    is_old = or_(InboundText.read_at <= now - kept.text, InboundText.received_at <= now - kept.text_most)
    return select(InboundText.id).where(is_old, (InboundText.words != "") | (InboundText.sender != ""))


def erase_old(session: Session, *, now: datetime) -> int:
    """Words and unknown numbers go some days after someone has read them, and in any case after some more: how many."""
    over = old(kept_periods.in_force(session, now=now), now)
    erased = session.execute(
        update(InboundText).where(InboundText.id.in_(over)).values(words="", sender="").returning(InboundText.id),
        execution_options={"synchronize_session": False},
    )
    return len(erased.all())

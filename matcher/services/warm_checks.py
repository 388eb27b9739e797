"""Are you warm? Residents who wish for it are asked once in each cold spell; who needs something is rung."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.replies import WarmAnswer
from matcher.services import audit, people
from matcher.services.outbox import Owed, owe_all
from matcher.store.models import ColdSpell, Home, Person, WarmCheck

WORDING_VERSION = 1
# An answer is to the question of that spell, and for a time after it: people read late.
ANSWERED_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class WarmRow:
    """Someone who was asked. `phone` only where somebody should ring them."""

    check_id: int
    first_name: str
    phone: str
    answer: WarmAnswer | None
    answered_at: datetime | None
    is_to_ring: bool


def is_wished(session: Session, person_id: int) -> bool:
    """True if they are to be asked when it is very cold."""
    return session.get_one(Person, person_id).warm_agreed_at is not None


def wish(session: Session, person_id: int, *, is_on: bool, now: datetime) -> None:
    """They would like to be asked, or no longer. Twice is once."""
    person = session.get_one(Person, person_id, with_for_update={"key_share": True})
    if is_on == (person.warm_agreed_at is not None):
        return
    person.warm_agreed_at, person.warm_wording = (now, WORDING_VERSION) if is_on else (None, None)
    action = "agreed_warm_check" if is_on else "withdrew_warm_check"
    audit.record(session, audit.person(person_id), action, ("person", person_id), "warm_agreed_at", now=now)


def to_ask(session: Session, area_id: int, spell: ColdSpell | None) -> list[tuple[Person, bool]]:
    """Who is asked as it turns cold there, by name; and whether by a person, since no text reaches them."""
    rows = session.execute(_wishing(area_id, spell).order_by(Person.first_name, Person.id))
    return [(person, not _is_texted(person, home)) for person, home in rows]


def ask(session: Session, spell: ColdSpell, *, now: datetime) -> None:
    """Ask them. Nobody is asked twice in a spell."""
    owed = []
    for person, is_to_ring in to_ask(session, spell.area_id, spell):
        asked = {"cold_spell_id": spell.id, "person_id": person.id, "asked_at": now}
        session.add(WarmCheck(**asked, is_to_ring=is_to_ring))
        if not is_to_ring:
            owed.append(Owed("warm_check", ("cold_spell_id", spell.id), person.id, occasion=str(person.id)))
    session.flush()
    owe_all(session, owed, now=now)


def answer(session: Session, person_id: int, said: WarmAnswer, *, now: datetime) -> bool:
    """Their answer by text to the latest time they were asked; the last one counts. False if they were not asked."""
    check = session.scalar(
        select(WarmCheck)
        .join(ColdSpell, ColdSpell.id == WarmCheck.cold_spell_id)
        .where(WarmCheck.person_id == person_id, ColdSpell.ends_at + ANSWERED_WITHIN > now)
        .order_by(WarmCheck.asked_at.desc(), WarmCheck.id.desc())
        .limit(1)
        .with_for_update(of=WarmCheck)
    )
    if check is None:
        return False
    _note(check, said, now)
    audit.record(session, audit.person(person_id), "answered_warm_check", ("warm_check", check.id), now=now)
    return True


def note_call(
    session: Session, check_id: int, said: WarmAnswer | None, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> int:
    """Somebody rang: what they said, or None where what they needed is dealt with. The spell. Twice is once.

    NotFound if it is of no area of theirs.
    """
    check = session.get(WarmCheck, check_id, with_for_update=True)
    if check is None or session.get_one(ColdSpell, check.cold_spell_id).area_id not in area_ids:
        raise NotFound
    if said is not None:
        _note(check, said, now)
    elif check.answer is WarmAnswer.NEEDS and check.dealt_at is None:
        check.dealt_at, check.dealt_by = now, staff_id
    audit.record(session, audit.staff(staff_id), "noted_warm_check", ("warm_check", check.id), now=now)
    return check.cold_spell_id


def rows(session: Session, spell_id: int) -> Sequence[WarmRow]:
    """Everyone who was asked in a spell: who needs something first, then who is to be rung, then who is silent."""
    asked = session.execute(
        select(WarmCheck, Person, Home.phone)
        .join(Person, Person.id == WarmCheck.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(WarmCheck.cold_spell_id == spell_id)
        .order_by(WarmCheck.id)
    )
    return sorted((_row(found) for found in asked), key=_urgency)


def _row(found: Row[WarmCheck, Person, str]) -> WarmRow:
    check, person, phone = found
    is_gone = person.erased_at is not None or not phone
    is_to_ring = not is_gone and check.dealt_at is None and check.answer is not WarmAnswer.WELL
    return WarmRow(
        check_id=check.id,
        first_name="Someone whose details were deleted" if is_gone else person.first_name,
        phone=people.phone_words(phone) if is_to_ring else "",
        answer=check.answer,
        answered_at=check.answered_at,
        is_to_ring=is_to_ring and (check.answer is not None or check.is_to_ring),
    )


def _urgency(row: WarmRow) -> tuple[bool, bool, bool]:
    return not (row.is_to_ring and row.answer is not None), not row.is_to_ring, row.answer is not None


def _note(check: WarmCheck, said: WarmAnswer, now: datetime) -> None:
    """A new answer is to be dealt with anew."""
    if check.answer is not said:
        check.dealt_at = check.dealt_by = None
    check.answer, check.answered_at = said, now


def _wishing(area_id: int, spell: ColdSpell | None) -> Select[Person, Home]:
    asked = exists().where(WarmCheck.person_id == Person.id, WarmCheck.cold_spell_id == (spell.id if spell else None))
    return (
        select(Person, Home)
        .join(Home, Home.person_id == Person.id)
        .where(Person.area_id == area_id, Person.erased_at.is_(None), Person.warm_agreed_at.is_not(None), ~asked)
    )


def _is_texted(person: Person, home: Home) -> bool:
    return person.texts_stopped_at is None and people.usual_way(home.phone) == "text"

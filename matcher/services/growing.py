"""After a good visit, once a month at most: would anything else help, would you do more, or give something back?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.growing import ANSWERS, FOR_THE_TEAM, RESTS, GrowthAbout
from matcher.domain.lifecycle import OfferStatus
from matcher.services import people
from matcher.store.models import GrowthAsk, Home, Need, Occurrence, Offer, Person, Visit

OF_RESIDENTS = frozenset({GrowthAbout.ANYTHING_ELSE, GrowthAbout.GIVE_BACK})
OF_VOLUNTEERS = frozenset({GrowthAbout.MORE_FOR_THEM})


@dataclass(frozen=True, slots=True)
class GrowthQuestion:
    """A question that waits on somebody's own page. whom: the first name of the other of that visit."""

    about: GrowthAbout
    whom: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class GrowthAnswer:
    """An answer for the team. for_whom: of a volunteer who would do more, the resident."""

    ask_id: int
    first_name: str
    phone: str
    words: str
    for_whom: str
    answered_at: datetime


def ask_after(session: Session, need: Need, visit_ids: Iterable[int], *, now: datetime) -> None:
    """It went well: one question for the resident and one for each who came, if none was asked within the month.

    The database decides: an insert that would be a second one in the month is none at all.
    """
    asked = exists().where(GrowthAsk.person_id == need.resident_id, GrowthAsk.about == GrowthAbout.ANYTHING_ELSE)
    gave = exists().where(GrowthAsk.person_id == need.resident_id, GrowthAsk.about == GrowthAbout.GIVE_BACK)
    is_turn_to_give = session.scalars(select(asked & ~gave)).one()
    about = GrowthAbout.GIVE_BACK if is_turn_to_give else GrowthAbout.ANYTHING_ELSE
    for visit_id in visit_ids:
        _ask(session, need.resident_id, visit_id, about, now)
        helper = session.get_one(Visit, visit_id).person_id
        if session.scalar(select(Offer.id).where(Offer.person_id == helper, Offer.status == OfferStatus.ACTIVE)):
            _ask(session, helper, visit_id, GrowthAbout.MORE_FOR_THEM, now)


def question(session: Session, person_id: int, of: Collection[GrowthAbout], *, now: datetime) -> GrowthQuestion | None:
    """What waits for an answer of theirs, while the month lasts."""
    row = session.scalar(_waiting(person_id, of, now))
    if row is None:
        return None
    resident, helper = _both(session, row.visit_id)
    other = resident if row.about in OF_VOLUNTEERS else helper
    return None if other.erased_at else GrowthQuestion(row.about, other.first_name, ANSWERS[row.about])


def answer(session: Session, person_id: int, of: Collection[GrowthAbout], said: str, *, now: datetime) -> None:
    """What they say to it. BadInput for what is no answer to it; a second answer changes nothing."""
    row = session.scalar(_waiting(person_id, of, now).with_for_update())
    if row is None:
        return
    if said not in dict(ANSWERS[row.about]):
        raise BadInput("Select an answer", field="answer")
    row.answer, row.answered_at = said, now


def for_the_team(session: Session, area_ids: Collection[int]) -> tuple[GrowthAnswer, ...]:
    """Answers that somebody of the team does something about, the oldest first."""
    resident = aliased(Person)
    found = session.execute(
        select(GrowthAsk, Person.first_name, Home.phone, resident.first_name)
        .join(Person, Person.id == GrowthAsk.person_id)
        .join(Home, Home.person_id == Person.id)
        .join(Visit, Visit.id == GrowthAsk.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(resident, resident.id == Need.resident_id)
        .where(Person.area_id.in_(area_ids), GrowthAsk.answer.in_(FOR_THE_TEAM), GrowthAsk.dealt_at.is_(None))
        .where(resident.erased_at.is_(None))
        .order_by(GrowthAsk.answered_at, GrowthAsk.id)
    )
    return tuple(_line(row, name, phone, whom) for row, name, phone, whom in found)


def mark_dealt(session: Session, ask_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime) -> None:
    """Somebody did what it asks for. NotFound if it is of no area of theirs; twice is once."""
    row = session.get(GrowthAsk, ask_id)
    if row is None or session.get_one(Person, row.person_id).area_id not in area_ids:
        raise NotFound
    is_open = (GrowthAsk.id == ask_id) & GrowthAsk.dealt_at.is_(None)
    session.execute(update(GrowthAsk).where(is_open).values(dealt_at=now, dealt_by=staff_id))


def _line(row: GrowthAsk, name: str, phone: str, whom: str) -> GrowthAnswer:
    assert row.answer is not None
    assert row.answered_at is not None
    for_whom = whom if row.about in OF_VOLUNTEERS else ""
    words = FOR_THE_TEAM[row.answer]
    return GrowthAnswer(row.id, name, people.phone_words(phone), words, for_whom, row.answered_at)


def _ask(session: Session, person_id: int, visit_id: int, about: GrowthAbout, now: datetime) -> None:
    row = {"person_id": person_id, "visit_id": visit_id, "about": about, "asked_at": now, "rests_until": now + RESTS}
    session.execute(insert(GrowthAsk).values(row).on_conflict_do_nothing())


def _waiting(person_id: int, of: Collection[GrowthAbout], now: datetime) -> Select[GrowthAsk]:
    return (
        select(GrowthAsk)
        .where(
            GrowthAsk.person_id == person_id,
            GrowthAsk.about.in_(of),
            GrowthAsk.answer.is_(None),
            GrowthAsk.rests_until > now,
        )
        .order_by(GrowthAsk.id.desc())
        .limit(1)
    )


def _both(session: Session, visit_id: int) -> tuple[Person, Person]:
    """The resident and the helper of a visit."""
    visit = session.get_one(Visit, visit_id)
    occurrence = session.get_one(Occurrence, visit.occurrence_id)
    need = session.get_one(Need, occurrence.need_id)
    return session.get_one(Person, need.resident_id), session.get_one(Person, visit.person_id)

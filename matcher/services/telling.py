"""What is owed to a resident and only a person can tell: whom to ring, the words to say, and that it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import EXPECTED, NotificationStatus
from matcher.domain.localtime import clock_words, day_words
from matcher.services import another_way, audit, handed_over, people, wordings
from matcher.services.wordings import Scheme
from matcher.store.models import Arrangement, Home, Need, Notification, Occurrence, Person, Visit

# Later than that, what it would have said is over.
TOLD_WITHIN = timedelta(days=7)
TOLD_BEFORE_A_VISIT = timedelta(hours=2)
ROWS_SHOWN = 100
_BY_HAND = ("phone", "letter")

_HELD = (
    "{v} can help, {when}. At your door {v} says a word first. The word is {word}. I say it again: {word}. "
    "It is spelt {spelt}. If you do not hear it, keep the door shut and ring us on {tel}."
)
# What is said on the telephone, and how the list names it. A code is of no use there: a call does as well.
SPOKEN: dict[str, tuple[str, str]] = {
    "need_posted": (
        "We have their request",
        "We have your request. Your reference is {ref}. We ask neighbours near you, and ring you when one says yes.",
    ),
    "need_cancelled_resident": ("It is cancelled", "Your request {ref} is cancelled. Nobody will come."),
    "need_still_looking": (
        "Still looking",
        "Nobody is free yet for {ref}. We go on looking. Would another time do, or can it not wait?",
    ),
    "need_unmet": (
        "Nobody was found",
        "We are sorry. We could not find anyone in time for {ref}. May we look at other help with you?",
    ),
    "thaw_resident": (
        "It has thawed",
        "It has thawed, so nobody will come to clear for you. Is it still icy at yours?",
    ),
    "visit_held_resident": ("Who is coming", _HELD),
    "visit_usual_resident": ("Who is coming", _HELD),
    "visit_on_way": ("On the way", "{v} is on the way now. The word at your door is {word}. I say it again: {word}."),
    "visit_handed_back": (
        "Cannot come",
        "{v} can no longer come, {when}. You do not need to do anything. We are asking others.",
    ),
    "visit_done_resident": ("How did it go?", "{v} says that the job is done. Did it go well?"),
    "visit_unsure_resident": ("Did they come?", "Did {v} come to you? Did it go well?"),
    "arrangement_made_resident": ("Who usually comes", "{v} will usually come to you from now on."),
    "arrangement_ended_resident": (
        "No longer comes",
        "{v} will no longer come as usual. We ask others, and ring you when one says yes.",
    ),
}
_WHILE_EXPECTED = ("visit_held_resident", "visit_usual_resident", "visit_on_way", "visit_unsure_resident")
_WHY = {"phone": "They asked for a call", "letter": "They asked for a letter"}


@dataclass(frozen=True, slots=True)
class TellRow:
    """Someone to tell something. No number and no word: these are read one at a time."""

    notification_id: int
    reference: str
    resident: str
    what: str
    why: str
    when: str | None
    owed_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class TellPage:
    """Whom to ring and what to say. `words` is None if it is over, and there is nothing left to say."""

    notification_id: int
    need_id: int
    reference: str
    resident: str
    what: str
    why: str
    phone: str
    words: str | None


def to_tell(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[TellRow, ...]:
    """Everything that is owed to residents and that nobody has told them, whoever is visited soonest first."""
    rows = [_row(found, now) for found in session.execute(_untold(area_ids, now).limit(ROWS_SHOWN))]
    return tuple(sorted(rows, key=lambda row: (not row.is_late, row.when is None, row.owed_at)))


def read(
    session: Session, notification_id: int, scheme: Scheme, *, area_ids: frozenset[int], actor: str, now: datetime
) -> TellPage:
    """Whom to ring and what to say. The look is audited. NotFound if it is of no area of theirs, or was told."""
    row, need, resident, _visit = _find(session, notification_id, area_ids, now)
    audit.record(session, actor, "looked_up", ("person", need.resident_id), "phone", "door_word", now=now)
    values = wordings.values_of(session, row, scheme, now=now)
    what, spoken = SPOKEN[row.template]
    return TellPage(
        notification_id=row.id,
        need_id=need.id,
        reference=need.reference,
        resident=resident,
        what=what,
        why=_why(row),
        phone=people.phone_words(session.get_one(Home, need.resident_id).phone),
        words=None if values is None else spoken.format_map({**values, "spelt": _spelt(values)}),
    )


def told(session: Session, notification_id: int, *, area_ids: frozenset[int], actor: str, now: datetime) -> None:
    """It was said. Twice is once. NotFound if it is of no area of theirs."""
    wanted = select(Person.area_id).join(Notification, Notification.person_id == Person.id)
    area_id = session.scalar(wanted.where(Notification.id == notification_id))
    if area_id is None or area_id not in area_ids:
        raise NotFound
    handed_over.mark_told(session, notification_id, actor=actor, now=now)


def _find(session: Session, notification_id: int, area_ids: frozenset[int], now: datetime) -> Any:
    found = session.execute(_untold(area_ids, now).where(Notification.id == notification_id)).first()
    if found is None:
        raise NotFound
    return found


def _untold(area_ids: frozenset[int], now: datetime) -> Any:
    """Failed on its way, or asked for by phone or letter, which no machine of ours can do."""
    return (
        select(Notification, Need, Person.first_name, Visit)
        .join(Person, Person.id == Notification.person_id)
        .outerjoin(Visit, Visit.id == Notification.visit_id)
        .outerjoin(Arrangement, Arrangement.id == Notification.arrangement_id)
        .outerjoin(Occurrence, Occurrence.id == func.coalesce(Notification.occurrence_id, Visit.occurrence_id))
        .join(Need, Need.id == func.coalesce(Notification.need_id, Occurrence.need_id, Arrangement.need_id))
        .where(
            Need.area_id.in_(area_ids),
            Person.erased_at.is_(None),
            Need.resident_id == Notification.person_id,
            Notification.template.in_(SPOKEN),
            Notification.status.in_(handed_over.UNTOLD),
            or_(Notification.channel.in_(_BY_HAND), Notification.status != NotificationStatus.SENT),
            Notification.ended_at > now - TOLD_WITHIN,
            another_way.is_last_word(),
            or_(Notification.template.not_in(_WHILE_EXPECTED), Visit.status.in_(EXPECTED)),
        )
        .order_by(Notification.owed_at, Notification.id)
    )


def _row(found: Any, now: datetime) -> TellRow:
    row, need, resident, visit = found
    is_to_come = visit is not None and row.template in _WHILE_EXPECTED
    return TellRow(
        notification_id=row.id,
        reference=need.reference,
        resident=resident,
        what=SPOKEN[row.template][0],
        why=_why(row),
        when=f"{day_words(visit.starts_at)}, {clock_words(visit.starts_at)}" if is_to_come else None,
        owed_at=row.owed_at,
        is_late=is_to_come and visit.starts_at - TOLD_BEFORE_A_VISIT <= now,
    )


def _why(row: Notification) -> str:
    if row.instead_of_id is not None and row.channel in _BY_HAND:
        return "What we sent may not have got there"
    return _WHY.get(row.channel) or f"The {row.channel} did not get there"


def _spelt(values: Any) -> str:
    return ", ".join(values.get("word", "").upper())

"""What must arrive and is not known to have arrived is said again by another way: e-mail, then text, then by a person.

Each way at most once for an event and a person, by the constraint of every message; one message at most instead of
another, by its own. A message that a person must say stands on the list as failed from the start.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from matcher.domain.lifecycle import NotificationStatus, check_move
from matcher.domain.messages import words_event
from matcher.domain.preferences import CHANNELS, MUST_ARRIVE
from matcher.services import message_texts, people, wordings
from matcher.store.models import Home, Match, Need, Notification, Person, PhoneCheck, Visit

BATCH = 100
UNCONFIRMED = "nobody confirmed within half an hour that the {way} arrived"
_BY_A_PERSON = "phone"
_ORDER = ("email", "text")
_SAME_THING = (
    *("event", "template", "person_id", "referral_id"),
    *("need_id", "occurrence_id", "match_id", "visit_id", "arrangement_id"),
)


def unconfirmed(session: Session, *, now: datetime) -> list[tuple[int, str]]:
    """(id, channel) of what should have arrived by now, as far as anybody has said; the longest waiting first."""
    wanted = (
        select(Notification.id, Notification.channel)
        .where(Notification.status == NotificationStatus.SENT, Notification.confirm_by <= now)
        .order_by(Notification.confirm_by, Notification.id)
        .limit(BATCH)
    )
    return [(row.id, row.channel) for row in session.execute(wanted)]


def owe_instead(session: Session, row: Notification, *, now: datetime) -> None:
    """Owe what this message says by the next way there is. Nothing if it need not arrive, or its moment has passed.

    With no other way, what has failed stands on the list already; what may have arrived is put there.
    """
    if not _may_be_said_again(session, row, now):
        return
    session.flush()
    way = _other_way(session, row)
    if way is not None:
        _insert(session, row, channel=way, status=NotificationStatus.PENDING, due_at=now, owed_at=now)
    elif row.status is NotificationStatus.SENT:
        why = UNCONFIRMED.format(way=row.channel)
        for_a_person = {"channel": _BY_A_PERSON, "status": NotificationStatus.FAILED, "last_error": why}
        _insert(session, row, **for_a_person, due_at=now, owed_at=now, ended_at=now)


def stands_ready(session: Session, row: Notification, *, now: datetime) -> bool:
    """Whether this message, if it is given up, goes by another way."""
    return _may_be_said_again(session, row, now) and _other_way(session, row) is not None


def is_over(session: Session, row: Notification, *, now: datetime) -> bool:
    """True for a message that goes instead of another, once that has arrived after all or its moment has passed."""
    if row.instead_of_id is None:
        return False
    first = session.get_one(Notification, row.instead_of_id)
    return first.status is NotificationStatus.DELIVERED or _is_past(session, row, now)


def no_longer_needed(session: Session, row: Notification, *, now: datetime) -> None:
    """It arrived after all: what was owed instead of it and has not gone is over, and nobody need ring."""
    wanted = select(Notification).where(Notification.instead_of_id == row.id).with_for_update()
    later = session.scalars(wanted).one_or_none()
    if later is None:
        return
    if later.status is NotificationStatus.PENDING:
        _end(later, NotificationStatus.DROPPED, now)
    elif later.status is NotificationStatus.FAILED and later.channel == _BY_A_PERSON:
        _end(later, NotificationStatus.DELIVERED, now)
    no_longer_needed(session, later, now=now)


def is_last_word(row: Any = Notification) -> ColumnElement[bool]:
    """No other message stands for this one: what became of it is what became of what it says."""
    later = aliased(Notification)
    said_again = later.instead_of_id == row.id, later.status != NotificationStatus.DROPPED
    return ~select(later.id).where(*said_again).exists()


def _end(row: Notification, to: NotificationStatus, now: datetime) -> None:
    check_move(row.status, to)
    row.status, row.ended_at = to, now


def _may_be_said_again(session: Session, row: Notification, now: datetime) -> bool:
    return row.template in MUST_ARRIVE and row.channel in CHANNELS and not _is_past(session, row, now)


def _is_past(session: Session, row: Notification, now: datetime) -> bool:
    """Nobody is told of a visit by another way once it should have begun, nor of anything that is over."""
    starts_at = _starts_at(session, row)
    return (starts_at is not None and starts_at <= now) or wordings.is_over(session, row, now=now)


def _starts_at(session: Session, row: Notification) -> datetime | None:
    if row.visit_id is not None:
        return session.get_one(Visit, row.visit_id).starts_at
    return session.get_one(Match, row.match_id).starts_at if row.match_id is not None else None


def _other_way(session: Session, row: Notification) -> str | None:
    if row.person_id is None:
        return None
    tried = select(Notification.channel).where(Notification.event == row.event, Notification.person_id == row.person_id)
    ways = set(_ORDER) - set(session.scalars(tried))
    return next((way for way in _ORDER if way in ways and _can_go(session, row.person_id, row.template, way)), None)


def _can_go(session: Session, person_id: int, template: str, way: str) -> bool:
    home, person = session.get(Home, person_id), session.get_one(Person, person_id)
    if home is None:
        return False
    has_way = bool(home.email) if way == "email" else people.usual_way(home.phone) == "text"
    if way == "text" and person.texts_stopped_at is not None:
        return False
    return has_way and (not _is_of_a_request(template) or _is_confirmed(session, person_id, way))


def _is_of_a_request(template: str) -> bool:
    return template.startswith("need_") or template.endswith("_resident") or template == "visit_on_way"


def _is_confirmed(session: Session, resident_id: int, way: str) -> bool:
    """They have shown that it is theirs. A door word and a link to a request are for nobody else: a wrong number is
    someone else's telephone.
    """
    by_email = (PhoneCheck.how == "code") & (Need.contact == "email")
    wanted = select(PhoneCheck.need_id).join(Need, Need.id == PhoneCheck.need_id)
    shown = Need.resident_id == resident_id, PhoneCheck.how.is_not(None), by_email if way == "email" else ~by_email
    return session.scalar(wanted.where(*shown).limit(1)) is not None


def _insert(session: Session, row: Notification, **own: Any) -> None:
    same = {name: getattr(row, name) for name in _SAME_THING} | {"text_id": _text_id(session, row, own["channel"])}
    session.execute(insert(Notification).values({**same, "instead_of_id": row.id, **own}).on_conflict_do_nothing())


def _text_id(session: Session, row: Notification, way: str) -> int | None:
    """The same words by another way, unless that way has words of its own."""
    words = words_event(row.template, way)
    if words == words_event(row.template, row.channel):
        return row.text_id
    return message_texts.standing_ids(session).get(words)

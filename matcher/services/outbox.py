"""Messages owed: a row in the same transaction as the fact, words made at the moment of sending.

pending -> leased -> sent | uncertain | failed | dropped; sent -> delivered | failed, where the channel says so. What a
message would say is checked again in the transaction that leases it, so that nobody is told of something that is over.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matcher.domain.errors import MessageError
from matcher.domain.lifecycle import NotificationStatus, check_move
from matcher.domain.messages import Message, parts_of, words_event
from matcher.domain.preferences import CONFIRMED_WITHIN, MUST_ARRIVE
from matcher.services import another_way, audit, message_texts
from matcher.services.waiting import Wait, wait_of
from matcher.services.wordings import Scheme, Worded, word_message
from matcher.store.bulk import insert_rows
from matcher.store.models import Match, Notification

log = structlog.get_logger("services.outbox")

LEASE = timedelta(seconds=120)
TRIES = 6
FIRST_WAIT_S = 20.0
LONGEST_WAIT_S = 3600.0
BATCH = 20
# What nobody is known to have read, so that a person may still tell them.
UNTOLD = (NotificationStatus.SENT, NotificationStatus.UNCERTAIN, NotificationStatus.FAILED)
# A provider's receipt may be quicker than our own note that the message was handed over.
_MAY_HAVE_GONE = (NotificationStatus.LEASED, NotificationStatus.SENT, NotificationStatus.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to owe. `thing` names what it is about: ("match_id", 12).

    `occasion` tells apart messages that are owed again for the same thing, such as one sign-in code and the next.
    """

    template: str
    thing: tuple[str, int]
    person_id: int | None = None
    staff_id: int | None = None
    referral_id: int | None = None
    story_id: int | None = None
    channel: str = "text"
    about: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    occasion: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to go: in memory only, since it holds a private link and an address to send to."""

    notification_id: int
    channel: str
    recipient: str
    shown_as: str
    message: Message
    tries: int = 1


def owe(session: Session, owed: Owed, *, now: datetime) -> None:
    """Owe a message, once for each (event, person, channel): the second time changes nothing."""
    row = _row(owed, message_texts.standing_id(_words(owed)), now)
    session.execute(insert(Notification).values(row).on_conflict_do_nothing())


def owe_all(session: Session, owed: Sequence[Owed], *, now: datetime) -> None:
    """Owe these messages, in this order, as `owe` does each: one statement for all of them."""
    if owed:
        texts = message_texts.standing_ids(session)
        rows = [_row(one, texts.get(_words(one)), now) for one in owed]
        session.execute(insert_rows(Notification, rows).on_conflict_do_nothing())


def _words(owed: Owed) -> str:
    return words_event(owed.template, owed.channel)


def _row(owed: Owed, text_id: Any, now: datetime) -> dict[str, Any]:
    noun, thing_id = owed.thing
    return {
        "event": f"{owed.template}:{thing_id}{owed.occasion and ':'}{owed.occasion}",
        "template": owed.template,
        "person_id": owed.person_id,
        "staff_id": owed.staff_id,
        "referral_id": owed.referral_id,
        "story_id": owed.story_id,
        "channel": owed.channel,
        **owed.about,
        noun: thing_id,
        "text_id": text_id,
        "values": dict(owed.values),
        "status": NotificationStatus.PENDING,
        "owed_at": now,
        "due_at": owed.due_at or now,
    }


def claim_due(
    session: Session, scheme: Scheme, repeatable: frozenset[str], *, now: datetime, limit: int = BATCH
) -> tuple[Envelope, ...]:
    """Lease what is due and put it into words; what is over is dropped here, in the same transaction.

    A row whose lease ran out may or may not have been sent. Over a channel in `repeatable`, which knows what it has
    taken, it goes again; over any other it is marked uncertain.
    """
    due = session.scalars(
        select(Notification)
        .where(
            Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.LEASED)),
            Notification.due_at <= now,
        )
        .order_by(Notification.due_at, Notification.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        if row.status is NotificationStatus.LEASED and row.channel not in repeatable:
            _fail(session, row, NotificationStatus.UNCERTAIN, now, "the sender stopped half-way")
    waiting = (row for row in due if row.ended_at is None)
    return tuple(envelope for row in waiting if (envelope := _lease(session, row, scheme, now)) is not None)


def mark_sent(session: Session, notification_id: int, *, tells_arrival: bool = False, now: datetime) -> None:
    """It was handed to its channel. For an ask, this is when the person could first have read it.

    tells_arrival: the channel says later whether it arrived, and what must arrive is waited for.
    """
    row = _leased(session, notification_id)
    if row is None:
        return
    _end(row, NotificationStatus.SENT, now)
    row.sent_at = now
    if tells_arrival and row.template in MUST_ARRIVE:
        row.confirm_by = now + CONFIRMED_WITHIN
    if row.template == "match_asked":
        session.execute(
            update(Match).where(Match.id == row.match_id, Match.delivered_at.is_(None)).values(delivered_at=now)
        )


def mark_delivered(session: Session, notification_id: int, *, now: datetime) -> None:
    """The provider says that it arrived, perhaps before we knew that it had gone. Said twice, or late, it changes
    nothing.
    """
    mark_sent(session, notification_id, now=now)
    row = session.get(Notification, notification_id, with_for_update=True)
    if row is not None and row.status in _MAY_HAVE_GONE:
        _end(row, NotificationStatus.DELIVERED, now)
        another_way.no_longer_needed(session, row, now=now)


def mark_undelivered(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """The provider says that it never arrived: by another way, or on to the coordinator's list."""
    row = session.get(Notification, notification_id, with_for_update=True)
    if row is not None and row.status in _MAY_HAVE_GONE:
        row.sent_at = row.sent_at or now
        _fail(session, row, NotificationStatus.FAILED, now, error)


def mark_unconfirmed(session: Session, notification_id: int, *, now: datetime) -> None:
    """Nobody said in time that it arrived: by another way. Said twice, or late, it changes nothing."""
    row = session.get(Notification, notification_id, with_for_update=True)
    if row is None or row.status is not NotificationStatus.SENT or row.confirm_by is None or row.confirm_by > now:
        return
    row.confirm_by = None
    another_way.owe_instead(session, row, now=now)


def mark_told(session: Session, notification_id: int, *, actor: str, now: datetime) -> bool:
    """Someone of the team told them by phone. False if it needs no telling any more: told twice is told once."""
    row = session.get_one(Notification, notification_id, with_for_update=True)
    if row.status not in UNTOLD:
        return False
    _end(row, NotificationStatus.DELIVERED, now)
    audit.record(session, actor, "told_by_phone", ("notification", row.id), now=now)
    return True


def mark_uncertain(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """The channel may or may not have taken it, and cannot be asked: never sent again, counted and listed."""
    if (row := _leased(session, notification_id)) is not None:
        _fail(session, row, NotificationStatus.UNCERTAIN, now, error)


def try_later(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """It did not go. Wait longer each time, with jitter; after the last try it stands on the coordinator's list."""
    row = _leased(session, notification_id)
    if row is None:
        return
    if row.attempts >= TRIES:
        _fail(session, row, NotificationStatus.FAILED, now, error)
        return
    wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (row.attempts - 1)) * random.uniform(0.75, 1.25)  # noqa: S311
    row.status, row.last_error = NotificationStatus.PENDING, error[:200]
    row.due_at = now + timedelta(seconds=wait)


def put_back(session: Session, notification_id: int, *, now: datetime) -> None:
    """It was leased and never handed to its channel: as if it had not been leased."""
    if (row := _leased(session, notification_id)) is not None:
        check_move(row.status, NotificationStatus.PENDING)
        row.status, row.due_at = NotificationStatus.PENDING, now
        row.attempts -= 1


def give_up(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """It can never go this way: by another, or on to the coordinator's list."""
    if (row := _leased(session, notification_id)) is not None:
        _fail(session, row, NotificationStatus.FAILED, now, error)


def drop_pending(session: Session, *, now: datetime, **things: int | str) -> None:
    """Drop what is still owed about the things named: its moment has passed."""
    session.execute(
        update(Notification)
        .filter_by(status=NotificationStatus.PENDING, **things)
        .values(status=NotificationStatus.DROPPED, ended_at=now),
        execution_options={"synchronize_session": False},
    )


def take_back(session: Session, templates: Sequence[str], **things: int) -> None:
    """What was owed about the things named was never so: what nobody has been sent yet goes, and may be owed anew."""
    session.execute(
        delete(Notification)
        .filter_by(status=NotificationStatus.PENDING, **things)
        .where(Notification.template.in_(templates)),
        execution_options={"synchronize_session": False},
    )


def _lease(session: Session, row: Notification, scheme: Scheme, now: datetime) -> Envelope | None:
    may_have_gone, wait = row.status is NotificationStatus.LEASED, None  # by a sender that stopped before it said so
    if not may_have_gone:
        wait = wait_of(session, row, scheme.limits, now=now)
        if wait is not None and not wait.is_too_long:
            _put_off(row, wait, now)
            return None
        check_move(row.status, NotificationStatus.LEASED)
        row.status = NotificationStatus.LEASED
    if row.attempts >= TRIES:
        _fail(session, row, NotificationStatus.UNCERTAIN, now, "every try was cut off")
        return None
    worded = _put_into_words(session, row, scheme, now)
    if worded is None:
        if row.ended_at is None:
            _end(row, NotificationStatus.UNCERTAIN if may_have_gone else NotificationStatus.DROPPED, now)
        return None
    if wait is not None:
        _end(row, NotificationStatus.FAILED, now, "they have had so many messages: ring them")
        return None
    row.attempts += 1
    row.parts = parts_of(worded.message.text) if row.channel == "text" else 1
    row.due_at = now + LEASE  # due again once the lease has run out
    return Envelope(row.id, row.channel, worded.recipient, worded.shown_as, worded.message, row.attempts)


def _put_into_words(session: Session, row: Notification, scheme: Scheme, now: datetime) -> Worded | None:
    """None if it is over, or if it cannot be said: then the row has ended."""
    if another_way.is_over(session, row, now=now):
        return None
    try:
        return word_message(session, row, scheme, now=now)
    except MessageError as error:
        _fail(session, row, NotificationStatus.FAILED, now, error.message)
    except DBAPIError:
        raise  # the transaction is lost, not this one message
    except Exception:  # whatever is wrong with one message must not hold up the others
        log.exception("a message could not be put into words", notification=row.id, template=row.template)
        _end(row, NotificationStatus.FAILED, now, "it could not be put into words")
    return None


def _put_off(row: Notification, wait: Wait, now: datetime) -> None:
    row.due_at = wait.until
    if wait.is_crowded:
        row.put_off_at = row.put_off_at or now


def _leased(session: Session, notification_id: int) -> Notification | None:
    row = session.get(Notification, notification_id, with_for_update=True)
    return row if row is not None and row.status is NotificationStatus.LEASED else None


def _fail(session: Session, row: Notification, to: NotificationStatus, now: datetime, error: str) -> None:
    """It did not arrive, or may not have: said again by another way if it must arrive and there is one."""
    _end(row, to, now, error)
    another_way.owe_instead(session, row, now=now)


def _end(row: Notification, to: NotificationStatus, now: datetime, error: str | None = None) -> None:
    check_move(row.status, to)
    row.status, row.ended_at = to, now
    row.values = {}  # a sign-in code is of no use to anyone afterwards
    row.last_error = error[:200] if error else row.last_error

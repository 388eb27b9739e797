"""Messages owed: a row in the same transaction as the fact, words made at the moment of sending.

pending -> leased, and then what `handed_over` says; or dropped. What a message would say is checked again in the
transaction that leases it, so that nobody is told of something that is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matcher.domain.errors import MessageError
from matcher.domain.lifecycle import NotificationStatus, check_move
from matcher.domain.messages import Message, parts_of, words_event
from matcher.services import another_way, message_texts, standing_scheme, text_comparisons
from matcher.services.calendar_feed import CalendarFile
from matcher.services.handed_over import TRIES, end, fail
from matcher.services.text_comparisons import Running
from matcher.services.waiting import Wait, wait_of
from matcher.services.wordings import Scheme, Worded, word_message
from matcher.services.yes_rates import QUESTIONS
from matcher.store.bulk import insert_rows
from matcher.store.models import Notification

log = structlog.get_logger("services.outbox")

LEASE = timedelta(seconds=120)
UNHEARD = "it could not be heard of in time"
BATCH = 20


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
    about: Mapping[str, int | date] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    occasion: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to go: in memory only, since it holds a private link and an address to send to.

    calendar: the visit that it is about, for an e-mail that books it or calls it off.
    """

    notification_id: int
    channel: str
    recipient: str
    shown_as: str
    message: Message
    tries: int = 1
    calendar: CalendarFile | None = None


def owe(session: Session, owed: Owed, *, now: datetime) -> None:
    """Owe a message, once for each (event, person, channel): the second time changes nothing."""
    if _words(owed) in QUESTIONS:  # which words it has may be up to chance
        owe_all(session, [owed], now=now)
        return
    row = _row(owed, message_texts.standing_id(_words(owed)), None, now)
    session.execute(insert(Notification).values(row).on_conflict_do_nothing())


def owe_all(session: Session, owed: Sequence[Owed], *, now: datetime) -> None:
    """Owe these messages, in this order, as `owe` does each: one statement for all of them."""
    if owed:
        texts = message_texts.standing_ids(session)
        asks_something = any(_words(one) in QUESTIONS for one in owed)
        compared = text_comparisons.running(session) if asks_something else {}
        rows = [_row(one, *_chosen(one, texts, compared), now) for one in owed]
        session.execute(insert_rows(Notification, rows).on_conflict_do_nothing())


def _chosen(owed: Owed, texts: Mapping[str, int], compared: Mapping[str, Running]) -> tuple[int | None, int | None]:
    """The number of its words, and of the comparison that gave it them."""
    words = _words(owed)
    if (running := compared.get(words)) is None:
        return texts.get(words), None
    return running.text_of(owed.thing[1]), running.comparison_id


def _words(owed: Owed) -> str:
    return words_event(owed.template, owed.channel)


def _row(owed: Owed, text_id: Any, comparison_id: int | None, now: datetime) -> dict[str, Any]:
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
        "comparison_id": comparison_id,
        "values": dict(owed.values),
        "status": NotificationStatus.PENDING,
        "owed_at": now,
        "due_at": owed.due_at or now,
    }


def claim_due(
    session: Session,
    scheme: Scheme,
    repeatable: frozenset[str],
    *,
    now: datetime,
    limit: int = BATCH,
    most_once: int = BATCH,
) -> tuple[Envelope, ...]:
    """Lease what is due and put it into words; what is over is dropped here, in the same transaction. scheme: as the
    operator gave it; what the team has set counts before it.

    A row whose lease ran out may or may not have been sent. Over a channel in `repeatable`, which knows what it has
    taken, it goes again; over any other it is marked uncertain. So of those that may go only once no more than
    `most_once` are leased: of the others a sender that dies makes nothing uncertain.
    """
    # What may be tried again first: a mail server that hangs must not hold up the texts.
    again, once_only = Notification.channel.in_(repeatable), Notification.channel.not_in(repeatable)
    due = _oldest_due(session, again, limit, now)
    due += _oldest_due(session, once_only, limit - len(due), now)
    for row in due:
        if row.status is NotificationStatus.LEASED and row.channel not in repeatable:
            fail(session, row, NotificationStatus.UNCERTAIN, now, "the sender stopped half-way")
    scheme = standing_scheme.as_set(session, scheme)
    envelopes: list[Envelope] = []
    once = 0
    for row in due:
        goes_once = row.channel not in repeatable
        if row.ended_at is not None or (goes_once and once == most_once):
            continue
        if (envelope := _lease(session, row, scheme, now)) is not None:
            envelopes.append(envelope)
            once += goes_once
    return tuple(envelopes)


def is_any_due(session: Session, *, now: datetime) -> bool:
    """Whether there is more to claim."""
    session.flush()
    return session.scalar(select(Notification.id).where(*_due(now)).limit(1)) is not None


def _oldest_due(session: Session, which: ColumnElement[bool], most: int, now: datetime) -> list[Notification]:
    """Locked, in the order of an index: however many are due, few more than these are looked at."""
    oldest = select(Notification).where(*_due(now), which).order_by(Notification.due_at, Notification.id)
    return [*session.scalars(oldest.limit(most).with_for_update(skip_locked=True))]


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    waits = Notification.status.in_((NotificationStatus.PENDING, NotificationStatus.LEASED))
    return waits, Notification.due_at <= now


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
        if wait is not None and wait.is_in_vain:
            end(row, NotificationStatus.DROPPED, now, UNHEARD)  # the upkeep lets others be asked
            return None
        if wait is not None and not wait.is_too_long:
            _put_off(row, wait, now)
            return None
        check_move(row.status, NotificationStatus.LEASED)
        row.status = NotificationStatus.LEASED
    if row.attempts >= TRIES:
        fail(session, row, NotificationStatus.UNCERTAIN, now, "every try was cut off")
        return None
    worded = _put_into_words(session, row, scheme, now)
    if worded is None:
        if row.ended_at is None:
            end(row, NotificationStatus.UNCERTAIN if may_have_gone else NotificationStatus.DROPPED, now)
        return None
    if wait is not None:
        end(row, NotificationStatus.FAILED, now, "they have had so many messages: ring them")
        return None
    row.attempts += 1
    row.parts = parts_of(worded.message.text) if row.channel == "text" else 1
    row.due_at = now + LEASE  # due again once the lease has run out
    return Envelope(
        row.id, row.channel, worded.recipient, worded.shown_as, worded.message, row.attempts, worded.calendar
    )


def _put_into_words(session: Session, row: Notification, scheme: Scheme, now: datetime) -> Worded | None:
    """None if it is over, or if it cannot be said: then the row has ended."""
    if another_way.is_over(session, row, now=now):
        return None
    try:
        return word_message(session, row, scheme, now=now)
    except MessageError as error:
        fail(session, row, NotificationStatus.FAILED, now, error.message)
    except DBAPIError:
        raise  # the transaction is lost, not this one message
    except Exception:  # whatever is wrong with one message must not hold up the others
        log.exception("a message could not be put into words", notification=row.id, template=row.template)
        end(row, NotificationStatus.FAILED, now, "it could not be put into words")
    return None


def _put_off(row: Notification, wait: Wait, now: datetime) -> None:
    row.due_at = wait.until
    if wait.is_crowded:
        row.put_off_at = row.put_off_at or now

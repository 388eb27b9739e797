"""What is shown of messages to many: each before it is sent, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.audience import Audience
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.messages import Template
from matcher.domain.messages.catalogue import CALLS, name_of
from matcher.domain.messages.editing import Measure, measure
from matcher.domain.messages.longest import Sender
from matcher.services import audiences, broadcasts, message_texts
from matcher.services.audiences import Estimate
from matcher.services.broadcasts import Desk
from matcher.store.models import Broadcast, Notification, Staff

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that can go to many, and how long it is at its longest."""

    event: str
    name: str
    template: Template
    measure: Measure


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of its messages. over: it was no longer their day, or they paused or left before it went."""

    waiting: int
    sent: int
    delivered: int
    lost: int
    taken_back: int
    over: int


@dataclass(frozen=True, slots=True)
class BroadcastRow:
    """One of them, as the list shows it."""

    id: int
    name: str
    sentence: str
    people: int
    written_by: str
    written_at: datetime
    sent_at: datetime | None
    stopped_at: datetime | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class BroadcastPage:
    """One of them. estimate: while it waits. outcome: once it was sent."""

    row: BroadcastRow
    choice: Choice
    is_mine: bool
    is_tested: bool
    needs_another: bool
    is_overtaken: bool
    most_alone: int
    estimate: Estimate | None
    outcome: Outcome | None


def choices(session: Session, sender: Sender) -> tuple[Choice, ...]:
    """Every text that can go to many, in the words that hold."""
    standing = message_texts.standing_ids(session)
    return tuple(_choice(session, event, standing.get(event), sender) for event in CALLS)


def listing(session: Session, area_ids: frozenset[int]) -> tuple[BroadcastRow, ...]:
    """The newest of those whose places are all theirs."""
    wanted = _wanted().where(Broadcast.audience["area_ids"].contained_by(sorted(area_ids)))
    rows = session.execute(wanted.order_by(Broadcast.id.desc()).limit(SHOWN))
    return tuple(_row(session, *row) for row in rows)


def read(session: Session, desk: Desk, broadcast_id: int, sender: Sender, *, now: datetime) -> BroadcastPage:
    """One of them. NotFound unless all of its places are theirs."""
    one = broadcasts.of(session, broadcast_id, desk.area_ids)
    found = session.execute(_wanted().where(Broadcast.id == broadcast_id)).one()
    estimate = None
    if one.sent_at is None and one.stopped_at is None:
        _, estimate = audiences.estimate(session, Audience.from_kept(one.audience), desk.limits, now=now)
    people = estimate.people if estimate else one.people
    return BroadcastPage(
        row=_row(session, *found),
        choice=_choice(session, one.template, one.text_id, sender),
        is_mine=one.written_by == desk.staff_id,
        is_tested=one.tested_at is not None,
        needs_another=people > max(one.most_alone, one.approved_people or 0),
        is_overtaken=one.text_id != message_texts.standing_ids(session).get(one.template),
        most_alone=one.most_alone,
        estimate=estimate,
        outcome=_outcome(session, one) if one.sent_at else None,
    )


def _choice(session: Session, event: str, text_id: int | None, sender: Sender) -> Choice:
    template = message_texts.owed_words(session, event, text_id)
    return Choice(event, name_of(event), template, measure(template, sender))


def _wanted() -> Select[Broadcast, str, str]:
    writer, second = aliased(Staff), aliased(Staff)
    return (
        select(Broadcast, writer.name, second.name)
        .join(writer, writer.id == Broadcast.written_by)
        .outerjoin(second, second.id == Broadcast.approved_by)
    )


def _row(session: Session, one: Broadcast, writer: str, second: str | None) -> BroadcastRow:
    return BroadcastRow(
        id=one.id,
        name=name_of(one.template),
        sentence=audiences.sentence(session, Audience.from_kept(one.audience)),
        people=one.people,
        written_by=writer,
        written_at=one.written_at,
        sent_at=one.sent_at,
        stopped_at=one.stopped_at,
        approved_by=second,
    )


def _outcome(session: Session, one: Broadcast) -> Outcome:
    wanted = (
        select(Notification.status, func.count())
        .where(Notification.broadcast_id == one.id, Notification.broadcast_day.is_not(None))
        .group_by(Notification.status)
    )
    counts: Mapping[NotificationStatus, int] = {status: count for status, count in session.execute(wanted)}  # noqa: C416

    def of(*statuses: NotificationStatus) -> int:
        return sum(counts.get(status, 0) for status in statuses)

    return Outcome(
        waiting=of(NotificationStatus.PENDING, NotificationStatus.LEASED),
        sent=of(NotificationStatus.SENT),
        delivered=of(NotificationStatus.DELIVERED),
        lost=of(NotificationStatus.FAILED, NotificationStatus.UNCERTAIN),
        taken_back=one.taken_back,
        over=of(NotificationStatus.DROPPED) - one.taken_back,
    )

"""Copies of messages as they were sent: the outbox page of the embedded default, and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NotificationStatus
from matcher.services.outbox import Envelope
from matcher.store.models import ConsoleMessage, Notification, Story


def keep_console_copy(session: Session, envelope: Envelope, *, now: datetime) -> None:
    """Keep a message as it was sent, for the outbox page of the embedded default; none of a story that was taken back
    while it was being sent.
    """
    is_gone = (
        select(Story.withdrawn_at)
        .join(Notification, Notification.story_id == Story.id)
        .where(Notification.id == envelope.notification_id)
        .with_for_update(read=True, of=Story)  # a withdrawal waits for this copy, and erases it, or is waited for
    )
    if session.scalar(is_gone) is not None:
        return
    row = {
        "notification_id": envelope.notification_id,
        "sent_at": now,
        "recipient": envelope.shown_as,
        "channel": envelope.channel,
        "subject": envelope.message.subject,
        "text": envelope.message.text,
    }
    session.execute(insert(ConsoleMessage).values(row).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message as it was sent, and what became of it."""

    at: datetime
    to: str
    channel: str
    subject: str
    text: str
    status: NotificationStatus


def console_messages(session: Session, *, limit: int = 200) -> tuple[SentMessage, ...]:
    """The newest first."""
    rows = session.execute(
        select(ConsoleMessage, Notification.status)
        .join(Notification, Notification.id == ConsoleMessage.notification_id)
        .order_by(ConsoleMessage.sent_at.desc(), ConsoleMessage.notification_id.desc())
        .limit(limit)
    )
    return tuple(
        SentMessage(row.sent_at, row.recipient, row.channel, row.subject, row.text, status) for row, status in rows
    )

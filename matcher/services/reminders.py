"""Reminders before a visit, to whoever goes: a day before, and two hours before.

Each once for a visit and its time: a visit that has moved is reminded of anew, and what waits about its old time is not
sent. Who said yes less than that before needs no reminder. The resident knows who comes, and hears when they set off.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.reminding import REMINDERS, SQL_STAMP, Reminder, time_stamp
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries
from matcher.store.models import Notification, Visit

BATCH = 100


def remind(session: Session, *, now: datetime) -> int:
    """Owe every reminder whose time has come; how many. A second pass owes none."""
    return sum(_owe_due(session, reminder, now) for reminder in REMINDERS.values())


def _owe_due(session: Session, reminder: Reminder, now: datetime) -> int:
    due = _due(session, reminder, now)
    channels = queries.channels_of(session, {visit.person_id for visit in due})
    owed = [
        Owed(
            reminder.template,
            ("visit_id", visit.id),
            person_id=visit.person_id,
            channel=channels[visit.person_id],
            occasion=time_stamp(visit.starts_at),
        )
        for visit in due
    ]
    owe_all(session, owed, now=now)
    return len(owed)


def _due(session: Session, reminder: Reminder, now: datetime) -> Sequence[Visit]:
    """The rows are locked, so that two passes at once never owe one reminder by two ways."""
    ahead = select(Visit).where(
        Visit.status == VisitStatus.HELD,
        Visit.starts_at > now + reminder.until,
        Visit.starts_at <= now + reminder.before,
        Visit.held_at <= Visit.starts_at - reminder.before,
        ~_is_owed(reminder),
    )
    locked = ahead.order_by(Visit.id).limit(BATCH).with_for_update(skip_locked=True, key_share=True)
    return session.scalars(locked).all()


def _is_owed(reminder: Reminder) -> ColumnElement[bool]:
    """Of a visit: this reminder is owed for the time that it has now."""
    stamp = func.to_char(func.timezone("UTC", Visit.starts_at), SQL_STAMP)
    return exists().where(
        Notification.visit_id == Visit.id,
        Notification.template == reminder.template,
        Notification.event.endswith(stamp),
    )

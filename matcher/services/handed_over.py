"""What became of a message that was leased: it went, it arrived, it did not, or nobody can know.

leased -> sent | uncertain | failed | pending again; sent -> delivered | failed, where the channel says so. Said twice,
or late, each of these changes nothing.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NotificationStatus, check_move
from matcher.domain.preferences import CONFIRMED_WITHIN, MUST_ARRIVE
from matcher.services import another_way, audit
from matcher.store.models import Match, Notification

# For about half an hour: a provider that is away for a while, or a key that an operator mends, costs no message. After
# that it is time for a person.
TRIES = 8
# For about ten minutes, where another way stands ready for what must arrive.
TRIES_BEFORE_ANOTHER_WAY = 6
FIRST_WAIT_S = 20.0
LONGEST_WAIT_S = 600.0
# What nobody is known to have read, so that a person may still tell them.
UNTOLD = (NotificationStatus.SENT, NotificationStatus.UNCERTAIN, NotificationStatus.FAILED)
_GONE = (NotificationStatus.SENT, NotificationStatus.UNCERTAIN)
# A provider's receipt may be quicker than our own note that the message was handed over.
_MAY_HAVE_GONE = (NotificationStatus.LEASED, *_GONE)
_SOMEONE_ELSE = "someone else answered: check the number or address, then ask them again"


def mark_sent(session: Session, notification_id: int, *, tells_arrival: bool = False, now: datetime) -> None:
    """It was handed to its channel. For an ask, this is when the person could first have read it.

    tells_arrival: the channel says later whether it arrived, and what must arrive is waited for.
    """
    row = _leased(session, notification_id)
    if row is None:
        return
    end(row, NotificationStatus.SENT, now)
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
        end(row, NotificationStatus.DELIVERED, now)
        another_way.no_longer_needed(session, row, now=now)


def mark_undelivered(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """The provider says that it never arrived: by another way, or on to the coordinator's list."""
    row = session.get(Notification, notification_id, with_for_update=True)
    if row is not None and row.status in _MAY_HAVE_GONE:
        row.sent_at = row.sent_at or now
        fail(session, row, NotificationStatus.FAILED, now, error)


def mark_misdirected(session: Session, match_id: int, *, now: datetime) -> None:
    """A question reached someone else: on to the coordinator's list, since the number or address is wrong."""
    asked = Notification.match_id == match_id, Notification.template == "match_asked"
    gone = Notification.status.in_((*_GONE, NotificationStatus.DELIVERED))
    for row in session.scalars(select(Notification).where(*asked, gone).with_for_update()):
        end(row, NotificationStatus.FAILED, now, _SOMEONE_ELSE)


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
    end(row, NotificationStatus.DELIVERED, now)
    audit.record(session, actor, "told_by_phone", ("notification", row.id), now=now)
    return True


def mark_uncertain(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """The channel may or may not have taken it, and cannot be asked: never sent again, counted and listed."""
    if (row := _leased(session, notification_id)) is not None:
        fail(session, row, NotificationStatus.UNCERTAIN, now, error)


def try_later(session: Session, notification_id: int, error: str, *, now: datetime) -> None:
    """It did not go. Wait longer each time, with jitter; after the last try it goes by another way, or stands on the
    coordinator's list.
    """
    row = _leased(session, notification_id)
    if row is None:
        return
    early_enough = row.attempts < TRIES_BEFORE_ANOTHER_WAY
    if not early_enough and (row.attempts >= TRIES or another_way.stands_ready(session, row, now=now)):
        fail(session, row, NotificationStatus.FAILED, now, error)
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
        fail(session, row, NotificationStatus.FAILED, now, error)


def _leased(session: Session, notification_id: int) -> Notification | None:
    row = session.get(Notification, notification_id, with_for_update=True)
    return row if row is not None and row.status is NotificationStatus.LEASED else None


def fail(session: Session, row: Notification, to: NotificationStatus, now: datetime, error: str) -> None:
    """It did not arrive, or may not have: said again by another way if it must arrive and there is one."""
    end(row, to, now, error)
    another_way.owe_instead(session, row, now=now)


def end(row: Notification, to: NotificationStatus, now: datetime, error: str | None = None) -> None:
    """It is over: nothing of it is kept but what became of it."""
    check_move(row.status, to)
    row.status, row.ended_at = to, now
    row.values = {}  # a sign-in code is of no use to anyone afterwards
    row.last_error = error[:200] if error else row.last_error

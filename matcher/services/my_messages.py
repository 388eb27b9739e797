"""What we sent a resident about one need: when, how, and whether it arrived. Any of it may be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import NotificationStatus
from matcher.services import audit
from matcher.services.outbox import Owed, owe
from matcher.store.models import Arrangement, Need, Notification, Occurrence, Visit

SOONEST_AGAIN = timedelta(minutes=10)
MOST_TIMES = 4

# What each message was about. The words themselves are made when it is sent, and kept nowhere.
_ABOUT = {
    "need_posted": "We have your request",
    "need_link": "Your link to this page",
    "need_code": "Your code",
    "need_cancelled_resident": "Your request is cancelled",
    "need_still_looking": "We are still looking",
    "need_unmet": "We could not find anyone",
    "thaw_resident": "It has thawed",
    "visit_held_resident": "Who is coming, and your door word",
    "visit_usual_resident": "Who is coming, and your door word",
    "visit_on_way": "Your neighbour is on the way",
    "visit_handed_back": "Your neighbour cannot come after all",
    "visit_done_resident": "The job is done",
    "visit_unsure_resident": "Did your neighbour come?",
    "arrangement_made_resident": "Who usually comes",
    "arrangement_ended_resident": "Someone else will come from now on",
}
_OTHERWISE = "A message about your request"
# These have their own ways to be sent again.
_NEVER_AGAIN = frozenset({"need_code", "need_link"})

_FATES = {
    NotificationStatus.PENDING: "Waiting to go",
    NotificationStatus.LEASED: "Going now",
    NotificationStatus.SENT: "Sent",
    NotificationStatus.DELIVERED: "Arrived",
    NotificationStatus.UNCERTAIN: "We are not sure that it went",
    NotificationStatus.FAILED: "It did not arrive",
}
_BY_A_PERSON = ("phone", "letter")
_GONE = (
    NotificationStatus.SENT,
    NotificationStatus.DELIVERED,
    NotificationStatus.UNCERTAIN,
    NotificationStatus.FAILED,
)
_THINGS = ("need_id", "occurrence_id", "visit_id", "arrangement_id")


@dataclass(frozen=True, slots=True)
class SentLine:
    """One message. `way`: text, phone, email or letter."""

    notification_id: int
    at: datetime
    about: str
    way: str
    fate: str
    is_well: bool
    may_go_again: bool


def read(session: Session, need_id: int, *, now: datetime) -> tuple[SentLine, ...]:
    """Every message to the resident about this need, the newest first. What was overtaken before it went is none."""
    rows = _sent(session, session.get_one(Need, need_id))
    return tuple(
        SentLine(
            notification_id=row.id,
            at=row.sent_at or row.ended_at or row.owed_at,
            about=_ABOUT.get(row.template, _OTHERWISE),
            way=row.channel,
            fate=_fate(row),
            is_well=row.status in (NotificationStatus.SENT, NotificationStatus.DELIVERED),
            may_go_again=_may_go_again(row, rows, now),
        )
        for row in reversed(rows)
    )


def send_again(session: Session, need_id: int, notification_id: int, *, now: datetime) -> bool:
    """Send one of them once more, in the words of today. False if it went a moment ago or often enough.

    NotFound for a message that is not theirs, or about another need.
    """
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    rows = _sent(session, need)
    row = next((one for one in rows if one.id == notification_id), None)
    if row is None:
        raise NotFound
    if not _may_go_again(row, rows, now):
        return False
    times = len(_copies(row, rows))
    owed = Owed(row.template, _thing(row), person_id=row.person_id, channel=need.contact, occasion=f"again{times}")
    owe(session, owed, now=now)
    audit.record(session, audit.person(need.resident_id), "sent_again", ("notification", row.id), now=now)
    return True


def _fate(row: Notification) -> str:
    if row.status is NotificationStatus.FAILED and row.channel in _BY_A_PERSON:
        return "One of us will tell you"
    return _FATES[row.status]


def _sent(session: Session, need: Need) -> list[Notification]:
    occurrences = select(Occurrence.id).where(Occurrence.need_id == need.id)
    visits = select(Visit.id).where(Visit.occurrence_id.in_(occurrences))
    about_it: Any = or_(
        Notification.need_id == need.id,
        Notification.occurrence_id.in_(occurrences),
        Notification.visit_id.in_(visits),
        Notification.arrangement_id.in_(select(Arrangement.id).where(Arrangement.need_id == need.id)),
    )
    wanted = select(Notification).where(
        Notification.person_id == need.resident_id, about_it, Notification.status != NotificationStatus.DROPPED
    )
    return list(session.scalars(wanted.order_by(Notification.id)))


def _may_go_again(row: Notification, rows: list[Notification], now: datetime) -> bool:
    """The newest of its kind, gone a while ago, and not too often before."""
    copies = _copies(row, rows)
    return (
        row.template not in _NEVER_AGAIN
        and row is copies[-1]
        and row.status in _GONE
        and row.ended_at is not None
        and row.ended_at <= now - SOONEST_AGAIN
        and len(copies) < MOST_TIMES
    )


def _copies(row: Notification, rows: list[Notification]) -> list[Notification]:
    return [one for one in rows if (one.template, _thing(one)) == (row.template, _thing(row))]


def _thing(row: Notification) -> tuple[str, int]:
    return next((name, found) for name in _THINGS if (found := getattr(row, name)) is not None)

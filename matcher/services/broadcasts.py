"""Writing to many volunteers at once: written, tried on oneself, agreed to by another where they are many, sent, and
stopped. Every message of it is a row of the outbox, which the same worker sends.

The promises are constraints: another must have agreed, it was tried, and nobody is written to twice in a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.audience import Audience
from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.messages.catalogue import CALLS
from matcher.domain.preferences import SendingLimits
from matcher.services import audiences, audit, message_texts
from matcher.services.audiences import Reached
from matcher.services.outbox import Owed, drop_pending, owe, owe_all
from matcher.store.models import Broadcast, KindRow, Notification

_CHANGED = "The text has been changed since this was written. Throw it away and write it again"


@dataclass(frozen=True, slots=True)
class Desk:
    """Who of the team does it, in which areas, and what limits messages."""

    staff_id: int
    area_ids: frozenset[int]
    limits: SendingLimits | None


def write(session: Session, desk: Desk, template: str, audience: Audience, *, most_alone: int, now: datetime) -> int:
    """Keep what shall be sent to whom, and send nothing yet: its number. BadInput, with its field, for what is no
    text to many, no place of theirs, or nobody.
    """
    if template not in CALLS:
        raise BadInput("Select what you want to say", field="template")
    if not audience.area_ids or not audience.area_ids <= desk.area_ids:
        raise BadInput("Select places from the list", field="areas")
    known = set(session.scalars(select(KindRow.slug)))
    if not audience.kinds <= known:
        raise BadInput("Select kinds of help from the list", field="kinds")
    found, _ = audiences.find(session, audience, desk.limits, now=now)
    if not found:
        raise BadInput("That is nobody today. Choose more places or fewer conditions", field="areas")
    row = Broadcast(
        template=template,
        text_id=message_texts.standing_ids(session).get(template),
        audience=audience.as_kept(),
        people=len(found),
        most_alone=most_alone,
        written_by=desk.staff_id,
        written_at=now,
    )
    session.add(row)
    session.flush()
    _note(session, desk, "wrote_broadcast", row, now)
    return row.id


def try_on_oneself(session: Session, desk: Desk, broadcast_id: int, *, now: datetime) -> None:
    """Send it to whoever presses, by e-mail, in the words in which it would go."""
    row = _waiting(session, desk, broadcast_id)
    occasion = f"test:{now:%Y%m%d%H%M%S}"
    owe(
        session,
        Owed(row.template, ("broadcast_id", row.id), staff_id=desk.staff_id, channel="email", occasion=occasion),
        now=now,
    )
    row.tested_at = now
    _note(session, desk, "tried_broadcast", row, now)


def agree(session: Session, desk: Desk, broadcast_id: int, *, read: int, now: datetime) -> None:
    """The second person agrees that it goes to as many as they have read. Conflict for who wrote it."""
    row = _waiting(session, desk, broadcast_id)
    if row.written_by == desk.staff_id:
        raise Conflict("You wrote it: somebody else of the team must agree")
    row.people = _checked(session, desk, row, read, now)[1]
    row.approved_by, row.approved_at, row.approved_people = desk.staff_id, now, row.people
    _note(session, desk, "agreed_to_broadcast", row, now)


def send(session: Session, desk: Desk, broadcast_id: int, *, read: int, now: datetime) -> int:
    """Owe it to everyone it is for, as they are now; how many. Twice is once.

    Conflict while it was not tried, nobody else agreed where there must be another, they are more than were read, or
    there are not texts enough today.
    """
    row = _of(session, desk, broadcast_id)
    if row.sent_at is not None:
        return row.people
    _waiting(session, desk, broadcast_id)
    if row.tested_at is None:
        raise Conflict("Send a test to yourself first")
    found, people = _checked(session, desk, row, read, now)
    if people > max(row.most_alone, row.approved_people or 0):
        raise Conflict(f"It goes to {people}: somebody else of the team must agree first")
    row.people, row.sent_by, row.sent_at = people, desk.staff_id, now
    session.flush()
    owe_all(session, [_owed(row, one) for one in found], now=now)
    row.people = session.scalars(
        select(func.count()).where(Notification.broadcast_id == row.id, Notification.broadcast_day.is_not(None))
    ).one()
    _note(session, desk, "sent_broadcast", row, now)
    return row.people


def stop(session: Session, desk: Desk, broadcast_id: int, *, now: datetime) -> int:
    """Take back what has not gone yet, or throw away what was never sent; how many were spared. Twice is once."""
    row = _of(session, desk, broadcast_id)
    if row.stopped_at is not None:
        return row.taken_back
    before = _dropped(session, row.id)
    drop_pending(session, now=now, broadcast_id=row.id)
    row.taken_back = _dropped(session, row.id) - before
    row.stopped_by, row.stopped_at = desk.staff_id, now
    _note(session, desk, "stopped_broadcast", row, now)
    return row.taken_back


def of(session: Session, broadcast_id: int, area_ids: frozenset[int]) -> Broadcast:
    """One of them. NotFound unless all of its places are theirs."""
    row = session.get(Broadcast, broadcast_id)
    if row is None or not frozenset(row.audience["area_ids"]) <= area_ids:
        raise NotFound
    return row


def _of(session: Session, desk: Desk, broadcast_id: int) -> Broadcast:
    session.execute(select(Broadcast.id).where(Broadcast.id == broadcast_id).with_for_update())
    row = of(session, broadcast_id, desk.area_ids)
    session.refresh(row)
    return row


def _waiting(session: Session, desk: Desk, broadcast_id: int) -> Broadcast:
    """One that has not been sent. Conflict otherwise."""
    row = _of(session, desk, broadcast_id)
    if row.sent_at is not None or row.stopped_at is not None:
        raise Conflict("This was sent or thrown away meanwhile")
    return row


def _checked(session: Session, desk: Desk, row: Broadcast, read: int, now: datetime) -> tuple[Sequence[Reached], int]:
    """Who it goes to now and how many. Conflict if the words, the number or the day's texts are no longer as read."""
    if row.text_id != message_texts.standing_ids(session).get(row.template):
        raise Conflict(_CHANGED)
    found, estimate = audiences.estimate(session, Audience.from_kept(row.audience), desk.limits, now=now)
    if not found:
        raise Conflict("That is nobody any more. Throw it away, or come back tomorrow")
    if estimate.people > read:
        raise Conflict(f"There are {estimate.people} now, and you read {read}. Read it again and press once more")
    if estimate.is_too_dear:
        raise Conflict(f"It takes {estimate.texts} texts, and {estimate.texts_left} are left today")
    return found, estimate.people


def _owed(row: Broadcast, one: Reached) -> Owed:
    about = {"broadcast_day": one.day}
    return Owed(row.template, ("broadcast_id", row.id), person_id=one.person_id, channel=one.channel, about=about)


def _dropped(session: Session, broadcast_id: int) -> int:
    wanted = select(func.count()).where(
        Notification.broadcast_id == broadcast_id,
        Notification.broadcast_day.is_not(None),
        Notification.status == NotificationStatus.DROPPED,
    )
    return session.scalars(wanted).one()


def _note(session: Session, desk: Desk, action: str, row: Broadcast, now: datetime) -> None:
    audit.record(session, audit.staff(desk.staff_id), action, ("broadcast", row.id), now=now)

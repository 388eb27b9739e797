"""Whether a message waits: nothing that can wait goes in somebody's quiet hours, nor more than so many to one person,
nor more texts in a day than the scheme can pay for.

What waits is looked at again when its time has come, so that it says what is true then, or nothing. What would be of no
use by then does not wait for the scheme's hours, unless it is night; and a question that cannot be heard in time ends
at once, so that somebody else is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NotificationStatus, Urgency
from matcher.domain.localtime import at_local, local_day
from matcher.domain.preferences import (
    ABOUT_A_VISIT_AHEAD,
    AT_ONCE,
    BEFORE_A_VISIT,
    CHANNELS,
    FOR_WHO_WAITS,
    NEAR,
    NEVER_TOO_DEAR,
    NEVER_TOO_MANY,
    TO_SET_OFF,
    Hours,
    SendingLimits,
    quiet_until,
    told_at,
)
from matcher.services import cold_spells
from matcher.store import queries
from matcher.store.models import Match, Notification, Offer, Person, Visit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PUT_OFF_MOST = DAY
# Two senders never count the same person's messages at once; the second looks again soon.
_LOOK_AGAIN = timedelta(seconds=2)
_LOCK = 7_411


@dataclass(frozen=True, slots=True)
class Wait:
    """A message waits until then. `is_crowded`: because its person had so many already; `is_too_long`: and that for a
    day, so that somebody of the team should say it. `is_in_vain`: its visit will have begun by then, or all but.
    """

    until: datetime
    is_crowded: bool = False
    is_too_long: bool = False
    is_in_vain: bool = False


def wait_of(session: Session, row: Notification, limits: SendingLimits | None, *, now: datetime) -> Wait | None:
    """Whether this message waits, and until when; without limits, only in hours that its person chose."""
    if row.staff_id is not None or row.template in AT_ONCE or row.channel not in CHANNELS:
        return None  # what is said by a person waits for nobody but them
    wait = _quiet(session, row, limits, now) or (_crowded(session, row, limits, now) if limits else None)
    if wait is not None and not _must_go(session, row, wait, now):
        return replace(wait, is_in_vain=_is_in_vain(session, row, wait.until))
    return _dear(session, row, limits, now) if limits else None


def _dear(session: Session, row: Notification, limits: SendingLimits, now: datetime) -> Wait | None:
    """The day's texts are used up: what can wait does so until the next day begins."""
    if row.channel != "text" or row.template in NEVER_TOO_DEAR:
        return None
    today = local_day(now)
    if queries.texts_since(session, at_local(today, time())) < limits.texts_a_day:
        return None
    until = at_local(today + timedelta(days=1), time())
    if row.match_id is not None and row.template == "match_asked":
        return Wait(until) if session.get_one(Match, row.match_id).starts_at > until + NEAR else None
    return Wait(until)


def _quiet(session: Session, row: Notification, limits: SendingLimits | None, now: datetime) -> Wait | None:
    own, usual = _own_hours(session, row.person_id), limits.quiet if limits else None
    hours = own or usual
    until = quiet_until(hours, now) if hours else None
    if until is None:
        return None
    if _cannot_wait(session, row, until):
        until = told_at(own, usual, now)
    return Wait(until) if until > now else None


def _cannot_wait(session: Session, row: Notification, until: datetime) -> bool:
    """By then it would be of no use, or of little."""
    if row.template == "match_asked":
        return session.get_one(Match, row.match_id).starts_at < until + BEFORE_A_VISIT
    if row.template in NEVER_TOO_MANY:
        return session.get_one(Visit, row.visit_id).starts_at <= until + TO_SET_OFF
    return row.template in FOR_WHO_WAITS


def _is_in_vain(session: Session, row: Notification, until: datetime) -> bool:
    return row.template == "match_asked" and session.get_one(Match, row.match_id).starts_at < until + TO_SET_OFF


def _own_hours(session: Session, person_id: int | None) -> Hours | None:
    own = select(Offer.quiet_from, Offer.quiet_until).where(Offer.person_id == person_id, Offer.quiet_from.is_not(None))
    row = session.execute(own).one_or_none()
    return (row.quiet_from, row.quiet_until) if row is not None else None


def _crowded(session: Session, row: Notification, limits: SendingLimits, now: datetime) -> Wait | None:
    if row.person_id is None:
        return None
    if not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK, row.person_id))):
        return Wait(now + _LOOK_AGAIN)
    sent = _sent(session, row.person_id, now)
    ends = [sent[most - 1] + span for most, span in ((limits.an_hour, HOUR), (limits.a_day, DAY)) if len(sent) >= most]
    until = max(ends, default=now)
    is_too_long = row.put_off_at is not None and row.put_off_at + PUT_OFF_MOST <= now
    return Wait(until, is_crowded=True, is_too_long=is_too_long) if until > now else None


def _sent(session: Session, person_id: int, now: datetime) -> Sequence[datetime]:
    """When each of the last day's messages went to them, the newest first; one that is just going goes now."""
    gone_at = case(
        (Notification.status == NotificationStatus.LEASED, literal(now)),
        (Notification.status == NotificationStatus.UNCERTAIN, Notification.ended_at),
        else_=Notification.sent_at,
    )
    recent = select(gone_at).where(Notification.person_id == person_id, gone_at > now - DAY)
    return session.scalars(recent.order_by(gone_at.desc())).all()


def _must_go(session: Session, row: Notification, wait: Wait, now: datetime) -> bool:
    if row.template in ABOUT_A_VISIT_AHEAD:
        starts_at = session.get_one(Visit, row.visit_id).starts_at
        return starts_at <= max(now + NEAR, wait.until + BEFORE_A_VISIT)
    if row.template in NEVER_TOO_MANY:
        return wait.is_crowded
    return row.template == "match_asked" and _is_asked_at_once(session, row, wait, now)


def _is_asked_at_once(session: Session, row: Notification, wait: Wait, now: datetime) -> bool:
    """No question that cannot wait is one too many, nor an urgent one for today or tonight. Such a one goes in quiet
    hours to those who agreed to be woken.
    """
    match = session.get_one(Match, row.match_id)
    if wait.is_crowded and _cannot_wait(session, row, wait.until):
        return True
    is_urgent = queries.need_of_occurrence(session, match.occurrence_id).urgency is Urgency.URGENT
    is_near = local_day(match.starts_at) == local_day(now) or match.starts_at <= now + NEAR
    return is_urgent and is_near and (wait.is_crowded or _may_be_woken(session, match.person_id, now))


def _may_be_woken(session: Session, person_id: int, now: datetime) -> bool:
    agreed = select(Person.area_id).join(Offer, Offer.person_id == Person.id)
    area_id = session.scalar(agreed.where(Person.id == person_id, Offer.cold_wording >= cold_spells.AT_NIGHT_TOO))
    return area_id is not None and cold_spells.is_cold(session, area_id, now=now)

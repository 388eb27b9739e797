"""The hours in which somebody wishes not to be asked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.localtime import at_local, local_day, to_local
from matcher.domain.preferences import CAN_WAIT
from matcher.store.models import Notification, Offer


def quiet_until(session: Session, row: Notification, now: datetime) -> datetime | None:
    """When this message may go, if it can wait and its person is in their quiet hours; else None."""
    if row.person_id is None or row.template not in CAN_WAIT:
        return None
    hours = select(Offer.quiet_from, Offer.quiet_until).where(
        Offer.person_id == row.person_id, Offer.quiet_from.is_not(None)
    )
    own = session.execute(hours).one_or_none()
    if own is None:
        return None
    clock, today = to_local(now).time(), local_day(now)
    if clock < own.quiet_until:
        return at_local(today, own.quiet_until)
    return at_local(today + timedelta(days=1), own.quiet_until) if clock >= own.quiet_from else None

"""What a provider says has become of a message, in its own words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matcher.services import handed_over

DELIVERED = "delivered"
_NOT_DELIVERED = {
    "permanent-failure": "Notify says that the number or address does not exist: reach them another way",
    "temporary-failure": "Notify could not reach them for three days: reach them another way",
    "technical-failure": "Notify had a fault: reach them another way",
}


def take(session: Session, notification_id: int, status: str, *, now: datetime) -> bool:
    """Write down that it arrived, or never will. False if that is not known yet: it is still on its way."""
    if status == DELIVERED:
        handed_over.mark_delivered(session, notification_id, now=now)
    elif status in _NOT_DELIVERED:
        handed_over.mark_undelivered(session, notification_id, _NOT_DELIVERED[status], now=now)
    else:
        return False
    return True

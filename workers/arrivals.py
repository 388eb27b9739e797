"""What nobody said has arrived: its provider is asked, and if it does not know either, another way is tried."""

from __future__ import annotations

import structlog

from matcher.services import another_way, handed_over, receipts
from matcher.store.session import reading, unit_of_work
from workers.celery import config
from workers.channels import SendLater, TellsArrival, channel_for
from workers.clock import now

log = structlog.get_logger("workers.arrivals")


def see_what_arrived() -> None:
    """Everything whose half hour is over. A provider that does not answer is not asked again in the same pass."""
    with reading() as session:
        waiting = another_way.unconfirmed(session, now=now())
    may_ask = True
    for notification_id, kind in waiting:
        status = _status_of(notification_id, kind) if may_ask else None
        may_ask = status is not None
        with unit_of_work() as session:
            if not receipts.take(session, notification_id, status or "", now=now()):
                handed_over.mark_unconfirmed(session, notification_id, now=now())
        log.info("asked whether it arrived", notification=notification_id, said=status)


def _status_of(notification_id: int, kind: str) -> str | None:
    """None if its provider does not answer now."""
    channel = channel_for(kind, config)
    if not isinstance(channel, TellsArrival):  # it went by a provider that is no longer set up
        return ""
    try:
        return channel.status_of(notification_id)
    except SendLater:
        return None

"""Short batches: what is not urgent waits a few minutes for company, and is asked about in one round with it.

The first need of a quiet hour is looked at at once. While rounds of its area follow each other, a new need waits
until the last one is BATCH old, or for any round that runs before. What is urgent, a no, a hand-back and a
withdrawal never wait: see `matches.look_again`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import Urgency
from matcher.store.models import Round

BATCH = timedelta(minutes=5)
GATHERING = "gathering"
NOT_YET = "not_yet"
# Reasons that say when we shall look, not what we found.
NOT_LOOKED_YET = (GATHERING, NOT_YET)
GATHERING_WORDS = "We ask neighbours within a few minutes, together with other requests."


def first_look_at(session: Session, area_id: int, urgency: Urgency, *, now: datetime) -> datetime:
    """When a new occurrence of this area is first looked at."""
    if urgency is Urgency.URGENT:
        return now
    latest = select(Round.opened_at).where(Round.area_id == area_id).order_by(Round.fence.desc()).limit(1)
    last_round_at = session.scalar(latest)
    return max(now, last_round_at + BATCH) if last_round_at else now

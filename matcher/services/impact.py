"""What was done, counted from done visits and never stored."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import at_local, local_day
from matcher.store.models import Visit


def done_this_month(session: Session, *, now: datetime) -> int:
    """Visits done since the first of the month, by London clocks."""
    first = at_local(local_day(now).replace(day=1), time())
    wanted = select(func.count()).where(Visit.status == VisitStatus.DONE, Visit.ended_at >= first)
    return session.execute(wanted).scalar_one()

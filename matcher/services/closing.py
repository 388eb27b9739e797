"""When a need asked for once is over, and when it is not over after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, check_move
from matcher.domain.recurrence import Recurrence
from matcher.services import audit
from matcher.store.models import Need, Occurrence

_UNDER_WAY = (NeedStatus.OPEN, NeedStatus.PAUSED)


def close_if_finished(session: Session, need_id: int, *, now: datetime) -> None:
    """Close a need asked for once when nothing of it is left to do."""
    session.flush()
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.recurrence is not Recurrence.ONCE or need.status not in _UNDER_WAY or _has_more(session, need_id):
        return
    check_move(need.status, NeedStatus.CLOSED)
    need.status, need.closed_at = NeedStatus.CLOSED, now
    audit.record(session, audit.SYSTEM, "closed", ("need", need_id), now=now)


def reopen(session: Session, need_id: int) -> None:
    """It was not over after all."""
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.status is NeedStatus.CLOSED:
        check_move(need.status, NeedStatus.OPEN)
        need.status, need.closed_at = NeedStatus.OPEN, None


def _has_more(session: Session, need_id: int) -> bool:
    left = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)
    more = select(Occurrence.id).where(Occurrence.need_id == need_id, Occurrence.status.in_(left)).limit(1)
    return session.scalar(more) is not None

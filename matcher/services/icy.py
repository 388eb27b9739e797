"""Help whenever it is icy: while a cold spell is on, each of its days gets an occurrence of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus
from matcher.domain.localtime import local_day
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.services import cold_spells, needs
from matcher.store.models import Need, Occurrence

DAYS_AHEAD = 2  # today and tomorrow: further ahead nobody knows the weather


def extend(session: Session, *, now: datetime) -> int:
    """Open what the cold asks for; how many. A second call opens none."""
    ends = cold_spells.ends_where_cold(session, now=now)
    wanted = session.scalars(
        select(Need)
        .where(Need.status == NeedStatus.OPEN, Need.recurrence == Recurrence.WHEN_ICY, Need.area_id.in_(list(ends)))
        .order_by(Need.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    return sum(_extend(session, need, ends[need.area_id], now) for need in wanted)


def _extend(session: Session, need: Need, cold_until: datetime, now: datetime) -> int:
    starts = session.scalars(select(Occurrence.starts_at).where(Occurrence.need_id == need.id))
    known = {local_day(starts_at) for starts_at in starts}
    opened = 0
    for ahead in range(DAYS_AHEAD):
        day = local_day(now) + timedelta(days=ahead)
        windows = day_windows(day, need.bands, not_before=now)
        if windows and day not in known and windows[0].start < cold_until:
            needs.open_occurrence(session, need, windows, now)
            opened += 1
    return opened

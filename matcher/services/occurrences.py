"""Dated instances of a need: the first, and of a weekly one those of the next three weeks."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus
from matcher.domain.localtime import local_day
from matcher.domain.recurrence import EXTEND_AHEAD, Recurrence, day_windows, weekly_days
from matcher.domain.timewindow import TimeWindow
from matcher.services import batching, door_words
from matcher.store.models import Need, Occurrence

ASK_AHEAD = timedelta(days=7)


def open_first(session: Session, need: Need, windows: tuple[TimeWindow, ...], now: datetime) -> None:
    """Open what a need that was just written begins with; of a weekly one, the weeks to come too."""
    open_occurrence(session, need, windows, now)
    if need.recurrence is Recurrence.WEEKLY:
        need.first_day = local_day(windows[0].start)
        _extend(session, need, local_day(now + EXTEND_AHEAD), now)


def extend_recurring(session: Session, *, now: datetime) -> int:
    """Open the occurrences of weekly needs up to three weeks ahead; how many. A second call opens none."""
    until = local_day(now + EXTEND_AHEAD)
    needs = session.scalars(
        select(Need)
        .where(
            Need.status == NeedStatus.OPEN,
            Need.recurrence == Recurrence.WEEKLY,
            (Need.extended_to < until) | Need.extended_to.is_(None),
        )
        .order_by(Need.id)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    return sum(_extend(session, need, until, now) for need in needs)


def open_occurrence(
    session: Session, need: Need, windows: tuple[TimeWindow, ...], now: datetime, *, cold_spell_id: int | None = None
) -> None:
    """Open one dated instance of a need; which cold spell did, if one did."""
    starts_at, ends_at = windows[0].start, windows[-1].end
    look_at, why_not_yet = _first_look(session, need, starts_at, now)
    session.add(
        Occurrence(
            need_id=need.id,
            area_id=need.area_id,
            windows=MultiRange(Range(window.start, window.end) for window in windows),
            starts_at=starts_at,
            ends_at=ends_at,
            helpers=need.helpers,
            door_word=door_words.next_word(session, need.resident_id, random.SystemRandom(), now=now),
            status=OccurrenceStatus.OPEN,
            open_since=now,
            next_round_at=look_at,
            reason_code=why_not_yet,
            reason=_WHY_NOT_YET[why_not_yet] if why_not_yet else None,
            cold_spell_id=cold_spell_id,
        )
    )
    session.flush()


_WHY_NOT_YET = {
    batching.NOT_YET: "We start asking neighbours a week before.",
    batching.GATHERING: batching.GATHERING_WORDS,
}


def _first_look(session: Session, need: Need, starts_at: datetime, now: datetime) -> tuple[datetime, str | None]:
    """When it is first looked at, and the reason it carries until then."""
    if starts_at > now + ASK_AHEAD:
        return starts_at - ASK_AHEAD, batching.NOT_YET
    look_at = batching.first_look_at(session, need.area_id, need.urgency, now=now)
    return look_at, batching.GATHERING if look_at > now else None


def _extend(session: Session, need: Need, until: date, now: datetime) -> int:
    assert need.rrule is not None
    known = {
        local_day(starts_at)
        for starts_at in session.scalars(select(Occurrence.starts_at).where(Occurrence.need_id == need.id))
    }
    opened = 0
    for day in weekly_days(need.rrule, need.first_day, until):
        windows = day_windows(day, need.bands, not_before=now)
        if windows and day not in known:
            open_occurrence(session, need, windows, now)
            opened += 1
    need.extended_to = until
    return opened

"""The day's needs as drafts: each wish of the data on a day that is still to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from matcher.domain.localtime import local_day
from matcher.domain.recurrence import day_windows
from matcher.services.demo.data import Wish
from matcher.services.needs import NeedDraft
from matcher.services.people import PersonDraft

_ENOUGH = timedelta(hours=2)


def need_draft(wish: Wish, person: PersonDraft, *, now: datetime) -> NeedDraft:
    """What this person asks for. Today becomes tomorrow once too little of today's times is left."""
    when, day = _when(wish, now)
    return NeedDraft(
        kind=wish.kind,
        when=when,
        times=wish.times,
        person=person,
        contact=wish.contact,
        details=wish.details,
        day=day,
        is_weekly=wish.is_weekly,
        helpers=wish.helpers,
        note=wish.note,
    )


def _when(wish: Wish, now: datetime) -> tuple[str, date | None]:
    if wish.when.isdigit():
        return "day", local_day(now) + timedelta(days=int(wish.when))
    if wish.when == "today" and not _is_time_left(wish, now):
        return "tomorrow", None
    return wish.when, None


def _is_time_left(wish: Wish, now: datetime) -> bool:
    left = day_windows(local_day(now), wish.times, not_before=now)
    return any(window.end - window.start >= _ENOUGH for window in left)

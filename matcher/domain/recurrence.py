"""When a need happens: once, every week, or when it is icy; expanded in local time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.rrule import rrulestr

from matcher.domain.availability import band_spans
from matcher.domain.localtime import local_day, local_window
from matcher.domain.timewindow import TimeWindow, merge

WEEKLY_RULE = "FREQ=WEEKLY"
EXTEND_AHEAD = timedelta(weeks=3)


class Recurrence(StrEnum):
    """How often a need comes round. `when_icy` is opened by the weather, not by the calendar."""

    ONCE = "once"
    WEEKLY = "weekly"
    WHEN_ICY = "when_icy"


def day_windows(day: date, bands: Iterable[str], *, not_before: datetime) -> tuple[TimeWindow, ...]:
    """The windows of a day's bands by London clocks, without what has passed by `not_before`."""
    windows = (local_window(day, opens, closes) for opens, closes in band_spans(bands))
    return merge(_after(windows, not_before))


def soon_windows(now: datetime, bands: Iterable[str], *, minutes: int = 1, days: int = 2) -> tuple[TimeWindow, ...]:
    """`As soon as possible`: what is left of the chosen bands, on the first `days` days that have any.

    What is left of a band counts if a visit of `minutes` still fits into it.
    """
    chosen = tuple(bands)
    found: list[tuple[TimeWindow, ...]] = []
    day = local_day(now)
    while len(found) < days and (day - local_day(now)).days <= days:
        left = day_windows(day, chosen, not_before=now)
        if windows := tuple(window for window in left if window.minutes >= minutes):
            found.append(windows)
        day += timedelta(days=1)
    return merge(window for windows in found for window in windows)


def weekly_days(rule: str, first: date, until: date) -> Iterator[date]:
    """Days on which an RRULE that starts on `first` falls, up to and including `until`."""
    start = datetime.combine(first, time())
    for moment in rrulestr(rule, dtstart=start).xafter(start, inc=True):
        if moment.date() > until:
            return
        yield moment.date()


def _after(windows: Iterable[TimeWindow], instant: datetime) -> Iterator[TimeWindow]:
    for window in windows:
        if window.end > instant:
            yield TimeWindow(max(window.start, instant), window.end)

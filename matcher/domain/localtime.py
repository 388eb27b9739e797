"""Local time at the edge: people live in Europe/London, the store in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from matcher.domain.errors import BadInput
from matcher.domain.timewindow import TimeWindow

LONDON = ZoneInfo("Europe/London")


def at_local(day: date, clock: time) -> datetime:
    """The instant, in UTC, at which clocks in London show `clock` on `day`.

    A clock time skipped in March is read as an hour later; one that comes twice in October is the first.
    """
    return datetime.combine(day, clock, tzinfo=LONDON).astimezone(UTC)


def local_window(day: date, opens: time, closes: time) -> TimeWindow:
    """The window from `opens` to `closes` by London clocks on `day`."""
    return TimeWindow(at_local(day, opens), at_local(day, closes))


def to_local(instant: datetime) -> datetime:
    """The same instant as London clocks show it."""
    return instant.astimezone(LONDON)


def local_day(instant: datetime) -> date:
    """The day it is in London at that instant."""
    return to_local(instant).date()


def last_midnight(instant: datetime) -> datetime:
    """The instant at which that day began in London. What anyone may read is counted up to it: a count that turns while
    somebody watches would tell them that a neighbour has just been helped.
    """
    return at_local(local_day(instant), time())


def month_window(year: int, month: int) -> TimeWindow:
    """A month by London clocks."""
    first = date(year, month, 1)
    following = date(year + month // 12, month % 12 + 1, 1)
    return TimeWindow(at_local(first, time()), at_local(following, time()))


def clock_words(instant: datetime) -> str:
    """`9am`, `12 noon`, `2:30pm`: a time of day as people say it."""
    local = to_local(instant)
    if (local.hour, local.minute) == (12, 0):
        return "12 noon"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    hour = local.hour % 12 or 12
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{hour}{minutes}{'am' if local.hour < 12 else 'pm'}"


def day_words(instant: datetime) -> str:
    """`Thursday 24 December`."""
    local = to_local(instant)
    return f"{local:%A} {local.day} {local:%B}"


def short_day_words(instant: datetime) -> str:
    """`Thu 24 Dec`, for texts, where each letter counts."""
    local = to_local(instant)
    return f"{local:%a} {local.day} {local:%b}"


def window_words(window: TimeWindow) -> str:
    """`8am to 12 noon`."""
    return f"{clock_words(window.start)} to {clock_words(window.end)}"


def read_day(typed: str) -> date:
    """The day that was typed as `2026-12-24`. BadInput for what is no day that we know of."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise BadInput("Enter a day, like 2026-12-24") from None
    if not 2000 <= day.year <= 2100:
        raise BadInput("Enter a day from 2000 to 2100")
    return day

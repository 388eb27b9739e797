"""Minutes since the first Monday, midnight, and the hours of the day in which anything happens."""

from __future__ import annotations

from datetime import datetime, timedelta

from matcher.simulation.parameters import CLOSES_MIN, DAY_MIN, MONDAY, OPENS_MIN

WEEK_MIN = 7 * DAY_MIN
OPEN_FOR_MIN = CLOSES_MIN - OPENS_MIN


def instant(minute: float) -> datetime:
    """The instant of a minute; whole seconds, as a clock shows them."""
    return MONDAY + timedelta(seconds=round(minute * 60))


def minute_of(at: datetime) -> float:
    """The minute of an instant."""
    return (at - MONDAY) / timedelta(minutes=1)


def in_the_day(minute: float) -> float:
    """That minute if it lies between opening and closing, else the next opening."""
    day, at = divmod(minute, DAY_MIN)
    if at < OPENS_MIN:
        return day * DAY_MIN + OPENS_MIN
    return minute if at < CLOSES_MIN else (day + 1) * DAY_MIN + OPENS_MIN


def later(minute: float, open_min: float) -> float:
    """So many open minutes after that minute: the nights do not count."""
    minute = in_the_day(minute)
    day, at = divmod(minute, DAY_MIN)
    days, rest = divmod(at - OPENS_MIN + open_min, OPEN_FOR_MIN)
    return (day + days) * DAY_MIN + OPENS_MIN + rest


def week_of(minute: float) -> int:
    """Weeks run from Monday to Sunday; the first is 0."""
    return int(minute // WEEK_MIN)

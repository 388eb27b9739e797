"""What the cells of a plan's spreadsheets may say. Each reader raises ValueError with what it expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from matcher.domain.availability import Availability, DaysAway, WeeklyRule
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import LONDON, at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.services.spreadsheets import has_control_characters

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPAN = re.compile(r"([a-z][a-z ,&–—-]*?)\s+(\d{1,2})(?::(\d\d))?\s*[-–—]\s*(\d{1,2})(?::(\d\d))?", re.IGNORECASE)
_AN_INSTANT = "a date and time such as 2026-12-24T09:00 or 24/12/2026 09:00"
_A_SERIAL = f"{_AN_INSTANT}: this is how a spreadsheet counts days, so show the column as a date before you save"
_CLOCK = r"[ T]+(\d{1,2})(:\d\d.*)"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_CLOCK}")
_DAY_NAMED = re.compile(rf"(?:[a-z]+,? )?(\d{{1,2}})[ -]([a-z]{{3}})[a-z]*[ -](\d{{4}}),?{_CLOCK}", re.IGNORECASE)
_YEAR_FIRST = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d){_CLOCK}")
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
_WEEKLY = "“any”, or days and times such as Mon 09:00-12:00; Tue-Thu 14:00-17:00"
_SEVERAL_DAYS = {
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
    "daily": range(7),
    "every day": range(7),
}
_AWAY = "days such as 2026-12-24/2026-12-28; 2027-01-02, or 24/12/2026 - 28/12/2026"
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEARS = range(2000, 2101)


def plain_id(text: str) -> str:
    """An id, as it stands."""
    if not text or has_control_characters(text):
        raise ValueError("an id, such as N1")
    return text


def label(text: str) -> str:
    """One label; those that differ only in capitals or blanks are equal."""
    if not text or has_control_characters(text):
        raise ValueError("a word")
    return " ".join(text.casefold().split())


def labels(text: str) -> frozenset[str]:
    """Labels with semicolons between them, perhaps none."""
    return frozenset(label(part) for part in text.split(";") if part.strip())


def names(text: str) -> frozenset[str]:
    """Ids with semicolons between them, perhaps none, as they stand."""
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def some_labels(text: str) -> frozenset[str]:
    """At least one label."""
    if not (found := labels(text)):
        raise ValueError("one or more kinds of help with semicolons between them, such as shopping; lifts")
    return found


def instant(text: str) -> datetime:
    """ISO 8601, or day, month, year as a British spreadsheet writes it; by London clocks if it names no offset.

    A time that the clocks skip in spring, or show twice in autumn, must name its offset.
    """
    try:
        at = datetime.fromisoformat(_day_last(text))
    except ValueError:
        raise ValueError(_A_SERIAL if _SERIAL.fullmatch(text) else _AN_INSTANT) from None
    if ":" not in text:
        raise ValueError(_AN_INSTANT)
    if at.year not in _YEARS:
        raise ValueError(f"{_AN_INSTANT}, from {_YEARS[0]} to {_YEARS[-1]}")
    if at.tzinfo is None:
        at = _by_the_clock(at)
    return at.astimezone(UTC)


def _day_last(text: str) -> str:
    """As ISO 8601 would have it."""
    if found := _DAY_FIRST.fullmatch(text):
        day, _, month, year, hour, rest = found.groups()
    elif found := _DAY_NAMED.fullmatch(text):
        day, named, year, hour, rest = found.groups()
        month = str(_MONTHS.index(named.lower()) + 1)  # ValueError, as for any other date that is none
    elif found := _YEAR_FIRST.fullmatch(text):
        year, month, day, hour, rest = found.groups()
    else:
        return text
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}{rest}"


def _by_the_clock(at: datetime) -> datetime:
    first, second = at.replace(tzinfo=LONDON, fold=0), at.replace(tzinfo=LONDON, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    skipped = first.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != at
    what = "skip that hour" if skipped else "show that hour twice"
    raise ValueError(f"a time with its offset, as the clocks {what}, such as {at:%Y-%m-%dT%H:%M}+01:00")


def whole_number(least: int, most: int, what: str) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`; `what` says of what."""

    def read(text: str) -> int:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not (value.is_integer() and least <= value <= most):
            raise ValueError(f"a whole number of {what} from {least} to {most}")
        return int(value)

    return read


def number(least: float, most: float, what: str) -> Callable[[str], float]:
    """A reader of numbers from `least` to `most`, with a point or a comma."""

    def read(text: str) -> float:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ValueError(f"a number of {what} from {least:g} to {most:g}")
        return value

    return read


def urgency(text: str) -> Urgency:
    """low, normal or urgent."""
    try:
        return Urgency(text.lower())
    except ValueError:
        raise ValueError("low, normal or urgent") from None


class Weekly:
    """When a volunteer is free in every week: the rules; those that end at midnight apart; or always."""

    def __init__(self, text: str) -> None:
        self.is_any = text.lower() == "any"
        self.rules: list[WeeklyRule] = []
        self.to_midnight: list[tuple[int, time]] = []
        parts = [part.strip() for part in text.split(";") if part.strip()]
        if not parts:
            raise ValueError(_WEEKLY)
        for part in () if self.is_any else parts:
            self._take(part)

    def _take(self, part: str) -> None:
        if (found := _SPAN.fullmatch(part)) is None:
            raise ValueError(_WEEKLY)
        hour, minute, to_hour, to_minute = (int(number or 0) for number in found.groups()[1:])
        try:
            for weekday in _days(found[1]):
                if (to_hour, to_minute) == (24, 0):
                    self.to_midnight.append((weekday, time(hour, minute)))
                else:
                    self.rules.append(WeeklyRule(weekday, time(hour, minute), time(to_hour, to_minute)))
        except ValueError:
            raise ValueError(f"{_WEEKLY}, each ending after it begins on the same day") from None

    def free(self, horizon: TimeWindow, away: tuple[DaysAway, ...]) -> tuple[TimeWindow, ...]:
        """The windows inside the horizon, days away cut out."""
        first, last = local_day(horizon.start), local_day(horizon.end)
        days = (first + timedelta(days=day) for day in range((last - first).days + 1))
        late = tuple(
            TimeWindow(at_local(day, opens), at_local(day + timedelta(days=1), time()))
            for day in (days if self.to_midnight else ())
            for weekday, opens in self.to_midnight
            if weekday == day.weekday()
        )
        extra = (horizon,) if self.is_any else late
        return Availability(weekly=tuple(self.rules), extra=extra, away=away).windows(horizon)


def _days(words: str) -> list[int]:
    """`Mon`, `Tue-Thu`, `Sat, Sun`, `weekdays`: which days of the week, Monday being 0."""
    if (several := _SEVERAL_DAYS.get(" ".join(words.lower().split()))) is not None:
        return [*several]
    days: list[int] = []
    for part in re.split(r"\s*[,&]\s*|\s+and\s+", words.lower()):
        first, *rest = (_weekday(name) for name in re.split(r"\s*[-–—]\s*|\s+to\s+", part))
        if len(rest) > 1:
            raise ValueError(_WEEKLY)
        days += [(first + later) % 7 for later in range((rest[0] - first) % 7 + 1)] if rest else [first]
    return sorted({*days})


def _weekday(name: str) -> int:
    found = [n for n, day in enumerate(_DAYS) if len(name) >= 3 and day.startswith(name)]
    if not found:
        raise ValueError(_WEEKLY)
    return found[0]


def days_away(text: str) -> tuple[DaysAway, ...]:
    """Days, or first and last days with a slash between them; both count."""
    return tuple(_days_away(part.strip()) for part in text.split(";") if part.strip())


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)


def _days_away(text: str) -> DaysAway:
    first, _, last = text.partition(" - ") if _DAY.match(text) else text.partition("/")
    try:
        days = DaysAway(_day(first.strip()), _day((last or first).strip()))
    except ValueError:
        raise ValueError(_AWAY) from None
    if not (days.first <= days.last and days.first.year in _YEARS and days.last.year in _YEARS):
        raise ValueError(f"{_AWAY}, the first day first")
    return days

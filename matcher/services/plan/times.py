"""When, as the cells of a plan's spreadsheets say it. Each reader raises ValueError with what it expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from matcher.domain.availability import Availability, DaysAway, WeeklyRule
from matcher.domain.localtime import LONDON, at_local, local_day
from matcher.domain.timewindow import TimeWindow

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AN_INSTANT = "a date and time such as 2026-12-24T09:00, 24/12/2026 09:00 or 24 Dec 2026 9.30am"
_A_SERIAL = f"{_AN_INSTANT}: this is how a spreadsheet counts days, so show the column as a date before you save"
_SERIAL = re.compile(r"\d{5}([.,]\d+)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4}|\d\d)(?!\d)")
_DAY_NAMED = re.compile(
    r"(?:[a-z]+,? )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<month>[a-z]{3})[a-z]*,?[ -](?P<year>\d{4}|\d\d)(?!\d)",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_DATES = (_DAY_FIRST, _DAY_NAMED, _YEAR_FIRST)
_TO_THE_CLOCK = re.compile(r"T|,?\s+(?:at\s+)?", re.IGNORECASE)
# 9am, 9.30 am, 09:00, 17:00:00; minutes, or am or pm, have to be there.
_CLOCK = (
    r"(?P<hour{0}>\d{{1,2}})"
    r"(?:[:.](?P<minute{0}>\d\d)(?::\d\d(?:\.\d+)?)?(?:\s*(?P<half{0}>[ap])\.?m\.?)?|\s*(?P<bare{0}>[ap])\.?m\.?)"
)
_AT = re.compile(_CLOCK.format("") + r"(?P<offset>\s*(?:Z|[+-]\d\d:?\d\d))?", re.IGNORECASE)
_HOURS = r"(?P<hour{0}>\d{{1,2}})(?:[:.](?P<minute{0}>\d\d))?(?:\s*(?P<half{0}>[ap])\.?m\.?)?(?P<bare{0}>)"
_SPAN = re.compile(
    rf"(?P<days>[a-z][a-z ,&–—-]*?)\s+{_HOURS.format('')}\s*(?:[-–—]|to)\s*{_HOURS.format('_to')}", re.IGNORECASE
)
_BETWEEN_SPANS = re.compile(r";|(?:(?<=\d)|(?<=[ap]m)),", re.IGNORECASE)
_WEEKLY = "“any”, or days and times such as Mon 09:00-12:00; Tue-Thu 2pm-5pm"
_ANY = ("any", "anytime", "any time", "always")
_SEVERAL_DAYS = {
    "weekdays": range(5),
    "weekday": range(5),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
    "daily": range(7),
    "every day": range(7),
}
_AWAY = "days such as 2026-12-24/2026-12-28; 2027-01-02, or 24/12/2026 - 28/12/2026"
_A_DAY = "a date such as 24/12/2026, 24 Dec 2026 or 2026-12-24"
_YEARS = range(2000, 2101)
_MIDNIGHT = (24, 0)


def instant(text: str) -> datetime:
    """ISO 8601, or day, month, year as a British spreadsheet writes it; by London clocks if it names no offset.

    A time that the clocks skip in spring, or show twice in autumn, must name its offset.
    """
    day, rest = _date_in(text)
    between = _TO_THE_CLOCK.match(rest)
    clock = _AT.fullmatch(rest[between.end() :]) if between else None
    if day is None or clock is None:
        raise ValueError(_A_SERIAL if _SERIAL.fullmatch(text) else _AN_INSTANT)
    if day.year not in _YEARS:
        raise ValueError(f"{_AN_INSTANT}, from {_YEARS[0]} to {_YEARS[-1]}")
    return _on(day, clock)


def instant_after(start: datetime | None) -> Callable[[str], datetime]:
    """A reader of when something ends that began then: a time of day alone is one of the same day."""

    def read(text: str) -> datetime:
        clock = _AT.fullmatch(text)
        return _on(local_day(start), clock) if clock and start is not None else instant(text)

    return read


def _date_in(text: str) -> tuple[date | None, str]:
    """The date at the beginning, None if that is no date, and what comes after it."""
    for form in _DATES:
        if found := form.match(text):
            month = found["month"]
            try:
                number = int(month) if month.isdigit() else _MONTHS.index(month.lower()) + 1
                year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
                return date(year, number, int(found["day"])), text[found.end() :]
            except ValueError:
                return None, text
    return None, text


def _on(day: date, clock: re.Match[str]) -> datetime:
    hour, minute = _hour_and_minute(clock, "", _AN_INSTANT)
    if (hour, minute) == _MIDNIGHT:
        day, hour = day + timedelta(days=1), 0
    at = datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001  # its zone is told below
    if clock["offset"]:
        return datetime.fromisoformat(f"{at:%Y-%m-%dT%H:%M}{clock['offset'].strip()}").astimezone(UTC)
    return _by_the_clock(at).astimezone(UTC)


def _hour_and_minute(found: re.Match[str], end: str, expected: str) -> tuple[int, int]:
    """By a clock of 24 hours, up to 24:00."""
    hour, minute = int(found[f"hour{end}"]), int(found[f"minute{end}"] or 0)
    half = (found[f"half{end}"] or found[f"bare{end}"] or "").lower()
    if (half and not 1 <= hour <= 12) or minute > 59 or (hour, minute) > _MIDNIGHT:
        raise ValueError(expected)
    return (hour % 12 + (12 if half == "p" else 0) if half else hour), minute


def _by_the_clock(at: datetime) -> datetime:
    first, second = at.replace(tzinfo=LONDON, fold=0), at.replace(tzinfo=LONDON, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    skipped = first.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) != at
    what = "skip that hour" if skipped else "show that hour twice"
    raise ValueError(f"a time with its offset, as the clocks {what}, such as {at:%Y-%m-%dT%H:%M}+01:00")


class Weekly:
    """When a volunteer is free in every week: the rules; those that end at midnight apart; or always."""

    def __init__(self, text: str) -> None:
        self.is_any = " ".join(text.lower().split()) in _ANY
        self.rules: list[WeeklyRule] = []
        self.to_midnight: list[tuple[int, time]] = []
        parts = [part.strip() for part in _BETWEEN_SPANS.split(text) if part.strip()]
        if not parts:
            raise ValueError(_WEEKLY)
        for part in () if self.is_any else parts:
            self._take(part)

    def _take(self, part: str) -> None:
        if (found := _SPAN.fullmatch(part)) is None:
            raise ValueError(_WEEKLY)
        opens, closes = _hour_and_minute(found, "", _WEEKLY), _hour_and_minute(found, "_to", _WEEKLY)
        if found["half_to"] and not found["half"] and opens[0] < 12 <= closes[0] and opens[0] + 12 < closes[0]:
            opens = opens[0] + 12, opens[1]  # 2-5pm
        try:
            for weekday in _days(found["days"]):
                if closes == _MIDNIGHT:
                    self.to_midnight.append((weekday, time(*opens)))
                else:
                    self.rules.append(WeeklyRule(weekday, time(*opens), time(*closes)))
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


def a_day(text: str, expected: str = _A_DAY) -> date:
    """A date alone, as a British spreadsheet writes it, or ISO 8601."""
    day, rest = _date_in(text)
    if day is None or rest:
        raise ValueError(expected)
    return day


def _days_away(text: str) -> DaysAway:
    """A day, or two with a dash between blanks, or a slash between ISO dates."""
    first, _, last = text.partition("/") if _YEAR_FIRST.match(text) and "/" in text else text.partition(" - ")
    try:
        days = DaysAway(a_day(first.strip()), a_day((last or first).strip()))
    except ValueError:
        raise ValueError(_AWAY) from None
    if not (days.first <= days.last and days.first.year in _YEARS and days.last.year in _YEARS):
        raise ValueError(f"{_AWAY}, the first day first")
    return days

"""What a past is made of: plain records, drawn before any of them is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, Urgency, VisitStatus
from matcher.domain.localtime import at_local
from matcher.domain.recurrence import Recurrence
from matcher.domain.timewindow import TimeWindow

GOES_BACK = timedelta(days=430)  # so that some have been at home for a year, and a winter is in it
ENDS_BEFORE = timedelta(days=2)  # nothing of it is left for the clock to do
_MIDWINTER = (1, 12)
_WINTER_OVER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of the past. cold: the first of three of last winter."""

    today: date

    @property
    def first(self) -> date:
        """The first day that anything was asked for."""
        return self.today - GOES_BACK

    @property
    def last(self) -> date:
        """The last day of a visit."""
        return self.today - ENDS_BEFORE

    @property
    def cold(self) -> date:
        """In the middle of the last winter that is over."""
        years = (self.today.year, self.today.year - 1)
        return next(day for year in years if (day := date(year, *_MIDWINTER)) + _WINTER_OVER <= self.today)


@dataclass(frozen=True, slots=True)
class HelpKind:
    """A kind of help as the tables have it."""

    slug: str
    minutes: int
    urgency: Urgency
    checks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Giver:
    """A volunteer as they offer, from `since`; after `until` they were asked nothing. checks: the day that each was
    seen. hours: by weekday, in minutes of the local day.
    """

    person_id: int
    offer_id: int
    area_id: int
    since: date
    until: date
    reach_m: int
    per_week: int
    easting: float
    northing: float
    channel: str
    is_driver: bool
    kinds: frozenset[str]
    checks: Mapping[str, date]
    hours: Mapping[int, tuple[tuple[int, int], ...]]

    def may(self, kind: HelpKind, day: date) -> bool:
        """Whether they might be asked then, and had shown what it needs."""
        return self.since < day <= self.until and all(self.checks.get(name, date.max) <= day for name in kind.checks)


@dataclass(frozen=True, slots=True)
class Getter:
    """A resident who asked from `since` to `until`. often: how much likelier they are to ask than others. friend: who
    is asked for them before all others.
    """

    person_id: int
    area_id: int
    easting: float
    northing: float
    contact: str
    kinds: tuple[str, ...]
    since: date
    until: date
    often: int
    friend: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the resident said of a visit."""

    answer: str
    again: str | None
    thanks: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """What a yes became."""

    status: VisitStatus
    on_way_at: datetime | None
    ended_at: datetime
    minutes: int | None = None
    miles: int | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody was asked, and what came of it. instead_of: the offer whose turn it was, if the team chose by hand."""

    giver: Giver
    asked_at: datetime
    visit: TimeWindow
    outcome: MatchStatus
    ended_at: datetime
    away_m: float
    is_known: bool = False
    why_not: str | None = None
    instead_of: int | None = None
    made: Made | None = None


@dataclass(slots=True)
class Occasion:
    """One dated instance of a request."""

    window: TimeWindow
    open_since: datetime
    status: OccurrenceStatus = OccurrenceStatus.UNMET
    closed_at: datetime | None = None
    reason: str | None = None
    askings: list[Asking] = field(default_factory=list)
    is_cold: bool = False


@dataclass(slots=True)
class Request:
    """What a resident asked for. usual: who comes each time, by arrangement."""

    getter: Getter
    kind: HelpKind
    posted_at: datetime
    bands: tuple[str, ...]
    recurrence: Recurrence = Recurrence.ONCE
    closed_at: datetime | None = None
    usual: Giver | None = None
    occasions: list[Occasion] = field(default_factory=list)


def minute_of(day: date, minutes: int) -> datetime:
    """The instant at which clocks in London show so many minutes after midnight."""
    hours, left = divmod(minutes, 60)
    return at_local(day, time(hours, left))


def in_brackets(window: TimeWindow) -> str:
    """A window as PostgreSQL writes a range."""
    return f'["{window.start.isoformat()}","{window.end.isoformat()}")'

"""The three days ahead of one area: how cold it gets, how many visits that may bring, and who is free to make them.

A read that decides nothing. Counted are visits to clear snow or ice: those that somebody waits for, those that stand
whenever it is icy, and what the last weeks had of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil, floor, sqrt

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.errors import NotFound
from matcher.domain.kinds import SNOW
from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.domain.weather.forecast import HOUR, Hour
from matcher.services import forecasting
from matcher.services.cold_hints import FORECAST, FRESH_FOR, WARNINGS
from matcher.store.bulk import among, grouped
from matcher.store.models import (
    Area,
    AreaForecast,
    AvailabilityException,
    AvailabilityRule,
    ColdHint,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    WeatherSource,
)

DAYS = 3
VISITS_EACH = 2  # that a volunteer makes in half a day
_HALVES = (("morning", time(6), time(12)), ("afternoon", time(12), time(20)))
_EIGHT_IN_TEN = 1.28  # standard deviations to either side, of a normal distribution
_WAITED_FOR = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


@dataclass(frozen=True, slots=True)
class HalfDay:
    """A morning or an afternoon. likely: visits expected; low to high holds them in 8 of 10 cases."""

    name: str
    window: TimeWindow
    likely: int
    low: int
    high: int
    volunteers: int

    @property
    def capacity(self) -> int:
        """Visits that those who are free can make."""
        return self.volunteers * VISITS_EACH

    @property
    def too_many(self) -> int:
        """Visits likely to be more than they can make."""
        return max(0, self.likely - self.capacity)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning over the area."""

    begins_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class SnowSky:
    """Three days of an area. hours: of the forecast, empty where none is known that is fresh; read_at: when it was
    last read, None if never. threshold_c: from when on the ground is cold here.
    """

    area_id: int
    area: str
    days: tuple[date, ...]
    threshold_c: float
    hours: tuple[Hour, ...]
    read_at: datetime | None
    warnings: tuple[Warned, ...]
    halves: tuple[HalfDay, ...]


def read(session: Session, area_id: int, *, now: datetime) -> SnowSky:
    """Today and the two days after, or from tomorrow on once the afternoon has begun. NotFound for no such area."""
    area = session.get(Area, area_id)
    if area is None:
        raise NotFound
    days = _days(now)
    whole = TimeWindow(at_local(days[0], time()), at_local(days[-1] + timedelta(days=1), time()))
    read_at = session.scalar(select(WeatherSource.read_at).where(WeatherSource.name == FORECAST))
    is_fresh = read_at is not None and read_at > now - FRESH_FOR
    return SnowSky(
        area_id=area_id,
        area=area.name,
        days=days,
        threshold_c=area.cold_ground_c,
        hours=_hours(session, area_id, whole) if is_fresh else (),
        read_at=read_at,
        warnings=_warnings(session, area_id, whole, now),
        halves=_halves(session, area_id, days, whole, now),
    )


def _days(now: datetime) -> tuple[date, ...]:
    first = local_day(now)
    if now >= at_local(first, _HALVES[-1][1]):
        first += timedelta(days=1)
    return tuple(first + timedelta(days=ahead) for ahead in range(DAYS))


def _hours(session: Session, area_id: int, whole: TimeWindow) -> tuple[Hour, ...]:
    row = session.get(AreaForecast, area_id)
    if row is None:
        return ()
    told = enumerate(zip(row.ground_c, row.snow_mm, strict=True))
    hours = (Hour(row.begins_at + nth * HOUR, ground_c, snow_mm) for nth, (ground_c, snow_mm) in told)
    return tuple(hour for hour in hours if whole.start <= hour.at < whole.end)


def _warnings(session: Session, area_id: int, whole: TimeWindow, now: datetime) -> tuple[Warned, ...]:
    """The worst warning that counts here, while it is fresh."""
    found = session.scalars(
        select(ColdHint)
        .join(WeatherSource, WeatherSource.name == ColdHint.source)
        .where(ColdHint.area_id == area_id, ColdHint.source == WARNINGS)
        .where(WeatherSource.read_at > now - FRESH_FOR)
        .where(ColdHint.begins_at < whole.end, ColdHint.ends_at > whole.start)
    )
    return tuple(Warned(one.begins_at, one.ends_at, one.why) for one in found)


def _halves(
    session: Session, area_id: int, days: Sequence[date], whole: TimeWindow, now: datetime
) -> tuple[HalfDay, ...]:
    windows = [
        (name, TimeWindow(at_local(day, opens), at_local(day, closes)))
        for day in days
        for name, opens, closes in _HALVES
    ]
    waited, chances = _waited_for(session, area_id, whole), _expected(session, area_id, whole.end, now)
    free = _free(session, area_id, [window for _, window in windows])
    found = []
    for (name, window), volunteers in zip(windows, free, strict=True):
        known = sum(count for starts_at, count in waited if _is_in(starts_at, window))
        may_come = [chance for starts_at, chance in chances if _is_in(starts_at, window)]
        found.append(_half(name, window, known, may_come, volunteers))
    return tuple(found)


def _half(name: str, window: TimeWindow, known: int, may_come: Collection[float], volunteers: int) -> HalfDay:
    """Each that may come does or does not, whatever the others do: so the variances add up."""
    mean = known + sum(may_come)
    spread = _EIGHT_IN_TEN * sqrt(sum(chance * (1 - chance) for chance in may_come))
    return HalfDay(name, window, round(mean), max(known, floor(mean - spread)), ceil(mean + spread), volunteers)


def _is_in(moment: datetime, window: TimeWindow) -> bool:
    return window.start <= moment < window.end


def _waited_for(session: Session, area_id: int, whole: TimeWindow) -> Sequence[tuple[datetime, int]]:
    """When a visit that somebody waits for may begin, and how many are to come."""
    rows = session.execute(
        select(Occurrence.starts_at, Occurrence.helpers)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Occurrence.area_id == area_id, Occurrence.status.in_(_WAITED_FOR), Need.kind_slug == SNOW)
        .where(Occurrence.starts_at >= whole.start, Occurrence.starts_at < whole.end)
    )
    return [(starts_at, helpers) for starts_at, helpers in rows]


def _expected(session: Session, area_id: int, until: datetime, now: datetime) -> Sequence[tuple[datetime, float]]:
    """What nobody has asked for yet and may be, if it turns cold: when, and how likely."""
    found = forecasting.expected(session, area_id, cold_until=until, now=now)
    return [(one.occurrence.windows[0].start, one.chance) for one in found if one.occurrence.kind == SNOW]


def _free(session: Session, area_id: int, windows: Sequence[TimeWindow]) -> Sequence[int]:
    """How many who clear snow are free for some of each window: by their week, what overrides it, and no pause."""
    offers = list(session.scalars(_who_clears(area_id)))
    rules = grouped(
        session,
        select(
            *(AvailabilityRule.offer_id, AvailabilityRule.weekday, AvailabilityRule.opens, AvailabilityRule.closes)
        ).where(among(AvailabilityRule.offer_id, offers)),
    )
    exceptions = grouped(
        session,
        select(AvailabilityException.offer_id, AvailabilityException.during, AvailabilityException.is_free).where(
            among(AvailabilityException.offer_id, offers)
        ),
    )
    free: Counter[int] = Counter()
    for offer_id in offers:
        week = Availability(
            weekly=tuple(WeeklyRule(*rule) for rule in rules[offer_id]),
            extra=tuple(TimeWindow(span.lower, span.upper) for span, is_free in exceptions[offer_id] if is_free),
            paused=tuple(TimeWindow(span.lower, span.upper) for span, is_free in exceptions[offer_id] if not is_free),
        )
        free.update(nth for nth, window in enumerate(windows) if week.windows(window))
    return [free[nth] for nth in range(len(windows))]


def _who_clears(area_id: int) -> Select[int]:
    return (
        select(Offer.id)
        .join(OfferKind, OfferKind.offer_id == Offer.id)
        .join(Person, Person.id == Offer.person_id)
        .where(Offer.status == OfferStatus.ACTIVE, OfferKind.kind_slug == SNOW, Person.area_id == area_id)
    )

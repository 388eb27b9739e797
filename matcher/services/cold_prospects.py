"""What other limits would make of the weather as it is told of now: whether a cold spell would be suggested, and when.

A read that decides nothing. Of a forecast the hours ahead are kept; of the warnings only the worst that counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.localtime import clock_words, day_words, local_day
from matcher.domain.weather.coldness import by_forecast
from matcher.domain.weather.forecast import HOUR, Forecast, Hour
from matcher.domain.weather.thresholds import Thresholds
from matcher.domain.weather.warnings import LEVELS
from matcher.services import cold_hints, cold_spells, weather_looks
from matcher.services.cold_hints import FORECAST, FRESH_FOR, WARNINGS, Hint
from matcher.store.models import AreaForecast, ColdHint, WeatherSource

_NAMES: Mapping[str, str] = {FORECAST: "the forecast", WARNINGS: "the warnings"}
_NO_SOURCE = "No weather is looked up: these count once the operator has said where to look."
_FROM_WHEN = "It counts from the next look at the weather on."
_DECIDES_NOTHING = "Nothing is turned on or off by it: you decide that."


@dataclass(frozen=True, slots=True)
class _Supposed:
    """Other limits for an area. cold_until: the end of the cold spell that is on there, None if none is."""

    area_id: int
    before: Thresholds
    after: Thresholds
    cold_until: datetime | None
    now: datetime

    @property
    def what(self) -> str:
        """What a source can suggest there."""
        return "a later end" if self.cold_until else "a cold spell"

    @property
    def is_milder(self) -> bool:
        """Warnings would count that do not now."""
        return LEVELS[self.after.level] < LEVELS[self.before.level]


@dataclass(frozen=True, slots=True)
class _Prospect:
    """What a source suggests, and what it would. is_known: what it told that would count is kept."""

    now: Hint | None
    then: Hint | None
    is_known: bool = True


def in_words(
    session: Session, area_id: int, before: Thresholds, after: Thresholds, *, now: datetime
) -> tuple[str, ...]:
    """In sentences, for whoever is about to set these limits."""
    cold_until = cold_spells.ends_where_cold(session, now=now).get(area_id)
    supposed = _Supposed(area_id, before, after, cold_until, now)
    goes_on = (f"The cold spell that is on stays, until {_moment(cold_until)}.",) if cold_until else ()
    sources = session.scalars(select(WeatherSource).order_by(WeatherSource.name)).all()
    if not sources:
        return _NO_SOURCE, *goes_on, _DECIDES_NOTHING
    hints = cold_hints.hints(session, [area_id], now=now).get(area_id, ())
    standing = {one.source: one for one in hints}
    prospects = [(source, _prospect(session, source, supposed, standing.get(source.name))) for source in sources]
    is_new = not any(one and one.now for _, one in prospects) and any(one and one.then for _, one in prospects)
    return (
        *(_sentence(source, one, supposed) for source, one in prospects),
        _FROM_WHEN,
        *(_who_is_told(session, area_id) if is_new else ()),
        *goes_on,
        _DECIDES_NOTHING,
    )


def _prospect(session: Session, source: WeatherSource, supposed: _Supposed, standing: Hint | None) -> _Prospect | None:
    """standing: what it suggests now. None for a source that was read too long ago to suggest anything."""
    if source.read_at is None or source.read_at <= supposed.now - FRESH_FOR:
        return None
    return (_by_warnings if source.name == WARNINGS else _by_forecast)(session, supposed, standing)


def _by_forecast(session: Session, supposed: _Supposed, standing: Hint | None) -> _Prospect:
    row, before, after = session.get(AreaForecast, supposed.area_id), supposed.before, supposed.after
    if row is None or (before.ground_c, before.snow_mm) == (after.ground_c, after.snow_mm):
        return _Prospect(standing, standing)
    told = enumerate(zip(row.ground_c, row.snow_mm, strict=True))
    forecast = Forecast(tuple(Hour(row.begins_at + nth * HOUR, ground_c, snow) for nth, (ground_c, snow) in told))
    cold = by_forecast(forecast, after, now=supposed.now)
    if cold is None or cold.ends_at <= (supposed.cold_until or supposed.now):
        return _Prospect(standing, None)
    return _Prospect(standing, Hint(FORECAST, cold.begins_at, cold.ends_at, cold.why))


def _by_warnings(session: Session, supposed: _Supposed, standing: Hint | None) -> _Prospect:
    """The worst that counts now is the worst that would count too, if it is bad enough."""
    worst = session.scalar(
        select(ColdHint).where(
            ColdHint.area_id == supposed.area_id, ColdHint.source == WARNINGS, ColdHint.ends_at > supposed.now
        )
    )
    if worst is None:
        return _Prospect(None, None, is_known=not supposed.is_milder)
    counts = LEVELS.get(worst.level or "", 0) >= LEVELS[supposed.after.level]
    return _Prospect(standing, standing if counts else None)


def _sentence(source: WeatherSource, one: _Prospect | None, supposed: _Supposed) -> str:
    by = f"By {_NAMES[source.name]}"
    if one is None or source.read_at is None:
        return f"{by} nothing is suggested: nothing was read in the last 6 hours."
    by = f"{by}, as read at {clock_words(source.read_at)}, {supposed.what}"
    if not one.is_known:
        return f"{by} is not suggested now. Milder warnings are not kept: the next look says whether there is one."
    if one.then:
        return f"{by} {'stays' if one.now else 'would be'} suggested: {_why(one.then)}"
    if one.now:
        once = ", once all of it can be read again" if source.problem else ""
        return f"{by} would be suggested no longer{once}. Now it is: {_why(one.now)}"
    return f"{by} is not suggested now, and would not be."


def _why(hint: Hint) -> str:
    is_of_a_day = local_day(hint.begins_at) == local_day(hint.ends_at)
    since = clock_words(hint.begins_at) if is_of_a_day else _moment(hint.begins_at)
    return f"{hint.why}, from {since} to {_moment(hint.ends_at)}."


def _moment(when: datetime) -> str:
    return f"{clock_words(when)} on {day_words(when)}"


def _who_is_told(session: Session, area_id: int) -> tuple[str, ...]:
    count = session.scalar(select(func.count()).select_from(weather_looks.coordinators([area_id]).subquery()))
    who = "Its coordinator" if count == 1 else f"Its {count:,} coordinators"
    return (f"{who} would be told by e-mail, at most once a day.",) if count else ()

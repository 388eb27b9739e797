"""Reads hourly forecasts as Open-Meteo gives them: how cold the ground gets, and how much snow falls, where and when.

As https://open-meteo.com/en/docs describes them: one object for one point, a list for several in the order in which
they were asked for; times without a zone are UTC, as which we ask for them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from matcher.domain.errors import BadInput

HOUR = timedelta(hours=1)
# What we ask for. Not every model tells the temperature at the ground: then that of the air stands for it.
GROUND, AIR, SNOW = "soil_temperature_0cm", "temperature_2m", "snowfall"
HOURLY = (GROUND, AIR, SNOW)
MM_OF_A_CM = 10
_MOST = 10_000.0  # of any of these: what is more, or no number, is a slip


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a forecast. snow_mm: what falls in the hour before `at`, as lying snow."""

    at: datetime
    ground_c: float
    snow_mm: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The hours of one point, in order."""

    hours: tuple[Hour, ...]

    def within(self, since: datetime, until: datetime) -> tuple[Hour, ...]:
        """The hours from `since` up to `until`."""
        return tuple(hour for hour in self.hours if since <= hour.at < until)

    def unbroken(self, since: datetime) -> tuple[Hour, ...]:
        """The hours from `since` on, up to the first that is missing."""
        found: list[Hour] = []
        for hour in self.hours:
            if hour.at >= since and (not found or hour.at == found[-1].at + HOUR):
                found.append(hour)
        return tuple(found)

    def is_whole(self, since: datetime, until: datetime) -> bool:
        """True if no hour of that time is missing: a forecast of yesterday's is not."""
        return len(self.within(since, until)) >= (until - since) // HOUR


def read_forecasts(raw: bytes, points: int) -> tuple[Forecast, ...]:
    """One forecast for each of so many points. BadInput, which says what is wrong, if any is not as it should be."""
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadInput("The forecast is not JSON.") from None
    found = parsed if isinstance(parsed, list) else [parsed]
    if len(found) != points:
        raise BadInput(f"The forecast is of {len(found)} places, not of {points}.")
    return tuple(_forecast(one) for one in found)


def _forecast(one: Any) -> Forecast:
    hourly = one.get("hourly") if isinstance(one, dict) else None
    if not isinstance(hourly, dict):
        raise BadInput("The forecast has no hourly values.")
    times = _list(hourly, "time", None)
    air = _list(hourly, AIR, len(times))
    ground = _list(hourly, GROUND, len(times)) if hourly.get(GROUND) is not None else air
    snow = _list(hourly, SNOW, len(times))
    hours = [
        Hour(_moment(at), _number(there if there is not None else above, AIR), _number(fell, SNOW) * MM_OF_A_CM)
        for at, there, above, fell in zip(times, ground, air, snow, strict=True)
    ]
    return Forecast(tuple(sorted(hours, key=lambda hour: hour.at)))


def _list(hourly: dict[str, Any], name: str, length: int | None) -> Sequence[Any]:
    found = hourly.get(name)
    if not isinstance(found, list) or (length is not None and len(found) != length):
        raise BadInput(f"The forecast lacks “{name}” for some hours.")
    return found


def _moment(found: Any) -> datetime:
    try:
        read = datetime.fromisoformat(found)
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadInput("The forecast has an hour that is no time.") from None


def _number(found: Any, name: str) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not abs(found) < _MOST:
        raise BadInput(f"The forecast has an hour without “{name}”.")
    return float(found)

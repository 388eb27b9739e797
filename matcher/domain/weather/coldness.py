"""When it is cold enough: what a warning or a forecast must say of an area for a cold spell to be suggested there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.domain.geo import Point
from matcher.domain.weather.forecast import HOUR, Forecast
from matcher.domain.weather.thresholds import Thresholds
from matcher.domain.weather.warnings import LEVELS, WeatherWarning, worst_first

AHEAD = timedelta(hours=36)  # the coming night and the morning after it
SNOW_OVER = timedelta(hours=24)
_ICY = frozenset({"SNOW", "ICE"})
_ICY_WORDS = re.compile(r"\b(snow|ice|icy|blizzards?)\b", re.IGNORECASE)
_COUNTS = "ISSUED"


@dataclass(frozen=True, slots=True)
class Cold:
    """It is to be cold: from when, until when, and why, as a sentence. level: of a warning; None for a forecast."""

    begins_at: datetime
    ends_at: datetime
    why: str
    level: str | None = None


def by_warnings(
    warnings: Iterable[WeatherWarning], point: Point, thresholds: Thresholds, *, now: datetime
) -> Cold | None:
    """The worst warning of snow or ice over the point that is on or about to be; None if there is none.

    Only one that says all of it counts: that it is issued, its level, and from when to when. What it is of is read from
    its headline where its types are missing.
    """
    over = (one for one in warnings if _counts(one, thresholds, now) and one.shape.covers(point))
    worst = next(iter(worst_first(over)), None)
    if worst is None or worst.valid_from is None or worst.valid_to is None:
        return None
    why = f"{(worst.level or '').capitalize()} warning: {worst.headline or ' and '.join(worst.types).lower()}"
    return Cold(worst.valid_from, worst.valid_to, why[:300], worst.level)


def by_forecast(forecast: Forecast, thresholds: Thresholds, *, now: datetime) -> Cold | None:
    """Frost at the ground, or enough snow within a day, in the hours ahead; None if there is neither."""
    hours = forecast.within(now - HOUR, now + AHEAD)
    freezing = [hour.at for hour in hours if hour.ground_c <= thresholds.ground_c]
    coldest = min((hour.ground_c for hour in hours), default=0.0)
    snow_mm = sum(hour.snow_mm for hour in forecast.within(now, now + SNOW_OVER))
    if snow_mm >= thresholds.snow_mm:
        snowing = [hour.at for hour in hours if hour.snow_mm > 0]
        begins, ends = min(snowing + freezing, default=now), max([*snowing, *freezing, now + SNOW_OVER])
        return Cold(begins, ends + HOUR, f"{snow_mm:.0f} mm of snow is forecast within a day")
    if freezing:
        return Cold(freezing[0], freezing[-1] + HOUR, f"{_degrees(coldest)} is forecast at the ground")
    return None


def may_be_icy(one: WeatherWarning) -> bool:
    """True of a warning of snow or ice; where it does not say of what it is, if its headline names them."""
    return bool(_ICY & set(one.types)) if one.types else bool(_ICY_WORDS.search(one.headline or ""))


def _counts(one: WeatherWarning, thresholds: Thresholds, now: datetime) -> bool:
    if one.status != _COUNTS or not may_be_icy(one) or one.valid_from is None or one.valid_to is None:
        return False
    is_bad_enough = LEVELS.get(one.level or "", 0) >= LEVELS[thresholds.level]
    return is_bad_enough and one.valid_from <= one.valid_to and now < one.valid_to and one.valid_from <= now + AHEAD


def _degrees(celsius: float) -> str:
    return f"{celsius:.1f} °C".replace("-", "−")

"""A weather warning: how bad, how likely, from when to when, where; and which of several is the worst."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from matcher.domain.weather.shapes import Shape

LEVELS = MappingProxyType({"YELLOW": 1, "AMBER": 2, "RED": 3})
IMPACTS = MappingProxyType({1: "very low", 2: "low", 3: "medium", 4: "high"})
LIKELIHOODS = MappingProxyType({1: "very unlikely", 2: "unlikely", 3: "likely", 4: "very likely"})

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class WeatherWarning:
    """A warning as its feed tells of it: what the feed does not say is None, or empty.

    level: one of LEVELS, or whatever the feed said. impact, likelihood: 1 to 4, the higher the worse. doubts: what of
    it could not be read, as ends of a sentence about it. feature: its number in the feed, from 1.
    """

    feature: int
    shape: Shape
    id: str | None = None
    level: str | None = None
    impact: int | None = None
    likelihood: int | None = None
    headline: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    types: tuple[str, ...] = ()
    status: str | None = None
    doubts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call it where people read of it: `Feature 3 (a21dfd31)`."""
        return name_of(self.feature, self.id)


def name_of(feature: int, warning_id: str | None) -> str:
    """`Feature 3 (a21dfd31)`, or `Feature 3`."""
    return f"Feature {feature} ({warning_id[:60]})" if warning_id else f"Feature {feature}"


def worst_first(warnings: Iterable[WeatherWarning]) -> list[WeatherWarning]:
    """By level, impact and likelihood, the worst first; of equals the one that begins first. Unknown comes last."""
    return sorted(warnings, key=_badness)


def _badness(one: WeatherWarning) -> tuple[int, int, int, datetime, str, int]:
    level = LEVELS.get(one.level or "", 0)
    return -level, -(one.impact or 0), -(one.likelihood or 0), one.valid_from or _LAST, one.id or "", one.feature

"""From when on it is cold: the limits of an area."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on it is cold in an area.

    ground_c: at or below that; snow_mm: that or more within a day; level: a warning of that level or worse.
    """

    ground_c: float = 0.5
    snow_mm: float = 20.0
    level: str = "YELLOW"

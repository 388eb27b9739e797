"""A week of ticked boxes read back as a sentence: the check for those who cannot see the grid at a glance."""

from __future__ import annotations

from collections.abc import Iterable

from matcher.domain.availability import BANDS, DAYS
from web.filters import listed

_NAMES = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))
_PARTS = {"early": "early morning", "am": "morning", "pm": "afternoon", "eve": "evening"}
_WEEKDAYS, _WEEKEND = DAYS[:5], DAYS[5:]
_DAYTIME = ("am", "pm", "eve")


def week_words(boxes: Iterable[str]) -> str:
    """`Monday and Wednesday mornings, and Saturday mornings and afternoons`. Days alike are named together."""
    chosen = set(boxes)
    by_day = {day: tuple(band for band in BANDS if f"{day}-{band}" in chosen) for day in DAYS}
    groups: dict[tuple[str, ...], list[str]] = {}
    for day, bands in by_day.items():
        if bands:
            groups.setdefault(bands, []).append(day)
    parts = [_group(days, bands) for bands, days in groups.items()]
    return ", and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])}, and {parts[-1]}"


def _group(days: list[str], bands: tuple[str, ...]) -> str:
    named = _days(days)
    if set(_DAYTIME) <= set(bands):
        every = "early and all day" if "early" in bands else "all day"
        return f"{named}, {every}" if named != "every day" else f"every day, {every}"
    return f"{named} {listed(f'{_PARTS[band]}s' for band in bands)}"


def _days(days: list[str]) -> str:
    if tuple(days) == DAYS:
        return "every day"
    if tuple(days) == _WEEKDAYS:
        return "weekday"
    if tuple(days) == _WEEKEND:
        return "weekend"
    return listed(_NAMES[day] for day in days)

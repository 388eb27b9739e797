"""What the board's map shows, in words that are counted: where the urgent visits are, and whether there is salt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matcher.domain.lifecycle import Urgency
from matcher.domain.small_numbers import all_of
from matcher.services.unfilled import UnfilledRow

Place = tuple[str, int, int]  # name, easting, northing
_MOST = 0.6  # a side that holds so large a share of them is told
_SIDES: Mapping[str, Callable[[UnfilledRow, Place], bool]] = {
    "west": lambda row, town: row.easting < town[1],
    "east": lambda row, town: row.easting > town[1],
    "north": lambda row, town: row.northing > town[2],
    "south": lambda row, town: row.northing < town[2],
}


def finding(rows: Sequence[UnfilledRow], towns: Sequence[Place], salt: tuple[int, int]) -> str:
    """A sentence or two. salt: stores that may be used on any path and are not empty, and all stores."""
    for_paths, stores = salt
    if not stores:
        return _where(rows, towns)
    noun = "salt store" if stores == 1 else "salt stores"
    return f"{_where(rows, towns)} {for_paths} of {stores} {noun} may be used on private paths."


def _where(rows: Sequence[UnfilledRow], towns: Sequence[Place]) -> str:
    urgent = [row for row in rows if row.urgency is Urgency.URGENT and not row.is_paused]
    areas = {row.area for row in urgent}
    if not urgent:
        return "None of these visits is urgent."
    if len(urgent) == 1:
        return f"The urgent visit is in {urgent[0].area}."
    if len(areas) == 1:
        return f"{all_of(len(urgent))} urgent visits are in {urgent[0].area}."
    return _side(urgent, towns) or f"The {len(urgent)} urgent visits are spread over {len(areas)} areas."


def _side(urgent: Sequence[UnfilledRow], towns: Sequence[Place]) -> str:
    """On which side of the town in the middle of them most are; empty if on none."""
    if not towns:
        return ""
    town = min(towns, key=lambda one: sum(abs(row.easting - one[1]) + abs(row.northing - one[2]) for row in urgent))
    count, side = max((sum(lies(row, town) for row in urgent), side) for side, lies in _SIDES.items())
    return (
        f"{count} of the {len(urgent)} urgent visits are {side} of {town[0]}." if count >= _MOST * len(urgent) else ""
    )

"""The ground of a coordinator's map: where people live, the main towns of their areas, and room for marks on it.

Drawn by the server; nothing is asked of anybody else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import hypot

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.places import Stock
from matcher.services.place_list import PlaceRow
from matcher.store.models import Area, Postcode

WIDTH = 358
TALLEST = 520
CLEAR = 32.0  # pixels between two marks
DOT_M = 1500  # postcodes in a square of so many metres are one dot
AROUND_M = 6000  # ground shown around what is on it
MOST_TOWNS = 25
_DOT, _ABOVE, _BELOW = 3.5, 8, 20  # pixels: of a town's dot, and from it to the line of its name
LETTER = 10  # pixels of a letter of a name, at most, on the narrowest page
_ROUND = ((1, 0), (0, 1), (-1, 0), (0, -1), (0.7, 0.7), (-0.7, 0.7), (-0.7, -0.7), (0.7, -0.7))


@dataclass(frozen=True, slots=True)
class Town:
    """A main town; name: empty where there is no room for it. middle, base: of the name, across and its line."""

    name: str
    x: int
    y: int
    middle: int
    base: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Metres of the national grid onto pixels: west and north are its edges."""

    west: float
    north: float
    scale: float
    height: int

    @classmethod
    def around(cls, points: Sequence[tuple[int, int]], margin_m: int = AROUND_M) -> Sheet:
        """A picture of the ground around these points."""
        west, east = min(x for x, _ in points) - margin_m, max(x for x, _ in points) + margin_m
        south, north = min(y for _, y in points) - margin_m, max(y for _, y in points) + margin_m
        scale = min(WIDTH / (east - west), TALLEST / (north - south))
        middle = (west + east) / 2
        return cls(middle - WIDTH / 2 / scale, north, scale, max(120, round((north - south) * scale)))

    def at(self, easting: float, northing: float) -> tuple[int, int]:
        """The pixel of a point."""
        return round((easting - self.west) * self.scale), round((self.north - northing) * self.scale)


def towns_of(session: Session, area_ids: Collection[int]) -> list[tuple[str, int, int]]:
    """Name, easting and northing of their main towns."""
    found = session.execute(
        select(Area.name, Area.easting, Area.northing)
        .where(Area.id.in_(area_ids))
        .order_by(Area.name)
        .limit(MOST_TOWNS)
    )
    return [(name, easting, northing) for name, easting, northing in found]


def dots_on(session: Session, sheet: Sheet) -> str:
    """Where people live: a dot for each square with a postcode in it."""
    column, line = func.floor(Postcode.easting / DOT_M), func.floor(Postcode.northing / DOT_M)
    right, bottom = sheet.west + WIDTH / sheet.scale, sheet.north - sheet.height / sheet.scale
    squares = session.execute(
        select(column, line)
        .where(Postcode.easting.between(sheet.west, right), Postcode.northing.between(bottom, sheet.north))
        .group_by(column, line)
        .order_by(column, line)
    )
    spots = {sheet.at((float(x) + 0.5) * DOT_M, (float(y) + 0.5) * DOT_M) for x, y in squares}
    return "".join(f"M{x} {y}h0" for x, y in sorted(spots))


def salt_on(stores: Collection[PlaceRow], sheet: Sheet) -> tuple[str, str]:
    """Grit bins and salt stores as small squares: those with some left, and those known to be empty."""
    left: set[tuple[int, int]] = set()
    gone: set[tuple[int, int]] = set()
    for row in stores:
        (gone if row.stock is Stock.EMPTY else left).add(sheet.at(row.easting, row.northing))
    return _squares(left), _squares(gone)


def _squares(spots: Collection[tuple[int, int]]) -> str:
    return "".join(f"M{x - 3} {y - 3}h6v6h-6z" for x, y in sorted(spots))


def free_place(at: tuple[int, int], taken: Sequence[tuple[int, int]], sheet: Sheet) -> tuple[int, int]:
    """There, or as near as there is room beside the marks that are taken."""
    edge = CLEAR / 2 + 2
    for ring in range(12):
        for across, down in _ROUND if ring else ((0, 0),):
            x = min(max(at[0] + across * ring * CLEAR, edge), WIDTH - edge)
            y = min(max(at[1] + down * ring * CLEAR, edge), sheet.height - edge)
            if all(hypot(x - other[0], y - other[1]) >= CLEAR - 1 for other in taken):
                return round(x), round(y)
    return at


def named(towns: Sequence[tuple[str, int, int]], marks: Sequence[tuple[int, int]]) -> tuple[Town, ...]:
    """Each with its name, above it or below, where that lies on no mark, no other town and no name before it."""
    boxes = [(x - 16.0, y - 16.0, x + 16.0, y + 16.0) for x, y in marks]
    dots = {(x, y): (x - _DOT, y - _DOT, x + _DOT, y + _DOT) for _, x, y in towns}
    found: list[Town] = []
    for name, x, y in towns:
        half = len(name) * LETTER / 2
        middle = min(max(x, half), WIDTH - half)
        others = [*boxes, *(box for at, box in dots.items() if at != (x, y))]
        rooms = ((base, (middle - half, base - 16.0, middle + half, base + 4.0)) for base in (y - _ABOVE, y + _BELOW))
        free = [(base, box) for base, box in rooms if not any(_touch(box, other) for other in others)]
        base, box = free[0] if free and half * 2 < WIDTH else (y, None)
        boxes.extend([box] if box else [])
        found.append(Town(name if box else "", x, y, round(middle), base))
    return tuple(found)


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

"""The map beside the board's list: where the visits of this page are, to the square that stands for a home, among the
postcodes and main towns of the coordinator's areas. Drawn by the server; nothing is asked of anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.services.unfilled import Unfilled
from matcher.store.models import Area, Postcode

WIDTH = 358
TALLEST = 520
CLEAR = 32.0  # pixels between two marks
DOT_M = 1500  # postcodes in a square of so many metres are one dot
AROUND_M = 6000  # ground shown around what is on it
MOST_TOWNS = 25
LETTER = 10  # pixels of a letter of a name, at most, on the narrowest page
_ROUND = ((1, 0), (0, 1), (-1, 0), (0, -1), (0.7, 0.7), (-0.7, 0.7), (-0.7, -0.7), (0.7, -0.7))


@dataclass(frozen=True, slots=True)
class Mark:
    """A visit, by its number in the list; x, y: where its mark is drawn; at_x, at_y: where it is, for the leader."""

    number: int
    urgency: str
    is_paused: bool
    x: int
    y: int
    at_x: int
    at_y: int


@dataclass(frozen=True, slots=True)
class Town:
    """A main town; name: empty where there is no room for it. middle: of the name, across."""

    name: str
    x: int
    y: int
    middle: int


@dataclass(frozen=True, slots=True)
class BoardMap:
    """A picture `width` x `height`. dots: the path of all of them."""

    width: int
    height: int
    dots: str
    towns: tuple[Town, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Metres of the national grid onto pixels: west and north are its edges."""

    west: float
    north: float
    scale: float
    height: int

    @classmethod
    def around(cls, points: Sequence[tuple[int, int]]) -> _Sheet:
        west, east = min(x for x, _ in points) - AROUND_M, max(x for x, _ in points) + AROUND_M
        south, north = min(y for _, y in points) - AROUND_M, max(y for _, y in points) + AROUND_M
        scale = min(WIDTH / (east - west), TALLEST / (north - south))
        middle = (west + east) / 2
        return cls(middle - WIDTH / 2 / scale, north, scale, max(120, round((north - south) * scale)))

    def at(self, easting: float, northing: float) -> tuple[int, int]:
        return round((easting - self.west) * self.scale), round((self.north - northing) * self.scale)


def read(session: Session, area_ids: frozenset[int], shown: Unfilled) -> BoardMap:
    """The map of the visits shown: two queries, whatever their number."""
    towns = session.execute(
        select(Area.name, Area.easting, Area.northing)
        .where(Area.id.in_(area_ids))
        .order_by(Area.name)
        .limit(MOST_TOWNS)
    ).all()
    places = [(easting, northing) for _, easting, northing in towns]
    sheet = _Sheet.around([*places, *((row.easting, row.northing) for row in shown.rows)] or [(0, 0)])
    marks = _marks(sheet, shown)
    return BoardMap(
        width=WIDTH,
        height=sheet.height,
        dots=_dots(session, sheet),
        towns=_named([(name, *sheet.at(easting, northing)) for name, easting, northing in towns], marks),
        marks=marks,
    )


def _dots(session: Session, sheet: _Sheet) -> str:
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


def _marks(sheet: _Sheet, shown: Unfilled) -> tuple[Mark, ...]:
    """One for each row, in the order of the list, moved aside until no two touch."""
    marks: list[Mark] = []
    for number, row in enumerate(shown.rows, shown.first):
        at = sheet.at(row.easting, row.northing)
        x, y = _free_place(at, [(mark.x, mark.y) for mark in marks], sheet)
        marks.append(Mark(number, row.urgency.value, row.is_paused, x, y, *at))
    return tuple(marks)


def _free_place(at: tuple[int, int], taken: Sequence[tuple[int, int]], sheet: _Sheet) -> tuple[int, int]:
    edge = CLEAR / 2 + 2
    for ring in range(12):
        for across, down in _ROUND if ring else ((0, 0),):
            x = min(max(at[0] + across * ring * CLEAR, edge), WIDTH - edge)
            y = min(max(at[1] + down * ring * CLEAR, edge), sheet.height - edge)
            if all(hypot(x - other[0], y - other[1]) >= CLEAR - 1 for other in taken):
                return round(x), round(y)
    return at


def _named(towns: Sequence[tuple[str, int, int]], marks: Sequence[Mark]) -> tuple[Town, ...]:
    """Each with its name, where there is room for it beside the marks and the names before it."""
    boxes = [(mark.x - 16.0, mark.y - 16.0, mark.x + 16.0, mark.y + 16.0) for mark in marks]
    named: list[Town] = []
    for name, x, y in towns:
        half = len(name) * LETTER / 2
        middle = min(max(x, half), WIDTH - half)
        box = (middle - half, y - 20.0, middle + half, y - 3.0)
        has_room = half * 2 < WIDTH and not any(_touch(box, other) for other in boxes)
        boxes.extend([box] if has_room else [])
        named.append(Town(name if has_room else "", x, y, round(middle)))
    return tuple(named)


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

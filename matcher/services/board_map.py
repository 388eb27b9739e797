"""The map beside the board's list: where the visits of this page are, to the square that stands for a home, among the
postcodes and main towns of the coordinator's areas. Drawn by the server; nothing is asked of anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from matcher.domain.places import Stock, UseRule
from matcher.services import map_finding, place_list
from matcher.services.map_ground import WIDTH, Sheet, Town, dots_on, free_place, named, salt_on, towns_of
from matcher.services.unfilled import Unfilled


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
class BoardMap:
    """A picture `width` x `height`. dots: the path of all of them; salt, salt_gone: stores with some and none. finding:
    what it shows.
    """

    finding: str
    width: int
    height: int
    dots: str
    salt: str
    salt_gone: str
    towns: tuple[Town, ...]
    marks: tuple[Mark, ...]


def read(session: Session, area_ids: frozenset[int], shown: Unfilled) -> BoardMap:
    """The map of the visits shown: three queries, whatever their number."""
    towns = towns_of(session, area_ids)
    points = [(easting, northing) for _, easting, northing in towns]
    sheet = Sheet.around([*points, *((row.easting, row.northing) for row in shown.rows)] or [(0, 0)])
    marks = _marks(sheet, shown)
    stores = place_list.stores(session, area_ids)
    salt, salt_gone = salt_on(stores, sheet)
    for_paths = sum(row.use_rule is UseRule.ANY_PATH and row.stock is not Stock.EMPTY for row in stores)
    return BoardMap(
        finding=map_finding.finding(shown.rows, towns, (for_paths, len(stores))),
        width=WIDTH,
        height=sheet.height,
        dots=dots_on(session, sheet),
        salt=salt,
        salt_gone=salt_gone,
        towns=named([(name, *sheet.at(e, n)) for name, e, n in towns], [(mark.x, mark.y) for mark in marks]),
        marks=marks,
    )


def _marks(sheet: Sheet, shown: Unfilled) -> tuple[Mark, ...]:
    """One for each row, in the order of the list, moved aside until no two touch."""
    marks: list[Mark] = []
    for row in shown.rows:
        at = sheet.at(row.easting, row.northing)
        x, y = free_place(at, [(mark.x, mark.y) for mark in marks], sheet)
        marks.append(Mark(row.number, row.urgency.value, row.is_paused, x, y, *at))
    return tuple(marks)

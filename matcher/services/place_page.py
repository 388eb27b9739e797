"""The team's list of places, a page at a time, and the map beside it with the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from matcher.domain.places import WITH_SALT, PlaceKind, Stock, UseRule
from matcher.services import place_list
from matcher.services.map_ground import WIDTH, Sheet, Town, dots_on, free_place, named, towns_of
from matcher.services.place_list import PlaceRow

PAGE = 25
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """Which places to show: empty words choose all. stock may be `unknown`."""

    area: str = ""
    kind: str = ""
    stock: str = ""
    page: int = 1

    @property
    def is_any(self) -> bool:
        """True if something is chosen."""
        return bool(self.area or self.kind or self.stock)


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """A place on the map by its number in the list; at_x, at_y: where it is, where the mark had to move aside."""

    number: int
    is_empty: bool
    x: int
    y: int
    at_x: int
    at_y: int


@dataclass(frozen=True, slots=True)
class PlacesPage:
    """The page. count: of those chosen; all_count: of all. salt: stores; for_paths: those for any path, not empty."""

    rows: tuple[PlaceRow, ...]
    first: int
    count: int
    all_count: int
    salt: int
    for_paths: int
    areas: tuple[str, ...]
    kinds: tuple[PlaceKind, ...]
    has_more: bool
    width: int
    height: int
    dots: str
    towns: tuple[Town, ...]
    marks: tuple[PlaceMark, ...]


def read(session: Session, area_ids: Collection[int], choice: PlaceChoice) -> PlacesPage:
    """The page as things stand."""
    everything = place_list.rows(session, area_ids)
    chosen = [row for row in everything if _is_chosen(row, choice)]
    begin = PAGE * (min(choice.page, -(-len(chosen) // PAGE) or 1) - 1)
    shown = chosen[begin : begin + PAGE]
    salt = [row for row in everything if row.kind in WITH_SALT]
    towns = towns_of(session, area_ids)
    points = [(easting, northing) for _, easting, northing in towns]
    sheet = Sheet.around([*points, *((row.easting, row.northing) for row in shown)] or [(0, 0)])
    marks = _marks(sheet, shown, begin + 1)
    return PlacesPage(
        rows=tuple(shown),
        first=begin + 1,
        count=len(chosen),
        all_count=len(everything),
        salt=len(salt),
        for_paths=sum(row.use_rule is UseRule.ANY_PATH and row.stock is not Stock.EMPTY for row in salt),
        areas=tuple(dict.fromkeys(row.area for row in everything)),
        kinds=tuple(kind for kind in PlaceKind if any(row.kind is kind for row in everything)),
        has_more=begin + PAGE < len(chosen),
        width=WIDTH,
        height=sheet.height,
        dots=dots_on(session, sheet),
        towns=named([(name, *sheet.at(e, n)) for name, e, n in towns], [(mark.x, mark.y) for mark in marks]),
        marks=marks,
    )


def _is_chosen(row: PlaceRow, choice: PlaceChoice) -> bool:
    is_left = not choice.stock or choice.stock == (row.stock or (UNKNOWN if row.can_run_out else ""))
    return choice.area in ("", row.area) and choice.kind in ("", row.kind) and is_left


def _marks(sheet: Sheet, shown: Sequence[PlaceRow], first: int) -> tuple[PlaceMark, ...]:
    marks: list[PlaceMark] = []
    for number, row in enumerate(shown, first):
        at = sheet.at(row.easting, row.northing)
        x, y = free_place(at, [(mark.x, mark.y) for mark in marks], sheet)
        marks.append(PlaceMark(number, row.stock is Stock.EMPTY, x, y, *at))
    return tuple(marks)

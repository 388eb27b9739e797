"""The street of today as it is drawn: once for a wide page and once for a narrow one, its shapes as few paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from matcher.services.drawing import Words, seen
from matcher.services.street import Hour, House, Street

WIDE, NARROW = 1200, 288  # what a page of 320 px has room for
HOUSE_WIDE, HOUSE_NARROW = 23, 19
_GAP, _ROW, _BAR_ROW, _LETTER = 12, 90, 34, 9
_LEFT, _BESIDE, _LETTER_OF_A_COUNT = 60.0, 8, 8  # of rows of bars: room for the hour; between a bar and its count


@dataclass(frozen=True, slots=True)
class Drawing:
    """One street as paths. ticks: over the houses that a change would light. words: `hour`, `house` or `count`."""

    width: int
    height: int
    walls: str
    windows: str
    bars: str
    doors: str
    dark: str
    lamps: str
    ground: str
    ticks: str
    words: tuple[Words, ...]


@dataclass(slots=True)
class _Pen:
    """Where we are on the page, and what has been drawn."""

    width: int
    house: int
    x: float = 0.0
    y: float = 0.0
    walls: str = ""
    windows: str = ""
    bars: str = ""
    doors: str = ""
    dark: str = ""
    lamps: str = ""
    ground: str = ""
    ticks: str = ""

    def roof(self) -> str:
        w, x, y = self.house, self.x + 1, self.y + 60
        return f"M{x:g} {y:g}v{-0.92 * w:.1f}l{w / 2:g} {-0.55 * w:.1f}l{w / 2:g} {0.55 * w:.1f}v{0.92 * w:.1f}z"

    def lit(self) -> None:
        w, x, y = self.house, self.x, self.y + 60
        pane = 0.44 * w
        left, top = x + 0.16 * w, y - 0.86 * w
        self.walls += self.roof()
        self.windows += f"M{left:.1f} {top:.1f}h{pane:.1f}v{pane:.1f}h{-pane:.1f}z"
        self.bars += f"M{left + pane / 2:.1f} {top:.1f}v{pane:.1f}"
        self.doors += f"M{x + 0.68 * w:.1f} {y:g}v{-0.5 * w:.1f}h{0.24 * w:.1f}v{0.5 * w:.1f}z"

    def lamp(self) -> None:
        x, y = self.x + 1 + self.house / 2, self.y + 60 - 1.47 * self.house - 9
        self.lamps += f"M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7-7z"

    def tick(self) -> None:
        x, y = self.x + 1 + self.house / 2, self.y + 60 - 1.47 * self.house - 9
        self.ticks += f"M{x - 6:.1f} {y:.1f}l4 5l8-10"


def draw(street: Street, *, is_wide: bool, ticked: frozenset[int] = frozenset(), width: int = 0) -> Drawing:
    """The street one by one, or as bars where the houses are too many. ticked: places of `houses` with a tick."""
    pen = _Pen(width or (WIDE if is_wide else NARROW), HOUSE_WIDE if is_wide else HOUSE_NARROW)
    if street.is_drawn_one_by_one:
        labels, height = _houses(pen, street.houses, ticked)
    else:
        labels, height = _bars(pen, street.hours)
    return Drawing(
        pen.width,
        height,
        pen.walls,
        pen.windows,
        pen.bars,
        pen.doors,
        pen.dark,
        pen.lamps,
        pen.ground,
        pen.ticks,
        tuple(labels),
    )


def _houses(pen: _Pen, houses: Sequence[House], ticked: frozenset[int]) -> tuple[list[Words], int]:
    labels: list[Words] = []
    if not houses:
        pen.ground = f"M0 60h{pen.width}"
    for words, group in _groups(houses, (pen.width - 2) // (pen.house + 2)):
        wide = max(len(group) * (pen.house + 2), len(words) * _LETTER)
        if pen.x + wide > pen.width:
            pen.x, pen.y = 0.0, pen.y + _ROW
        pen.ground += f"M{pen.x:g} {pen.y + 60:g}h{len(group) * (pen.house + 2):g}"
        labels.append(Words(words, pen.x + 1, pen.y + 80, "hour"))
        start = pen.x
        for place, house in group:
            labels.extend(_house(pen, house, is_ticked=place in ticked))
            pen.x += pen.house + 2
        pen.x = start + wide + _GAP
    return labels, int(pen.y + _ROW)


def _groups(houses: Sequence[House], most: int) -> Iterator[tuple[str, list[tuple[int, House]]]]:
    """(hour in words, its houses with their places), an hour in several parts where it is longer than a row."""
    for (day, hour), found in groupby(enumerate(houses), key=lambda pair: (pair[1].day, pair[1].hour)):
        group = list(found)
        for first in range(0, len(group), most):
            yield f"{day} {Hour(hour, 0, 0, 0).words}".strip(), group[first : first + most]


def _house(pen: _Pen, house: House, *, is_ticked: bool) -> Iterator[Words]:
    if is_ticked:
        pen.tick()
    if house.is_lit:
        pen.lit()
        return
    pen.dark += pen.roof()
    if house.has_lamp and not is_ticked:
        pen.lamp()
    if house.number is not None and house.number < 100:
        yield Words(str(house.number), pen.x + 1 + pen.house / 2, pen.y + 53, "house", "middle")


def _bars(pen: _Pen, hours: Sequence[Hour]) -> tuple[list[Words], int]:
    """A row for each hour: the dark first, then the lit, on one scale."""
    labels: list[Words] = []
    counts = [f"{one.dark:,} dark, {one.lit:,} lit" for one in hours]
    room = max(map(len, counts)) * _LETTER_OF_A_COUNT + 2 * _BESIDE
    scale = (pen.width - _LEFT - room) / max(one.lit + one.dark for one in hours)
    for row, one in enumerate(hours):
        top, left = row * _BAR_ROW + 2, _LEFT
        dark, lit = (seen(many * scale) if many else 0.0 for many in (one.dark, one.lit))
        pen.dark += f"M{left:g} {top}h{dark:.1f}v22h{-dark:.1f}z" if one.dark else ""
        pen.windows += f"M{left + dark:.1f} {top}h{lit:.1f}v22h{-lit:.1f}z" if one.lit else ""
        labels.append(Words(one.words, 0, top + 17, "hour"))
        labels.append(Words(counts[row], left + dark + lit + _BESIDE, top + 17, "count"))
    return labels, len(hours) * _BAR_ROW

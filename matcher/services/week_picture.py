"""A planned week as it is drawn: a row for each person and one for what nobody could take, a column for each day. Once
for a wide page and once for a narrow one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.domain.localtime import local_day, to_local
from matcher.services.drawing import Words, short
from matcher.services.week_plan import Rota

WIDE, NARROW = 1000, 288  # what a page of 320 px has room for
NOBODY = "Nobody yet"
_NAMES_WIDE, _HEAD, _ROW_WIDE, _ROW_NARROW, _BLOCK, _LINE = 150, 28, 36, 54, 24, 28
_LETTER = 8  # pixels of a letter of a name, at most
_THREE_FIGURES, _BLOCK_OF_THREE = 100, 32
_OPENS, _CLOSES = 8, 20  # hours: what is earlier or later stands at the edge


@dataclass(frozen=True, slots=True)
class Block:
    """One visit. kind: `settled`, `proposed`, `nobody`. number: in the list; none for what is settled."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture. lines: a path, between days and between people; words: of kind `day` and `name`."""

    width: int
    height: int
    lines: str
    blocks: tuple[Block, ...]
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class _Mark:
    """A visit to be drawn."""

    at: datetime
    minutes: float
    kind: str
    number: int | None


def draw(rota: Rota, *, is_wide: bool) -> Drawing:
    """The week, with as much height as its people need."""
    left = _NAMES_WIDE if is_wide else 0
    width, row = (WIDE, _ROW_WIDE) if is_wide else (NARROW, _ROW_NARROW)
    day_width = (width - left) / 7
    rows = _rows(rota)
    blocks: list[Block] = []
    words = [
        Words(f"{day:%a} {day.day}" if is_wide else f"{day:%a}"[:2], left + day_width * (n + 0.5), 18, "day", "middle")
        for n, day in enumerate(_days(rota))
    ]
    tops = [_HEAD]
    for name, marks in rows:
        top, first = tops[-1], tops[-1] + row - _BLOCK - 6
        words.append(Words(short(name, (left or width) // _LETTER), 0, top + (24 if is_wide else 18), "name"))
        placed = _place(marks, rota.week.start, left, day_width)
        blocks += [
            Block(
                round(one.x, 1), first + one.line * _LINE, round(one.width, 1), _BLOCK, one.mark.kind, one.mark.number
            )
            for one in placed
        ]
        tops.append(top + row + max(one.line for one in placed) * _LINE)
    height = tops[-1]
    across = "".join(f"M0 {top}h{width}" for top in tops)
    down = "".join(f"M{left + n * day_width:.1f} {_HEAD}V{height}" for n in range(8 if is_wide else 0))
    return Drawing(width, height + 1, across + down, tuple(blocks), tuple(words))


def _days(rota: Rota) -> list[datetime]:
    return [to_local(rota.week.start + timedelta(days=n, hours=12)) for n in range(7)]


def _rows(rota: Rota) -> list[tuple[str, list[_Mark]]]:
    """Everyone of the week by name, then what nobody could take."""
    of: defaultdict[str, list[_Mark]] = defaultdict(list)
    for one in rota.settled:
        of[one.name].append(_Mark(one.visit.start, one.visit.minutes, "settled", None))
    for planned in rota.proposed:
        of[planned.name].append(_Mark(planned.visit.start, planned.visit.minutes, "proposed", planned.number))
    rows = sorted(of.items())
    if rota.not_given:
        rows.append((NOBODY, [_Mark(one.day, 0, "nobody", one.number) for one in rota.not_given]))
    return rows


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a mark stands in its row. line: the first is 0."""

    mark: _Mark
    x: float
    width: float
    line: int


def _place(marks: Iterable[_Mark], monday: datetime, left: float, day_width: float) -> Sequence[_Placed]:
    """Each within its own day, by the hour; what has no room beside the others of that day stands below them."""
    placed = []
    free: dict[tuple[int, int], float] = {}  # (day, line) -> where the next one may begin
    for mark in sorted(marks, key=lambda mark: (mark.at, mark.number or 0)):
        day = (local_day(mark.at) - local_day(monday)).days
        at = to_local(mark.at)
        least = min(_BLOCK if (mark.number or 0) < _THREE_FIGURES else _BLOCK_OF_THREE, day_width - 4)
        hour = min(max(at.hour + at.minute / 60, _OPENS), _CLOSES)
        width = min(max(least, mark.minutes / 60 * day_width / (_CLOSES - _OPENS)), day_width - 4)
        begins, ends = left + day_width * day + 2, left + day_width * (day + 1) - 2
        by_hour = min(begins + (day_width - 4 - least) * (hour - _OPENS) / (_CLOSES - _OPENS), ends - width)
        line = 0
        while max(by_hour, free.get((day, line), begins)) + width > ends + 0.1:
            line += 1
        x = max(by_hour, free.get((day, line), begins))
        free[day, line] = x + width + 2
        placed.append(_Placed(mark, x, width, line))
    return placed

"""What pictures are made of: boxes, strokes, marks and words, each with a kind for the style."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

WIDE, NARROW = 560, 288  # half a wide page; what a page of 320 px has room for
MARK, STACK_HEIGHT = 7, 126
DOT, OPEN, ALERT = "dot", "open", "alert"
LEAST_SEEN = 1.5


@dataclass(frozen=True, slots=True)
class Box:
    """A bar. kind: `given`, `off`, `left`, `low` or `high`."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A path of lines. kind: `axis`, `guide`, `median` or `p90`."""

    d: str
    kind: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words at a place. kind: for the style, such as `name`, `soft`, `sum` or `alert`; anchor as SVG has it."""

    text: str
    x: float
    y: float
    kind: str = "soft"
    anchor: str = "start"


def short(words: str, longest: int) -> str:
    """As much of the words as there is room for."""
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def seen(length: float) -> float:
    """How long the bar of something is drawn: whatever there is of it, never so short that it looks like nothing."""
    return max(length, LEAST_SEEN)


@dataclass(slots=True)
class Picture:
    """A picture of that size."""

    width: int
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def stack(self, columns: Iterable[tuple[float, int, str]], foot: float, one_for: int) -> None:
        """Marks on top of each other: (middle, how many, kind) of each column; a mark stands for `one_for` of them."""
        for middle, count, kind in columns:
            for place in range(-(-count // one_for)):
                self.put(kind, middle, foot - MARK * (place + 0.5) - 2)

    def put(self, kind: str, x: float, y: float, size: float = MARK) -> None:
        """One mark, with its middle there. Of two kinds in one place the one that was put first lies below."""
        self.marks[kind] = self.marks.get(kind, "") + _mark(kind, x, y, size / 2 - 0.6)


def stands_for(most: int, room: int = STACK_HEIGHT // MARK) -> int:
    """For how many a mark has to stand, so that so many have room; as it is, in the highest column of a stack."""
    return next(number for number in _ROUND if number * room >= most)


def stack_height(most: int, one_for: int) -> int:
    """What the highest column of so many takes up, and never so little that it looks like a line."""
    return MARK * max(_LOWEST, -(-most // one_for)) + 2


_LOWEST = 4  # marks
_ROUND: list[int] = [digit * 10**power for power in range(8) for digit in (1, 2, 5)]


def _mark(kind: str, x: float, y: float, r: float) -> str:
    if kind == DOT:
        return f"M{x - r:.1f} {y:.1f}a{r:g} {r:g} 0 1 0 {2 * r:g} 0a{r:g} {r:g} 0 1 0 {-2 * r:g} 0z"
    if kind == ALERT:
        return f"M{x:.1f} {y - r - 0.6:.1f}l{r + 0.6:g} {r + 0.6:g}l{-r - 0.6:g} {r + 0.6:g}l{-r - 0.6:g} {-r - 0.6:g}z"
    return f"M{x - r:.1f} {y - r:.1f}h{2 * r:g}v{2 * r:g}h{-2 * r:g}z"

"""What asking each of several people is worth, as one bar for each: minutes from a line of nought, on one scale.

What speaks for somebody stands to the right of the line, what speaks against to its left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matcher.engine.allocation import TermLine

_LEVEL = 3  # minutes that nobody would tell apart


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of what asking somebody is worth: its words and minutes, and where its part begins and how long it is,
    of 100. kind: `worth` of the visit itself, what is `more`, what is `less`.
    """

    words: str
    minutes: int
    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Minutes to the left and to the right of nought that the longest bars need."""

    left: float
    right: float

    @classmethod
    def of(cls, breakdowns: Iterable[Sequence[TermLine]]) -> Scale:
        """The scale on which all of them fit."""
        told = [[line.minutes for line in lines] for lines in breakdowns]
        left = max((-sum(m for m in minutes if m < 0) for minutes in told), default=0.0)
        right = max((sum(m for m in minutes if m > 0) for minutes in told), default=0.0)
        return cls(left, right) if left + right else cls(0.0, 1.0)

    @property
    def nought(self) -> float:
        """Where the line of nought is, of 100."""
        return 100 * self.left / (self.left + self.right)

    def bars(self, breakdown: Sequence[TermLine]) -> tuple[Bar, ...]:
        """The parts of one bar, in the order of the lines; those of less than half a minute are left out."""
        return tuple(bar for bar in self._drawn(breakdown) if bar.minutes)

    def _drawn(self, breakdown: Sequence[TermLine]) -> Iterator[Bar]:
        begin = end = self.nought
        for line in breakdown:
            width = 100 * abs(line.minutes) / (self.left + self.right)
            if line.minutes < 0:
                begin -= width
            yield Bar(line.words, round(line.minutes), _kind(line), begin if line.minutes < 0 else end, width)
            if line.minutes >= 0:
                end += width


def _kind(line: TermLine) -> str:
    if line.minutes < 0:
        return "less"
    return "worth" if line.term == "value" else "more"


def finding(worths: Sequence[tuple[str, int]]) -> str:
    """What the bars of those who could be asked show; (name, minutes) each, the best first."""
    if not worths:
        return "Nobody could be asked as it is"
    (first, minutes), *others = worths
    if not others:
        return f"{first} is the only one who could be asked"
    next_best, further = others[0]
    if minutes - further < _LEVEL:
        return f"{first} and {next_best} are level"
    return f"{first} fits best, by {minutes - further} minutes"

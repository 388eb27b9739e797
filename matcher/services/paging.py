"""Lists that are shown a page at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list of `count` rows, `size` to a page. number: the first is 1."""

    number: int
    count: int
    size: int

    @property
    def skipped(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """The number of the first row that is shown."""
        return self.skipped + 1

    @property
    def last(self) -> int:
        """The number of the last row that is shown."""
        return min(self.skipped + self.size, self.count)


def page_of(asked: int, count: int, size: int) -> Page:
    """The page that was asked for; the last if there are not so many, the first if it is none."""
    return Page(min(max(asked, 1), max(1, -(-count // size))), count, size)

"""Small numbers: where anyone can read it, fewer than five is never told exactly, since it could point at someone."""

from dataclasses import dataclass

FEWEST_SHOWN = 5
ROUNDED_TO = 5
_FEW = f"fewer than {FEWEST_SHOWN}"
_BOTH = 2


def is_few(count: int) -> bool:
    """Somebody, but so few that they could be known by it."""
    return 0 < count < FEWEST_SHOWN


def all_of(count: int) -> str:
    """`Both`, `All 12`: of more than one."""
    return "Both" if count == _BOTH else f"All {count:,}"


def count_words(count: int) -> str:
    """A count as a public page may show it."""
    return f"{count:,}" if count >= FEWEST_SHOWN else _FEW


def rounded(count: int) -> int | None:
    """To the nearest 5; None for fewer than 5, none at all among them."""
    return None if count < FEWEST_SHOWN else ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)


def count_or_none_words(count: int) -> str:
    """The same where it matters whether there was anybody at all."""
    return count_words(count) if count else "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """How counts are said: exactly to the team; to everyone, so that none of a few can be read or subtracted."""

    is_public: bool

    def hides(self, *counts: int) -> bool:
        """Whether one of these is not to be told."""
        return self.is_public and any(is_few(count) for count in counts)

    def number(self, count: int) -> str:
        """`1,234`, `fewer than 5`."""
        return _FEW if self.hides(count) else f"{count:,}"

    def part(self, count: int, whole: int) -> str:
        """`7 of 12`, `fewer than 5 of 12`; `all but fewer than 5 of 12` where the rest would be told by it."""
        if self.hides(whole):
            return _FEW
        return f"{self._few_of(count, whole) or f'{count:,}'} of {whole:,}"

    def share(self, count: int, whole: int) -> str:
        """`66%`, rounded down so that only all of it is 100; in words where one of the two sides is few. whole > 0."""
        if self.hides(whole):
            return _FEW
        return self._few_of(count, whole) or f"{count * 100 // whole}%"

    def _few_of(self, count: int, whole: int) -> str:
        if self.hides(count):
            return _FEW
        return f"all but {_FEW}" if self.hides(whole - count) else ""


EXACT, PUBLIC = Counts(is_public=False), Counts(is_public=True)

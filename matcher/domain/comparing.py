"""Two wordings of one question, side by side: which of them an ask has, and what can be told from the answers.

Chance alone decides which, by the number of the ask: nothing about the person it goes to, or the one it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from math import sqrt

# Asks of each wording before anything is said of a difference: fewer would miss all but the largest.
ENOUGH = 300
# An ask counts from then on, whatever became of it: counting it as soon as it is answered would favour quick answers.
COUNTS_AFTER = timedelta(hours=24)
# Who looks every day looks often, so the interval is that of 99 in 100 rather than 95.
_SURE = 2.576
# Haybittle (1971), Peto and others (1976): three standard errors may be looked at as often as one likes.
_HARMED = 3.0
_LEAST_FOR_HARM = 40


class Side(StrEnum):
    """`first`: the words that held when the comparison began; `second`: those tried beside them."""

    FIRST = "first"
    SECOND = "second"


class Finding(StrEnum):
    """What the answers tell."""

    TOO_FEW = "too_few"
    NO_DIFFERENCE = "no_difference"
    FIRST_BETTER = "first_better"
    SECOND_BETTER = "second_better"


@dataclass(frozen=True, slots=True)
class Tally:
    """Of so many asks so many had a yes."""

    asked: int
    yes: int

    @property
    def share(self) -> float:
        """0 where nobody was asked."""
        return self.yes / self.asked if self.asked else 0.0


def side_of(comparison_id: int, ask_id: int) -> Side:
    """The same for the same ask, however often it is owed; of many asks as good as half each."""
    digest = blake2b(f"{comparison_id}:{ask_id}".encode(), digest_size=1).digest()
    return Side.SECOND if digest[0] & 1 else Side.FIRST


def difference(first: Tally, second: Tally, z: float = _SURE) -> tuple[float, float]:
    """How much larger the share of yes of the second may be, from least to most, as parts of one.

    Newcombe (1998), method 10: from the score intervals of both, so that it holds for few asks and for shares near 0.
    """
    (low_1, high_1), (low_2, high_2) = _score_interval(first, z), _score_interval(second, z)
    middle = second.share - first.share
    least = middle - sqrt((second.share - low_2) ** 2 + (high_1 - first.share) ** 2)
    most = middle + sqrt((high_2 - second.share) ** 2 + (first.share - low_1) ** 2)
    return max(least, -1.0), min(most, 1.0)


def finding(first: Tally, second: Tally) -> Finding:
    """What may be said of the two."""
    if min(first.asked, second.asked) < ENOUGH:
        return Finding.TOO_FEW
    least, most = difference(first, second)
    if least > 0:
        return Finding.SECOND_BETTER
    return Finding.FIRST_BETTER if most < 0 else Finding.NO_DIFFERENCE


def is_harmful(first: Tally, second: Tally) -> bool:
    """So few say yes to the second wording that no more should go out in it, however few they are."""
    if min(first.asked, second.asked) < _LEAST_FOR_HARM:
        return False
    return difference(first, second, _HARMED)[1] < 0


def _score_interval(tally: Tally, z: float) -> tuple[float, float]:
    """Wilson (1927)."""
    if not tally.asked:
        return 0.0, 1.0
    n, share = tally.asked, tally.share
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)

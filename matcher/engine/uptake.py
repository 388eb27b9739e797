"""How far what was counted before and after some day can be told from chance. It says nothing of why they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance

from scipy.special import stdtrit

FEWEST_WEEKS = 4  # from fewer the spread of a week cannot be told
_Z = 1.959963984540054  # of a normal distribution, between -z and z lie 95 %


@dataclass(frozen=True, slots=True)
class Difference:
    """After less before, and the 95 % interval around it."""

    middle: float
    low: float
    high: float

    @property
    def may_be_chance(self) -> bool:
        """Whether no difference at all lies within the interval."""
        return self.low <= 0 <= self.high


def of_weeks(before: Sequence[int], after: Sequence[int]) -> Difference | None:
    """Counts of as many weeks before as after: the difference a week. None for too few weeks, or nothing counted.

    Welch's interval (Biometrika 34, 1947) with weeks as what varies, but never less than counts vary by themselves:
    the variance of a Poisson count is its mean.
    """
    weeks = len(before)
    if weeks < FEWEST_WEEKS or not any((*before, *after)):
        return None
    one, other = (max(variance(counts), fmean(counts)) for counts in (before, after))
    free = (one + other) ** 2 / ((one**2 + other**2) / (weeks - 1))
    reach = float(stdtrit(free, 0.975)) * sqrt((one + other) / weeks)
    middle = fmean(after) - fmean(before)
    return Difference(middle, middle - reach, middle + reach)


def of_shares(before: tuple[int, int], after: tuple[int, int]) -> Difference | None:
    """(yes, asked) before and after: the difference of the shares. None where nobody was asked in one of them.

    Newcombe's interval, his tenth (Statistics in Medicine 17, 1998), from two of Wilson's.
    """
    if not before[1] or not after[1]:
        return None
    (p1, l1, u1), (p2, l2, u2) = _wilson(*before), _wilson(*after)
    middle = p2 - p1
    return Difference(
        middle, middle - sqrt((p2 - l2) ** 2 + (u1 - p1) ** 2), middle + sqrt((u2 - p2) ** 2 + (p1 - l1) ** 2)
    )


def _wilson(yes: int, asked: int) -> tuple[float, float, float]:
    """(share, low, high)."""
    share, z2 = yes / asked, _Z**2
    centre = (share + z2 / (2 * asked)) / (1 + z2 / asked)
    reach = _Z * sqrt(share * (1 - share) / asked + z2 / (4 * asked**2)) / (1 + z2 / asked)
    return share, centre - reach, centre + reach

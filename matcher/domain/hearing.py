"""Whether a group was heard from as often as it is large, or whether nobody can tell yet."""

from __future__ import annotations

from enum import StrEnum
from math import exp, lgamma, log

# So seldom would so few be heard by chance alone: one time in twenty.
BY_CHANCE = 0.05


class Heard(StrEnum):
    """What can be said of one group."""

    NOBODY = "nobody"
    FEW = "few"
    AS_EXPECTED = "as_expected"
    CANNOT_TELL = "cannot_tell"
    NO_FIGURE = "no_figure"
    NOT_ASKED = "not_asked"


HEARD_WORDS = {
    Heard.NOBODY: "Nobody heard yet",
    Heard.FEW: "Fewer than expected",
    Heard.AS_EXPECTED: "As often as expected",
    Heard.CANNOT_TELL: "Too few answers to tell",
    Heard.NO_FIGURE: "Not known how many there are",
    Heard.NOT_ASKED: "We ask nobody this: only a visit can tell",
}
# Whom to go and see.
MISSING = (Heard.NOBODY, Heard.FEW, Heard.NOT_ASKED)


def how_heard(heard: int, answers: int, share: float | None) -> Heard:
    """`heard` of `answers` came from a group that is this share of the people there; None if that is not known."""
    if share is None:
        return Heard.NO_FIGURE
    if chance_of_so_few(0, answers, share) >= BY_CHANCE:
        return Heard.CANNOT_TELL
    if chance_of_so_few(heard, answers, share) >= BY_CHANCE:
        return Heard.AS_EXPECTED
    return Heard.FEW if heard else Heard.NOBODY


def chance_of_so_few(heard: int, answers: int, share: float) -> float:
    """How likely it is to hear so few, or fewer, if each answer came from anyone there alike: the binomial tail."""
    if share <= 0 or heard >= answers:
        return 1.0
    if share >= 1:
        return 0.0
    yes, no, all_ways = log(share), log(1 - share), lgamma(answers + 1)
    return sum(
        exp(all_ways - lgamma(one + 1) - lgamma(answers - one + 1) + one * yes + (answers - one) * no)
        for one in range(heard + 1)
    )

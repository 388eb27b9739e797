"""What the hours given are worth in money, as a sum that can be followed, and what it hangs on most.

Replacement cost: what it would cost to pay someone for the same hours, less what would have happened anyway, less the
scheme's own costs. Every figure that is not certain is a `Range`; the sum is done with all of them at one end, and for
the tornado with one of them moved at a time. Nothing here is ever one bare figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from matcher.domain.money import pounds, to_the_penny

RATE, ANYWAY, UNTIMED = "Rate for an hour", "Would have happened anyway", "Hours that nobody timed"
MINUTES_IN_AN_HOUR = 60


class PriceUse(StrEnum):
    """What a price may be used for: a wellbeing value is never added to cash, and a comparator to nothing."""

    HOUR = "hour"
    MESSAGE = "message"
    EVENT = "event"
    COMPARATOR = "comparator"
    WELLBEING = "wellbeing"
    NOT_USED = "not_used"


class CostOf(StrEnum):
    """What the scheme itself pays for, as its team types it in."""

    STAFF = "staff"
    CHECKS = "checks"
    SALT = "salt"
    OTHER = "other"


COST_WORDS: Mapping[CostOf, tuple[str, str]] = {
    CostOf.STAFF: ("Staff hours", "hours"),
    CostOf.CHECKS: ("Checks", "checks"),
    CostOf.SALT: ("Salt", "tonnes"),
    CostOf.OTHER: ("Other costs", "of them"),
}


class End(StrEnum):
    """At which end a figure is taken. LOW leaves least over, whatever the figure is of."""

    LOW = "low"
    CENTRAL = "central"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Range:
    """A figure that is not certain. low: the value that leaves least over."""

    low: Decimal
    central: Decimal
    high: Decimal

    @classmethod
    def sure(cls, figure: Decimal | int) -> Range:
        """A figure that is not in doubt."""
        return cls(Decimal(figure), Decimal(figure), Decimal(figure))

    def at(self, end: End) -> Decimal:
        """The figure at that end."""
        return {End.LOW: self.low, End.CENTRAL: self.central, End.HIGH: self.high}[end]


@dataclass(frozen=True, slots=True)
class Amount:
    """A line of the sum that is a sum of money by itself: a cost, or a saving. how: where it comes from."""

    name: str
    how: str
    pounds: Range


@dataclass(frozen=True, slots=True)
class Worth:
    """All that goes into the sum. timed_min: minutes as volunteers told them; untimed_min: of visits that nobody timed.

    anyway: the share of the help that would have been given without the scheme.
    """

    timed_min: int
    untimed_min: Range
    rate: Range
    anyway: Range
    savings: Sequence[Amount]
    costs: Sequence[Amount]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sum: below nothing where it is taken off."""

    name: str
    how: str
    pounds: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum at one end. It adds up: `left` is what the lines come to."""

    lines: tuple[Line, ...]

    @property
    def left(self) -> Decimal:
        """What is left when all is taken off."""
        return sum((line.pounds for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Swing:
    """How far one assumption alone moves what is left. *_at: what it was set to, in words."""

    name: str
    low: Decimal
    high: Decimal
    low_at: str
    high_at: str

    @property
    def width(self) -> Decimal:
        """From one end to the other."""
        return self.high - self.low


def add_up(worth: Worth, end: End = End.CENTRAL, moved: Mapping[str, End] = MappingProxyType({})) -> Sum:
    """The sum with every figure at that end; `moved`, by the names of `assumptions`, sets some of them elsewhere."""

    def at(name: str) -> End:
        return moved.get(name, end)

    minutes = worth.timed_min + worth.untimed_min.at(at(UNTIMED))
    rate, anyway = worth.rate.at(at(RATE)), worth.anyway.at(at(ANYWAY))
    gross = to_the_penny(Fraction(minutes) * Fraction(rate) / MINUTES_IN_AN_HOUR)
    lines = [Line("Hours given", f"{hours_words(minutes)} × £{rate:.2f}", gross)]
    if worth.anyway != Range.sure(0):
        lines.append(Line(ANYWAY, f"{share_words(anyway)} taken off", -to_the_penny(gross * anyway)))
    lines += [Line(one.name, one.how, to_the_penny(one.pounds.at(at(one.name)))) for one in worth.savings]
    lines += [Line(one.name, one.how, -to_the_penny(one.pounds.at(at(one.name)))) for one in worth.costs]
    return Sum(tuple(lines))


def costs(worth: Worth) -> Decimal:
    """What the scheme itself cost."""
    return sum((to_the_penny(one.pounds.central) for one in worth.costs), Decimal("0.00"))


def tornado(worth: Worth) -> tuple[Swing, ...]:
    """What each assumption alone does to what is left, the widest first; those that move nothing are left out."""
    swings = [_swing(worth, name, figure, words) for name, figure, words in assumptions(worth)]
    return tuple(sorted((one for one in swings if one.width), key=lambda one: (-one.width, one.name)))


def assumptions(worth: Worth) -> Iterator[tuple[str, Range, str]]:
    """(name, figure, how its ends are said) of all that could be otherwise."""
    yield RATE, worth.rate, "rate"
    yield ANYWAY, worth.anyway, "share"
    yield UNTIMED, worth.untimed_min, "minutes"
    for one in (*worth.savings, *worth.costs):
        yield one.name, one.pounds, "pounds"


def hours_words(minutes: Decimal | int) -> str:
    """`1,842 hours`; under ten of them with a tenth: `4.5 hours`."""
    hours = Fraction(minutes) / MINUTES_IN_AN_HOUR
    tenths = round(hours * 10)
    words = f"{tenths / 10:g}" if tenths < 100 else f"{round(hours):,}"
    return f"{words} hour{'' if words == '1' else 's'}"


def share_words(share: Decimal) -> str:
    """`10%`."""
    return f"{(share * 100).normalize():f}%"


def _swing(worth: Worth, name: str, figure: Range, words: str) -> Swing:
    low, high = (add_up(worth, moved={name: end}).left for end in (End.LOW, End.HIGH))
    return Swing(name, low, high, _said(figure.low, words), _said(figure.high, words))


def _said(figure: Decimal, words: str) -> str:
    if words == "rate":
        return f"£{figure:.2f}"
    if words == "share":
        return share_words(figure)
    return hours_words(figure) if words == "minutes" else pounds(figure)

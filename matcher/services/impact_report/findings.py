"""What each picture and table of the report shows, as one sentence that is worked out from its figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from matcher.domain.money import pounds
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.helped import KindHours
from matcher.services.impact_report.money import Money
from matcher.services.impact_report.strips import A_DAY, minutes_words


def worth(money: Money) -> str:
    """What is left of the sum, never without its two ends."""
    if not money.bought and not money.saved:
        return f"Nothing was given in this time{f', and the scheme cost {pounds(money.costs)}' if money.costs else ''}"
    low, central, high = money.low.left, money.central.left, money.high.left
    least, most, middle = pounds(abs(low)), pounds(abs(high)), pounds(abs(central))
    if low >= 0:
        return f"The hours given are worth between {least} and {most} more than they cost; central {middle}"
    if high <= 0:
        return f"The scheme cost between {most} and {least} more than the hours are worth; central {middle}"
    side = "more" if central >= 0 else "less"
    return f"The hours are worth between {least} less and {most} more than they cost; central {middle} {side}"


def matters_most(money: Money) -> str:
    """Which assumption moves the answer most."""
    if not money.swings:
        return "No assumption moves the answer here"
    first = money.swings[0]
    return f"{first.name} matters most: it alone moves the answer by {pounds(first.width)}"


def time_to_yes(waits: Waits) -> str:
    """How long people wait for a yes, those who never had one among them."""
    if not waits.asked:
        return "No request of this time has had its answer yet"
    if waits.asked == 1 and waits.median is not None:
        return f"The only request had a yes within {minutes_words(waits.median)}"
    late = sum(one > A_DAY for one in waits.minutes)
    slow = f"{late:,} of {waits.asked:,} took over a day" if late else "none took over a day"
    never = f", {waits.without_yes:,} never had one" if waits.without_yes else ""
    if waits.median is None:
        return f"Fewer than half of {waits.asked:,} requests had a yes; {waits.without_yes:,} never had one"
    return f"Half of {waits.asked:,} requests had a yes within {minutes_words(waits.median)}; {slow}{never}"


def both_sides(met: Met, askings: Askings) -> str:
    """How much was met, and how many who were willing were not asked: neither is said without the other."""
    needs = (
        f"{met.percent}% of visits asked for were met" if met.percent is not None else "No visit was due in this time"
    )
    if askings.never_percent is None:
        return f"{needs}, and nobody has offered help here"
    asked = f"{askings.never_percent}% of {askings.willing:,} willing people were not asked in 28 days"
    return f"{needs}, and {asked}. Both are true." if met.percent is not None else f"{needs}; {asked}"


def unmet(met: Met) -> str:
    """The commonest reason, and what share it is of."""
    if not met.unmet:
        return "No visit went unmet" if met.met else "Nothing was asked for in this time"
    reason, count = met.reasons[0]
    share = round(Decimal(100 * count) / met.unmet)
    return f"{reason}: {share}% of the {met.unmet:,} visit{'s' if met.unmet > 1 else ''} not met"


def most_time(kinds: Sequence[KindHours]) -> str:
    """The kind of help that took the most time."""
    if not kinds:
        return "No kind of help was given"
    return f"{max(kinds, key=lambda one: one.minutes).name} took the most time"

"""What each picture and table of the report shows, as one sentence that is worked out from its figures."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from matcher.domain.money import pounds, pounds_and_pence
from matcher.domain.small_numbers import EXACT, FEWEST_SHOWN, Counts, all_of
from matcher.domain.worth import hours_words
from matcher.services.impact_report.asked_for import Met, Waits
from matcher.services.impact_report.askings import Askings
from matcher.services.impact_report.helped import KindHours, StillAtHome
from matcher.services.impact_report.informal import Informal
from matcher.services.impact_report.money import Money
from matcher.services.impact_report.put_in import PutIn
from matcher.services.impact_report.report import Report
from matcher.services.impact_report.strips import A_DAY, minutes_words
from matcher.services.ties import Ties

OTHERS = "Other reasons"
_NOT_CHECKED = "Nobody has checked it, and it is in no other figure of this report."


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
    name = first.name[:1].lower() + first.name[1:]
    return f"What matters most: {name}, which alone moves the answer by {pounds(first.width)}"


def time_to_yes(waits: Waits, counts: Counts = EXACT) -> str:
    """How long people wait for a yes, those who never had one among them."""
    if not waits.asked:
        return "No request of this time has had its answer yet"
    if waits.asked == 1 and waits.median is not None and not counts.is_public:
        return f"The only request had a yes within {minutes_words(waits.median)}"
    asked = counts.number(waits.asked)
    if waits.median is None:
        never = counts.part(waits.without_yes, waits.asked)
        return f"Fewer than half of {asked} requests had a yes; {never} never had one"
    late = sum(one > A_DAY for one in waits.minutes)
    in_a_day = waits.asked - late - waits.without_yes
    said = [f"Half of {asked} requests had a yes within {minutes_words(waits.median)}"]
    if not counts.hides(in_a_day):  # what is left over would tell it
        said.append(f"{counts.part(late, waits.asked)} took over a day" if late else "none took over a day")
    if waits.without_yes:
        said.append(f"{counts.number(waits.without_yes)} never had one")
    return "; ".join([said[0], ", ".join(said[1:])]) if said[1:] else said[0]


def both_sides(met: Met, askings: Askings, counts: Counts = EXACT) -> str:
    """How much was met, and how many who were willing were not asked: neither is said without the other."""
    needs = _needs(met, counts)
    if not askings.willing:
        return f"{needs}, and nobody has offered help here"
    asked = f"{_not_asked(askings, counts)} asked in 28 days"
    return f"{needs}, and {asked}. Both are true." if met.due else f"{needs}; {asked}"


def _needs(met: Met, counts: Counts) -> str:
    if not met.due:
        return "No visit was due in this time"
    if met.due == 1 and not counts.is_public:
        return f"The only visit asked for was {'met' if met.met else 'not met'}"
    return _capital(f"{counts.share(met.met, met.due)} of the visits asked for were met")


def _not_asked(askings: Askings, counts: Counts) -> str:
    if askings.willing == 1 and not counts.is_public:
        return f"the only willing person was {'not ' if askings.never else ''}".rstrip()
    willing = f"{counts.number(askings.willing)} willing people"
    return f"{counts.share(askings.never, askings.willing)} of the {willing} were not"


def unmet(met: Met, counts: Counts = EXACT) -> str:
    """The commonest reason, and what share it is of."""
    if not met.unmet:
        return "No visit went unmet" if met.met else "No visit was due in this time"
    reason, count = met.reasons[0]
    if counts.hides(met.unmet, count, met.unmet - count):
        return f"{reason}: the commonest reason why a visit was not met"
    share = round(Decimal(100 * count) / met.unmet)
    return f"{reason}: {share}% of the {met.unmet:,} visit{'s' if met.unmet > 1 else ''} not met"


def reasons(met: Met, counts: Counts = EXACT) -> tuple[tuple[str, str], ...]:
    """Each reason with its visits; in public the few of one are told together with the few of others.

    Where these together are a few still, no other is told exactly: what is left of the total would tell it.
    """
    others = sum(count for _, count in met.reasons if counts.hides(count))
    told = [(reason, count) for reason, count in met.reasons if not counts.hides(count)]
    if counts.hides(others):
        return (*((reason, f"{FEWEST_SHOWN} or more") for reason, _ in told), (OTHERS, counts.number(others)))
    return tuple((reason, counts.number(count)) for reason, count in (*told, *([(OTHERS, others)] if others else [])))


def at_home(found: StillAtHome, counts: Counts = EXACT) -> str:
    """A count of people and no sum of money: what happened to the others nobody knows."""
    months = f"{found.months} months or more"
    if not found.first_helped or counts.hides(found.first_helped):
        who = "Fewer than 5 people were" if found.first_helped else "Nobody was"
        return f"{who} first helped {months} before the last day."
    people = "person" if found.first_helped == 1 else "people"
    part = _capital(counts.part(found.helped_since, found.first_helped))
    return f"{part} {people} first helped {months} before the last day had help at home again {months} after that."


def met_neighbours(found: Ties, counts: Counts = EXACT) -> str:
    """How many pairs met for the first time."""
    if not found.pairs:
        return "No two neighbours met in this time"
    if counts.hides(found.pairs):
        return "Fewer than 5 pairs of neighbours met"
    if found.pairs == 1:
        return f"One pair of neighbours met {'for the first time' if found.new else 'again'}"
    if found.new == found.pairs:
        return f"{all_of(found.pairs)} pairs of neighbours met for the first time"
    if not found.new:
        return f"{found.pairs:,} pairs of neighbours met, none for the first time"
    return _capital(f"{counts.part(found.new, found.pairs)} pairs of neighbours met for the first time")


def ties(found: Ties, counts: Counts = EXACT) -> tuple[tuple[str, str], ...]:
    """What came of meeting, with a count each; no two of them can be subtracted from each other."""
    return (
        ("Pairs who met for the first time", counts.part(found.new, found.pairs)),
        ("Pairs who met again", counts.part(found.again, found.pairs)),
        ("Pairs who went on to a second kind of help", counts.part(found.second_kind, found.pairs)),
        ("People who by then had given and got", counts.number(found.both_ways)),
    )


def told(found: Informal, money: Money | None, counts: Counts = EXACT) -> str:
    """Help outside the service: never among what was seen to be done."""
    if not found.times:
        return "Nobody told of help outside the service in this time."
    if counts.hides(found.times):  # their hours would tell of somebody's
        return f"Neighbours told of help outside the service {counts.number(found.times)} more times. {_NOT_CHECKED}"
    times = f"{found.times:,} more time{'' if found.times == 1 else 's'}"
    said = [f"Neighbours told of help outside the service {times}, about {hours_words(found.minutes)}."]
    if money is not None:
        low, central, high = (pounds(one) for one in found.worth(money.rates))
        said.append(f"It would cost {low} to {high} to buy, central {central}.")
    return " ".join([*said, _NOT_CHECKED])


def put_in(found: PutIn, visits: int, minutes: int, counts: Counts = EXACT) -> str:
    """What the council put in beside what neighbours gave; no hours of so few visits that they tell of one."""
    tonnes = f"{found.tonnes.normalize():f} tonne{'' if found.tonnes == 1 else 's'} of salt"
    salt = f"{tonnes} for {pounds_and_pence(found.pounds)}" if found.tonnes else ""
    many = "s and salt stores" if found.stores > 1 else " or salt store"
    bins = f"{found.stores:,} grit bin{many}" if found.stores else ""
    there = " and ".join(filter(None, (salt, bins))) or "nothing that is written down"
    return f"The council put in {there}. Neighbours gave {_given(found, visits, minutes, counts)}."


def _given(found: PutIn, visits: int, minutes: int, counts: Counts) -> str:
    """Help against the snow, and all help: what is left over is not told in public of a few visits of another kind."""
    in_all, snow = f"{_hours(visits, minutes, counts)} with all help", "to clear snow and ice"
    if not found.snow_visits:
        return in_all
    if counts.hides(visits - found.snow_visits):
        return f"{in_all}, {counts.part(found.snow_visits, visits)} visits {snow}"
    return f"{_hours(found.snow_visits, found.snow_minutes, counts)} {snow}, {in_all}"


def _hours(visits: int, minutes: int, counts: Counts) -> str:
    """`12 hours at 9 visits`; of a few visits no hours."""
    many = f"{counts.number(visits)} visit{'' if visits == 1 and not counts.is_public else 's'}"
    return f"{'help' if counts.hides(visits) else hours_words(minutes)} at {many}"


def most_time(kinds: Sequence[KindHours]) -> str:
    """The kind of help that took the most time."""
    if not kinds:
        return "No kind of help was given"
    return f"{max(kinds, key=lambda one: one.minutes).name} took the most time"


def in_short(found: Report) -> tuple[str, ...]:
    """The report in a few sentences, for whoever decides whether to read it."""
    said = (both_sides(found.met, found.askings), time_to_yes(found.waits), met_neighbours(found.ties))
    return (*said, worth(found.money)) if found.money is not None else said


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]

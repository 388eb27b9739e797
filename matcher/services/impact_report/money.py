"""What goes into the sum of the report: the hours by rates, the savings claimed, and the scheme's own costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from sqlalchemy.orm import Session

from matcher.domain.money import pounds_and_pence, to_the_penny
from matcher.domain.worth import (
    COST_WORDS,
    Amount,
    CostOf,
    End,
    PriceUse,
    Range,
    Sum,
    Swing,
    Worth,
    add_up,
    costs,
    tornado,
)
from matcher.services import avoided_costs, prices, rates, scheme_costs
from matcher.services.avoided_costs import Saving
from matcher.services.impact_report.helped import KindHours
from matcher.services.impact_report.scope import Scope
from matcher.services.prices import PriceView
from matcher.services.scheme_costs import CostRow

FREE_TEXTS_A_YEAR = 10_000  # for a local authority


@dataclass(frozen=True, slots=True)
class Beside:
    """What another service published, and what the same costs here; here is None where nothing was given."""

    price: PriceView
    here: Decimal | None


@dataclass(frozen=True, slots=True)
class Money:
    """The money page. bought and saved: the kinds of help whose hours count by each of the two methods."""

    worth: Worth
    low: Sum
    central: Sum
    high: Sum
    swings: tuple[Swing, ...]
    costs: Decimal
    a_visit: Decimal | None
    beside: tuple[Beside, ...]
    rates: tuple[PriceView, PriceView, PriceView]
    anyway_source: str
    savings: tuple[Saving, ...]
    bought: tuple[KindHours, ...]
    saved: tuple[KindHours, ...]
    text_price: PriceView
    texts: int
    cost_rows: tuple[CostRow, ...]

    @property
    def visits_behind(self) -> tuple[int, ...]:
        """Numbers of visits that can be worked out from the sum by who knows its prices."""
        return (sum(one.visits for one in self.bought), *(one.visits for one in self.saved))


def read(session: Session, scope: Scope, hours: Sequence[KindHours], texts: int) -> Money | None:
    """The sum as things stand; None before any price is known."""
    choice, known = rates.chosen(session), prices.by_key(session)
    if choice is None:
        return None
    savings = avoided_costs.switched_on(session)
    by_buying, _ = avoided_costs.by_method([one.slug for one in hours], savings)
    bought = tuple(one for one in hours if one.slug in by_buying)
    saved = tuple(one for one in hours if one.slug not in by_buying)
    hourly = (known[choice.low_key], known[choice.central_key], known[choice.high_key])
    rows = scheme_costs.rows(session, scope.area_ids, scope.first, scope.last)
    text_price = known[prices.TEXT_KEY]
    worth = Worth(
        timed_min=sum(one.timed_min for one in bought),
        untimed_min=untimed(bought),
        rate=Range(*(one.pounds for one in hourly)),
        anyway=Range(choice.anyway_most, choice.anyway_central, choice.anyway_least),
        savings=_savings(savings, {one.slug: one.visits for one in saved}),
        costs=(*_own_costs(rows), *_for_texts(texts, text_price)),
    )
    own, visits = costs(worth), sum(one.visits for one in hours)
    return Money(
        worth=worth,
        low=add_up(worth, End.LOW),
        central=add_up(worth),
        high=add_up(worth, End.HIGH),
        swings=tornado(worth),
        costs=own,
        a_visit=to_the_penny(Fraction(own) / visits) if visits else None,
        beside=_beside(known, own, hours),
        rates=hourly,
        anyway_source=choice.anyway_source,
        savings=savings,
        bought=bought,
        saved=saved,
        text_price=text_price,
        texts=texts,
        cost_rows=rows,
    )


def untimed(hours: Sequence[KindHours]) -> Range:
    """Minutes of visits that nobody timed: as planned; or, at one end, as much more or less than planned as those took
    that were timed.
    """
    planned = sum(one.untimed_min for one in hours)
    timed, of_those = sum(one.timed_min for one in hours), sum(one.timed_planned_min for one in hours)
    if not of_those:
        return Range.sure(planned)
    otherwise = round(Fraction(planned * timed, of_those))
    return Range(Decimal(min(planned, otherwise)), Decimal(planned), Decimal(max(planned, otherwise)))


def _savings(savings: Sequence[Saving], visits: Mapping[str, int]) -> tuple[Amount, ...]:
    """At the low end nothing was saved."""
    lines = []
    for one in savings:
        count = visits.get(one.kind_slug, 0)
        claimed = one.pounds(count)
        how = (
            f"{count} visits × {float(one.chance):.3g} × {pounds_and_pence(one.price.pounds)}"
            f" × {float(one.share):.0%} of it ours"
        )
        lines.append(Amount(f"Avoided: {one.event}", how, Range(Decimal(0), claimed, claimed)))
    return tuple(lines)


def _own_costs(rows: Sequence[CostRow]) -> tuple[Amount, ...]:
    order = list(CostOf)
    in_order = sorted(rows, key=lambda row: order.index(row.what))
    return tuple(_own_cost(what, list(mine)) for what, mine in groupby(in_order, key=lambda row: row.what))


def _own_cost(what: CostOf, rows: Sequence[CostRow]) -> Amount:
    name, unit = COST_WORDS[what]
    central = sum((row.pounds for row in rows), Decimal(0))
    out = sum((row.pounds * row.unsure for row in rows), Decimal(0))
    quantity = sum((row.quantity for row in rows), Decimal(0))
    return Amount(name, f"{quantity.normalize():f} {unit}, as typed in", Range(central + out, central, central - out))


def _for_texts(count: int, price: PriceView) -> tuple[Amount, ...]:
    """At the high end the free ones of the council are this scheme's alone."""
    if not count:
        return ()
    paid = max(0, count - FREE_TEXTS_A_YEAR)
    every = count * price.pounds
    how = f"{count:,} × {pounds_and_pence(price.pounds)}"
    return (Amount("Text messages", how, Range(every, every, paid * price.pounds)),)


def _beside(known: Mapping[str, PriceView], own: Decimal, hours: Sequence[KindHours]) -> tuple[Beside, ...]:
    visits, minutes = sum(one.visits for one in hours), sum(one.minutes for one in hours)
    found = []
    for price in known.values():
        if price.use is PriceUse.COMPARATOR:
            count = Fraction(minutes, 60) if price.unit == "hour" else Fraction(visits)
            found.append(Beside(price, to_the_penny(Fraction(own) / count) if count else None))
    return tuple(found)

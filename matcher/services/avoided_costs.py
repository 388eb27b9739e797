"""Savings that the scheme claims for a kind of help. There are none until somebody says all that such a claim needs.

A kind of help with a saving counts by it, and no more by what its hours would cost to buy: `by_method` is the one place
that says by which of the two an hour counts, and the database keeps to one saving for each kind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.worth import PriceUse
from matcher.services import audit, prices
from matcher.services.prices import PriceView
from matcher.store.models import AvoidedCost, KindRow

NOT_PROVED = "A study of volunteer schemes in winter with matched controls found no fall in the use of the NHS."
_SAID = (
    ("event", "Enter what did not happen"),
    ("chance_source", "Enter where the chance comes from"),
    ("share_why", "Enter why that share is yours"),
    ("not_proved", "Enter what this does not prove"),
)


@dataclass(frozen=True, slots=True)
class NewSaving:
    """A claim: of each visit of a kind, with this chance the event did not happen; this share of its cost is ours."""

    kind_slug: str
    event: str
    chance: Decimal
    chance_source: str
    price_key: str
    share: Decimal
    share_why: str
    not_proved: str


@dataclass(frozen=True, slots=True)
class Saving:
    """A claim that is on, with the price of its event as it stands."""

    id: int
    kind_slug: str
    kind: str
    event: str
    chance: Decimal
    chance_source: str
    price: PriceView
    share: Decimal
    share_why: str
    not_proved: str

    def pounds(self, visits: int) -> Decimal:
        """What it comes to for so many visits, before it is rounded."""
        return visits * self.chance * self.price.pounds * self.share


def switched_on(session: Session) -> tuple[Saving, ...]:
    """The claims that are on."""
    known = prices.by_key(session)
    wanted = (
        select(AvoidedCost, KindRow.name)
        .join(KindRow, KindRow.slug == AvoidedCost.kind_slug)
        .where(AvoidedCost.off_at.is_(None))
        .order_by(KindRow.position)
    )
    return tuple(
        Saving(
            id=one.id,
            kind_slug=one.kind_slug,
            kind=kind,
            event=one.event,
            chance=one.chance,
            chance_source=one.chance_source,
            price=known[one.price_key],
            share=one.share,
            share_why=one.share_why,
            not_proved=one.not_proved,
        )
        for one, kind in session.execute(wanted)
    )


def by_method(kinds: Collection[str], savings: Collection[Saving]) -> tuple[frozenset[str], frozenset[str]]:
    """(the kinds whose hours count by what they would cost to buy, those that count by a saving): each in one only."""
    saved = frozenset(one.kind_slug for one in savings)
    return frozenset(kinds) - saved, frozenset(kinds) & saved


def switch_on(session: Session, new: NewSaving, *, staff_id: int, now: datetime) -> int:
    """Claim a saving; its id. BadInput if something is not said; Conflict if that kind of help has one already."""
    for field, message in _SAID:
        if not getattr(new, field):
            raise BadInput(message, field=field)
    for field in ("chance", "share"):
        if not 0 < getattr(new, field) <= 1:
            raise BadInput("Enter a share above 0 and at most 100", field=field)
    price = prices.by_key(session).get(new.price_key)
    if price is None or price.use is not PriceUse.EVENT:
        raise BadInput("Select what the event costs", field="price_key")
    if session.get(KindRow, new.kind_slug) is None:
        raise BadInput("Select a kind of help", field="kind_slug")
    values = {name: getattr(new, name) for name in NewSaving.__slots__}
    row = {**values, "price_use": PriceUse.EVENT, "on_at": now, "on_by": staff_id}
    added = session.execute(
        insert(AvoidedCost).values(row).on_conflict_do_nothing().returning(AvoidedCost.id)
    ).scalar_one_or_none()
    if added is None:
        raise Conflict("There is a saving for this kind of help already. The same hour is never counted twice.")
    audit.record(session, audit.staff(staff_id), "switched_on", ("avoided_cost", added), *values, now=now)
    return added


def switch_off(session: Session, saving_id: int, *, staff_id: int, now: datetime) -> None:
    """Claim it no more. Twice is once. NotFound if there is no such claim."""
    row = session.get(AvoidedCost, saving_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.off_at is None:
        row.off_at, row.off_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "switched_off", ("avoided_cost", row.id), now=now)

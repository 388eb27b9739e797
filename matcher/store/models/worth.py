"""What the impact report's money is made of: prices with their sources, the rates chosen, the scheme's own costs, and
savings that a scheme dares to claim. A figure is never changed in place: its history is its rows.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.worth import CostOf, PriceUse
from matcher.store.models.declared import Declared, Id, choice_column, link_to

_SHARE = Numeric(6, 5)


class Price(Declared):
    """Something that has a price, and what that price may be used for."""

    __tablename__ = "prices"

    key: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    use: Mapped[PriceUse] = choice_column(PriceUse)
    unit: Mapped[str]

    __table_args__ = (UniqueConstraint("key", "use"),)


class PriceFigure(Declared):
    """A price as it stood from `set_at` on; the one with the highest version counts. set_by: nobody for the first."""

    __tablename__ = "price_figures"

    id: Mapped[Id]
    price_key: Mapped[str] = mapped_column(ForeignKey("prices.key"))
    version: Mapped[int]
    pounds: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    year: Mapped[str]
    source_title: Mapped[str]
    publisher: Mapped[str]
    url_seen: Mapped[str]
    seen_as: Mapped[str]
    notes: Mapped[str]
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        # Two who change it at the same moment do not overwrite each other.
        UniqueConstraint("price_key", "version"),
        CheckConstraint("pounds > 0", name="costs_something"),
        CheckConstraint("version = 1 or set_by is not null", name="somebody_changed_it"),
        CheckConstraint("year <> '' and source_title <> ''", name="has_a_source"),
    )


class WorthChoice(Declared):
    """Which prices stand for an hour, and what share would have been given anyway: the highest version counts."""

    __tablename__ = "worth_choices"

    version: Mapped[int] = mapped_column(primary_key=True)
    low_key: Mapped[str]
    central_key: Mapped[str]
    high_key: Mapped[str]
    rate_use: Mapped[PriceUse] = choice_column(PriceUse, default=PriceUse.HOUR)
    anyway_least: Mapped[Decimal] = mapped_column(_SHARE, default=Decimal(0))
    anyway_central: Mapped[Decimal] = mapped_column(_SHARE, default=Decimal(0))
    anyway_most: Mapped[Decimal] = mapped_column(_SHARE, default=Decimal(0))
    anyway_source: Mapped[str] = mapped_column(default="")
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        # Only a price of an hour is a rate for an hour.
        CheckConstraint("rate_use = 'hour'", name="rates_are_of_hours"),
        *(
            ForeignKeyConstraint([f"{end}_key", "rate_use"], ["prices.key", "prices.use"], name=f"fk_worth_{end}")
            for end in ("low", "central", "high")
        ),
        CheckConstraint(
            "0 <= anyway_least and anyway_least <= anyway_central and anyway_central <= anyway_most"
            " and anyway_most <= 1",
            name="shares_in_order",
        ),
        CheckConstraint("anyway_most = 0 or anyway_source <> ''", name="a_share_has_a_source"),
    )


class SchemeCost(Declared):
    """What the scheme paid for. unsure: by what share it may be out, either way."""

    __tablename__ = "scheme_costs"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    what: Mapped[CostOf] = choice_column(CostOf)
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    unit_pounds: Mapped[Decimal] = mapped_column(Numeric(10, 4))
    unsure: Mapped[Decimal] = mapped_column(_SHARE)
    source: Mapped[str]
    spent_on: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by: Mapped[int] = link_to("staff.id")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("quantity > 0 and unit_pounds > 0", name="costs_something"),
        CheckConstraint("unsure between 0 and 1", name="unsure_by_a_share"),
        CheckConstraint("source <> ''", name="has_a_source"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_by is null)", name="somebody_withdrew_it"),
    )


class AvoidedCost(Declared):
    """A saving that the scheme claims for a kind of help, from when it was switched on until it was switched off.

    While it is on the hours of that kind count by it, and not by what they would cost to buy.
    """

    __tablename__ = "avoided_costs"

    id: Mapped[Id]
    kind_slug: Mapped[str] = mapped_column(ForeignKey("kinds.slug"))
    event: Mapped[str]
    chance: Mapped[Decimal] = mapped_column(_SHARE)
    chance_source: Mapped[str]
    price_key: Mapped[str]
    price_use: Mapped[PriceUse] = choice_column(PriceUse, default=PriceUse.EVENT)
    share: Mapped[Decimal] = mapped_column(_SHARE)
    share_why: Mapped[str]
    not_proved: Mapped[str]
    on_at: Mapped[datetime]
    on_by: Mapped[int] = link_to("staff.id")
    off_at: Mapped[datetime | None]
    off_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        # The same hour is never counted twice: of each kind at most one saving, and then no replacement cost.
        Index("uq_avoided_costs_one_of_a_kind", "kind_slug", unique=True, postgresql_where=text("off_at is null")),
        # A wellbeing value, a rate or another service's cost is no cost of an event.
        ForeignKeyConstraint(["price_key", "price_use"], ["prices.key", "prices.use"], name="fk_avoided_costs_price"),
        CheckConstraint("price_use = 'event'", name="prices_are_of_events"),
        CheckConstraint("chance > 0 and chance <= 1 and share > 0 and share <= 1", name="some_chance_and_share"),
        CheckConstraint(
            "event <> '' and chance_source <> '' and share_why <> '' and not_proved <> ''", name="all_is_said"
        ),
        CheckConstraint("(off_at is null) = (off_by is null)", name="somebody_switched_it_off"),
    )

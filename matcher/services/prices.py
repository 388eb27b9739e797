"""Prices that the impact report works with, each with its year and source, and their history."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib.resources import files

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.worth import PriceUse
from matcher.services import audit
from matcher.store.models import Price, PriceFigure, Staff

TEXT_KEY = "text_message"
LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class PriceView:
    """A price as it stands: how much, for what, by whose word and of which year. version: of this figure."""

    key: str
    use: PriceUse
    unit: str
    version: int
    pounds: Decimal
    year: str
    source_title: str
    publisher: str
    url_seen: str
    seen_as: str
    notes: str
    set_at: datetime
    set_by: str | None

    @property
    def source(self) -> str:
        """Whose figure it is, in one line."""
        return ", ".join(filter(None, (self.source_title, self.publisher, self.year)))


@dataclass(frozen=True, slots=True)
class NewFigure:
    """What a price is from now on, as somebody of the team found it. version: of the figure that they looked at."""

    version: int
    pounds: Decimal
    year: str
    source_title: str
    publisher: str = ""
    url_seen: str = ""
    notes: str = ""


def load_starting_rows(session: Session, *, now: datetime) -> None:
    """Put the starting prices in; what the scheme has changed stays as it is."""
    with files("matcher.services").joinpath("prices.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    prices = [
        {"key": row["key"], "position": position, "use": PriceUse(row["use"]), "unit": row["unit"]}
        for position, row in enumerate(rows)
    ]
    figures = [
        {
            "price_key": row["key"],
            "version": 1,
            "pounds": Decimal(row["figure_gbp"]),
            "set_at": now,
            **{name: row[name] for name in ("year", "source_title", "publisher", "url_seen", "seen_as", "notes")},
        }
        for row in rows
    ]
    session.execute(insert(Price).on_conflict_do_nothing(), prices)
    session.execute(insert(PriceFigure).on_conflict_do_nothing(index_elements=["price_key", "version"]), figures)


def list_prices(session: Session) -> tuple[PriceView, ...]:
    """Every price as it stands, in the order of the starting rows."""
    newest = (
        select(PriceFigure.price_key, func.max(PriceFigure.version).label("version"))
        .group_by(PriceFigure.price_key)
        .subquery()
    )
    wanted = (
        select(Price, PriceFigure, Staff.name)
        .join(PriceFigure, PriceFigure.price_key == Price.key)
        .join(newest, (newest.c.price_key == Price.key) & (newest.c.version == PriceFigure.version))
        .outerjoin(Staff, Staff.id == PriceFigure.set_by)
        .order_by(Price.position)
    )
    return tuple(_view(price, figure, by) for price, figure, by in session.execute(wanted))


def by_key(session: Session) -> Mapping[str, PriceView]:
    """Every price as it stands, by its key."""
    return {price.key: price for price in list_prices(session)}


def history(session: Session, key: str) -> tuple[PriceView, ...]:
    """Every figure of a price, the newest first. NotFound if there is no such price."""
    price = session.get(Price, key)
    if price is None:
        raise NotFound
    wanted = (
        select(PriceFigure, Staff.name)
        .outerjoin(Staff, Staff.id == PriceFigure.set_by)
        .where(PriceFigure.price_key == key)
        .order_by(PriceFigure.version.desc())
    )
    return tuple(_view(price, figure, by) for figure, by in session.execute(wanted))


def change(session: Session, key: str, new: NewFigure, *, staff_id: int, now: datetime) -> None:
    """Put a new figure beside the old one: it counts from now on, in every report.

    NotFound if there is no such price; Conflict if somebody changed it since they looked; BadInput without a source.
    """
    if not new.year or not new.source_title:
        raise BadInput("Enter the year it is of" if not new.year else "Enter where it comes from", field=_lacking(new))
    found = history(session, key)
    values = {name: getattr(new, name) for name in ("pounds", "year", "source_title", "publisher", "url_seen", "notes")}
    row = {"price_key": key, "version": new.version + 1, "seen_as": "by the team", "set_at": now, "set_by": staff_id}
    added = session.execute(
        insert(PriceFigure).values({**row, **values}).on_conflict_do_nothing().returning(PriceFigure.id)
    ).scalar_one_or_none()
    if added is None or found[0].version != new.version:
        raise Conflict("Somebody has changed this price since you opened the page. Look at it again.")
    audit.record(session, audit.staff(staff_id), "changed", ("price_figure", added), *values, now=now)


def _lacking(new: NewFigure) -> str:
    return "source_title" if new.year else "year"


def _view(price: Price, figure: PriceFigure, by: str | None) -> PriceView:
    return PriceView(
        key=price.key,
        use=price.use,
        unit=price.unit,
        version=figure.version,
        pounds=figure.pounds,
        year=figure.year,
        source_title=figure.source_title,
        publisher=figure.publisher,
        url_seen=figure.url_seen,
        seen_as=figure.seen_as,
        notes=figure.notes,
        set_at=figure.set_at,
        set_by=by,
    )

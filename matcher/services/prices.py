"""Prices that the impact report works with, each with its year and source; what stands for an hour; their history."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
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
from matcher.store.models import Price, PriceFigure, Staff, WorthChoice

LOW_KEY, CENTRAL_KEY, HIGH_KEY = "nlw_2026", "rlw_uk", "volunteer_hour_average_wage"
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
    """Put the starting prices and the choice of rates in; what the scheme has changed stays as it is."""
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
    first = {"version": 1, "low_key": LOW_KEY, "central_key": CENTRAL_KEY, "high_key": HIGH_KEY, "set_at": now}
    zero = {f"anyway_{end}": Decimal(0) for end in ("least", "central", "most")}
    values = {**first, **zero, "rate_use": PriceUse.HOUR, "anyway_source": ""}
    session.execute(insert(WorthChoice).values(values).on_conflict_do_nothing())


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


def chosen(session: Session) -> WorthChoice | None:
    """Which rates are worked with; None before any price is known."""
    return session.scalars(select(WorthChoice).order_by(WorthChoice.version.desc()).limit(1)).one_or_none()


def choose(session: Session, choice: WorthChoice, *, staff_id: int, now: datetime) -> None:
    """Work with these rates, and this share of help that would have been given anyway, from now on.

    BadInput for rates that are not in order or are no price of an hour, and for a share that nobody stands for.
    """
    known = by_key(session)
    rates = [known.get(key) for key in (choice.low_key, choice.central_key, choice.high_key)]
    for end, rate in zip(("low", "central", "high"), rates, strict=True):
        if rate is None or rate.use is not PriceUse.HOUR:
            raise BadInput("Select a price of an hour", field=f"{end}_key")
    pounds = [rate.pounds for rate in rates if rate]
    if pounds != sorted(pounds):
        raise BadInput("The low rate must be the lowest and the high rate the highest", field="low_key")
    _check_shares(choice)
    before = chosen(session)
    choice.version = before.version + 1 if before else 1
    choice.set_at, choice.set_by = now, staff_id
    session.add(choice)
    session.flush()
    audit.record(session, audit.staff(staff_id), "changed", ("worth_choice", choice.version), now=now)


def _check_shares(choice: WorthChoice) -> None:
    shares: Sequence[Decimal] = (choice.anyway_least, choice.anyway_central, choice.anyway_most)
    if list(shares) != sorted(shares) or not 0 <= shares[0] <= shares[-1] <= 1:
        raise BadInput("The shares must rise from least to most, and be at most 100", field="anyway_least")
    if shares[-1] and not choice.anyway_source:
        raise BadInput("Enter where this share comes from", field="anyway_source")


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

"""Which prices stand for an hour of help, and what share of it would have been given without the scheme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.worth import PriceUse
from matcher.services import audit, prices
from matcher.store.models import WorthChoice


@dataclass(frozen=True, slots=True)
class Rates:
    """Keys of prices of an hour, and shares from 0 to 1. version: of the choice that they looked at."""

    version: int
    low_key: str
    central_key: str
    high_key: str
    anyway_least: Decimal = Decimal(0)
    anyway_central: Decimal = Decimal(0)
    anyway_most: Decimal = Decimal(0)
    anyway_source: str = ""


STARTING = Rates(0, "nlw_2026", "rlw_uk", "volunteer_hour_average_wage")


def load_starting_rows(session: Session, *, now: datetime) -> None:
    """Put the starting prices in, and the rates of an hour chosen from them; what the scheme has changed stays."""
    prices.load_starting_rows(session, now=now)
    session.execute(insert(WorthChoice).values(_row(STARTING, None, now)).on_conflict_do_nothing())


def chosen(session: Session) -> Rates | None:
    """What is worked with; None before any price is known."""
    found = session.scalars(select(WorthChoice).order_by(WorthChoice.version.desc()).limit(1)).one_or_none()
    return Rates(**{name: getattr(found, name) for name in Rates.__slots__}) if found else None


def choose(session: Session, new: Rates, *, staff_id: int, now: datetime) -> None:
    """Work with these from now on.

    BadInput for rates that are not in order or are no price of an hour, and for a share that nobody stands for;
    Conflict if somebody chose others since they looked.
    """
    _check_rates(session, new)
    _check_shares(new)
    wanted = insert(WorthChoice).values(_row(new, staff_id, now)).on_conflict_do_nothing()
    added = session.execute(wanted.returning(WorthChoice.version)).scalar_one_or_none()
    if added is None:
        raise Conflict("Somebody has changed the rates since you opened the page. Look at them again.")
    audit.record(session, audit.staff(staff_id), "changed", ("worth_choice", added), now=now)


def _check_rates(session: Session, new: Rates) -> None:
    known = prices.by_key(session)
    pounds = []
    for end in ("low", "central", "high"):
        rate = known.get(getattr(new, f"{end}_key"))
        if rate is None or rate.use is not PriceUse.HOUR:
            raise BadInput("Select a price of an hour", field=f"{end}_key")
        pounds.append(rate.pounds)
    if pounds != sorted(pounds):
        raise BadInput("The low rate must be the lowest and the high rate the highest", field="low_key")


def _check_shares(new: Rates) -> None:
    shares: Sequence[Decimal] = (new.anyway_least, new.anyway_central, new.anyway_most)
    if list(shares) != sorted(shares) or not 0 <= shares[0] <= shares[-1] <= 1:
        raise BadInput("The shares must rise from least to most, from 0 to 100", field="anyway_least")
    if shares[-1] and not new.anyway_source:
        raise BadInput("Enter where this share comes from", field="anyway_source")


def _row(new: Rates, staff_id: int | None, now: datetime) -> dict[str, object]:
    values = {name: getattr(new, name) for name in Rates.__slots__}
    return {**values, "version": new.version + 1, "rate_use": PriceUse.HOUR, "set_at": now, "set_by": staff_id}

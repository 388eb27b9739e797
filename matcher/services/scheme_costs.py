"""What the scheme itself pays for, as its team types it in: staff hours, checks, salt. The report takes it off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.money import to_the_penny
from matcher.domain.worth import COST_WORDS, CostOf
from matcher.services import audit
from matcher.store.models import Area, SchemeCost, Staff

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class NewCost:
    """So many of something at a price each, on a day. unsure: by what share it may be out, either way."""

    area_id: int
    what: CostOf
    quantity: Decimal
    unit_pounds: Decimal
    unsure: Decimal
    source: str
    spent_on: date


@dataclass(frozen=True, slots=True)
class CostRow:
    """One cost as it was typed in."""

    id: int
    area: str
    what: CostOf
    quantity: Decimal
    unit_pounds: Decimal
    unsure: Decimal
    source: str
    spent_on: date
    by: str

    @property
    def words(self) -> str:
        """`Staff hours`."""
        return COST_WORDS[self.what][0]

    @property
    def pounds(self) -> Decimal:
        """What it comes to."""
        return to_the_penny(self.quantity * self.unit_pounds)


def add(session: Session, cost: NewCost, *, staff_id: int, area_ids: Collection[int], now: datetime) -> int:
    """Write a cost down; its id. NotFound if it is of no area of theirs; BadInput without a source."""
    if cost.area_id not in area_ids:
        raise NotFound
    if not cost.source:
        raise BadInput("Enter where the figure comes from", field="source")
    row = SchemeCost(
        area_id=cost.area_id,
        what=cost.what,
        quantity=cost.quantity,
        unit_pounds=cost.unit_pounds,
        unsure=cost.unsure,
        source=cost.source,
        spent_on=cost.spent_on,
        entered_at=now,
        entered_by=staff_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.staff(staff_id), "added", ("scheme_cost", row.id), now=now)
    return row.id


def withdraw(session: Session, cost_id: int, *, staff_id: int, area_ids: Collection[int], now: datetime) -> None:
    """It was wrong: it counts no more, and stays to be read. Twice is once. NotFound if it is of no area of theirs."""
    row = session.get(SchemeCost, cost_id, with_for_update=True, populate_existing=True)
    if row is None or row.area_id not in area_ids:
        raise NotFound
    if row.withdrawn_at is None:
        row.withdrawn_at, row.withdrawn_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "withdrew", ("scheme_cost", row.id), now=now)


def rows(session: Session, area_ids: Collection[int], first: date, last: date) -> tuple[CostRow, ...]:
    """What counts in these areas from one day to another, both included; the newest first."""
    return _read(session, _counted(area_ids).where(SchemeCost.spent_on.between(first, last)))


def newest(session: Session, area_ids: Collection[int]) -> tuple[CostRow, ...]:
    """What counts in these areas, the newest first, as many as a page has room for."""
    return _read(session, _counted(area_ids).limit(MOST_SHOWN))


def areas(session: Session, area_ids: Collection[int]) -> tuple[tuple[str, str, int], ...]:
    """(slug, name, id) of the areas that are theirs."""
    theirs = select(Area.slug, Area.name, Area.id).where(Area.id.in_(area_ids)).order_by(Area.name)
    return tuple((slug, name, area_id) for slug, name, area_id in session.execute(theirs))


def _counted(area_ids: Collection[int]) -> Select[SchemeCost, str, str]:
    return (
        select(SchemeCost, Area.name, Staff.name)
        .join(Area, Area.id == SchemeCost.area_id)
        .join(Staff, Staff.id == SchemeCost.entered_by)
        .where(SchemeCost.area_id.in_(area_ids), SchemeCost.withdrawn_at.is_(None))
        .order_by(SchemeCost.spent_on.desc(), SchemeCost.id.desc())
    )


def _read(session: Session, wanted: Select[SchemeCost, str, str]) -> tuple[CostRow, ...]:
    return tuple(
        CostRow(one.id, area, one.what, one.quantity, one.unit_pounds, one.unsure, one.source, one.spent_on, by)
        for one, area, by in session.execute(wanted)
    )

"""What a report is about: days, both included, and areas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.localtime import at_local, local_day
from matcher.services.areas import id_of
from matcher.store.models import Area

LONGEST = timedelta(days=366 * 5)
MONTHS_BACK = 2


@dataclass(frozen=True, slots=True)
class Scope:
    """From the first day to the last by London clocks. area: the name of the one area, or empty for all of theirs."""

    first: date
    last: date
    area_ids: frozenset[int]
    slug: str
    area: str
    areas: tuple[tuple[str, str], ...]

    @property
    def begins_at(self) -> datetime:
        """The first instant of the first day."""
        return at_local(self.first, time())

    @property
    def ends_at(self) -> datetime:
        """The first instant after the last day."""
        return at_local(self.last + timedelta(days=1), time())

    @property
    def where(self) -> str:
        """`Bradford on Avon`, `all 18 areas`."""
        return self.area or ("all areas" if len(self.areas) != 1 else self.areas[0][1])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody would like to read. Nothing: from the first of the month two months ago until today, everywhere."""

    first: date | None = None
    last: date | None = None
    slug: str = ""


def read(session: Session, area_ids: Collection[int], wanted: Wanted, *, now: datetime) -> Scope:
    """What was wanted, of the areas that are theirs. BadInput for days in the wrong order or too far apart."""
    today = local_day(now)
    last = wanted.last or today
    first = wanted.first or _months_before(min(last, today))
    if first > last:
        raise BadInput("The last day must be on or after the first", field="last")
    if last - first > LONGEST:
        raise BadInput("Choose at most five years", field="first")
    areas = session.execute(
        select(Area.slug, Area.name, Area.id).where(Area.id.in_(area_ids)).order_by(Area.name)
    ).all()
    wanted_id = id_of(session, wanted.slug)
    chosen = next((one for one in areas if one.id == wanted_id), None)
    return Scope(
        first=first,
        last=last,
        area_ids=frozenset({chosen.id} if chosen else area_ids),
        slug=chosen.slug if chosen else "",
        area=chosen.name if chosen else "",
        areas=tuple((one.slug, one.name) for one in areas),
    )


def everywhere(session: Session) -> frozenset[int]:
    """All areas there are: for whoever runs the service."""
    return frozenset(session.scalars(select(Area.id)))


def _months_before(day: date) -> date:
    months = day.year * 12 + day.month - 1 - MONTHS_BACK
    return date(months // 12, months % 12 + 1, 1)

"""The honest line for whoever helps: how much was asked for around them of late, and by how many it was shared.

Counted from cells, the coarse squares that stand for homes, and small numbers are not told: whoever types one postcode
after another learns nothing of a home.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from matcher.domain.geo import METRES_PER_MILE
from matcher.domain.lifecycle import OfferStatus
from matcher.domain.small_numbers import FEWEST_SHOWN
from matcher.services import addresses
from matcher.store.models import Cell, Match, Need, Offer, Person

OF_LATE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class LocalDemand:
    """Counts of the last thirty days within about a mile; None for fewer than five."""

    requests: int | None
    helpers: int | None
    asks: int | None

    @property
    def every_days(self) -> int | None:
        """About how many days lay between two questions to the same person; None where too few were asked to say."""
        if self.helpers is None or self.asks is None:
            return None
        return max(1, round(OF_LATE.days * self.helpers / self.asks))

    def in_words(self) -> str:
        """`In the last 30 days there were 6 requests within about a mile of you, and 14 neighbours who help.`"""
        requests = _told(self.requests, "requests for help")
        helpers = _told(self.helpers, "neighbours who help")
        words = f"In the last {OF_LATE.days} days there were {requests} within about a mile of you, and {helpers}."
        if self.every_days is not None:
            often = "every day" if self.every_days == 1 else f"once in {self.every_days} days"
            return f"{words} At that pace you may be asked about {often}."
        return f"{words} It may be quiet. That can be good news: nobody near you is short of help."


def near_postcode(session: Session, postcode: str, *, now: datetime) -> LocalDemand:
    """Around a postcode of ours. BadInput if it is none."""
    located = addresses.locate(session, postcode)
    return _around(session, addresses.hiding_square(session, located.easting, located.northing).centre, now)


def near_home(session: Session, person_id: int, *, now: datetime) -> LocalDemand:
    """Around someone's own cell."""
    cell = session.scalars(select(Cell).join(Person, Person.cell_id == Cell.id).where(Person.id == person_id)).one()
    return _around(session, (cell.easting + cell.size_m // 2, cell.northing + cell.size_m // 2), now)


def _around(session: Session, centre: tuple[int, int], now: datetime) -> LocalDemand:
    since = now - OF_LATE
    people = select(Person.id).join(Cell, Cell.id == Person.cell_id).where(_is_near(centre))
    near = people.scalar_subquery()
    helping = select(Offer.id).where(Offer.person_id.in_(near), Offer.status == OfferStatus.ACTIVE)
    return LocalDemand(
        requests=_count(session, select(Need.id).where(Need.resident_id.in_(near), Need.posted_at > since)),
        helpers=_count(session, helping),
        asks=_count(
            session,
            select(Match.id).where(
                Match.offer_id.in_(helping.scalar_subquery()), Match.asked_at > since, Match.arrangement_id.is_(None)
            ),
        ),
    )


def _is_near(centre: tuple[int, int]) -> ColumnElement[bool]:
    easting, northing = centre
    east = Cell.easting + Cell.size_m / 2 - easting
    north = Cell.northing + Cell.size_m / 2 - northing
    is_near: ColumnElement[bool] = east * east + north * north <= METRES_PER_MILE**2
    return is_near


def _count(session: Session, rows: Any) -> int | None:
    count: int = session.execute(select(func.count()).select_from(rows.subquery())).scalar_one()
    return count if count >= FEWEST_SHOWN else None


def _told(count: int | None, noun: str) -> str:
    return f"fewer than {FEWEST_SHOWN} {noun}" if count is None else f"{count} {noun}"

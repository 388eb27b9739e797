"""Which offers could matter to one visit, or to one home: found by the database, so that not all are read."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Any

from sqlalchemy import Double, case, cast, func, select
from sqlalchemy.orm import Session

from matcher.domain.geo import Point
from matcher.domain.lifecycle import MatchStatus, OfferStatus
from matcher.store.models import Home, Match, Need, Occurrence, Offer, OfferKind

LOOKED_AT = 500  # offers: those who do it first, then those whom the least of the way keeps out of reach
METRES_PER_DEGREE = 111_200.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit is, and what is done there."""

    area_id: int
    kind: str
    point: Point


def place_of(session: Session, occurrence_id: int) -> Place:
    """Where this visit is."""
    area_id, kind, lat, lon = session.execute(
        select(Occurrence.area_id, Need.kind_slug, Home.lat, Home.lon)
        .join(Need, Need.id == Occurrence.need_id)
        .outerjoin(Home, Home.person_id == Need.resident_id)
        .where(Occurrence.id == occurrence_id)
    ).one()
    return Place(area_id, kind, Point(lat or 0.0, lon or 0.0))  # whose home was erased is asked about no more


def home_of(session: Session, offer_id: int) -> Point:
    """Where who made this offer lives."""
    at_home = select(Home.lat, Home.lon).join(Offer, Offer.person_id == Home.person_id).where(Offer.id == offer_id)
    lat, lon = session.execute(at_home).one()
    return Point(lat, lon)


def nearest(session: Session, point: Point, kind: str | None = None) -> frozenset[int]:
    """The active offers to look at for somebody here: who does `kind` before who does not, the fewest metres beyond
    their reach first, then the nearest.
    """
    metres = metres_from(point)
    does = select(OfferKind.offer_id).where(OfferKind.offer_id == Offer.id, OfferKind.kind_slug == kind)
    order = [case((does.correlate(Offer).exists(), 0), else_=1)] if kind else []
    wanted = (
        select(Offer.id)
        .join(Home, Home.person_id == Offer.person_id)
        .where(Offer.status == OfferStatus.ACTIVE)
        .order_by(*order, func.greatest(metres - Offer.reach_m, 0), metres, Offer.id)
        .limit(LOOKED_AT)
    )
    return frozenset(session.scalars(wanted))


def asked_about(session: Session, occurrence_id: int) -> frozenset[int]:
    """Who has been asked about it and may still answer, however far away."""
    live = Match.occurrence_id == occurrence_id, Match.status == MatchStatus.PROPOSED
    return frozenset(session.scalars(select(Match.offer_id).where(*live)))


def metres_from(point: Point) -> Any:
    """About how far a home is: for an order, not for a rule."""
    north = (Home.lat - point.lat) * METRES_PER_DEGREE
    east = (Home.lon - point.lon) * (METRES_PER_DEGREE * cos(radians(point.lat)))
    return cast(func.sqrt(north * north + east * east), Double)

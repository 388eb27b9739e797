"""Places as pages read them: each with what is left in it, as the last who looked said."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.places import KIND_WORDS, STOCK_WORDS, WITH_SALT, WITH_STOCK, PlaceKind, Stock, UseRule, rule_words
from matcher.services import places
from matcher.store.models import Area, Place, StockPhoto, StockReport


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place. stock: None where nobody has looked yet, or nothing can run out. checked_by_team: else a passer-by."""

    place_id: int
    area: str
    kind: PlaceKind
    name: str
    landmark: str
    looked_after_by: str
    use_rule: UseRule | None
    agreed_by: str
    refill_round: str
    easting: int
    northing: int
    lat: float
    lon: float
    stock: Stock | None
    checked_at: datetime | None
    checked_by_team: bool

    @property
    def kind_words(self) -> str:
        """`grit bin`."""
        return KIND_WORDS[self.kind]

    @property
    def rule_words(self) -> str:
        """`any path, agreed by the parish council`; empty where there is no salt."""
        return rule_words(self.use_rule, self.agreed_by) if self.use_rule else ""

    @property
    def stock_words(self) -> str:
        """`half full`."""
        return STOCK_WORDS[self.stock] if self.stock else ""

    @property
    def can_run_out(self) -> bool:
        """True of what holds salt or shovels."""
        return self.kind in WITH_STOCK

    @property
    def where(self) -> str:
        """As it may be typed again."""
        return f"{self.easting}, {self.northing}"


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """What anyone may know of a place. told: what they said of it a moment ago, if they may still take it back;
    with_photo: and sent a photo of it, which is for the team alone.
    """

    place_id: int
    name: str
    kind_words: str
    landmark: str
    rule_words: str
    can_run_out: bool
    stock_words: str
    checked_at: datetime | None
    told: str = ""
    with_photo: bool = False


def rows(session: Session, area_ids: Collection[int]) -> tuple[PlaceRow, ...]:
    """Every place of these areas, by area, kind and name."""
    return tuple(_rows(session, Place.area_id.in_(area_ids)))


def stores(session: Session, area_ids: Collection[int]) -> tuple[PlaceRow, ...]:
    """Those of them that hold salt."""
    return tuple(one for one in rows(session, area_ids) if one.kind in WITH_SALT)


def row(session: Session, place_id: int, area_ids: Collection[int]) -> PlaceRow:
    """One of them. NotFound if it is of no area of theirs, or gone."""
    found = _rows(session, Place.id == place_id, Place.area_id.in_(area_ids))
    if not found:
        raise NotFound
    return found[0]


def read_public(session: Session, place_id: int, key: str, *, now: datetime) -> PublicPlace:
    """The page of one that everybody may know of, and what was said from a page with that key. NotFound for others."""
    (one,) = _rows(session, Place.id == places.public_place(session, place_id).id)
    told = session.execute(
        select(StockReport.stock, StockPhoto.report_id)
        .outerjoin(StockPhoto, StockPhoto.report_id == StockReport.id)
        .where(places.just_said(place_id, key, now))
    ).first()
    return _public(one, told=STOCK_WORDS[told.stock], with_photo=told.report_id is not None) if told else _public(one)


def for_everyone(session: Session, area_id: int) -> tuple[PublicPlace, ...]:
    """What anyone may know of the places of an area: private stock is not among them."""
    is_public = Place.use_rule.is_distinct_from(UseRule.PRIVATE)
    return tuple(_public(one) for one in _rows(session, Place.area_id == area_id, is_public))


def nearest(
    session: Session, easting: int, northing: int, within_m: int, *wanted: ColumnElement[bool]
) -> PlaceRow | None:
    """The nearest that is as wanted and, as far as anybody knows, not empty."""
    latest = _latest()
    east, north = Place.easting - easting, Place.northing - northing
    away = east * east + north * north
    query = (
        _query(latest)
        .where(
            *wanted,
            Place.easting.between(easting - within_m, easting + within_m),
            Place.northing.between(northing - within_m, northing + within_m),
            away <= within_m * within_m,
            latest.c.stock.is_distinct_from(Stock.EMPTY),
        )
        .order_by(None)
        .order_by(away, Place.id)
        .limit(1)
    )
    found = session.execute(query).first()
    return _row(found) if found else None


def _public(one: PlaceRow, told: str = "", *, with_photo: bool = False) -> PublicPlace:
    return PublicPlace(
        place_id=one.place_id,
        name=one.name,
        kind_words=one.kind_words,
        landmark=one.landmark,
        rule_words=one.rule_words,
        can_run_out=one.can_run_out,
        stock_words=one.stock_words,
        checked_at=one.checked_at,
        told=told,
        with_photo=with_photo,
    )


def _rows(session: Session, *wanted: ColumnElement[bool]) -> list[PlaceRow]:
    return [_row(found) for found in session.execute(_query(_latest()).where(*wanted))]


def _query(latest: Any) -> Select[Any]:
    return (
        select(Place, Area.name.label("area"), latest.c.stock, latest.c.said_at, latest.c.staff_id)
        .join(Area, Area.id == Place.area_id)
        .outerjoin(latest, latest.c.place_id == Place.id)
        .where(Place.gone_at.is_(None))
        .order_by(Area.name, Place.kind, func.lower(Place.name), Place.id)
    )


def _latest() -> Any:
    """The last word on each place."""
    return (
        select(StockReport.place_id, StockReport.stock, StockReport.said_at, StockReport.staff_id)
        .where(StockReport.undone_at.is_(None))
        .ext(distinct_on(StockReport.place_id))
        .order_by(StockReport.place_id, StockReport.said_at.desc(), StockReport.id.desc())
        .subquery("latest")
    )


def _row(found: Any) -> PlaceRow:
    place: Place = found.Place
    return PlaceRow(
        place_id=place.id,
        area=found.area,
        kind=place.kind,
        name=place.name,
        landmark=place.landmark,
        looked_after_by=place.looked_after_by,
        use_rule=place.use_rule,
        agreed_by=place.agreed_by,
        refill_round=place.refill_round,
        easting=place.easting,
        northing=place.northing,
        lat=place.lat,
        lon=place.lon,
        stock=found.stock,
        checked_at=found.said_at,
        checked_by_team=found.staff_id is not None,
    )

"""Addresses by postcode, with no third party: a geopy geocoder over the postcode table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from geopy.adapters import BaseSyncAdapter
from geopy.distance import geodesic
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import NotCovered, PostcodeUnknown, PostcodeWithdrawn
from matcher.domain.geo import SQUARE_SIZES_M, Point, Square, square_around
from matcher.domain.postcodes import compact, parse_postcode, parts_of, spaced
from matcher.store.models import Area, Cell, NextDoor, Postcode

# A postcode has about 15 households (ONS), so this many stand for the 100 that hide a home.
POSTCODES_THAT_HIDE = 7


@dataclass(frozen=True, slots=True)
class Located:
    """A postcode inside the scheme: its point, and the area it belongs to."""

    postcode: str
    point: Point
    easting: int
    northing: int
    area_id: int
    area_name: str


class _Offline(BaseSyncAdapter):  # type: ignore[misc]  # geopy publishes no types
    """Never used, and in place of geopy's own: that loads every root certificate, 15 ms for each geocoder made."""

    def get_json(self, url: str, *, timeout: object, headers: object) -> Any:
        """Refuse: nothing is asked of a third party."""
        raise NotImplementedError

    def get_text(self, url: str, *, timeout: object, headers: object) -> str:
        """Refuse: nothing is asked of a third party."""
        raise NotImplementedError


class PostcodeGeocoder(Geocoder):  # type: ignore[misc]  # geopy publishes no types
    """geopy's interface over our own table. `geocode("ba15 1aa")` gives the middle of the postcode, or None."""

    def __init__(self, session: Session) -> None:
        super().__init__(adapter_factory=_Offline)
        self._session = session

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: object = None) -> Any:
        """A Location whose `raw` holds code, easting, northing and withdrawn_on; None if it is not there."""
        row = self._session.get(Postcode, compact(query))
        if row is None:
            return None
        raw = {
            "code": row.code,
            "easting": row.easting,
            "northing": row.northing,
            "withdrawn_on": row.withdrawn_on,
        }
        return Location(spaced(row.code), (row.lat, row.lon, 0.0), raw)


def locate(session: Session, postcode_text: str) -> Located:
    """The postcode, in any case and spacing, inside the scheme. Each way it can fail has its own error."""
    code, found = _find(session, postcode_text)
    area = area_at(session, found.raw["easting"], found.raw["northing"])
    if area is None or is_left_to_others(session, code):
        raise NotCovered(f"We do not cover {spaced(code)} yet")
    return Located(
        postcode=spaced(code),
        point=Point(found.latitude, found.longitude),
        easting=found.raw["easting"],
        northing=found.raw["northing"],
        area_id=area.id,
        area_name=area.name,
    )


def is_left_to_others(session: Session, code: str) -> bool:
    """The team leaves these postcodes to a scheme next door; of a district and its area the district counts."""
    nearest = func.length(NextDoor.part).desc()
    wanted = select(NextDoor.is_left).where(NextDoor.part.in_(parts_of(code))).order_by(nearest).limit(1)
    return bool(session.scalar(wanted))


def point_of(session: Session, postcode_text: str) -> tuple[int, int]:
    """Easting and northing of any postcode that is in use. Fails as `locate`, but for one outside every area."""
    _, found = _find(session, postcode_text)
    return found.raw["easting"], found.raw["northing"]


def _find(session: Session, postcode_text: str) -> tuple[str, Any]:
    code = parse_postcode(postcode_text)
    found = PostcodeGeocoder(session).geocode(code)
    if found is None and not _knows_area_of(session, code):
        raise NotCovered(f"We do not cover {spaced(code)} yet")
    if found is None:
        raise PostcodeUnknown(f"We cannot find {spaced(code)}. Check it, or call us")
    if found.raw["withdrawn_on"] is not None:
        raise PostcodeWithdrawn(f"{spaced(code)} is no longer in use. Enter the new postcode, or call us")
    return code, found


def area_at(session: Session, easting: int, northing: int) -> Area | None:
    """The nearest open area whose reach holds a point of the national grid; None outside the scheme."""
    areas = session.scalars(select(Area).where(Area.closed_at.is_(None))).all()
    reaching = [
        (away, area.id, area)
        for area in areas
        if (away := math.hypot(area.easting - easting, area.northing - northing)) <= area.covers_m
    ]
    return min(reaching)[2] if reaching else None


def distance_m(a: Point, b: Point) -> float:
    """The geodesic in metres: the figure shown to staff (never to a volunteer, who sees a band)."""
    return float(geodesic((a.lat, a.lon), (b.lat, b.lon)).meters)


def cell_for(session: Session, located: Located) -> Cell:
    """The square that stands for a home there: merged upwards until enough households share it."""
    square = hiding_square(session, located.easting, located.northing)
    wanted = select(Cell).where(Cell.code == square.code)
    if (cell := session.scalar(wanted)) is not None:
        return cell
    centre = _middle(session, square)
    new = {
        "code": square.code,
        "easting": square.easting,
        "northing": square.northing,
        "size_m": square.size_m,
        "lat": centre.lat,
        "lon": centre.lon,
    }
    session.execute(insert(Cell).values(new).on_conflict_do_nothing())  # two neighbours may post at once
    return session.scalars(wanted).one()


def _knows_area_of(session: Session, code: str) -> bool:
    """True if any postcode with the same letters in front is in the table: `BS` is another county's."""
    letters = code[:2] if code[1].isalpha() else code[:1]
    known = select(Postcode.code).where(Postcode.code.between(f"{letters}0", f"{letters}9~")).limit(1)
    return session.scalar(known) is not None


def hiding_square(session: Session, easting: int, northing: int) -> Square:
    """The square that stands for a home there: merged upwards until enough households share it."""
    for size in SQUARE_SIZES_M:
        square = square_around(easting, northing, size)
        if session.execute(_count_in(square)).scalar_one() >= POSTCODES_THAT_HIDE:
            return square
    return square


def _inside(square: Square) -> tuple[Any, ...]:
    return (
        Postcode.easting >= square.easting,
        Postcode.easting < square.easting + square.size_m,
        Postcode.northing >= square.northing,
        Postcode.northing < square.northing + square.size_m,
        Postcode.withdrawn_on.is_(None),
    )


def _count_in(square: Square) -> Any:
    return select(func.count()).select_from(Postcode).where(*_inside(square))


def _middle(session: Session, square: Square) -> Point:
    """The middle of the postcodes in the square, near enough to measure a band from, and no one's home."""
    lat, lon = session.execute(select(func.avg(Postcode.lat), func.avg(Postcode.lon)).where(*_inside(square))).one()
    return Point(float(lat), float(lon))

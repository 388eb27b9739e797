"""The area of a warning: polygons as GeoJSON gives them (longitude first), and whether a point lies in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import shapely

from matcher.domain.geo import Point

_FEWEST_CORNERS = 3
_WHOLE_TURN = 360.0
# Where Britain lies: numbers that fit only when they are read the other way round give the order away.
_BRITAIN_LAT, _BRITAIN_LON = (49.0, 61.5), (-9.0, 2.5)

Position = tuple[float, float]


class BadShape(Exception):
    """No area can be made of it. `str()` says why, as the end of a sentence about the feature."""


class _Part(Protocol):
    def covers(self, lon: float, lat: float) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Sound:
    """A polygon as it should be."""

    polygon: Any

    def covers(self, lon: float, lat: float) -> bool:
        return bool(shapely.intersects_xy(self.polygon, lon, lat))


@dataclass(frozen=True, slots=True)
class _Tangled:
    """A polygon whose edge crosses itself: inside is what an edge goes round, whichever way. A hole that lies apart is
    one more part.

    To make it whole first, as shapely can, takes minutes for an edge of 3,000 corners that is all crossings.
    """

    outers: list[list[Position]]
    holes: list[list[Position]]

    def covers(self, lon: float, lat: float) -> bool:
        if not any(_goes_round(outer, lon, lat) or _lies_on(outer, lon, lat) for outer in self.outers):
            return False
        return not any(_goes_round(hole, lon, lat) and not _lies_on(hole, lon, lat) for hole in self.holes)


@dataclass(frozen=True, slots=True)
class Shape:
    """One or more polygons. doubts: what was odd about them, as ends of a sentence."""

    parts: tuple[_Part, ...]
    doubts: tuple[str, ...] = ()

    def covers(self, point: Point) -> bool:
        """True inside a part and exactly on its edge; false in a hole. Longitudes a whole turn apart are the same."""
        same = [(point.lon + turn, point.lat) for turn in (0.0, _WHOLE_TURN, -_WHOLE_TURN)]
        return any(part.covers(*one) for one in same for part in self.parts)


def is_in_britain(point: Point) -> bool:
    """Roughly: to tell whether two numbers were typed the wrong way round."""
    return _lies_in(point.lat, _BRITAIN_LAT) and _lies_in(point.lon, _BRITAIN_LON)


def read_shape(geometry: object) -> Shape:
    """The area of a GeoJSON geometry: of those of its parts that can be read. BadShape where there is none."""
    parts, doubts = [], []
    for rings in _polygons(geometry):
        try:
            part, odd = _part(rings)
        except BadShape as bad:
            doubts.append(f"{bad}, so that part of it was left out")
        else:
            parts.append(part)
            doubts.extend(odd)
    if not parts:
        raise BadShape(doubts[0].removesuffix(", so that part of it was left out") if doubts else "its area is empty")
    return Shape(tuple(parts), tuple(dict.fromkeys(doubts)))


def _polygons(geometry: object) -> Iterator[object]:
    """The rings of each polygon."""
    if not isinstance(geometry, dict):
        raise BadShape("it has no area")
    kind = geometry.get("type")
    inside = geometry.get("geometries" if kind == "GeometryCollection" else "coordinates")
    if kind not in ("Polygon", "MultiPolygon", "GeometryCollection"):
        raise BadShape(f"its geometry is {_said(kind)}, not a Polygon or MultiPolygon")
    if not isinstance(inside, list):
        raise BadShape(f"its {kind} has no list of coordinates")
    if kind == "Polygon":
        yield inside
    elif kind == "MultiPolygon":
        yield from inside
    else:
        for one in inside:
            if isinstance(one, dict) and one.get("type") == "GeometryCollection":
                raise BadShape("its geometry is a collection inside a collection")
            yield from _polygons(one)


def _said(kind: object) -> str:
    return f"“{kind[:40]}”" if isinstance(kind, str) else "of no type"


def _part(rings: object) -> tuple[_Part, list[str]]:
    """One polygon with its holes, and what was odd about it."""
    if not isinstance(rings, list) or not rings:
        raise BadShape("a polygon of it is empty")
    read = [_ring(ring) for ring in rings if ring != []]
    if not read:
        raise BadShape("a polygon of it is empty")
    if shapely.convex_hull(shapely.LineString(read[0])).area <= 0:
        raise BadShape("a polygon of it encloses nothing")
    polygon = shapely.Polygon(read[0], read[1:])
    doubts = _odd(read[0])
    if shapely.is_valid(polygon):
        return _Sound(polygon), doubts
    apart = [hole for hole in read[1:] if _are_apart(read[0], hole)]
    holes = [hole for hole in read[1:] if hole not in apart]
    return _Tangled([read[0], *apart], holes), [*doubts, "the edge of its area crosses itself"]


def _are_apart(ring: list[Position], other: list[Position]) -> bool:
    if _goes_round(ring, *other[0]) or _goes_round(other, *ring[0]):
        return False
    return not shapely.intersects(shapely.LinearRing(ring), shapely.LinearRing(other))


def _goes_round(ring: list[Position], lon: float, lat: float) -> bool:
    """True where the ring winds round that point at least once: the turns of a ray from it to the east."""
    turns = 0
    for (lon1, lat1), (lon2, lat2) in pairwise([*ring, ring[0]]):
        if (lat1 <= lat) != (lat2 <= lat):  # the edge crosses the latitude of the point
            side = (lon2 - lon1) * (lat - lat1) - (lon - lon1) * (lat2 - lat1)
            turns += (side > 0) - (side < 0) if (side > 0) == (lat2 > lat1) else 0
    return turns != 0


def _lies_on(ring: list[Position], lon: float, lat: float) -> bool:
    return bool(shapely.intersects_xy(shapely.LinearRing(ring), lon, lat))


def _ring(ring: object) -> list[Position]:
    if not isinstance(ring, list):
        raise BadShape("the edge of its area is no list of positions")
    positions = [_position(one) for one in ring]
    if len(set(positions)) < _FEWEST_CORNERS:
        raise BadShape("the edge of its area has fewer than 3 corners")
    return positions


def _position(one: object) -> Position:
    if not isinstance(one, list) or len(one) < 2 or not all(_is_number(number) for number in one[:2]):
        raise BadShape("a position of it is not longitude and latitude in numbers")
    lon, lat = one[:2]
    if not (abs(lon) <= _WHOLE_TURN and abs(lat) <= 90):  # nor is what is no number, or has no end
        raise BadShape("its positions are no degrees of longitude and latitude (GeoJSON is in WGS84)")
    return float(lon), float(lat)


def _is_number(number: object) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool)


def _odd(ring: list[Position]) -> list[str]:
    found = []
    if any(_WHOLE_TURN / 2 < abs(a[0] - b[0]) < _WHOLE_TURN for a, b in pairwise([*ring, ring[0]])):
        found.append("its area seems to cross the 180th meridian uncut, and was read as going the long way round")
    if all(_lies_in(lon, _BRITAIN_LAT) and _lies_in(lat, _BRITAIN_LON) for lon, lat in ring):
        found.append("its positions seem to have latitude first; they were read as longitude first")
    return found


def _lies_in(number: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= number <= bounds[1]

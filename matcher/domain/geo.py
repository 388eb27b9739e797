"""Points, straight-line distance, the coarse cells that stand for a home, and distance in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

# WGS84 ellipsoid (NIMA TR8350.2): semi-major axis in metres, and first eccentricity squared.
WGS84_A_M = 6_378_137.0
WGS84_E2 = 6.694_379_990_141_3e-3

METRES_PER_MILE = 1609.344


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the ground: WGS84 latitude and longitude in degrees. ValueError outside the globe."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"no such point: {self.lat}, {self.lon}")


def earth_centred(point: Point) -> tuple[float, float, float]:
    """Earth-centred, earth-fixed coordinates in metres, height 0, on the WGS84 ellipsoid."""
    lat, lon = math.radians(point.lat), math.radians(point.lon)
    prime = WGS84_A_M / math.sqrt(1 - WGS84_E2 * math.sin(lat) ** 2)
    return (
        prime * math.cos(lat) * math.cos(lon),
        prime * math.cos(lat) * math.sin(lon),
        prime * (1 - WGS84_E2) * math.sin(lat),
    )


def chord_m(a: Point, b: Point) -> float:
    """Straight line through the ground in metres: never above the geodesic, at most 0.53 mm short at 8 km."""
    return math.dist(earth_centred(a), earth_centred(b))


class TravelMode(StrEnum):
    """How a volunteer gets about."""

    FOOT = "foot"
    BIKE = "bike"
    CAR = "car"


# Metres covered as the crow flies per minute: walking 4.8 km/h, cycling 14 km/h, country driving 40 km/h,
# each divided by 1.35, the detour of rural roads over the straight line.
SPEED_M_PER_MIN: dict[TravelMode, float] = {
    TravelMode.FOOT: 4_800 / 60 / 1.35,
    TravelMode.BIKE: 14_000 / 60 / 1.35,
    TravelMode.CAR: 40_000 / 60 / 1.35,
}


def reach_m(mode: TravelMode, minutes: int) -> int:
    """How far, in metres as the crow flies, someone gets in `minutes`."""
    return round(SPEED_M_PER_MIN[mode] * minutes)


def distance_band(metres: float) -> str:
    """Distance in words, coarse on purpose: an exact one gives a home away."""
    miles = metres / METRES_PER_MILE
    for below, words in _BANDS:
        if miles < below:
            return words
    return "over 5 miles"


_BANDS = (
    (0.5, "under half a mile"),
    (1.5, "about 1 mile"),
    (2.5, "about 2 miles"),
    (5.0, "3 to 5 miles"),
)


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the British National Grid: its south-west corner and side, in metres."""

    easting: int
    northing: int
    size_m: int

    @property
    def code(self) -> str:
        """A stable name, such as `382000-160000-1000`."""
        return f"{self.easting}-{self.northing}-{self.size_m}"

    @property
    def centre(self) -> tuple[int, int]:
        """Easting and northing of the middle."""
        return self.easting + self.size_m // 2, self.northing + self.size_m // 2


SQUARE_SIZES_M = (1_000, 2_000, 4_000, 8_000)


def square_around(easting: int, northing: int, size_m: int) -> Square:
    """The fixed square of that size that holds the point. Fixed, because fresh noise averages away."""
    return Square(easting // size_m * size_m, northing // size_m * size_m, size_m)

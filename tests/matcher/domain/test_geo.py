"""Distance along a straight line, in bands, and the squares that stand for a home."""

import math
from itertools import pairwise

import pytest
from geopy.distance import geodesic
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.domain.geo import (
    METRES_PER_MILE,
    SPEED_M_PER_MIN,
    SQUARE_SIZES_M,
    Point,
    Square,
    TravelMode,
    chord_m,
    distance_band,
    earth_centred,
    reach_m,
    square_around,
)

BRADFORD_ON_AVON = Point(51.347, -2.251)
# Float noise of coordinates near 6 million metres.
NOISE_M = 1e-8

in_britain = st.builds(Point, st.floats(49.9, 60.9), st.floats(-8.2, 1.8))
anywhere = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def away(start: Point, metres: float, bearing: float) -> Point:
    there = geodesic(kilometers=metres / 1000).destination((start.lat, start.lon), bearing)
    return Point(there.latitude, there.longitude)


def geodesic_m(one: Point, other: Point) -> float:
    return float(geodesic((one.lat, one.lon), (other.lat, other.lon)).m)


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (-91, 0), (0, 181), (0, -181), (math.nan, 0), (0, math.inf)])
def test_a_point_off_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="no such point"):
        Point(lat, lon)


def test_known_places_of_the_ellipsoid() -> None:
    assert earth_centred(Point(0, 0)) == pytest.approx((6_378_137, 0, 0))
    assert earth_centred(Point(0, 90)) == pytest.approx((0, 6_378_137, 0), abs=1e-6)
    assert earth_centred(Point(90, 0)) == pytest.approx((0, 0, 6_356_752.314_245), abs=1e-5)


@given(in_britain, st.floats(0, 8_000), st.floats(0, 360))
def test_up_to_8_km_the_chord_is_never_above_the_geodesic_and_at_most_half_a_millimetre_short(
    start: Point, metres: float, bearing: float
) -> None:
    there = away(start, metres, bearing)
    true_m, straight_m = geodesic_m(start, there), chord_m(start, there)

    assert straight_m <= true_m + NOISE_M
    assert true_m - straight_m <= 0.000_53


def test_the_half_millimetre_is_really_lost_at_8_km_so_the_bound_is_tight() -> None:
    there = away(BRADFORD_ON_AVON, 8_000, 90)

    assert geodesic_m(BRADFORD_ON_AVON, there) - chord_m(BRADFORD_ON_AVON, there) > 0.000_5


@given(anywhere, anywhere)
@settings(max_examples=50)
def test_the_chord_is_never_above_the_geodesic_anywhere(one: Point, other: Point) -> None:
    assert chord_m(one, other) <= geodesic_m(one, other) + NOISE_M
    assert chord_m(one, other) == chord_m(other, one)


@pytest.mark.parametrize(
    ("miles", "words"),
    [
        (0, "under half a mile"),
        (0.499, "under half a mile"),
        (0.5, "about 1 mile"),
        (1.499, "about 1 mile"),
        (1.5, "about 2 miles"),
        (2.499, "about 2 miles"),
        (2.5, "3 to 5 miles"),
        (4.999, "3 to 5 miles"),
        (5, "over 5 miles"),
        (500, "over 5 miles"),
    ],
)
def test_distance_is_told_in_five_bands(miles: float, words: str) -> None:
    assert distance_band(miles * METRES_PER_MILE) == words


@given(st.floats(0, 100_000))
def test_there_are_no_other_bands(metres: float) -> None:
    assert distance_band(metres) in {
        "under half a mile",
        "about 1 mile",
        "about 2 miles",
        "3 to 5 miles",
        "over 5 miles",
    }


def test_reach_grows_with_time_and_with_wheels() -> None:
    assert set(SPEED_M_PER_MIN) == set(TravelMode)
    assert reach_m(TravelMode.FOOT, 10) == 593
    assert reach_m(TravelMode.FOOT, 20) == 1185
    assert reach_m(TravelMode.FOOT, 15) < reach_m(TravelMode.BIKE, 15) < reach_m(TravelMode.CAR, 15)


def test_a_square_has_a_corner_a_middle_and_a_name() -> None:
    square = square_around(382_640, 160_999, 1_000)

    assert square == Square(382_000, 160_000, 1_000)
    assert square.centre == (382_500, 160_500)
    assert square.code == "382000-160000-1000"


@given(st.integers(0, 700_000), st.integers(0, 1_300_000), st.sampled_from(SQUARE_SIZES_M))
def test_a_square_holds_its_point_and_every_point_in_it_has_that_square(
    easting: int, northing: int, size_m: int
) -> None:
    square = square_around(easting, northing, size_m)

    assert 0 <= easting - square.easting < size_m
    assert 0 <= northing - square.northing < size_m
    assert square_around(*square.centre, size_m) == square
    assert square_around(square.easting + size_m - 1, square.northing, size_m) == square
    assert square_around(square.easting + size_m, square.northing, size_m) != square


@given(st.integers(0, 700_000), st.integers(0, 1_300_000))
def test_each_size_of_square_lies_wholly_inside_the_next(easting: int, northing: int) -> None:
    squares = [square_around(easting, northing, size_m) for size_m in SQUARE_SIZES_M]

    for small, large in pairwise(squares):
        assert square_around(*small.centre, large.size_m) == large
        assert large.size_m == 2 * small.size_m

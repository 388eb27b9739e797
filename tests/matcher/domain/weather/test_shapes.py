"""The area of a warning: covered inside and on the edge, not in a hole; equal to shapely's own answer."""

import time

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from matcher.domain.geo import Point
from matcher.domain.weather.shapes import BadShape, read_shape
from tests.matcher.domain.weather.feeds import square

OUTER, HOLE = square(-3, 50, 2), square(-2.5, 50.5, 1)
WITH_HOLE = {"type": "Polygon", "coordinates": [OUTER, HOLE]}


@pytest.mark.parametrize(
    ("lat", "lon", "is_covered"),
    [
        (50.2, -2.8, True),
        (51, -2, False),  # in the hole
        (50.5, -2, True),  # on the edge of the hole
        (50, -2.123456789, True),  # on the edge
        (50, -3, True),  # a corner
        (49.9999999, -2, False),
        (-2.8, 50.2, False),  # the other way round
    ],
)
def test_inside_and_on_the_edge_is_covered_and_a_hole_is_not(lat, lon, is_covered):
    assert read_shape(WITH_HOLE).covers(Point(lat, lon)) is is_covered


def test_every_part_of_several_counts_each_with_its_own_holes():
    shape = read_shape({"type": "MultiPolygon", "coordinates": [[OUTER, HOLE], [square(5, 5, 1)]]})
    assert [shape.covers(Point(*at)) for at in ((51, -2), (50.2, -2.8), (5.5, 5.5))] == [False, True, True]


def test_parts_that_overlap_are_covered_where_they_do():
    shape = read_shape({"type": "MultiPolygon", "coordinates": [[square(0, 0, 2)], [square(1, 1, 2)]]})
    assert shape.covers(Point(1.5, 1.5))
    assert shape.doubts == ()


whole = st.integers(-8, 8)
rings = st.builds(
    lambda lon, lat, side: square(lon, lat, side), st.integers(-8, 4), st.integers(-8, 4), st.integers(1, 6)
)
polygons = st.lists(whole.flatmap(lambda x: st.tuples(st.just(x), whole)), min_size=3, max_size=7, unique=True)


@given(polygons, whole, whole)
def test_a_sound_polygon_covers_what_shapely_says_it_does(corners, lat, lon):
    theirs = shapely.Polygon(corners)
    if not theirs.is_valid:
        return
    ours = read_shape({"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]})
    assert ours.covers(Point(lat, lon)) is theirs.covers(shapely.Point(lon, lat))


@given(st.lists(rings, min_size=1, max_size=4), whole, whole)
def test_several_cover_what_any_of_them_covers(squares, lat, lon):
    ours = read_shape({"type": "MultiPolygon", "coordinates": [[ring] for ring in squares]})
    assert ours.covers(Point(lat, lon)) is any(
        shapely.Polygon(ring).covers(shapely.Point(lon, lat)) for ring in squares
    )


@pytest.mark.parametrize(
    ("geometry", "why"),
    [
        (None, "no area"),
        ("POLYGON", "no area"),
        ({}, "of no type"),
        ({"type": "Point", "coordinates": [0, 0]}, "“Point”"),
        ({"type": "Polygon"}, "no list of coordinates"),
        ({"type": "Polygon", "coordinates": []}, "empty"),
        ({"type": "MultiPolygon", "coordinates": []}, "empty"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "fewer than 3 corners"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}, "encloses nothing"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, "x"], [2, 2], [0, 0]]]}, "not longitude and latitude"),
        ({"type": "Polygon", "coordinates": [[0, 0, 1, 1]]}, "not longitude and latitude"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, float("nan")], [2, 2]]]}, "no degrees"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 10**400], [2, 2]]]}, "no degrees"),
        ({"type": "Polygon", "coordinates": [square(385000, 165000, 1000)]}, "no degrees"),
        ({"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection"}]}, "collection inside"),
    ],
)
def test_what_encloses_nothing_says_why(geometry, why):
    with pytest.raises(BadShape, match=why):
        read_shape(geometry)


def test_one_bad_part_leaves_the_others_and_is_told():
    shape = read_shape({"type": "MultiPolygon", "coordinates": [[[[0, 0]]], [square(0, 0, 1)]]})
    assert shape.covers(Point(0.5, 0.5))
    assert shape.doubts == ("the edge of its area has fewer than 3 corners, so that part of it was left out",)


def test_an_edge_that_crosses_itself_keeps_both_sides_and_is_told():
    bow_tie = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]
    shape = read_shape({"type": "Polygon", "coordinates": [bow_tie]})
    assert [shape.covers(Point(*at)) for at in ((1, 0.5), (1, 1.5), (0.5, 1))] == [True, True, False]
    assert shape.doubts == ("the edge of its area crosses itself",)


def test_a_hole_of_what_crosses_itself_is_a_hole_with_its_edge_covered():
    bow_tie = [[0, 0], [4, 4], [4, 0], [0, 4], [0, 0]]
    shape = read_shape({"type": "Polygon", "coordinates": [bow_tie, square(3, 1.75, 0.5)]})
    assert [shape.covers(Point(2, lon)) for lon in (2.9, 3, 3.25, 0.5)] == [True, True, False, True]


def test_a_hole_that_lies_apart_is_one_more_part():
    shape = read_shape({"type": "Polygon", "coordinates": [square(0, 0, 1), square(3, 0, 1)]})
    assert [shape.covers(Point(0.5, lon)) for lon in (0.5, 2, 3.5)] == [True, False, True]


def test_what_an_edge_goes_round_twice_is_covered_too():
    star = [[0, 0], [4, 3], [-1, 3], [3, 0], [1.5, 5], [0, 0]]
    assert read_shape({"type": "Polygon", "coordinates": [star]}).covers(Point(2, 1.5))


@given(polygons, whole, whole)
def test_what_crosses_itself_covers_what_shapely_makes_of_it(corners, lat, lon):
    """Off the corners' own lines, on which shapely drops what encloses nothing."""
    theirs = shapely.Polygon(corners)
    if theirs.is_valid or theirs.convex_hull.area == 0:
        return
    made = shapely.make_valid(theirs, method="structure", keep_collapsed=False)
    ours = read_shape({"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]})
    at = lat + 0.3719, lon + 0.2345
    assert ours.covers(Point(*at)) is made.covers(shapely.Point(at[1], at[0]))


def test_an_edge_of_thousands_of_crossings_is_read_without_a_wait():
    """Making such a polygon whole took 100 seconds of the processor and more; reading it takes a tenth of one."""
    begun = time.process_time()
    corners = [[-3 + (n * 7919 % 3001) / 3001, 51 + (n * 104729 % 2999) / 2999] for n in range(3000)]
    shape = read_shape({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})
    assert not shape.covers(Point(53, -2.5))
    assert shape.doubts == ("the edge of its area crosses itself",)
    assert time.process_time() - begun < 20


def test_longitudes_a_whole_turn_apart_are_the_same():
    shape = read_shape({"type": "Polygon", "coordinates": [square(179, 0, 2)]})
    assert [shape.covers(Point(1, lon)) for lon in (179.5, 180, -180, -179.5, -178.5)] == [True] * 4 + [False]


def test_an_uncut_crossing_and_latitude_first_are_told():
    uncut = [[179, 0], [-179, 0], [-179, 1], [179, 1], [179, 0]]
    assert "180th meridian" in read_shape({"type": "Polygon", "coordinates": [uncut]}).doubts[0]
    turned = [[lat, lon] for lon, lat in square(-2.3, 51.3, 0.2)]
    assert "latitude first" in read_shape({"type": "Polygon", "coordinates": [turned]}).doubts[0]

"""Postcodes as people type them, and the cells that stand for homes."""

import pytest
from geopy.location import Location

from matcher.domain.errors import BadInput, NotCovered, PostcodeMalformed, PostcodeUnknown, PostcodeWithdrawn
from matcher.domain.geo import Point, chord_m
from matcher.services import addresses
from matcher.services.addresses import POSTCODES_THAT_HIDE, PostcodeGeocoder
from matcher.store.models import Cell, Postcode


def locate(world, typed):
    with world.work() as session:
        return addresses.locate(session, typed)


@pytest.mark.parametrize(
    "typed",
    [
        "BA15 1HL",
        "ba151hl",
        "Ba15  1hL",
        " BA15 1HL ",
        "B A 1 5 1 H L",
        "BA15-1HL",
        "BA15\u00a01HL",
        "ba15.1hl",
        "BA15\t1HL",
    ],
)
def test_a_postcode_in_any_case_and_spacing_is_found(world, typed):
    located = locate(world, typed)
    assert located.postcode == "BA15 1HL"
    assert located.point == Point(51.350505, -2.252673)
    assert located.area_name == "Bradford on Avon"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "BA15",
        "1HL",
        "BA15 1H",
        "BA15 11HL",
        "BA15 1CL",
        "Bradford on Avon",
        "12345",
        "BA15 1HL BA15 1NB",
        "\0",
    ],
)
def test_what_does_not_have_the_shape_of_a_postcode_is_malformed(world, typed):
    with pytest.raises(PostcodeMalformed):
        locate(world, typed)


def test_each_way_to_fail_has_a_message_of_its_own_beside_the_field(world):
    said = {}
    for typed, error in (
        ("", PostcodeMalformed),
        ("BA15", PostcodeMalformed),
        ("BA15 9ZZ", PostcodeUnknown),
        ("BA15 1WD", PostcodeWithdrawn),
        ("BA11 1PP", NotCovered),
    ):
        with pytest.raises(error) as refused:
            locate(world, typed)
        assert isinstance(refused.value, BadInput)
        assert refused.value.field == "postcode"
        said[typed] = refused.value.message
    assert len(set(said.values())) == len(said)
    assert "BA15 9ZZ" in said["BA15 9ZZ"]
    assert "no longer in use" in said["BA15 1WD"]
    assert "do not cover" in said["BA11 1PP"]


def test_a_home_belongs_to_the_nearest_area_that_holds_it(world):
    assert locate(world, "BA14 8TW").area_name == "Trowbridge"
    world.execute("update areas set covers_m = 100 where slug = 'trowbridge'")
    assert locate(world, "BA14 8TW").area_name == "Bradford on Avon"


def test_the_geocoder_speaks_geopys_language(world):
    with world.work() as session:
        geocoder = PostcodeGeocoder(session)
        found = geocoder.geocode("ba15 1hl")
        assert isinstance(found, Location)
        assert (found.address, found.raw["easting"]) == ("BA15 1HL", 382_500)
        assert geocoder.geocode("BA15 9ZZ") is None


def test_a_distance_is_the_geodesic(world):
    near, far = locate(world, "BA15 1HL").point, locate(world, "BA14 8TW").point
    assert addresses.distance_m(near, far) == pytest.approx(chord_m(near, far), abs=0.01)


# Cells.


def cell(world, postcode="BA15 1HL"):
    with world.work() as session:
        return addresses.cell_for(session, addresses.locate(session, postcode))


@pytest.fixture
def more_postcodes(world):
    """`more_postcodes(count, metres)`: so many, that far to the east of Eileen's."""

    def add(count, metres):
        with world.work() as session:
            session.add_all(
                Postcode(
                    code=f"BA{metres}X{number}",
                    easting=382_500 + metres,
                    northing=161_300,
                    lat=51.35 + number / 1000,
                    lon=-2.25,
                )
                for number in range(count)
            )

    return add


@pytest.mark.parametrize(
    ("count", "metres", "size"), [(6, 100, 1_000), (6, 700, 2_000), (6, -600, 4_000), (5, 100, 8_000), (0, 0, 8_000)]
)
def test_a_cell_grows_until_seven_postcodes_hide_a_home(world, more_postcodes, count, metres, size):
    world.execute("delete from postcodes where code <> 'BA151HL'")
    more_postcodes(count, metres)
    assert POSTCODES_THAT_HIDE == 7
    found = cell(world)
    assert found.size_m == size
    assert found.easting <= 382_500 < found.easting + size
    assert found.northing <= 161_300 < found.northing + size


def test_a_withdrawn_postcode_hides_nobody(world, more_postcodes):
    world.execute("delete from postcodes where code <> 'BA151HL'")
    more_postcodes(6, 100)
    world.execute("update postcodes set withdrawn_on = '2010-06-01' where code like '%X1'")
    assert cell(world).size_m == 8_000


def test_neighbours_share_one_cell_and_its_point_is_nobodys_home(world, more_postcodes):
    more_postcodes(6, 100)
    first, second = cell(world, "BA15 1HL"), cell(world, "BA15 1NB")
    assert first.id == second.id
    assert len(world.all(Cell)) == 1
    homes = {(row.lat, row.lon) for row in world.all(Postcode)}
    assert (first.lat, first.lon) not in homes


def test_a_cell_stays_where_it_is_when_postcodes_come_and_go(world, more_postcodes):
    more_postcodes(6, 100)
    before = cell(world)
    more_postcodes(5, 300)
    after = cell(world)
    assert (after.id, after.lat, after.lon) == (before.id, before.lat, before.lon)

"""Places in and out as a spreadsheet: every bad row is told, nothing is kept before, and what goes out comes in."""

import csv
import io

import pytest

from matcher.services import imports, place_list, place_sheets, places
from matcher.services.places import PlaceDraft
from matcher.services.taken_in import Importer, Taken
from matcher.store.models import Place, StockReport

KEY = "p" * 22
GOOD = (
    "kind,name,where,use_rule,agreed_by,stock\n"
    'grit bin,Top of the hill,"382510, 161330",,,full\n'
    "Salt store,Village store,ST 826 614,any path,the parish council,half full\n"
)
BAD = (
    "kind,name,where,use_rule,agreed_by,stock\n"
    'grit bin,Top of the hill,"382510, 161330",,,full\n'
    "fountain,Spring,BA15 1HL,,,\n"
    "grit bin,,BA15 1HL,,,\n"
    "grit bin,Nowhere,,,,\n"
    "grit bin,Bridge,BA15 1HL,any path,,\n"
    "grit bin,Bridge 2,BA15 1HL,,,overflowing\n"
    'grit bin,TOP of the hill,"382510, 161330",,,\n'
    "warm space,Far away,SP1 1AA,,,\n"
)


@pytest.fixture
def ruth(world):
    return world.coordinator()


@pytest.fixture
def shown(world, ruth):
    """What a file would do."""
    who = Importer(ruth, frozenset({world.area_id()}))

    def show(text):
        content = text if isinstance(text, bytes) else text.encode()
        with world.work() as session:
            imports.try_out(session, KEY, "places", "p.csv", content, who, now=world.now)
        with world.work() as session:
            return imports.preview(session, KEY, who, now=world.now)

    return show


@pytest.fixture
def read_in(world, ruth, shown):
    def read(text):
        shown(text)
        with world.work() as session:
            return imports.confirm(session, KEY, Importer(ruth, frozenset({world.area_id()})), now=world.now).rows

    return read


def exported(world):
    with world.work() as session:
        return place_sheets.exported(session, {world.area_id()})


def test_what_it_would_do_is_shown_and_nothing_is_kept(world, shown, read_in):
    plan = shown(GOOD)
    assert plan.rows == (
        (2, Taken("Top of the hill", "grit bin; public paths and roads only; full", is_new=True)),
        (3, Taken("Village store", "village salt store; any path, agreed by the parish council; half full")),
    )
    assert (plan.new, plan.bad) == (2, ())
    assert world.all(Place) == []
    read_in(GOOD)
    again = shown(GOOD + "warm space,Hall,BA15 1HL,,,\n")
    assert (again.good, again.new, [row.is_new for _, row in again.rows]) == (3, 1, [False, False, True])


def test_every_bad_row_is_told_and_the_others_are_kept(world, shown, read_in):
    plan = shown(BAD)
    assert [(cell.line, cell.column) for cell in plan.bad] == [
        (3, "kind"),
        (4, "name"),
        (5, "where"),
        (6, "agreed_by"),
        (7, "stock"),
        (8, "name"),
        (9, "where"),
    ]
    assert plan.bad[0].expected.startswith("one of: aed, defibrillator, grit bin, ")
    assert [line for line, _ in plan.rows] == [2]
    assert read_in(BAD) == 1
    assert [place.name for place in world.all(Place)] == ["Top of the hill"]


@pytest.mark.parametrize("file", [b"\0\1\2", b"kind,na\0me,where\n\0,\0,\0\n", b"\xff\xfe\0\0"])
def test_a_file_with_what_no_one_types_is_told_of_and_kept_to_be_looked_at(world, shown, file):
    plan = shown(file)
    assert plan.good == 0
    assert plan.bad
    assert "\0" not in repr((plan.bad, plan.ignored))


def test_eastings_and_northings_in_columns_of_their_own(world, read_in):
    assert read_in("Kind;Name;Easting;Northing\ngrit bin;Hill;382510;161330\n") == 1
    assert [(row.easting, row.northing) for row in world.all(Place)] == [(382510, 161330)]


def test_a_second_time_changes_what_is_there_and_is_no_new_look_into_the_bin(world, read_in):
    read_in(GOOD)
    world.later(days=3)
    assert read_in(GOOD.replace("Top of", "TOP of")) == 2
    assert [place.name for place in world.all(Place)] == ["TOP of the hill", "Village store"]
    assert len(world.all(StockReport)) == 2
    read_in(GOOD.replace("half full", "empty"))
    assert len(world.all(StockReport)) == 3


def test_what_goes_out_comes_in_again_as_it_was(world, read_in):
    read_in(GOOD)
    with world.work() as session:
        before = place_list.rows(session, {world.area_id()})
    read_in(exported(world))
    with world.work() as session:
        assert place_list.rows(session, {world.area_id()}) == before


def test_no_cell_goes_out_as_a_formula(world, read_in, ruth):
    name = '=HYPERLINK("x")'
    with world.work() as session:
        draft = PlaceDraft("grit_bin", name, "BA15 1HL", "@here", "+4", refill_round="-1")
        places.add_place(session, draft, area_ids={world.area_id()}, staff_id=ruth, now=world.now)
    out = exported(world)
    (cells,) = list(csv.reader(io.StringIO(out.decode("utf-8-sig"))))[1:]
    assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
    read_in(out)
    assert [place.name for place in world.all(Place)] == [name]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rest", b"what,ever\n1,2\n", b'a,"b\n'])
def test_a_file_that_holds_no_places_is_told(shown, content):
    plan = shown(content)
    assert (plan.good, bool(plan.bad)) == (0, True)

"""Places: kept with their rules, what is left told by anyone and taken back, and salt for a visit."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.places import PlaceKind, Stock, UseRule
from matcher.services import ask_page, place_list, places, salt_short, visit_page
from matcher.services.places import PlaceDraft
from matcher.store.models import Place, StockReport

STORE = PlaceDraft(
    "salt_store", "Village store", "382600, 161400", "By the hall", use_rule="any_path", agreed_by="the parish"
)
BIN = PlaceDraft("grit_bin", "Top of the hill", "382510, 161330")
KEY = "k" * 22


@pytest.fixture
def ruth(world):
    return world.coordinator()


@pytest.fixture
def add(world, ruth):
    def add_it(draft=STORE, **changes):
        draft = PlaceDraft(**{**{name: getattr(draft, name) for name in PlaceDraft.__slots__}, **changes})
        with world.work() as session:
            return places.add_place(session, draft, area_ids={world.area_id()}, staff_id=ruth, now=world.now)

    return add_it


def known(world, place_id):
    with world.work() as session:
        return place_list.row(session, place_id, {world.area_id()})


def say(world, place_id, stock, key=KEY):
    with world.work() as session:
        places.report_level(session, place_id, stock, key, now=world.now)


def test_what_holds_until_somebody_agreed_otherwise(world, add):
    assert known(world, add(BIN)).use_rule is UseRule.PUBLIC_ONLY
    assert known(world, add(STORE, name="Other", use_rule="", agreed_by="")).use_rule is UseRule.PRIVATE
    assert known(world, add(STORE)).rule_words == "any path, agreed by the parish"
    assert known(world, add(PlaceDraft("warm_space", "Library", "BA15 1HL"))).use_rule is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "fountain"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x1bb"}, "name"),
        ({"where": "somewhere"}, "where"),
        ({"where": "51.35, 1.25"}, "where"),
        ({"where": "ST 82 612 3"}, "where"),
        ({"where": "BA99 9ZZ"}, "where"),
        ({"where": "SP1 1AA"}, "where"),
        ({"use_rule": "whatever"}, "use_rule"),
        ({"agreed_by": ""}, "agreed_by"),
        ({"stock": "some"}, "stock"),
        ({"kind": "warm_space", "use_rule": "", "agreed_by": "", "stock": "full"}, "stock"),
        ({"kind": "warm_space"}, "use_rule"),
    ],
)
def test_what_cannot_be_kept_stands_beside_its_field(world, add, changes, field):
    with pytest.raises(BadInput) as wrong:
        add(**changes)
    assert wrong.value.field == field
    assert world.all(Place) == []


@pytest.mark.parametrize(
    "typed", ["382600, 161400", "382600 161400", "ST 82600 61400", "st826614", "ST 826 614", "51.35140, -2.25124"]
)
def test_a_point_is_read_however_it_is_written_down(world, add, typed):
    row = known(world, add(where=typed))
    assert abs(row.easting - 382600) <= 2
    assert abs(row.northing - 161400) <= 2
    assert (round(row.lat, 3), round(row.lon, 3)) == (51.351, -2.251)


def test_there_is_one_of_a_kind_and_name(world, add):
    add(BIN)
    with pytest.raises(BadInput) as wrong:
        add(BIN, name="TOP of the hill")
    assert wrong.value.field == "name"
    add(STORE, name="Top of the hill")
    with world.work() as session:
        places.take_away(session, world.all(Place)[0].id, area_ids={world.area_id()}, staff_id=1, now=world.now)
    add(BIN)


def test_nobody_changes_what_is_not_in_their_area(world, add, ruth):
    place_id, far = add(), {world.area_id("salisbury")}
    for verb in (
        lambda session: places.take_away(session, place_id, area_ids=far, staff_id=ruth, now=world.now),
        lambda session: places.note_level(session, place_id, "full", area_ids=far, staff_id=ruth, now=world.now),
        lambda session: place_list.row(session, place_id, far),
    ):
        with world.work() as session, pytest.raises(NotFound):
            verb(session)


def test_the_last_word_counts_until_it_is_taken_back(world, add):
    place_id = add(stock="full")
    world.later(minutes=1)
    say(world, place_id, "empty")
    say(world, place_id, "half")  # a second press of the same page
    row = known(world, place_id)
    assert (row.stock, row.checked_by_team, row.checked_at) == (Stock.EMPTY, False, world.now)
    with world.work() as session:
        assert place_list.read_public(session, place_id, KEY, now=world.now).told == "empty"
        for _ in range(2):
            places.undo_report(session, place_id, KEY, now=world.now + timedelta(minutes=59))
        assert place_list.read_public(session, place_id, KEY, now=world.now).told == ""
    row = known(world, place_id)
    assert (row.stock, row.checked_by_team) == (Stock.FULL, True)


def test_after_an_hour_or_with_another_key_nothing_is_taken_back(world, add):
    place_id = add()
    say(world, place_id, "empty")
    with world.work() as session:
        places.undo_report(session, place_id, "o" * 22, now=world.now)
        places.undo_report(session, place_id, KEY, now=world.now + timedelta(minutes=61))
    assert known(world, place_id).stock is Stock.EMPTY


def test_private_stock_has_no_public_page_and_nothing_is_said_of_what_cannot_run_out(world, add):
    secret = add(use_rule="private", agreed_by="")
    hall = add(PlaceDraft("village_hall", "The hall", "BA15 1HL"))
    for place_id in (secret, hall, 99_999):
        with world.work() as session, pytest.raises(NotFound):
            places.report_level(session, place_id, "full", KEY, now=world.now)
    assert world.all(StockReport) == []


GOOD = {"area_id": 1, "name": "A", "easting": 1, "northing": 1, "lat": 1.0, "lon": 1.0}


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("salt_has_a_use_rule", {"kind": "grit_bin"}),
        ("salt_has_a_use_rule", {"kind": "warm_space", "use_rule": "private"}),
        ("somebody_agreed", {"kind": "grit_bin", "use_rule": "any_path"}),
        ("somebody_agreed", {"kind": "grit_bin", "use_rule": "public_only", "agreed_by": "x"}),
        ("has_a_name", {"kind": "warm_space", "name": " "}),
    ],
)
def test_the_database_refuses(world, constraint, row):
    with pytest.raises(IntegrityError, match=constraint), world.work() as session:
        session.execute(insert(Place).values({**GOOD, "area_id": world.area_id(), "added_at": world.now, **row}))


@pytest.mark.parametrize(
    ("constraint", "row"),
    [
        ("of_what_holds_stock", {"place_kind": "village_hall"}),
        ("fk_stock_reports_place", {"place_kind": "grit_bin"}),
        ("by_one_of_the_team_or_anyone", {"key": None}),
        ("by_one_of_the_team_or_anyone", {"staff_id": 1}),
    ],
)
def test_the_database_refuses_what_is_said_of_a_place(world, add, constraint, row):
    good = {"place_id": add(), "place_kind": "salt_store", "stock": "full", "said_at": world.now, "key": KEY}
    if "village_hall" in row.values():
        good["place_id"] = add(PlaceDraft("village_hall", "The hall", "BA15 1HL"))
    with pytest.raises(IntegrityError, match=constraint), world.work() as session:
        session.execute(insert(StockReport).values({**good, **row}))


# Salt for a visit.


def visit_of(world, details=("path", "steps")):
    need = world.post("Eileen", details=details)
    world.offer("Christopher")
    match_id = world.ask("Christopher", need)
    with world.work() as session:
        asked = ask_page.read(session, match_id, now=world.now)
    world.yes("Christopher")
    with world.work() as session:
        return asked, visit_page.read(session, world.visit("Christopher").id, now=world.now).door.salt


def test_the_nearer_bin_that_may_not_be_used_is_not_offered_the_store_is(world, add):
    add(BIN)
    add(STORE, stock="half")
    asked, salt = visit_of(world)
    assert (salt.name, salt.landmark, salt.stock_words) == ("Village store", "By the hall", "half full")
    assert salt.way == "about 150 yards north-east of"
    assert salt.rule_words == "any path, agreed by the parish"
    assert asked.salt == "There may be a village salt store near: you see it after you say yes"


def test_for_the_pavement_alone_the_bin_is_offered(world, add):
    add(BIN)
    add(STORE)
    assert visit_of(world, ("pavement",))[1].name == "Top of the hill"


@pytest.mark.parametrize(
    "changes", [{"stock": "empty"}, {"use_rule": "private", "agreed_by": ""}, {"where": "382500, 163310"}]
)
def test_what_is_empty_private_or_too_far_is_not_offered(world, add, changes):
    add(BIN)
    add(STORE, **changes)
    asked, salt = visit_of(world)
    assert salt is None
    assert asked.salt == "None to use near there: sand, or the shovel only"


def test_before_a_yes_the_words_are_the_same_for_every_home_of_a_square(world, add):
    """Two homes at the two ends of a square: a store that only one of them has near says the same of both."""
    add(STORE, where="382700, 159200")
    told = set()
    for name, postcode in (("Eileen", "BA15 1HL"), ("Frank", "BA15 1NB")):
        need = world.post(name, person={"postcode": postcode}, details=("path",))
        world.offer(f"{name}'s neighbour")
        match_id = world.ask(f"{name}'s neighbour", need)
        with world.work() as session:
            told.add(ask_page.read(session, match_id, now=world.now).salt)
    assert world.person("Eileen").cell_id == world.person("Frank").cell_id
    assert len(told) == 1


# Where it runs short.


def test_villages_without_salt_come_first_with_what_would_help(world, add, ruth):
    world.post("Eileen", details=("path",))
    world.post("Frank", is_icy=True, details=("pavement",))
    world.post("Gwen", details=("path",))
    store, _ = add(STORE), add(BIN)

    def gaps():
        areas = {world.area_id(), world.area_id("trowbridge")}
        with world.work() as session:
            found = salt_short.gaps(session, areas, now=world.now)
        return [(gap.village, gap.homes, gap.without, gap.empty) for gap in found]

    here, there = "Bradford on Avon", "Trowbridge"
    assert gaps() == [(there, 1, 1, 0), (here, 2, 0, 0)]
    say(world, store, "empty")
    assert gaps() == [(here, 2, 1, 1), (there, 1, 1, 0)]


def test_the_refill_list_goes_by_round_the_empty_first_and_leaves_out_what_is_full(world, add):
    add(BIN, refill_round="Tuesday", stock="half")
    add(BIN, name="Bottom", refill_round="Tuesday", stock="empty")
    add(BIN, name="Bridge", stock="full")
    add(STORE)
    add(PlaceDraft("warm_space", "Library", "BA15 1HL"))
    with world.work() as session:
        found = salt_short.refill_list(session, {world.area_id()})
    assert [(one.name, [row.name for row in one.places]) for one in found] == [
        ("Tuesday", ["Bottom", "Top of the hill"]),
        (salt_short.NO_ROUND, ["Village store"]),
    ]


def test_the_stock_of_an_area_in_figures(world, add):
    add(BIN, stock="empty")
    add(STORE)
    add(STORE, name="Ours", use_rule="private", agreed_by="")
    assert PlaceKind.SALT_STORE.value == "salt_store"
    with world.work() as session:
        assert salt_short.stock(session, world.area_id()) == salt_short.SaltStock(3, 1, ("Top of the hill",))

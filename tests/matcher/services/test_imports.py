"""A spreadsheet of people: every bad cell is shown with its line, and nothing is written until it is confirmed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.services import imports
from matcher.services.taken_in import Importer
from matcher.store.models import AvailabilityRule, Consent, Draft, Home, Need, Occurrence, Offer, OfferKind, Person
from matcher.store.session import unit_of_work

KEY = "k" * 22
VOLUNTEERS = "first_name,phone,house,postcode,date_of_birth,kinds,promised"
ADA = "Ada,07700 900123,1 High Street,BA15 1NB,17/05/1980,clearing snow or ice; errand,yes"
NEEDS = "first_name,phone,house,postcode,kind,day,agreed,times"
UNA = "Una,01632 960 900,2 Mill Lane,BA15 1HL,snow,15/01/2026,yes,morning"


@pytest.fixture
def who(world):
    return Importer(world.coordinator(), frozenset({world.area_id()}))


def bring(world, who, header, *rows, what=None, key=KEY):
    """Bring a file; what is shown of it: how many rows can be used, and each bad cell."""
    content = "\n".join((header, *rows)).encode()
    with world.work() as session:
        imports.try_out(
            session, key, what or ("needs" if header == NEEDS else "volunteers"), "a.csv", content, who, now=world.now
        )
    with world.work() as session:
        shown = imports.preview(session, key, who, now=world.now)
    return shown.good, [(cell.line, cell.column, cell.found) for cell in shown.bad]


def confirm(world, who, key=KEY):
    with world.work() as session:
        return imports.confirm(session, key, who, now=world.now).rows


def expected(world, who):
    with world.work() as session:
        return [cell.expected for cell in imports.preview(session, KEY, who, now=world.now).bad]


def counts(world):
    return {table: len(rows) for table, rows in world.picture().items() if table != "drafts"}


def test_nothing_is_written_before_it_is_confirmed_then_all_of_it_once(world, who):
    before = world.picture()
    assert bring(world, who, VOLUNTEERS, ADA) == (1, [])
    after = world.picture()
    before.pop("drafts"), after.pop("drafts")
    assert after == before
    assert confirm(world, who) == 1
    offer, person = world.one(Offer), world.one(Person)
    assert (person.first_name, offer.status, world.one(Home).phone) == ("Ada", "active", "+447700900123")
    assert {row.kind_slug for row in world.all(OfferKind)} >= {"snow"}
    assert confirm(world, who) == 1  # pressed twice
    assert len(world.all(Offer)) == 1


def test_whoever_is_taken_in_is_told_so(world, who):
    bring(world, who, VOLUNTEERS, ADA)
    assert world.deliver() == ()
    confirm(world, who)
    assert [one.shown_as for one in world.deliver()] == ["Ada, by text"]


def test_every_bad_cell_is_shown_with_its_line_and_column_and_the_others_are_taken_in(world, who):
    good, bad = bring(
        world,
        who,
        VOLUNTEERS + ",times,travel",
        "Bo,12,1,BA15 1NB,17/05/1980,snow,yes,any,foot",
        ADA + ",Tue 8:00-12:00,car",
        "Cy,07700 900124,1,BA15 1NB,soon,flying,no,Tue 9:00-10:00,balloon",
        "Di,07700 900125,1,ZZ1 1ZZ,17/05/1980,snow,yes,any,foot",
        "Ed,07700 900126,1,BA15 1NB,17/05/2015,snow,yes,any,foot",
        ",07700 900127,,BA15 1NB,17/05/1980,snow,yes,any,foot",
    )
    assert good == 1
    assert bad == [
        (2, "phone", "12"),
        (4, "date_of_birth", "soon"),
        (4, "kinds", "flying"),
        (4, "promised", "no"),
        (4, "times", "Tue 9:00-10:00"),
        (4, "travel", "balloon"),
        (5, "postcode", "ZZ1 1ZZ"),
        (6, "date_of_birth", "17/05/2015"),
        (7, "first_name", ""),
        (7, "house", ""),
    ]
    assert confirm(world, who) == 1
    assert [(row.weekday, row.opens.hour, row.closes.hour) for row in world.all(AvailabilityRule)] == [(1, 8, 12)]


def test_the_same_file_again_takes_nobody_in_twice_and_changes_nothing_of_theirs(world, who):
    bring(world, who, VOLUNTEERS, ADA)
    confirm(world, who)
    world.execute("update offers set travel_minutes = 45")
    good, bad = bring(world, who, VOLUNTEERS, ADA)
    assert (good, [column for _, column, _ in bad]) == (0, ["phone"])
    assert confirm(world, who) == 0
    assert world.one(Offer).travel_minutes == 45


def test_someone_who_stands_twice_in_a_file_is_one(world, who):
    assert bring(world, who, VOLUNTEERS, ADA, ADA)[0] == 1


def test_requests_are_posted_with_the_word_that_they_agreed(world, who):
    before = counts(world)
    assert bring(world, who, NEEDS, UNA, UNA.replace("yes", "")) == (1, [(3, "agreed", "")])
    assert counts(world) == before
    assert confirm(world, who) == 1
    need, consent = world.one(Need), world.one(Consent)
    assert (need.kind_slug, need.status, need.contact, need.bands) == ("snow", "open", "phone", ["am"])
    assert (consent.need_id, consent.given_by, consent.staff_id) == (need.id, "self", who.staff_id)
    assert len(world.all(Occurrence)) == 1
    assert bring(world, who, NEEDS, UNA) == (0, [(2, "", "")])
    assert need.reference in expected(world, who)[0]


def test_a_day_that_is_over_and_a_note_with_a_code_are_told_in_their_columns(world, who):
    _, bad = bring(
        world,
        who,
        NEEDS + ",note",
        UNA.replace("15/01/2026", "13/01/2026") + ",",
        UNA + ",the key safe is 4711",
        what="needs",
    )
    assert [(line, column) for line, column, _ in bad] == [(2, "day"), (3, "note")]


def test_nobody_is_taken_in_for_an_area_of_others(world):
    ruth = Importer(world.coordinator(), frozenset({world.area_id("salisbury")}))
    assert bring(world, ruth, VOLUNTEERS, ADA) == (0, [(2, "postcode", "BA15 1NB")])


def test_only_whoever_brought_it_confirms_it(world, who):
    bring(world, who, VOLUNTEERS, ADA)
    with pytest.raises(NotFound):
        confirm(world, Importer(world.coordinator("sam@example.org"), who.area_ids))


@pytest.mark.parametrize(
    ("what", "content", "words"),
    [
        ("friends", VOLUNTEERS, "Select what is in the file"),
        ("volunteers", VOLUNTEERS, "no row below"),
        ("volunteers", "\n".join([VOLUNTEERS, *[ADA] * 501]), "at most 500 rows"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_refused(world, who, what, content, words):
    with pytest.raises(BadInput, match=words), world.work() as session:
        imports.try_out(session, KEY, what, "a.csv", content.encode(), who, now=world.now)


def test_a_workbook_or_missing_columns_are_told_as_they_are(world, who):
    assert bring(world, who, "PK\x03\x04")[0] == 0
    good, bad = bring(world, who, "first_name,phone", "Ada,07700 900123")
    assert good == 0
    assert {column for _, column, _ in bad} >= {"house", "postcode", "date_of_birth", "kinds", "promised"}


def test_who_looks_like_somebody_here_or_like_another_row_is_told_without_a_name_and_may_still_be_written(world, who):
    world.offer("Joan", person={"phone": "07700 900123", "surname": "Canary"})
    bob = ADA.replace("Ada", "Bob").replace("900123", "900456")
    assert (
        bring(
            world,
            who,
            VOLUNTEERS,
            ADA,
            bob,
            bob.replace("Bob", "Rob"),
            ADA.replace("Ada,07700 900123", "Eve,07700 900789"),
        )[0]
        == 4
    )
    with world.work() as session:
        rows = imports.preview(session, KEY, who, now=world.now).rows
    same = "Looks like somebody here already: the same phone number"
    assert [(taken.name, taken.alike) for _, taken in rows] == [
        ("Ada", same),
        ("Bob", same),
        ("Rob", same),
        ("Eve", ""),
    ]
    assert "Canary" not in world.execute("select answers::text from drafts")[0][0]
    assert confirm(world, who) == 4


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        (VOLUNTEERS, ADA.replace("Ada", "A\0da"), "first_name"),
        (VOLUNTEERS, ADA.replace("07700", "07700\0"), "phone"),
        (VOLUNTEERS, ADA.replace("1 High", "1 \0High"), "house"),
        (VOLUNTEERS, ADA.replace("BA15", "BA\x1b15"), "postcode"),
        (VOLUNTEERS + ",surname", ADA + ",Smi\0th", "surname"),
        (VOLUNTEERS + ",email", ADA + ",ada\0@example.org", "email"),
        (NEEDS, UNA.replace("Una", "U\0na"), "first_name"),
        (NEEDS, UNA.replace("01632", "01632\0"), "phone"),
    ],
)
def test_a_cell_that_no_text_in_the_database_may_hold_is_a_bad_cell(world, who, header, row, column):
    good, bad = bring(world, who, header, row, what="needs" if header == NEEDS else "volunteers")
    assert (good, [(line, where) for line, where, _ in bad]) == (0, [(2, column)])


def test_of_the_requests_of_other_areas_a_file_with_guessed_numbers_tells_nothing(world):
    world.post("Eileen", when="day", day=date(2026, 1, 15))
    sam = Importer(world.coordinator(), frozenset({world.area_id("trowbridge")}))
    guess = f"Zed,{world.home('Eileen').phone},2 Mill Lane,BA14 8TW,snow,15/01/2026,yes,morning"
    assert bring(world, sam, NEEDS, guess) == (1, [])
    assert world.one(Need).reference not in str(world.all(Draft)[-1].answers)


def test_what_came_up_since_it_was_looked_at_is_told_and_the_rest_is_written(world, who):
    assert bring(world, who, NEEDS, UNA, UNA.replace("Una", "Ivy").replace("960 900", "960 901"))[0] == 2
    world.post("Una", kind="snow", when="day", day=date(2026, 1, 15), person={"phone": "01632 960 900"})
    with world.work() as session:
        done = imports.confirm(session, KEY, who, now=world.now)
    assert (done.rows, [cell.line for cell in done.left_out]) == (1, [2])
    with world.work() as session:
        assert imports.written(session, KEY, who, now=world.now) == done
    assert "content" not in world.all(Draft)[-1].answers


def test_two_who_bring_the_same_requests_at_once_post_them_once(lasting_world):
    """Else two neighbours are told that they have the same visit."""
    world = lasting_world
    places = frozenset({world.area_id()})
    both = [Importer(world.coordinator(f"{name}@example.org"), places) for name in ("ruth", "sam")]
    for nth, one in enumerate(both):
        assert bring(world, one, NEEDS, UNA, key=f"{nth}" * 22) == (1, [])
    with ThreadPoolExecutor(1) as other:
        with unit_of_work() as session:
            assert imports.confirm(session, "0" * 22, both[0], now=world.now).rows == 1
            later = other.submit(confirm, world, both[1], "1" * 22)
            world.wait_for_a_lock(unless=later.done)
        assert later.result(20) == 0
    assert len(world.all(Need)) == 1


def test_one_who_presses_twice_at_once_writes_once_and_is_told_the_same_twice(lasting_world):
    world = lasting_world
    who = Importer(world.coordinator(), frozenset({world.area_id()}))
    bring(world, who, VOLUNTEERS, ADA)
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda _: confirm(world, who), range(2))) == [1, 1]
    assert len(world.all(Offer)) == 1

"""A mark in every private field: nobody but the holder of a visit reads one, and not before or after the visit."""

from dataclasses import asdict, dataclass

import pytest

from matcher.domain.roles import LinkPurpose
from matcher.services import ask_page, board, impact, need_page, own_page, sent_copies, visit_page
from matcher.store.models import Visit

EILEEN = {
    "surname": "Zanzibarqu",
    "house": "77 Quillwortham",
    "phone": "07700 987 123",
    "email": "quokka.marks@example.org",
}
CHRISTOPHER = {
    "surname": "Vexillumby",
    "house": "99 Jackdawford",
    "phone": "07700 987 456",
    "email": "wombat.marks@example.org",
}
NOTE = "The gate sticks: kick it, says Xylophonica"
POINT = ("51.3505", "2.2526")  # Eileen's postcode to ten metres


@dataclass(frozen=True)
class Marks:
    """Words that stand in private fields only."""

    of_a_resident: tuple[str, ...]
    of_anyone: tuple[str, ...]

    def in_(self, text, *, allowed=()):
        return [mark for mark in self.of_anyone if mark in text and mark not in allowed]


MARKS = Marks(
    of_a_resident=("Quillwortham", "BA15 1HL", "07700 987123", "Xylophonica"),
    of_anyone=(
        *("Zanzibarqu", "Quillwortham", "987123", "987 123", "quokka", "Xylophonica", "BA15 1HL", "BA151HL", *POINT),
        *("Vexillumby", "Jackdawford", "987456", "987 456", "wombat", "BA15 1NB", "BA151NB", "382500", "161300"),
    ),
)


@pytest.fixture
def world(world):
    """Eileen's path, Christopher asked, marks in every field; the cell is a square of its own with a plain middle."""
    world.execute(
        "insert into cells (code, easting, northing, size_m, lat, lon)"
        " values ('376000-160000-8000', 376000, 160000, 8000, 51.3, -2.2)"
    )
    world.offer("Christopher", person=CHRISTOPHER)
    world.need = world.post(person=EILEEN, contact="email", note=NOTE)
    world.round()
    return world


def everything_shown(world):
    """Every page but the visit's, every message as it is sent, every row but the private tables, as one text."""
    seen = []
    with world.work() as session:
        now = world.now
        seen.append(need_page.read(session, world.need.need_id, now=now))
        seen.append(board.today(session, frozenset({world.area_id()}), now=now))
        seen.append(own_page.read(session, world.people["Christopher"], now=now))
        seen.append(ask_page.read(session, world.asked("Christopher"), now=now))
        seen.append(impact.done_this_month(session, now=now))
    seen += [(envelope.shown_as, envelope.message) for envelope in world.deliver()]
    with world.work() as session:
        seen += sent_copies.console_messages(session)
    rows = {table: rows for table, rows in world.picture().items() if table not in ("homes", "need_notes")}
    seen.append(rows)
    seen.append(world.execute("select to_jsonb(l)::text from private_links l"))
    return repr(seen)


def read_visit(world):
    with world.work() as session:
        return visit_page.read(session, world.visit("Christopher").id, now=world.now)


def test_the_marks_are_in_the_private_tables(world):
    private = str(world.execute("select to_jsonb(h)::text from homes h")) + str(
        world.execute("select * from need_notes")
    )
    assert len(MARKS.in_(private)) >= 14


@pytest.mark.parametrize("stage", ["asked", "held", "on the way", "done", "handed back", "cancelled", "declined"])
def test_no_page_message_or_row_holds_a_mark(world, stage):
    world.deliver()
    if stage == "declined":
        world.no("Christopher", reason="busy")
    elif stage != "asked":
        world.yes("Christopher")
    if stage in ("on the way", "done"):
        world.set_off("Christopher")
    if stage == "done":
        world.done("Christopher", minutes=20)
    if stage == "handed back":
        world.hand_back("Christopher")
    if stage == "cancelled":
        world.cancel(world.need)
    assert MARKS.in_(everything_shown(world)) == []


def test_before_the_yes_a_message_names_nobody(world):
    texts = [f"{envelope.message}" for envelope in world.deliver() if envelope.shown_as.startswith("Christopher")]
    assert len(texts) == 2
    assert not [text for text in texts if "Eileen" in text]


def test_only_the_page_of_the_visit_holds_the_door_and_only_while_someone_is_expected(world):
    world.yes("Christopher")
    for verb in (None, world.set_off):
        if verb:
            verb("Christopher")
        page = read_visit(world)
        assert page.door is not None
        assert [mark for mark in MARKS.of_a_resident if mark not in str(page.door)] == []
        assert page.door.door_word
        shown = {**asdict(page), "door": None}
        assert MARKS.in_(str(shown)) == []
        # Not the resident's surname, email or point, even then.
        assert MARKS.in_(str(page.door), allowed=(*MARKS.of_a_resident, "987123")) == []


@pytest.mark.parametrize("ending", ["done", "hand_back", "cancel", "nobody"])
def test_the_door_is_gone_when_the_visit_is_over(world, ending):
    world.yes("Christopher")
    assert read_visit(world).door is not None
    if ending == "cancel":
        world.cancel(world.need)
    elif ending == "nobody":
        world.later(hours=4)
        world.how(world.need, "nobody")
    else:
        getattr(world, ending)("Christopher")
    page = read_visit(world)
    assert page.door is None
    assert MARKS.in_(str(page)) == []


def test_a_door_word_is_not_on_any_page_of_a_volunteer_before_a_yes(world):
    (word,) = (row.door_word for row in world.execute("select door_word from occurrences"))
    with world.work() as session:
        pages = repr(
            (
                own_page.read(session, world.people["Christopher"], now=world.now),
                ask_page.read(session, world.asked("Christopher"), now=world.now),
                board.today(session, frozenset({world.area_id()}), now=world.now),
            )
        )
    assert word not in pages


def test_each_showing_of_the_door_is_written_down_and_only_while_there_is_one(world):
    world.yes("Christopher")

    def read():
        with world.work() as session:
            visit_page.record_reading(session, world.visit("Christopher").id, now=world.now)

    read()
    read()
    world.done("Christopher")
    read()
    rows = world.execute("select actor, thing, thing_id, fields from audit where action = 'read_door'")
    assert len(rows) == 2
    (row, _) = rows
    assert row.actor == f"person:{world.people['Christopher']}"
    assert (row.thing, row.thing_id) == ("person", world.people["Eileen"])
    assert row.fields == ["address", "note"]


def test_the_audit_holds_ids_and_names_of_fields_and_never_values(world):
    world.yes("Christopher")
    world.done("Christopher")
    rows = world.execute("select actor, action, thing, fields from audit")
    assert {row.action for row in rows} == {"settled", "offered", "posted", "accepted", "completed", "closed"}
    assert all(row.actor.split(":")[0] in ("person", "staff", "system") for row in rows)
    assert {field for row in rows for field in row.fields} == {"home"}


def test_a_volunteer_opens_their_own_asks_and_visits_and_no_others(world):
    from matcher.domain.errors import NotFound

    world.offer("Ann")
    world.yes("Christopher")
    match_id, visit_id = world.asked("Christopher"), world.one(Visit).id
    with world.work() as session:
        christopher, ann = world.people["Christopher"], world.people["Ann"]
        assert own_page.open_ask(session, christopher, match_id, now=world.now)
        assert own_page.open_visit(session, christopher, visit_id, now=world.now)
        for open_it, thing in ((own_page.open_ask, match_id), (own_page.open_visit, visit_id)):
            for nobody in ((ann, thing), (christopher, 10**9)):
                with pytest.raises(NotFound):
                    open_it(session, *nobody, now=world.now)
        with pytest.raises(NotFound):
            own_page.read(session, world.people["Eileen"], now=world.now)


def test_links_in_messages_are_for_the_one_thing_they_speak_of(world):
    from matcher.services import links

    world.yes("Christopher")
    kinds = {"r": LinkPurpose.STATUS, "m": LinkPurpose.MATCH, "me": LinkPurpose.ME, "visits": LinkPurpose.VISIT}
    opened = []
    for envelope in world.deliver():
        for word in envelope.message.text.split():
            if word.startswith("https://help.example.org/"):
                path, token = word.rsplit("/", 2)[-2:]
                with world.work() as session:
                    grant = links.open_link(session, token, kinds[path], now=world.now)
                opened.append((envelope.shown_as.split(",")[0], path, grant.person_id))
    eileen, christopher = world.people["Eileen"], world.people["Christopher"]
    assert sorted(opened) == [
        ("Christopher", "me", christopher),
        ("Christopher", "visits", christopher),
        ("Eileen", "r", eileen),
    ]

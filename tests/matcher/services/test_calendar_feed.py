"""The calendar feed, read by icalendar and by vobject, which share no code."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject

from matcher.domain.errors import NotFound
from matcher.services import calendar_feed
from matcher.store.models import ChannelChoice
from tests.worlds import SCHEME


@pytest.fixture
def christopher(world):
    world.offer("Christopher", visits_per_week=5)
    return world


def visit_at(world, name, at):
    """Christopher says yes to a visit at that time."""
    need = world.post(name, when="tomorrow", note="Mind the canary cage.", person={"surname": "Canary"})
    world.ask("Christopher", need, at=at)
    world.yes("Christopher")
    return need


def feed(world):
    with world.work() as session:
        return calendar_feed.feed(session, world.people["Christopher"], SCHEME, now=world.now)


def by_icalendar(body):
    return {
        str(event["UID"]): (
            event.decoded("DTSTART").astimezone(UTC),
            event.decoded("DTEND").astimezone(UTC),
            str(event["STATUS"]),
            int(event["SEQUENCE"]),
            str(event["SUMMARY"]),
        )
        for event in icalendar.Calendar.from_ical(body).walk("VEVENT")
    }


def by_vobject(body):
    return {
        event.uid.value: (
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
            event.status.value,
            int(event.sequence.value),
            event.summary.value,
        )
        for event in vobject.readOne(body.decode()).contents.get("vevent", [])
    }


def read(world):
    body = feed(world)
    assert by_icalendar(body) == by_vobject(body)
    return by_icalendar(body)


# Two hours either side of each change of clocks, and one in the middle of summer.
AROUND_THE_CHANGES = [
    datetime(2027, 3, 27, 9, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 8, 30, tzinfo=UTC),
    datetime(2027, 7, 1, 8, 30, tzinfo=UTC),
    datetime(2027, 10, 30, 8, 30, tzinfo=UTC),
    datetime(2027, 10, 31, 9, 30, tzinfo=UTC),
]


def test_both_clock_changes_read_the_same_everywhere(christopher):
    for number, at in enumerate(AROUND_THE_CHANGES):
        visit_at(christopher, f"Resident {number}", at)
    found = read(christopher)
    assert [start for start, *_ in found.values()] == AROUND_THE_CHANGES
    assert {end - start for start, end, *_ in found.values()} == {timedelta(minutes=30)}
    body = feed(christopher).decode()
    assert "BEGIN:VTIMEZONE" in body
    assert "DTSTART;TZID=Europe/London:20270328T093000" in body  # half past nine by the new clock


@pytest.mark.parametrize("how", ["cancelled", "handed back"])
def test_a_visit_that_is_off_keeps_its_name_and_says_so(christopher, how):
    need = visit_at(christopher, "Eileen", christopher.now + timedelta(days=1))
    ((uid, before),) = read(christopher).items()
    christopher.later(minutes=5)
    if how == "cancelled":
        christopher.cancel(need)
    else:
        christopher.hand_back("Christopher")
    ((same, after),) = read(christopher).items()
    assert (same, before[2:4], after[2:4]) == (uid, ("CONFIRMED", 0), ("CANCELLED", 1))
    assert before[:2] == after[:2]


def test_a_moved_visit_is_one_that_is_off_and_one_that_is_on(christopher):
    early, late = (christopher.now + timedelta(days=days) for days in (1, 2))
    need = visit_at(christopher, "Eileen", early)
    christopher.hand_back("Christopher")
    christopher.ask("Christopher", need, at=late)
    christopher.yes("Christopher")
    found = [(start, status) for start, _, status, *_ in read(christopher).values()]
    assert found == [(early, "CANCELLED"), (late, "CONFIRMED")]


def test_nothing_in_it_says_who_or_where(christopher):
    visit_at(christopher, "Eileen", christopher.now + timedelta(days=1))
    word = christopher.execute("select door_word from occurrences")[0][0]
    with christopher.work() as session:
        one = calendar_feed.visit_file(session, christopher.visit("Christopher").id, SCHEME, now=christopher.now)
    for body in (feed(christopher).decode(), one.decode()):
        for private in ("Eileen", "Canary", "canary", "Conigre", "BA15", "07700", word, "/visits/", "/me/"):
            assert private not in body
        assert "Good Neighbours" in body


@pytest.fixture
def by_email(world):
    """Joan is written to by e-mail."""
    world.offer("Joan", person={"email": "joan@example.org"})
    with world.work() as session:
        for about in ("asks", "visits"):
            session.add(ChannelChoice(person_id=world.people["Joan"], about=about, channel="email"))
    return world


def test_the_email_that_books_carries_the_visit_as_the_feed_has_it_and_nothing_private(by_email):
    world = by_email
    need = world.post("Eileen", when="tomorrow", note="Mind the canary cage.", person={"surname": "Canary"})
    world.ask("Joan", need, at=world.now + timedelta(days=1))
    world.yes("Joan")
    (booked,) = (sent for sent in world.deliver() if sent.calendar)
    assert (booked.recipient, booked.calendar.link) == (
        "joan@example.org",
        f"{booked.message.text.rpartition(' ')[2]}/visit.ics",
    )
    with world.work() as session:
        feeds = calendar_feed.feed(session, world.people["Joan"], SCHEME, now=world.now)
    assert by_icalendar(booked.calendar.body) == by_vobject(booked.calendar.body) == by_icalendar(feeds)
    word = world.execute("select door_word from occurrences")[0][0]
    for private in ("Eileen", "Joan", "Canary", "canary", "Conigre", "BA15", "07700", word, "/visits/", "/me/"):
        assert private not in booked.calendar.body.decode()
    world.later(minutes=5)
    world.cancel(need)
    (off,) = (sent for sent in world.deliver() if sent.calendar)
    assert off.calendar.link == ""  # the message leads nowhere
    ((uid, seen),) = by_icalendar(off.calendar.body).items()
    assert by_vobject(off.calendar.body) == {uid: seen}
    assert (uid, *seen[2:4]) == (*by_icalendar(booked.calendar.body), "CANCELLED", 1)
    assert icalendar.Calendar.from_ical(off.calendar.body)["METHOD"] == "CANCEL"


def test_a_text_and_what_the_resident_reads_carry_no_file(christopher):
    visit_at(christopher, "Eileen", christopher.now + timedelta(days=1))
    sent = christopher.deliver()
    assert len(sent) > 2
    assert {envelope.calendar for envelope in sent} == {None}


def test_only_their_own_visits(christopher):
    visit_at(christopher, "Eileen", christopher.now + timedelta(days=1))
    christopher.offer("Ann")
    with christopher.work() as session:
        hers = calendar_feed.feed(session, christopher.people["Ann"], SCHEME, now=christopher.now)
    assert by_icalendar(hers) == by_vobject(hers) == {}


def test_a_file_of_one_visit_says_whether_it_is_on(christopher):
    need = visit_at(christopher, "Eileen", christopher.now + timedelta(days=1))
    visit_id = christopher.visit("Christopher").id

    def method():
        with christopher.work() as session:
            body = calendar_feed.visit_file(session, visit_id, SCHEME, now=christopher.now)
        assert by_icalendar(body) == by_vobject(body) == read(christopher)
        return str(icalendar.Calendar.from_ical(body)["METHOD"])

    assert method() == "PUBLISH"
    christopher.cancel(need)
    assert method() == "CANCEL"
    with pytest.raises(NotFound), christopher.work() as session:
        calendar_feed.visit_file(session, 999_999, SCHEME, now=christopher.now)

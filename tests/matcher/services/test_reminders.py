"""Whoever goes is reminded a day before and two hours before, once each; and is asked afterwards if they got there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from matcher.domain.preferences import SENDING_LIMITS
from matcher.services import upkeep
from tests.worlds import SCHEME

DAYS_AHEAD = timedelta(days=3, hours=3)  # half past ten in the morning


@pytest.fixture
def held(world):
    """Christopher said yes to a visit to Eileen in three days, at half past ten, and both were told so."""
    world.offer("Christopher")
    day = (world.now + DAYS_AHEAD).date()
    need = world.post(when="day", day=day)
    world.ask("Christopher", need, at=world.now + DAYS_AHEAD)
    world.yes("Christopher")
    world.deliver()
    return world


def at(world, before):
    """The moment so long before the visit: the clock's work, and what is sent."""
    world.now = world.visit("Christopher").starts_at - before
    for _ in range(2):
        keep_up(world)
    return [envelope.message.text for envelope in world.deliver()]


def keep_up(world):
    with world.work() as session:
        return upkeep.keep_up(session, now=world.now)


def reminded(world):
    return [(said, status) for said, status in world.owed("Christopher") if said in ("visit_tomorrow", "visit_soon")]


def test_a_day_before_and_two_hours_before_whoever_goes_is_reminded_once(held):
    assert at(held, timedelta(hours=24, seconds=1)) == []
    (day_before,) = at(held, timedelta(hours=24))
    assert "reminder: you are helping Eileen, Sat 17 Jan 10:30am" in day_before
    assert at(held, timedelta(hours=2, seconds=1)) == []
    (two_hours_before,) = at(held, timedelta(hours=2))
    assert "still on for Eileen, Sat 17 Jan 10:30am?" in two_hours_before
    assert at(held, timedelta(minutes=5)) == []
    assert reminded(held) == [("visit_tomorrow", "sent"), ("visit_soon", "sent")]


def test_who_says_yes_later_than_that_is_not_reminded_of_what_they_have_just_said(world):
    world.offer("Christopher")
    world.ask("Christopher", world.post(when="today"), at=world.now + timedelta(hours=4))
    world.yes("Christopher")
    world.deliver()
    keep_up(world)
    assert reminded(world) == []
    assert ["still on" in text for text in at(world, timedelta(hours=2))] == [True]


def test_who_has_a_new_address_is_not_reminded_by_both_ways(held):
    at(held, timedelta(hours=24))
    held.execute("insert into channel_choices values (:id, 'visits', 'email')", id=held.people["Christopher"])
    held.execute("update homes set email = 'c@example.org' where person_id = :id", id=held.people["Christopher"])
    assert at(held, timedelta(hours=23)) == []


def test_a_visit_that_moves_is_reminded_of_anew_and_not_of_its_old_time(held):
    held.now = held.visit("Christopher").starts_at - timedelta(hours=24)
    keep_up(held)
    held.execute(
        "update visits set starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour',"
        " during = tstzrange(lower(during), upper(during) + interval '1 hour')"
    )
    assert held.deliver() == ()
    (text,) = at(held, timedelta(hours=24))
    assert "11:30am" in text
    assert reminded(held) == [("visit_tomorrow", "dropped"), ("visit_tomorrow", "sent")]


@pytest.mark.parametrize("what", ["handed back", "on the way", "called off", "too late"])
def test_a_reminder_of_what_is_over_is_not_sent(held, what):
    held.now = held.visit("Christopher").starts_at - timedelta(hours=2)
    keep_up(held)
    if what == "handed back":
        held.hand_back("Christopher")
    elif what == "on the way":
        held.set_off("Christopher")
    elif what == "called off":
        held.execute("update visits set status = 'cancelled', ended_at = starts_at")
    else:
        held.later(hours=2)
    held.deliver()
    assert reminded(held) == [("visit_soon", "dropped")]


def test_when_no_worker_lived_the_reminder_of_the_day_before_is_not_sent_beside_the_other(held):
    (text,) = at(held, timedelta(hours=1))
    assert "still on" in text


def test_nobody_is_woken_by_a_reminder_and_it_is_never_one_too_many(held):
    held.scheme = replace(SCHEME, limits=SENDING_LIMITS)
    held.execute(
        "update visits set starts_at = starts_at - interval '1 hour', during = tstzrange(lower(during) - interval"
        " '1 hour', upper(during))"
    )
    assert at(held, timedelta(hours=2)) == []  # half past seven
    held.later(minutes=30)
    held.execute("update notifications set sent_at = :at where status = 'sent'", at=held.now - timedelta(minutes=9))
    held.execute(
        "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at, attempts,"
        " sent_at, ended_at) select 'x:' || n, template, person_id, channel, values, status, owed_at, due_at, 1,"
        " sent_at, ended_at from notifications, generate_series(1, 5) n where template = 'visit_held_volunteer'"
    )
    assert ["still on" in envelope.message.text for envelope in held.deliver()] == [True]


def test_who_said_nothing_afterwards_is_asked_once_if_they_got_there_whatever_way_they_choose_meanwhile(held):
    held.now = held.visit("Christopher").ends_at + upkeep.ASK_AFTER
    keep_up(held)
    held.execute("insert into channel_choices values (:id, 'visits', 'email')", id=held.people["Christopher"])
    held.later(hours=1)
    keep_up(held)
    assert [said for said, _ in held.owed("Christopher")].count("visit_not_marked") == 1

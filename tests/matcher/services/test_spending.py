"""A day's texts: when they are used up only what must arrive goes, the team is told once, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from matcher.domain.preferences import MUST_ARRIVE, NEVER_TOO_DEAR, QUIET_CHOICES, SENDING_LIMITS
from matcher.services import health, outbox, spending
from matcher.services.outbox import Owed
from matcher.store.models import Notification
from tests.worlds import SCHEME


@pytest.fixture
def thrifty(world):
    """A scheme that may pay for two texts today, and has sent two. It is nine in the morning."""
    world.scheme = replace(SCHEME, limits=replace(SENDING_LIMITS, texts_a_day=2, quiet=QUIET_CHOICES["any"]))
    world.later(minutes=90)
    world.offer("Christopher")
    world.need = world.post("Eileen")
    assert len(world.deliver()) == 2
    return world


def owe(world, template, name="Christopher", **owed):
    with world.work() as session:
        outbox.owe(
            session, Owed(template, ("person_id", world.people[name]), world.people[name], **owed), now=world.now
        )


def went(world):
    return [envelope.message.text for envelope in world.deliver()]


def test_what_can_wait_does_so_until_the_next_day(thrifty):
    owe(thrifty, "month_thanks", occasion="2025-12", values={"times": "3", "month": "2025-12"})
    assert went(thrifty) == []
    waiting = thrifty.one(Notification, template="month_thanks")
    assert (waiting.status, waiting.put_off_at) == ("pending", None)
    assert waiting.due_at - thrifty.now == timedelta(hours=15)
    thrifty.now = waiting.due_at
    thrifty.deliver()
    assert thrifty.one(Notification, template="month_thanks").status != "pending"


def test_by_email_it_goes_all_the_same(thrifty):
    owe(thrifty, "quiet_spell", channel="email", occasion="2026-01")
    with thrifty.work() as session:
        outbox.claim_due(session, thrifty.scheme, frozenset(), now=thrifty.now)
    assert thrifty.one(Notification, template="quiet_spell").due_at != thrifty.now + timedelta(hours=15)


def test_what_somebody_waits_for_goes(thrifty):
    thrifty.post("Gwen")
    assert "we have your request" in went(thrifty)[0]
    thrifty.cancel(thrifty.need)
    assert "we have cancelled your request" in went(thrifty)[0]


def test_a_question_about_the_next_morning_goes_and_one_about_later_waits(thrifty):
    thrifty.offer("Ann")
    thrifty.offer("Joan")
    thrifty.deliver()
    thrifty.ask("Ann", thrifty.need, at=thrifty.now + timedelta(hours=26, minutes=59))
    thrifty.ask("Joan", thrifty.need, at=thrifty.now + timedelta(hours=27, minutes=1))
    thrifty.deliver()
    asks = {row.person_id: row.status for row in thrifty.all(Notification, template="match_asked")}
    assert asks == {thrifty.people["Ann"]: "sent", thrifty.people["Joan"]: "pending"}


def test_whether_somebody_is_warm_is_never_too_dear():
    assert "warm_check" in NEVER_TOO_DEAR
    assert {"match_asked"} == MUST_ARRIVE - NEVER_TOO_DEAR


def test_a_text_in_two_parts_counts_as_two(world):
    world.scheme = replace(SCHEME, name="The Good Neighbours of all the villages and hamlets of the Vale of Pewsey")
    world.offer("Christopher")
    world.deliver()
    assert world.one(Notification).parts == 2
    with world.work() as session:
        assert spending.texts_today(session, now=world.now) == 2
        assert spending.texts_today(session, now=world.now + timedelta(days=1)) == 0


def test_the_team_is_told_once_a_day_and_health_says_so(thrifty):
    thrifty.coordinator()
    for _ in range(2):
        with thrifty.work() as session:
            assert spending.tell_if_spent(session, thrifty.scheme.limits, now=thrifty.now)
            found = health.checks(session, now=thrifty.now, texts_a_day=2)["texts"]
            assert (found.ok, found.detail[:27]) == (False, "2 of 2 texts went today: wh")
            assert health.checks(session, now=thrifty.now, texts_a_day=3)["texts"].ok
    (told,) = went(thrifty)
    assert told.startswith("Good Neighbours: the 2 texts of today are used up.")
    thrifty.later(days=1)
    with thrifty.work() as session:
        assert not spending.tell_if_spent(session, thrifty.scheme.limits, now=thrifty.now)


def test_where_nothing_is_held_back_there_is_no_most(world):
    with world.work() as session:
        assert not spending.tell_if_spent(session, None, now=world.now)

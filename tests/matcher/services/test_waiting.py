"""Nothing that can wait goes at night, nor more than so many to one person; and nothing of it is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.preferences import AT_ANY_TIME, QUIET_CHOICES, SENDING_LIMITS
from matcher.services import board, cold, offer_changes, outbox, reminders, staff
from matcher.services.outbox import Owed
from matcher.store.models import Notification
from tests.worlds import SCHEME

NIGHT = datetime(2026, 1, 14, 22, 0, tzinfo=UTC)
EIGHT = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)


@pytest.fixture
def careful(world):
    """The neighbours, and a scheme that holds messages back. It is half past seven in the morning."""
    world.scheme = replace(SCHEME, limits=SENDING_LIMITS)
    return world


@pytest.fixture
def at_night(careful):
    """Christopher offers to help, and then it is ten in the evening."""
    careful.offer("Christopher")
    careful.deliver()
    careful.now = NIGHT
    return careful


def choose_hours(world, name, hours):
    person_id = world.people[name]
    with world.work() as session:
        writing = offer_changes.read(session, person_id, now=world.now).writing
        offer_changes.change_writing(session, person_id, replace(writing, quiet=hours), now=world.now)


def fates(world, template, name="Christopher"):
    return [status for said, status in world.owed(name) if said == template]


# Quiet hours.


def test_a_question_of_the_evening_waits_for_eight_in_the_morning(at_night):
    at_night.ask("Christopher", at_night.post(when="tomorrow"), at=NIGHT + timedelta(hours=15))
    assert [envelope.shown_as for envelope in at_night.deliver()] == ["Eileen, by text"]  # what she has just asked
    waiting = at_night.one(Notification, template="match_asked")
    assert (waiting.status, waiting.due_at, waiting.put_off_at) == (NotificationStatus.PENDING, EIGHT, None)
    at_night.now = EIGHT - timedelta(seconds=1)
    assert at_night.deliver() == ()
    at_night.now = EIGHT
    (envelope,) = at_night.deliver()
    assert "Reply YES" in envelope.message.text


@pytest.mark.parametrize(
    ("day", "clock"),
    [(datetime(2026, 3, 28, 22, 0, tzinfo=UTC), "07:00"), (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "08:00")],
)
def test_eight_in_the_morning_stays_eight_when_the_clocks_change(careful, day, clock):
    careful.offer("Christopher")
    careful.deliver()
    careful.now = day
    careful.ask("Christopher", careful.post(when="tomorrow"), at=day + timedelta(hours=15))
    careful.deliver()
    due_at = careful.one(Notification, template="match_asked").due_at
    assert f"{due_at.astimezone(UTC):%H:%M}" == clock


@pytest.mark.parametrize(
    ("starts_in", "status"),
    [(timedelta(hours=11), "sent"), (timedelta(hours=11, minutes=55), "sent"), (timedelta(hours=15), "pending")],
)
def test_at_night_a_resident_hears_at_once_of_a_visit_that_is_near(at_night, starts_in, status):
    at_night.ask("Christopher", at_night.post(when="tomorrow", times=frozenset({"am", "pm"})), at=NIGHT + starts_in)
    at_night.yes("Christopher")
    at_night.deliver()
    assert fates(at_night, "visit_held_resident", "Eileen") == [status]
    assert fates(at_night, "visit_held_volunteer") == ["sent"]  # the answer to what he has just pressed


def test_who_holds_a_visit_hears_that_it_is_off_before_they_would_set_off_for_it(at_night):
    """His own quiet hours end at ten, and the visit would be at eleven: more than twelve hours away, and too late."""
    choose_hours(at_night, "Christopher", QUIET_CHOICES["18-10"])
    need = at_night.post(when="tomorrow")
    at_night.ask("Christopher", need, at=NIGHT + timedelta(hours=13))
    at_night.yes("Christopher")
    at_night.deliver()
    at_night.cancel(need)
    at_night.deliver()
    assert fates(at_night, "visit_cancelled") == ["sent"]


@pytest.mark.parametrize("who", ["staff", "resident"])
def test_a_code_never_waits(at_night, who):
    if who == "staff":
        staff_id = at_night.coordinator()
        with at_night.work() as session:
            staff.owe_code(session, staff_id, "482913", now=at_night.now)
    else:
        need = at_night.post(when="tomorrow")
        owed = Owed("need_code", ("need_id", need.need_id), person_id=at_night.people["Eileen"])
        with at_night.work() as session:
            outbox.owe(session, replace(owed, values={"code": "48291"}), now=at_night.now)
    assert any("4829" in envelope.message.text for envelope in at_night.deliver())


def test_their_own_hours_go_before_the_scheme_s(at_night):
    choose_hours(at_night, "Christopher", AT_ANY_TIME)
    at_night.ask("Christopher", at_night.post(when="tomorrow"), at=NIGHT + timedelta(hours=15))
    at_night.deliver()
    assert fates(at_night, "match_asked") == ["sent"]


def test_what_a_person_says_waits_for_nobody(at_night):
    """A call is made by somebody of the team, who sees what the time is."""
    at_night.ask("Christopher", at_night.post(when="tomorrow", contact="phone"), at=NIGHT + timedelta(hours=15))
    at_night.yes("Christopher")
    at_night.deliver()
    assert fates(at_night, "visit_held_resident", "Eileen") == ["sent"]


@pytest.mark.parametrize(
    ("choice", "is_cold", "status"), [("more", True, "sent"), ("more", False, "pending"), ("usual", True, "pending")]
)
def test_an_urgent_question_goes_at_night_to_those_who_agreed_to_it_while_it_is_cold(at_night, choice, is_cold, status):
    at_night.now = at_local(local_day(EIGHT), EIGHT.time()) - timedelta(hours=2)
    with at_night.work() as session:
        cold.agree(session, at_night.people["Christopher"], choice, now=at_night.now)
        if is_cold:
            ends = at_night.now + timedelta(hours=24)
            cold.start(session, at_night.area_id(), until=ends, actor="staff:1", now=at_night.now)
    at_night.ask("Christopher", at_night.post(), at=at_night.now + timedelta(hours=3))
    at_night.execute("update needs set urgency = 'urgent'")
    at_night.deliver()
    assert fates(at_night, "match_asked") == [status]
    at_night.execute(
        "update notifications set status = 'pending', due_at = owed_at, sent_at = null, ended_at = null"
        " where template = 'match_asked'"
    )
    at_night.execute("update offers set cold_wording = 1 where cold_wording is not null")
    at_night.deliver()
    assert fates(at_night, "match_asked") == ["pending"]  # they read words that said nothing of the night


# So many to one person.


def had(world, *minutes_ago, name="Christopher", template="offer_made"):
    """Someone was sent a message so many minutes ago, one for each."""
    for number, minutes in enumerate(minutes_ago):
        world.execute(
            "insert into notifications (event, template, person_id, channel, values, status, owed_at, due_at,"
            " attempts, sent_at, ended_at) values (:event, :template, :who, 'text',"
            " '{}', 'sent', :at, :at, 1, :at, :at)",
            event=f"{template}:{world.now:%d %H} {number}",
            template=template,
            who=world.people[name],
            at=world.now - timedelta(minutes=minutes),
        )


@pytest.fixture
def asked(careful):
    """Christopher offers to help; at noon of the next day he is asked one thing, and nobody has sent it yet."""
    careful.offer("Christopher")
    careful.deliver()
    careful.now = EIGHT + timedelta(hours=4)
    careful.ask(
        "Christopher", careful.post(when="tomorrow", times=frozenset({"pm"})), at=careful.now + timedelta(days=1)
    )
    return careful


def test_the_fifth_message_of_an_hour_waits_until_the_first_is_an_hour_old(asked):
    had(asked, 50, 40, 30, 20)
    asked.deliver()
    waiting = asked.one(Notification, template="match_asked")
    assert (waiting.status, waiting.due_at) == (NotificationStatus.PENDING, asked.now + timedelta(minutes=10))
    assert waiting.put_off_at == asked.now
    asked.later(minutes=10)
    asked.deliver()
    assert fates(asked, "match_asked") == ["sent"]


def test_the_thirteenth_of_a_day_waits_until_the_first_is_a_day_old(asked):
    had(asked, *range(23 * 60, 11 * 60, -60))
    asked.deliver()
    assert asked.one(Notification, template="match_asked").due_at == asked.now + timedelta(hours=1)


@pytest.mark.parametrize("minutes_ago", [(50, 40, 30), (61, 50, 40, 30)])
def test_four_in_an_hour_is_not_too_many(asked, minutes_ago):
    had(asked, *minutes_ago)
    asked.deliver()
    assert fates(asked, "match_asked") == ["sent"]


def test_others_messages_are_not_counted(asked):
    had(asked, 50, 40, 30, 20, name="Eileen")
    asked.deliver()
    assert fates(asked, "match_asked") == ["sent"]


def test_of_two_that_are_due_in_one_look_the_second_waits_if_the_first_is_the_fourth(asked):
    asked.ask("Christopher", asked.post("Frank", when="tomorrow"), at=asked.now + timedelta(hours=22))
    had(asked, 50, 40, 30)
    asked.deliver()
    assert sorted(fates(asked, "match_asked")) == ["pending", "sent"]


def test_what_may_have_gone_counts_too(asked):
    had(asked, 50, 40, 30, 20)
    asked.execute("update notifications set status = 'uncertain', sent_at = null where template = 'offer_made'")
    asked.deliver()
    assert fates(asked, "match_asked") == ["pending"]


def test_what_must_go_at_once_goes_however_many_there_were(asked):
    had(asked, 50, 40, 30, 20)
    asked.yes("Christopher")
    asked.deliver()
    assert fates(asked, "visit_held_volunteer") == ["sent"]


def test_a_reminder_that_is_of_no_use_later_goes_however_many_there_were(asked):
    asked.yes("Christopher")
    asked.deliver()
    visit = asked.visit("Christopher")
    asked.now = visit.starts_at - timedelta(hours=1)
    had(asked, 50, 40, 30, 20)
    with asked.work() as session:
        assert reminders.remind(session, now=asked.now) == 1
    asked.deliver()
    assert fates(asked, "visit_soon") == ["sent"]


@pytest.mark.parametrize(
    ("urgency", "hours", "status"), [("urgent", 3, "sent"), ("normal", 3, "pending"), ("urgent", 24, "pending")]
)
def test_an_urgent_question_for_today_is_not_one_too_many(careful, urgency, hours, status):
    careful.offer("Christopher")
    careful.deliver()
    careful.now = EIGHT + timedelta(hours=4)
    when = "today" if hours < 12 else "tomorrow"
    need = careful.post(when=when, times=frozenset({"pm"}))
    careful.ask("Christopher", need, at=careful.now + timedelta(hours=hours))
    careful.execute("update needs set urgency = :urgency", urgency=urgency)
    had(careful, 50, 40, 30, 20)
    careful.deliver()
    assert fates(careful, "match_asked") == [status]


def test_what_is_over_while_it_waits_is_never_said(asked):
    had(asked, 50, 40, 30, 20)
    asked.deliver()
    asked.no("Christopher")
    asked.later(hours=1)
    asked.deliver()
    assert fates(asked, "match_asked") == ["dropped"]


def test_what_was_put_off_for_a_day_stands_on_the_coordinators_list(asked):
    had(asked, 50, 40, 30, 20)
    asked.deliver()
    for hours in (20, 4):
        asked.later(hours=hours)
        had(asked, 51, 41, 31, 21)
        assert fates(asked, "match_asked") == ["pending"]
        asked.execute(
            "update matches set starts_at = starts_at + interval '1 day', ends_at = ends_at + interval '1 day'"
        )
        asked.deliver()
    assert fates(asked, "match_asked") == ["failed"]
    with asked.work() as session:
        seen = board.today(session, frozenset({asked.area_id()}), now=asked.now)
    assert [(line.person, line.why) for line in seen.undelivered] == [
        ("Christopher", "they have had so many messages: ring them")
    ]

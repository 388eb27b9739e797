"""However wide the quiet hours are, nobody is counted on who cannot have heard in time, and nobody is passed over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.domain.preferences import AT_ANY_TIME, NIGHT, QUIET_CHOICES, SENDING_LIMITS, read_hours, told_at
from matcher.services import cold, need_history, reminders, upkeep
from matcher.store.models import Match, Notification, Occurrence
from tests.matcher.services.test_waiting import choose_hours, fates
from tests.worlds import SCHEME

WIDE = read_hours("18-10")
HALF_PAST_SIX = datetime(2026, 1, 14, 18, 30, tzinfo=UTC)
TEN = datetime(2026, 1, 14, 22, 0, tzinfo=UTC)
SEVEN = datetime(2026, 1, 15, 7, 0, tzinfo=UTC)
NINE = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def evening(world):
    """The scheme's quiet hours are as wide as they can be; Christopher offers help, and then it is half past six."""
    world.scheme = replace(SCHEME, limits=replace(SENDING_LIMITS, quiet=WIDE))
    world.offer("Christopher")
    world.deliver()
    world.now = HALF_PAST_SIX
    return world


def keep_up(world):
    with world.work() as session:
        return upkeep.keep_up(session, now=world.now)


def before_ten(world):
    """Eileen needs help tomorrow between eight and ten."""
    need = world.post(when="tomorrow")
    ends = NINE + timedelta(hours=1)
    world.execute(
        "update occurrences set windows = tstzmultirange(tstzrange(:start, :end)), starts_at = :start, ends_at = :end",
        start=NINE - timedelta(hours=1),
        end=ends,
    )
    return need


def asked_about(world, starts_at, *, urgency="normal"):
    """What became of the question about a visit that begins then, once somebody has looked at it."""
    need = world.post(when="tomorrow", times=frozenset({"am", "pm"}))
    world.ask("Christopher", need, at=starts_at)
    world.execute("update needs set urgency = :urgency", urgency=urgency)
    world.deliver()
    return fates(world, "match_asked")[-1]


def test_a_question_about_tomorrow_morning_goes_in_the_scheme_s_hours_while_nobody_sleeps(evening):
    assert asked_about(evening, NINE) == "sent"


def test_one_that_can_wait_does(evening):
    assert asked_about(evening, NINE + timedelta(hours=3)) == "pending"
    assert evening.one(Notification, template="match_asked").due_at == NINE + timedelta(hours=1)


def test_at_night_it_waits_for_seven(evening):
    evening.now = TEN
    assert asked_about(evening, NINE) == "pending"
    assert evening.one(Notification, template="match_asked").due_at == SEVEN
    evening.now = SEVEN
    evening.deliver()
    assert fates(evening, "match_asked") == ["sent"]


@pytest.mark.parametrize(("choice", "urgency", "fate"), [("more", "urgent", "sent"), ("more", "normal", "dropped"),
    ("usual", "urgent", "dropped")])  # fmt: skip
def test_a_question_of_the_night_about_the_night_goes_to_those_who_may_be_woken(evening, choice, urgency, fate):
    """Ten to midnight, about half past: another day by the calendar."""
    evening.now = TEN + timedelta(hours=1, minutes=50)
    with evening.work() as session:
        cold.agree(session, evening.people["Christopher"], choice, now=evening.now)
        ends = evening.now + timedelta(hours=24)
        cold.start(session, evening.area_id(), until=ends, actor="staff:1", now=evening.now)
    assert asked_about(evening, evening.now + timedelta(minutes=40), urgency=urgency) == fate


def test_one_that_cannot_be_heard_in_time_ends_at_once_and_others_are_asked(evening):
    """Their own hours are theirs: no round asks them, and if somebody of the team does, the next round asks others."""
    choose_hours(evening, "Christopher", QUIET_CHOICES["18-10"])
    need = evening.post(when="tomorrow")
    evening.ask("Christopher", need, at=NINE)
    evening.execute("update occurrences set next_round_at = :later", later=evening.now + timedelta(hours=2))
    evening.deliver()
    assert fates(evening, "match_asked") == ["dropped"]
    assert keep_up(evening).unheard == 1
    match = evening.one(Match)
    assert (match.status, match.delivered_at) == (MatchStatus.LAPSED, None)
    assert evening.one(Occurrence).next_round_at == evening.now
    areas = frozenset({evening.area_id()})
    with evening.work() as session:
        told = [line.words for line in need_history.read(session, need.need_id, area_ids=areas).lines]
    assert "The question could not be sent to Christopher S in time" in told
    evening.offer("Ann")
    evening.round()
    assert sorted(evening.who_was_asked(need)) == ["Ann", "Christopher"]
    evening.deliver()
    assert fates(evening, "match_asked", "Ann") == ["sent"]
    assert evening.breaches() == {}


def test_a_round_asks_nobody_who_would_hear_too_late_and_says_so(evening):
    choose_hours(evening, "Christopher", QUIET_CHOICES["18-10"])
    need = before_ten(evening)
    evening.round()
    assert evening.who_was_asked(need) == []
    assert evening.one(Occurrence).reason == "Nobody near enough can hear of it and get there in the time that is left."
    evening.offer("Ann")
    evening.later(minutes=11)
    evening.round()
    assert evening.who_was_asked(need) == ["Ann"]


def test_a_round_proposes_a_time_after_they_have_heard(evening):
    choose_hours(evening, "Christopher", QUIET_CHOICES["18-10"])
    evening.post(when="tomorrow")
    evening.round()
    assert evening.one(Match).starts_at >= NINE + timedelta(hours=1, minutes=15)
    evening.now = NINE + timedelta(hours=1)
    evening.deliver()
    assert fates(evening, "match_asked") == ["sent"]


def test_a_round_at_night_asks_about_the_morning(evening):
    evening.now = TEN
    need = before_ten(evening)
    evening.round()
    assert evening.who_was_asked(need) == ["Christopher"]
    evening.now = SEVEN
    evening.deliver()
    assert fates(evening, "match_asked") == ["sent"]


def test_a_reminder_comes_before_its_visit(evening):
    evening.ask("Christopher", evening.post(when="tomorrow"), at=NINE)
    evening.yes("Christopher")
    evening.now = SEVEN
    with evening.work() as session:
        assert reminders.remind(session, now=evening.now) == 1
    evening.deliver()
    assert fates(evening, "visit_soon") == ["sent"]


def test_who_waited_all_evening_hears_that_evening_that_nobody_comes(evening):
    evening.post(times=frozenset({"eve"}))
    evening.deliver()
    evening.now = evening.one(Occurrence).ends_at
    keep_up(evening)
    evening.deliver()
    assert fates(evening, "need_unmet", "Eileen") == ["sent"]


@pytest.mark.parametrize(
    ("own", "usual", "clock", "told"),
    [
        (None, None, TEN, TEN),
        (None, WIDE, HALF_PAST_SIX, HALF_PAST_SIX),
        (None, WIDE, TEN, SEVEN),
        (None, read_hours("22-6"), TEN, SEVEN - timedelta(hours=1)),
        (None, NIGHT, NINE, NINE),
        (WIDE, None, HALF_PAST_SIX, NINE + timedelta(hours=1)),
        (AT_ANY_TIME, WIDE, TEN, TEN),
    ],
)
def test_when_a_question_reaches_somebody(own, usual, clock, told):
    assert told_at(own, usual, clock) == told

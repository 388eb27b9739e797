"""The scheme's quiet hours: set by the team, followed by all who chose no others, and never put over somebody's own."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.preferences import QUIET_CHOICES, SENDING_LIMITS, hours_words, quiet_until, read_hours
from matcher.services import offer_changes, quiet_hours, settings
from matcher.store.models import AuditRow, Notification, Offer
from tests.worlds import SCHEME

EVENING = datetime(2026, 1, 14, 20, 30, tzinfo=UTC)
LATE_TO_SEVEN = ("22", "7")


@pytest.fixture
def at_night(world):
    """A scheme that holds messages back, and Christopher, who offers to help. It is half past eight in the evening."""
    world.scheme = replace(SCHEME, limits=SENDING_LIMITS)
    world.offer("Christopher")
    world.deliver()
    world.now = EVENING
    return world


def preview(world, begins, ends, *, holds_back=True):
    with world.work() as session:
        return quiet_hours.preview(session, begins, ends, holds_back=holds_back, now=world.now)


def change(world, begins, ends, looked_at=None):
    seen, by = looked_at or preview(world, begins, ends).mark, world.coordinator()
    with world.work() as session:
        quiet_hours.change(session, begins, ends, seen, holds_back=True, staff_id=by, now=world.now)


def own(world):
    with world.work() as session:
        return offer_changes.read(session, world.people["Christopher"], now=world.now)


def choose(world, **changes):
    with world.work() as session:
        writing = replace(own(world).writing, **changes)
        offer_changes.change_writing(session, world.people["Christopher"], writing, now=world.now)


def waits_until(world):
    """Ask Christopher about tomorrow afternoon: until when the question waits, if it does."""
    world.ask("Christopher", world.post(when="tomorrow"), at=world.now + timedelta(hours=18))
    world.deliver()
    row = world.all(Notification, template="match_asked")[-1]
    return None if row.sent_at else row.due_at


def test_they_are_nine_to_eight_until_the_team_sets_others(at_night):
    at_night.later(hours=1)
    assert waits_until(at_night) == datetime(2026, 1, 15, 8, 0, tzinfo=UTC)
    shown = preview(at_night, *LATE_TO_SEVEN)
    assert [(one.before, one.after) for one in shown.changes] == [("9pm to 8am", "10pm to 7am")]
    with at_night.work() as session:
        assert quiet_hours.standing(session) == read_hours("21-8"), "it was only looked at"


def test_what_can_wait_waits_by_the_hours_that_the_team_set(at_night):
    change(at_night, *LATE_TO_SEVEN)
    at_night.later(hours=1)
    assert waits_until(at_night) is None, "at half past nine it goes"
    at_night.later(hours=1)
    assert waits_until(at_night) == datetime(2026, 1, 15, 7, 0, tzinfo=UTC)


def test_hours_of_their_own_stay_theirs(at_night):
    choose(at_night, quiet=QUIET_CHOICES["18-10"])
    change(at_night, *LATE_TO_SEVEN)
    assert own(at_night).writing.quiet == (time(18), time(10))
    assert waits_until(at_night) == datetime(2026, 1, 15, 10, 0, tzinfo=UTC)


def test_so_do_hours_that_were_also_the_scheme_s_when_they_chose_them(at_night):
    choose(at_night, quiet=QUIET_CHOICES["20-9"])
    change(at_night, "20", "9")
    choose(at_night, asks_per_week=2)
    change(at_night, *LATE_TO_SEVEN)
    assert own(at_night).writing.quiet == (time(20), time(9))


def test_who_chose_something_else_goes_on_with_the_scheme_s_hours(at_night):
    choose(at_night, asks_per_week=2)
    assert at_night.one(Offer).quiet_from is None
    change(at_night, *LATE_TO_SEVEN)
    settled = own(at_night)
    assert (settled.writing.quiet, settled.usual_quiet) == (None, (time(22), time(7)))


def test_hours_of_their_own_are_given_up_again(at_night):
    choose(at_night, quiet=QUIET_CHOICES["18-10"])
    choose(at_night, quiet=None)
    assert at_night.one(Offer).quiet_from is None


def test_whom_it_touches_is_said_before(at_night):
    at_night.offer("Joan")
    assert "1 volunteer who has" not in preview(at_night, *LATE_TO_SEVEN).touches[0]
    choose(at_night, quiet=QUIET_CHOICES["18-10"])
    everyone, their_own, near, _ = preview(at_night, *LATE_TO_SEVEN).touches
    assert (
        everyone == "It is so for everyone who asks for help, and for 1 volunteer who has chosen no hours of their own."
    )
    assert their_own == "1 volunteer has hours of their own and keeps them."
    assert "comes at once" in near
    (nothing,) = preview(at_night, *LATE_TO_SEVEN, holds_back=False).touches
    assert "GRITBIN_HOLD_BACK" in nothing


def test_how_many_questions_could_not_have_waited_is_counted_first(at_night):
    """One of seven in the evening about the next morning, one about the afternoon, one at noon; and one to Joan, who
    has hours of her own.
    """
    at_night.offer("Joan")
    at_night.execute(
        "update offers set quiet_from = '20:00', quiet_until = '09:00' where person_id = :who",
        who=at_night.people["Joan"],
    )
    tomorrow = datetime(2026, 1, 15, tzinfo=UTC)
    for name, at, hour in (
        ("Christopher", 19, 9),
        ("Christopher", 19, 14),
        ("Christopher", 12, 17),
        ("Joan", 19, 9),
    ):
        at_night.now = EVENING.replace(hour=at, minute=0)
        need = at_night.post(when="tomorrow", times=frozenset({"am", "pm", "eve"}))
        at_night.ask(name, need, at=tomorrow + timedelta(hours=hour))
        at_night.no(name)
    at_night.now = EVENING
    _, _, _, said, *_ = preview(at_night, "18", "10").touches
    assert said.startswith("Of the questions of the last 4 weeks 2 were asked in the new hours, 0 in those of now.")
    assert "Of the 2, 1 could not have waited for 10am" in said
    assert "from 7am" in said
    at_night.now += timedelta(weeks=4)
    assert "weeks 0 were asked" in preview(at_night, "18", "10").touches[3]


def test_what_waits_already_is_counted(at_night):
    at_night.later(hours=1)
    waits_until(at_night)
    assert preview(at_night, *LATE_TO_SEVEN).touches[-1].startswith("1 message waits until 8am.")


def test_what_was_changed_is_kept_and_in_the_audit(at_night):
    change(at_night, *LATE_TO_SEVEN)
    with at_night.work() as session:
        (past,) = settings.history(session, settings.QUIET)
    assert (past.field, past.before, past.after) == ("Quiet hours", "9pm to 8am", "10pm to 7am")
    assert [(row.thing_id, row.fields) for row in at_night.all(AuditRow, thing="setting")] == [(4, ["quiet"])]


def test_what_somebody_else_changed_meanwhile_is_not_changed_over(at_night):
    seen = preview(at_night, *LATE_TO_SEVEN).mark
    change(at_night, "20", "9")
    with pytest.raises(Conflict):
        change(at_night, *LATE_TO_SEVEN, seen)


@pytest.mark.parametrize(
    ("begins", "ends", "field"), [("", "8", "begins"), ("12", "8", "begins"), ("21", "", "ends"), ("21", "12", "ends")]
)
def test_hours_of_the_day_are_refused_beside_their_field(world, begins, ends, field):
    with pytest.raises(BadInput) as refused:
        preview(world, begins, ends)
    assert refused.value.field == field


@pytest.mark.parametrize("value", ["9-17", "21-12", "", "21-8 or so"])
def test_the_database_takes_no_other(world, value):
    row = {"value": value, "by": world.coordinator(), "at": world.now}
    with pytest.raises(DBAPIError) as refused:
        world.execute("insert into settings (name, value, set_by, set_at) values ('quiet', :value, :by, :at)", **row)
    assert refused.value.orig.diag.constraint_name == "ck_settings_quiet_hours_are_at_night"


def test_every_choice_is_said_as_it_is_kept():
    assert [hours_words(hours) for key, hours in QUIET_CHOICES.items() if key != "any"] == [
        *("9pm to 8am", "8pm to 9am", "6pm to 10am", "10pm to 7am"),
    ]
    assert quiet_until(QUIET_CHOICES["any"], EVENING) is None

"""The number to call: looked at with whom it touches, checked, kept; and what was owed before names the one before."""

import pytest
from sqlalchemy.exc import DBAPIError

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.messages import ONE_TEXT
from matcher.domain.messages.catalogue import name_of
from matcher.domain.messages.longest import Sender
from matcher.services import message_texts, scheme_number, settings
from matcher.services.scheme_number import Line
from matcher.store.models import AuditRow
from tests.worlds import SCHEME
from web.filters import unbroken

USUAL = Line("01632 960 100", "8am to 8pm")
NEW = Line("01632 960 222", "9am to 5pm")
SENDER = Sender(SCHEME.name, USUAL.phone, SCHEME.origin)


def preview(world, typed, scheme=SCHEME):
    with world.work() as session:
        return scheme_number.preview(session, typed, USUAL, scheme)


def change(world, typed, looked_at=None):
    seen, staff_id = looked_at or preview(world, typed).mark, world.coordinator()
    with world.work() as session:
        scheme_number.change(session, typed, USUAL, SCHEME, seen, staff_id=staff_id, now=world.now)


def standing(world):
    with world.work() as session:
        return scheme_number.standing(session, USUAL)


def texts(world):
    return " ".join(envelope.message.text for envelope in world.deliver())


def test_it_is_the_operator_s_until_the_team_sets_another(world):
    assert standing(world) == USUAL
    shown = preview(world, NEW)
    assert [(one.name, one.before, one.after) for one in shown.changes] == [
        ("Number to call", USUAL.phone, NEW.phone),
        ("When it is answered", USUAL.hours, NEW.hours),
    ]
    assert standing(world) == USUAL, "it was only looked at"
    change(world, NEW)
    assert standing(world) == NEW
    assert preview(world, NEW).changes == ()


def test_what_was_changed_is_kept_and_in_the_audit(world):
    change(world, NEW)
    world.later(minutes=1)
    change(world, Line(NEW.phone, "all day"))
    with world.work() as session:
        past = settings.history(session, settings.PHONE, settings.HOURS)
    assert [(one.field, one.before, one.after) for one in past] == [
        ("When it is answered", "9am to 5pm", "all day"),
        ("When it is answered", "8am to 8pm", "9am to 5pm"),
        ("Number to call", "01632 960 100", "01632 960 222"),
    ]
    audited = [(row.thing_id, row.fields) for row in world.all(AuditRow, thing="setting")]
    assert audited == [(2, ["phone"]), (3, ["hours"]), (3, ["hours"])]


def test_a_message_names_the_number_that_held_when_it_was_owed(world):
    world.post("Eileen")
    world.later(seconds=1)
    change(world, NEW)
    world.later(seconds=1)
    world.post("Gwen")
    by_whom = {one.shown_as.split(",")[0]: one.message.text for one in world.deliver()}
    assert USUAL.phone in by_whom["Eileen"]
    assert NEW.phone not in by_whom["Eileen"]
    assert NEW.phone in by_whom["Gwen"]
    assert USUAL.phone not in by_whom["Gwen"]


def test_between_two_changes_it_is_the_one_in_between(world):
    change(world, NEW)
    world.later(seconds=1)
    world.post("Eileen")
    world.later(seconds=1)
    change(world, Line("01632 960 333", NEW.hours))
    assert NEW.phone in texts(world)


def test_whom_it_touches_is_said_before(world):
    assert len(preview(world, NEW).touches) == 1
    world.post("Eileen")
    world.post("Gwen", contact="letter")
    said = preview(world, NEW).touches
    assert "1 message on its way still names 01632 960 100: keep that number answered until they have gone." in said
    assert said[-1].startswith("1 request under way is answered by letter: what was printed still says 01632 960 100.")
    assert preview(world, Line(USUAL.phone, "all day")).touches == (), "another hour is on no paper and in no message"


def test_texts_that_would_no_longer_fit_are_named(world):
    full, staff_id = message_texts.shipped_text("need_link"), world.coordinator()
    with world.work() as session:
        weighed = message_texts.weigh(session, "need_link", full.subject, full.text, SENDER).measure
        filled = f"{full.text} {'x' * (ONE_TEXT - weighed.length - 1)}"
        kept = {"standing": 0, "staff_id": staff_id, "now": world.now}
        message_texts.change(session, "need_link", full.subject, filled, SENDER, **kept)
    assert not any("No longer" in one for one in preview(world, NEW).touches)
    assert f"“{name_of('need_link')}”" in preview(world, Line("01632 960 22 2", "all day")).touches[-1]


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        ("", "Enter a phone number"),
        ("999", "Enter a phone number"),
        ("0909 879 0000", "cost extra"),
        ("01632 960 1234567890", "17 characters or fewer"),
        ("01632-960-222", "in figures with single spaces"),
        ("(01632) 960222", "in figures with single spaces"),
        ("01632 960 222 ext 4", "characters or fewer|in figures"),
    ],
)
def test_what_is_no_number_to_call_is_refused_beside_its_field(world, phone, words):
    with pytest.raises(BadInput, match=words) as refused:
        preview(world, Line(phone, "all day"))
    assert refused.value.field == "phone"


@pytest.mark.parametrize("hours", ["", " . ", "x" * 61])
def test_nor_may_it_be_left_open_when_it_is_answered(world, hours):
    with pytest.raises(BadInput) as refused:
        preview(world, Line(NEW.phone, hours))
    assert refused.value.field == "hours"


@pytest.mark.parametrize("phone", ["01632 960 222", "0800 123 4567", "+44 1632 960222", "03 00 12 3 45 67"])
def test_whatever_number_is_taken_stays_on_one_line(world, phone):
    change(world, Line(phone, NEW.hours))
    assert standing(world).phone == phone
    assert " " not in unbroken(f"call {phone}.").removeprefix("call ")


def test_what_somebody_else_changed_meanwhile_is_not_changed_over(world):
    seen = preview(world, NEW).mark
    change(world, Line("01632 960 333", "9am to 5pm"))
    with pytest.raises(Conflict):
        change(world, NEW, seen)
    assert standing(world).phone == "01632 960 333"


@pytest.mark.parametrize(
    ("name", "value", "constraint"),
    [
        ("phone", "ring us", "phone_is_a_number"),
        ("phone", "01632  960222", "phone_is_a_number"),
        ("phone", "999", "phone_is_a_number"),
        ("phone", "0 1 6 3 2 9 6 0 2 2 2", "phone_is_a_number"),
        ("hours", "", "hours_are_said"),
        ("hours", "x" * 61, "hours_are_said"),
        ("weather", "fine", "known_name"),
    ],
)
def test_the_database_takes_no_other(world, name, value, constraint):
    row = {"name": name, "value": value, "by": world.coordinator(), "at": world.now}
    with pytest.raises(DBAPIError) as refused:
        world.execute("insert into settings (name, value, set_by, set_at) values (:name, :value, :by, :at)", **row)
    assert refused.value.orig.diag.constraint_name == f"ck_settings_{constraint}"

"""Asking for the same help again: at another time, or as before in one tap; a second press makes no second request."""

from datetime import UTC, date, datetime
from itertools import count

import pytest

from matcher.domain.errors import Conflict
from matcher.domain.recurrence import Recurrence
from matcher.services import asking_again, need_page, upkeep
from matcher.services.need_page import NeedState
from matcher.services.needs import NeedDraft
from matcher.services.people import PersonDraft
from matcher.store.models import Need, NeedNote, NeedWish, Occurrence, Person

NOBODY = PersonDraft(first_name="", phone="", house="", postcode="")
_NUMBERS = count()


def a_key():
    """Of another form each time."""
    return f"{next(_NUMBERS):022}"


def ask_again(world, need, *, key=None, **changes):
    usual = {"kind": "", "when": "tomorrow", "times": frozenset({"pm"}), "person": NOBODY, "contact": ""}
    timing = NeedDraft(**{**usual, **changes})
    with world.work() as session:
        return asking_again.ask_again(session, need.need_id, timing, key or a_key(), now=world.now)


def ask_the_same(world, need, *, key=None):
    with world.work() as session:
        return asking_again.ask_the_same(session, need.need_id, key or a_key(), now=world.now)


def page(world, need):
    with world.work() as session:
        return need_page.read(session, need.need_id, now=world.now)


def asked_at(world, need):
    return world.one(Occurrence, need_id=need.need_id).starts_at


def test_asking_again_types_nothing_again(world):
    need = world.post(details=("path",), note="Mind the cat", helpers=2, contact="letter")
    world.cancel(need)
    world.later(hours=1)
    again = ask_again(world, need)
    old, new = world.all(Need)
    assert again.reference == new.reference != old.reference
    for field in ("resident_id", "kind_slug", "details", "helpers", "contact"):
        assert getattr(new, field) == getattr(old, field)
    assert [row.note for row in world.all(NeedNote)] == ["Mind the cat"] * 2
    assert len(world.all(Person)) == 1


def test_a_number_that_was_never_confirmed_is_not_confirmed_by_asking_again(world):
    need = world.post(must_confirm=True)
    world.cancel(need)
    world.later(hours=1)
    again = ask_again(world, need)
    assert page(world, again).state is NeedState.NOT_CONFIRMED


def test_the_form_is_taken_once_however_long_the_second_press_takes(world):
    need = world.post()
    key = a_key()
    first = ask_again(world, need, key=key)
    world.later(minutes=20)
    second = ask_again(world, need, key=key)
    assert first.reference == second.reference
    assert len(world.all(Need)) == 2
    assert ask_again(world, need).reference != first.reference, "another form is another request"


def test_the_key_of_a_form_opens_no_request_of_anybody_else(world):
    mine, theirs = world.post("Eileen"), world.post("Frank")
    key = a_key()
    asked = ask_again(world, mine, key=key)
    assert ask_again(world, theirs, key=key).reference not in (asked.reference, mine.reference)


def test_one_tap_asks_for_the_same_on_the_next_day_that_suits(world):
    need = world.post(
        details=("path",), note="Mind the cat", helpers=2, contact="letter", times=frozenset({"am", "pm"})
    )
    world.cancel(need)
    world.later(hours=3)
    again = ask_the_same(world, need)
    old, new = world.all(Need)
    for field in ("resident_id", "kind_slug", "details", "helpers", "contact", "bands", "recurrence"):
        assert getattr(new, field) == getattr(old, field)
    assert [row.note for row in world.all(NeedNote)] == ["Mind the cat"] * 2
    assert asked_at(world, again) == datetime(2026, 1, 15, 8, tzinfo=UTC)
    assert page(world, again).can_change_time


def test_what_the_page_says_is_what_one_tap_asks_for(world):
    need = world.post(times=frozenset({"am", "eve"}))
    world.cancel(need)
    assert page(world, need).again == "Thursday 15 January, 8am to 12 noon and 5pm to 8pm"
    again = ask_the_same(world, need)
    assert [day for day, _ in page(world, again).windows] == ["Thursday 15 January"] * 2


@pytest.mark.parametrize(
    ("clock", "day"),
    [((5, 0), 14), ((6, 59), 14), ((7, 1), 15), ((9, 0), 15)],
    ids=["long before", "an hour before", "too soon before", "when it has begun"],
)
def test_today_suits_only_while_there_is_an_hour_before_its_first_time(world, clock, day):
    need = world.post()
    world.cancel(need)
    world.now = world.now.replace(hour=clock[0], minute=clock[1])
    assert asked_at(world, ask_the_same(world, need)).date() == date(2026, 1, day)


def test_the_day_that_suits_keeps_to_the_clocks_when_they_go_forward(world):
    need = world.post()
    world.cancel(need)
    world.now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert asked_at(world, ask_the_same(world, need)) == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_weekly_help_begins_again_on_the_same_weekday(world):
    need = world.post(kind="call", when="day", day=date(2026, 1, 16), is_weekly=True)
    world.cancel(need)
    world.later(days=4)
    again = ask_the_same(world, need)
    new = world.all(Need)[-1]
    assert (new.recurrence, new.first_day) == (Recurrence.WEEKLY, date(2026, 1, 23))
    assert {row.starts_at.weekday() for row in world.all(Occurrence, need_id=again.need_id)} == {4}


def test_who_should_come_is_asked_for_again(world):
    need = world.post(musts=frozenset({"calm_with_dogs"}), kind="call")
    world.cancel(need)
    again = ask_the_same(world, need)
    assert [(row.trait, row.is_must) for row in world.all(NeedWish, need_id=again.need_id)] == [
        ("calm_with_dogs", True)
    ]


def test_a_second_tap_leads_to_the_first_one_s_request_even_from_a_page_loaded_again(world):
    need = world.post()
    world.cancel(need)
    key = a_key()
    taps = [ask_the_same(world, need, key=key), ask_the_same(world, need, key=key), ask_the_same(world, need)]
    assert len({tap.need_id for tap in taps}) == 1
    assert len(world.all(Need)) == 2


def test_when_that_one_is_over_too_a_tap_asks_anew(world):
    need = world.post()
    world.cancel(need)
    first = ask_the_same(world, need)
    world.cancel(first)
    assert ask_the_same(world, need).need_id != first.need_id


def test_what_is_under_way_is_changed_and_not_asked_for_twice(world):
    need = world.post()
    assert page(world, need).again is None
    with pytest.raises(Conflict, match="still under way"):
        ask_the_same(world, need)


def test_it_can_be_asked_again_once_it_is_done_and_when_nobody_was_found(world):
    world.offer("Christopher")
    done = world.post("Eileen")
    world.ask("Christopher", done)
    world.yes("Christopher")
    world.done("Christopher")
    unmet = world.post("Frank")
    world.later(hours=30)
    with world.work() as session:
        upkeep.lapse_passed(session, now=world.now)
    for need, state in ((done, NeedState.DONE), (unmet, NeedState.UNMET)):
        assert page(world, need).state is state
        assert page(world, need).again
        assert ask_the_same(world, need).need_id != need.need_id

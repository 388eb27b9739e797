"""The code that says a number is theirs: it never stands in the way, and nobody is asked before it."""

import pytest

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus
from matcher.services import board, confirming, need_page, upkeep
from matcher.services.need_page import NeedState
from matcher.store.models import Home, Need, Occurrence, PhoneCheck
from tests.worlds import World

MOBILE = {"phone": "07700 900982"}


@pytest.fixture
def asked(world: World) -> World:
    """Eileen has asked over the web; Christopher could help."""
    world.offer("Christopher")
    world.posted = world.post(person=MOBILE, must_confirm=True)
    return world


def codes(world):
    return [
        row[0]
        for row in world.execute("select values->>'code' from notifications where template = 'need_code' order by id")
    ]


def enter(world, typed):
    with world.work() as session:
        return confirming.enter(session, world.posted.need_id, typed, now=world.now)


def another(world):
    with world.work() as session:
        return confirming.send_again(session, world.posted.need_id, now=world.now)


def their_areas(world):
    return frozenset({world.one(Need).area_id})


def rung(world, area_ids):
    with world.work() as session:
        confirming.confirm_by_call(session, world.posted.need_id, area_ids=area_ids, actor="staff:1", now=world.now)


def page(world):
    with world.work() as session:
        return confirming.read(session, world.posted.need_id, now=world.now)


def state(world):
    with world.work() as session:
        return need_page.read(session, world.posted.need_id, now=world.now).state


def wrong(world):
    return "00000" if "00000" not in codes(world) else "11111"


def test_before_the_code_nobody_is_asked_and_no_link_leaves(asked):
    asked.round()
    assert asked.who_was_asked(asked.posted) == []
    assert asked.owed("Eileen") == [("need_code", "pending")]
    assert state(asked) is NeedState.NOT_CONFIRMED


def happened(world):
    with world.work() as session:
        return [line.words for line in need_page.read(session, world.posted.need_id, now=world.now).timeline]


def test_the_timeline_says_how_the_number_was_confirmed_and_nothing_before(asked):
    assert happened(asked) == ["You asked for help"]
    asked.later(minutes=3)
    enter(asked, codes(asked)[0])
    assert happened(asked) == ["You gave us the code we sent", "You asked for help"]


def test_and_says_so_of_a_call(asked):
    asked.later(minutes=3)
    rung(asked, their_areas(asked))
    assert happened(asked) == ["We spoke with you on the phone", "You asked for help"]


def test_the_code_starts_the_asking_at_once(asked):
    asked.later(minutes=3)
    assert enter(asked, codes(asked)[0]) is None
    assert ("need_posted", "pending") in asked.owed("Eileen")
    assert asked.one(Occurrence).open_since == asked.now
    asked.round()
    assert asked.who_was_asked(asked.posted) == ["Christopher"]
    assert asked.breaches() == {}


def test_the_code_twice_is_once(asked):
    enter(asked, code := codes(asked)[0])
    before = asked.picture()
    assert enter(asked, code) is None
    assert asked.picture() == before


def test_three_wrong_codes_and_then_only_a_new_one_or_a_call_helps(asked):
    said = [enter(asked, wrong(asked)) for _ in range(3)]
    assert said[0] == "That is not the code we sent. You have 2 tries left"
    assert said[1] == "That is not the code we sent. You have 1 try left"
    assert "no tries left" in said[2]
    assert "no tries left" in enter(asked, codes(asked)[0])
    asked.later(seconds=60)
    assert another(asked)
    assert enter(asked, codes(asked)[-1]) is None


def test_an_older_code_stays_good_for_its_own_time(asked):
    asked.later(minutes=2)
    another(asked)
    assert len(codes(asked)) == 2
    asked.later(minutes=12)
    assert enter(asked, codes(asked)[0]) is None


def test_a_code_that_has_run_out_brings_a_new_one_and_costs_no_try(asked):
    old = codes(asked)[0]
    asked.later(minutes=15)
    assert enter(asked, old) == "That code has run out. We have sent a new one"
    assert asked.one(PhoneCheck).tries_left == confirming.TRIES
    assert enter(asked, codes(asked)[-1]) is None


def test_another_code_goes_after_a_minute_and_not_without_end(asked):
    assert not another(asked)
    sent = 1
    for _ in range(10):
        asked.later(seconds=60)
        sent += another(asked)
    assert sent == confirming.CODES_MOST
    assert page(asked).again_at is None


def test_a_call_does_as_well(asked):
    with asked.work() as session:
        confirming.ring_me(session, asked.posted.need_id, now=asked.now)
    assert page(asked).is_to_be_rung
    with asked.work() as session:
        (row,) = board.today(session, their_areas(asked), now=asked.now).unfilled
    assert row.why == "They asked to be rung. Their number is not confirmed: nobody is asked before that."
    assert row.is_not_confirmed
    for _ in range(2):
        rung(asked, their_areas(asked))
    assert asked.one(Need).status is NeedStatus.OPEN
    assert asked.one(PhoneCheck).how == "call"
    with asked.work() as session:
        assert not board.today(session, their_areas(asked), now=asked.now).unfilled[0].is_not_confirmed


def test_only_the_team_of_that_area_may_say_that_they_were_rung(asked):
    for areas in (frozenset(), frozenset({asked.one(Need).area_id + 1})):
        with pytest.raises(NotFound):
            rung(asked, areas)
    assert asked.one(Need).status is NeedStatus.PAUSED


def test_what_needs_a_word_still_needs_it_after_the_code(world):
    world.posted = world.post(kind="other", note="A wasps' nest", person=MOBILE, must_confirm=True)
    assert enter(world, codes(world)[0]) is None
    assert state(world) is NeedState.WORD_FIRST


def test_a_need_called_off_before_its_code_stays_called_off(asked):
    asked.cancel(asked.posted)
    assert enter(asked, codes(asked)[0]) is None
    assert asked.one(Need).status is NeedStatus.CANCELLED


def test_the_page_tells_the_end_of_the_number_and_no_more(asked):
    assert page(asked).sent_to == "07*** ***982"


@pytest.mark.parametrize(
    ("person", "contact", "channel"),
    [
        (MOBILE, "letter", "text"),
        ({"phone": "01632 960901"}, "text", "phone"),
        ({**MOBILE, "email": "eileen@example.org"}, "email", "email"),
    ],
)
def test_the_code_goes_where_it_can_be_read(world, person, contact, channel):
    world.post(person=person, contact=contact, must_confirm=True)
    assert world.execute("select channel from notifications")[0][0] == channel


def test_a_number_is_changed_only_for_someone_new(asked):
    with asked.work() as session:
        confirming.change_number(session, asked.posted.need_id, "07700 900111", now=asked.now)
    assert asked.home("Eileen").phone == "+447700900111"
    asked.later(minutes=5)
    known = asked.post("Christopher", person=MOBILE, must_confirm=True)
    asked.later(minutes=5)
    again = asked.post("Christopher", person=MOBILE, must_confirm=True)
    assert known.need_id != again.need_id
    before = asked.all(Home)[-1].phone
    with asked.work() as session:
        confirming.change_number(session, again.need_id, "07700 900222", now=asked.now)
    assert asked.all(Home)[-1].phone == before


def test_another_number_that_is_none_is_refused(asked):
    with pytest.raises(BadInput), asked.work() as session:
        confirming.change_number(session, asked.posted.need_id, "ring me", now=asked.now)


@pytest.mark.parametrize("ask", [{"must_confirm": True}, {"kind": "other"}])
def test_one_that_still_waits_for_a_word_when_its_time_passes_is_unmet_and_told_like_any_other(world, ask):
    need = world.post(person=MOBILE, **ask)
    world.now = world.one(Occurrence).ends_at
    for _ in range(2):
        with world.work() as session:
            upkeep.keep_up(session, now=world.now)
    assert world.one(Occurrence).status is OccurrenceStatus.UNMET
    assert world.one(Need).status is NeedStatus.CLOSED
    assert [template for template, _ in world.owed("Eileen")].count("need_unmet") == 1
    with world.work() as session:
        assert need_page.read(session, need.need_id, now=world.now).state is NeedState.UNMET
    assert world.breaches() == {}

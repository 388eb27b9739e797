"""Delivered, opened, answered, withdrawn and lapsed are different facts; silence is none of them."""

from datetime import timedelta

import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.domain.localtime import clock_words
from matcher.services import ask_page, matches, on_duty, own_page, upkeep
from matcher.services.matches import AnswerWhy
from matcher.store.models import Match, Occurrence, PrivateLink, Visit

ENDINGS = ("answered_at", "withdrawn_at", "lapsed_at", "late_yes_at")


@pytest.fixture
def asked(world):
    """Christopher and Ann were asked whether they could clear Eileen's path."""
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post()
    world.ask_all(["Christopher", "Ann"], need)
    world.later(minutes=1)
    return need


def facts(world, name):
    """The times that are set on the last ask of someone, but when it was asked."""
    match = world.all(Match, person_id=world.people[name])[-1]
    times = {fact: getattr(match, fact) for fact in ("delivered_at", "opened_at", *ENDINGS)}
    return match.status, {fact: at for fact, at in times.items() if at is not None}


def test_silence_is_no_answer_however_long_it_lasts(world, asked):
    world.deliver()
    delivered_at = world.now
    world.later(minutes=100)
    world.round()
    assert facts(world, "Ann") == (MatchStatus.PROPOSED, {"delivered_at": delivered_at})


def test_reading_the_page_of_an_ask_marks_nothing_as_opened(world, asked):
    with world.work() as session:
        ask_page.read(session, world.asked("Ann"), now=world.now)
    assert facts(world, "Ann") == (MatchStatus.PROPOSED, {})


def test_pressing_to_read_it_marks_it_opened_the_first_time_only(world, asked):
    first = world.now
    for _ in range(2):
        with world.work() as session:
            own_page.open_ask(session, world.people["Ann"], world.asked("Ann"), now=world.now)
        world.later(minutes=1)
    assert facts(world, "Ann") == (MatchStatus.PROPOSED, {"opened_at": first})


def test_a_no_is_an_answer(world, asked):
    world.no("Ann")
    assert facts(world, "Ann") == (MatchStatus.DECLINED, {"opened_at": world.now, "answered_at": world.now})


def test_the_first_yes_withdraws_and_tells_the_others_in_the_same_transaction(world, asked):
    world.deliver()
    delivered_at = world.now
    world.later(minutes=1)
    world.yes("Christopher")
    assert facts(world, "Ann") == (MatchStatus.WITHDRAWN, {"delivered_at": delivered_at, "withdrawn_at": world.now})
    assert ("match_taken", "pending") in world.owed("Ann")


def test_a_yes_that_fails_withdraws_nobody(world, asked):
    def accept_and_fail():
        with world.work() as session:
            matches.accept(session, world.asked("Christopher"), now=world.now)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        accept_and_fail()
    assert facts(world, "Ann") == (MatchStatus.PROPOSED, {})
    assert "match_taken" not in dict(world.owed("Ann"))


def test_a_yes_that_comes_too_late_is_kept_apart_and_changes_nothing_else(world, asked):
    world.yes("Christopher")
    withdrawn_at = world.now
    world.later(minutes=5)
    assert world.yes("Ann").why is AnswerWhy.TAKEN
    late = {"opened_at": world.now, "withdrawn_at": withdrawn_at, "late_yes_at": world.now}
    assert facts(world, "Ann") == (MatchStatus.WITHDRAWN, late)
    world.later(minutes=5)
    world.yes("Ann")
    assert facts(world, "Ann") == (MatchStatus.WITHDRAWN, late)


def test_an_ask_outlives_the_time_it_was_about_and_a_yes_then_is_to_the_next_free_moment(world, asked):
    proposed = world.one(Match, id=world.asked("Ann")).starts_at
    world.now = proposed + timedelta(minutes=31)
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
        page = ask_page.read(session, world.asked("Ann"), now=world.now)
        (line,) = own_page.read(session, world.people["Ann"], now=world.now).asks
    answer = world.yes("Ann")
    assert answer.held
    visit = world.visit("Ann")
    # By now, with the few minutes' walk, on the next five minutes.
    assert proposed + timedelta(minutes=31) < visit.starts_at <= proposed + timedelta(minutes=45)
    assert (visit.starts_at.minute % 5, visit.starts_at.second) == (0, 0)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert page.about == line.about == clock_words(visit.starts_at)
    assert world.breaches() == {}


def test_a_late_yes_goes_around_what_they_have_promised_meanwhile(world, asked):
    proposed = world.one(Match, id=world.asked("Ann")).starts_at
    world.ask("Ann", world.post("Edith"), at=proposed + timedelta(minutes=30))
    world.yes("Ann")
    world.now = proposed + timedelta(minutes=20)
    (first,) = (one for one in world.all(Match, person_id=world.people["Ann"]) if one.status is MatchStatus.PROPOSED)
    with world.work() as session:
        assert matches.accept(session, first.id, now=world.now).held
    held = sorted(world.all(Visit, person_id=world.people["Ann"]), key=lambda visit: visit.starts_at)
    assert [visit.occurrence_id == first.occurrence_id for visit in held] == [False, True]


def test_a_yes_for_which_the_windows_have_no_room_left_is_over_and_the_page_says_so(world, asked):
    world.now = world.one(Occurrence).ends_at - timedelta(minutes=29)
    with world.work() as session:
        assert ask_page.read(session, world.asked("Ann"), now=world.now).state is ask_page.AskState.OVER
        assert own_page.read(session, world.people["Ann"], now=world.now).asks == ()
    assert world.yes("Ann").why is AnswerWhy.OVER
    assert world.all(Visit) == []


def test_the_link_to_an_ask_works_as_long_as_a_yes_may_come(world, asked):
    world.deliver()
    ends = {link.expires_at for link in world.all(PrivateLink, match_id=world.asked("Ann"))}
    assert ends == {world.one(Occurrence).ends_at}


def test_an_ask_whose_windows_pass_has_lapsed_and_was_not_answered(world, asked):
    world.now = world.one(Occurrence).ends_at
    with world.work() as session:
        upkeep.keep_up(session, now=world.now)
    assert facts(world, "Ann") == (MatchStatus.LAPSED, {"lapsed_at": world.now})


def test_whoever_pauses_is_withdrawn_and_has_not_refused(world, asked):
    with world.work() as session:
        on_duty.pause(session, world.people["Ann"], now=world.now)
    assert facts(world, "Ann") == (MatchStatus.WITHDRAWN, {"withdrawn_at": world.now})
    with world.work() as session:
        on_duty.resume(session, world.people["Ann"], now=world.now)
    world.later(minutes=200)
    assert facts(world, "Ann") == (MatchStatus.WITHDRAWN, {"withdrawn_at": world.now - timedelta(minutes=200)})

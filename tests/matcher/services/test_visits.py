"""How it went: what the resident says becomes what the visits are."""

from datetime import timedelta

import pytest

from matcher.domain.errors import Conflict
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, Urgency, VisitStatus
from matcher.services import board, need_page, upkeep, visits
from matcher.store.models import Match, Need, Occurrence, Visit
from tests.worlds import world as world


def page(world, need):
    with world.work() as session:
        return need_page.read(session, need.need_id, now=world.now)


def helped(world, **changes):
    world.offer("Christopher")
    need = world.post(**changes)
    world.round()
    world.yes("Christopher")
    return need


def test_nobody_came_looks_again_urgently_even_after_it_was_marked_done(world):
    need = helped(world, times=frozenset({"am", "pm", "eve"}))
    world.later(hours=1)
    world.done("Christopher")
    assert world.one(Need).status is NeedStatus.CLOSED
    world.how(need, "nobody")
    assert (world.one(Need).status, world.one(Need).urgency) == (NeedStatus.OPEN, Urgency.URGENT)
    assert world.one(Occurrence).status is OccurrenceStatus.OPEN
    world.offer("Ann")
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]
    assert not world.breaches()


def test_nobody_came_when_the_time_is_over_is_a_need_not_met(world):
    need = helped(world, times=frozenset({"am"}))
    world.deliver()
    world.later(days=2)
    world.how(need, "nobody")
    assert world.one(Occurrence).status is OccurrenceStatus.UNMET
    assert world.one(Need).status is NeedStatus.CLOSED
    assert not world.breaches()


def test_a_weekly_resident_says_how_each_visit_went(world):
    need = helped(world, is_weekly=True)
    assert not page(world, need).can_say_how
    world.later(hours=4)
    world.done("Christopher")
    assert page(world, need).can_say_how
    world.how(need, "well")
    assert (page(world, need).can_say_how, page(world, need).said) == (False, "well")


def test_what_worried_a_resident_comes_before_the_team(world):
    need = helped(world)
    world.later(hours=1)
    world.done("Christopher")
    world.how(need, "worried")
    with world.work() as session:
        (told,) = board.today(session, frozenset({world.one(Need).area_id}), now=world.now).told
    assert (told.reference, told.answer) == (world.one(Need).reference, "worried")


def test_a_visit_nobody_ever_marks_is_asked_about_once_and_costs_nothing_more(world):
    helped(world)
    world.now = world.one(Visit).ends_at + timedelta(days=3)

    def keep_up() -> upkeep.Upkept:
        with world.work() as session:
            return upkeep.keep_up(session, now=world.now)

    assert keep_up().asked_how == 2  # the volunteer and the resident
    assert keep_up().asked_how == 0
    assert world.one(Visit).status is VisitStatus.HELD


def test_an_ask_outlives_its_time_while_there_is_room_and_ends_with_the_windows(world):
    world.offer("Christopher")
    world.post(when="asap", times=frozenset({"am", "pm", "eve"}))
    world.round()
    for at, status in (
        (world.one(Match).ends_at + timedelta(minutes=1), MatchStatus.PROPOSED),
        (world.one(Occurrence).ends_at, MatchStatus.LAPSED),
    ):
        with world.work() as session:
            upkeep.keep_up(session, now=at)
        assert world.one(Match).status is status


def test_a_need_that_waits_for_a_word_stays_on_the_board_until_its_time_passes_and_is_told_then(world):
    need = world.post(kind="other")
    for days, shown in ((0, [need.reference]), (9, [])):
        world.later(days=days)
        with world.work() as session:
            upkeep.keep_up(session, now=world.now)
            rows = board.today(session, frozenset({world.one(Need).area_id}), now=world.now).unfilled
        assert [row.reference for row in rows] == shown
    assert "need_unmet" in [event for event, _ in world.owed("Eileen")]


def test_done_that_is_undone_is_told_once_when_it_is_done_again(world):
    need = helped(world)
    world.later(hours=1)
    world.deliver()
    world.done("Christopher", minutes=20)
    assert not world.deliver()
    undo(world)
    visit = world.one(Visit)
    assert (visit.status, visit.ended_at, visit.minutes_taken) == (VisitStatus.HELD, None, None)
    assert (world.one(Occurrence).status, world.one(Need).status) == (OccurrenceStatus.FILLED, NeedStatus.OPEN)
    assert not world.breaches()
    world.later(minutes=6)
    assert not world.deliver()
    world.done("Christopher")
    world.later(minutes=5)
    assert len(world.deliver()) == 2
    assert page(world, need).can_say_how


def test_done_cannot_be_undone_late_nor_once_the_resident_has_spoken(world):
    need = helped(world)
    world.later(hours=1)
    world.done("Christopher")
    world.how(need, "well")
    with pytest.raises(Conflict):
        undo(world)
    assert world.one(Visit).status is VisitStatus.DONE


def test_done_cannot_be_undone_into_another_visit_at_that_time(world):
    helped(world)
    world.done("Christopher")
    other = world.post("Frank")
    world.ask("Christopher", other, at=world.all(Visit)[0].starts_at)
    assert world.yes("Christopher").held
    with pytest.raises(Conflict, match="another visit"):
        undo(world)
    assert not world.breaches()


def undo(world):
    with world.work() as session:
        visits.undo_complete(session, world.all(Visit)[0].id, now=world.now)

"""A stop reaches what is under way and what comes up meanwhile, whoever is at work beside it."""

from datetime import timedelta

import pytest

from matcher.domain.errors import Conflict
from matcher.services import (
    arrangement_changes,
    arrangements,
    concerns,
    erasure,
    leaving,
    need_page,
    on_duty,
    regular_page,
    replies,
    stand_downs,
    visit_page,
    visits,
)
from matcher.store.models import Arrangement, Match, Visit
from tests.matcher.services.test_stand_downs import lift, need, offer, stop, worry
from tests.worlds import takes

__all__ = ["need"]


def test_who_is_stopped_in_the_minutes_after_done_takes_no_visit_back_by_undoing_it(world, need):
    world.yes("Christopher")
    world.done("Christopher")
    stop(world, concern_id := worry(world))
    went = world.visit("Christopher").id
    with world.work() as session:
        assert not visit_page.read(session, went, now=world.now).can_undo
    with pytest.raises(Conflict, match="please call us"), world.work() as session:
        visits.undo_complete(session, went, now=world.now)
    assert world.visit("Christopher").status == "done"
    assert world.breaches() == {}
    lift(world, concern_id)
    with world.work() as session:
        visits.undo_complete(session, went, now=world.now)
    assert world.visit("Christopher").status == "held"


def test_who_is_stopped_becomes_nobodys_usual_person_by_an_older_question(world):
    world.offer("Christopher")
    weekly = world.post(when="tomorrow", is_weekly=True)
    world.ask("Christopher", weekly, at=world.now + timedelta(hours=25))
    world.yes("Christopher")
    world.later(hours=27)
    world.done("Christopher")
    world.how(weekly, "well")
    offered, person_id = world.one(Arrangement), world.people["Christopher"]
    stop(world, concern_id := worry(world))
    with world.work() as session:
        assert regular_page.of_volunteer(session, person_id).offered == ()
    with pytest.raises(Conflict, match="for now"), world.work() as session:
        arrangements.agree(session, offered.id, person_id, now=world.now)
    assert world.one(Arrangement).status == "offered"
    assert "arrangement_made_resident" not in dict(world.owed("Eileen"))
    lift(world, concern_id)
    with world.work() as session:
        assert [line.arrangement_id for line in regular_page.of_volunteer(session, person_id).offered] == [offered.id]
        arrangements.agree(session, offered.id, person_id, now=world.now)
    assert world.one(Arrangement).status == "live"


def text_stop(world):
    with world.work() as session:
        said = replies.Inbound("1", world.home("Christopher").phone, "STOP")
        replies.receive(session, said, now=world.now)


def pause(world):
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)


@pytest.mark.parametrize("wish", [text_stop, pause])
def test_who_wishes_to_be_asked_nothing_while_stopped_is_asked_nothing_once_it_is_lifted(world, need, wish):
    stop(world, first := worry(world))
    stop(world, second := worry(world))
    wish(world)
    lift(world, first)
    lift(world, second)
    assert (offer(world).status, offer(world).stood_down_at) == ("paused", None)


def test_who_had_left_and_offers_again_while_stopped_is_asked_again_once_it_is_lifted(world, need):
    with world.work() as session:
        leaving.leave(session, world.people["Christopher"], now=world.now)
    stop(world, concern_id := worry(world))
    world.offer("Christopher")
    assert offer(world).status == "paused"
    lift(world, concern_id)
    assert offer(world).status == "active"


def leave(session, world, _concern_id, _staff_id):
    leaving.leave(session, world.people["Christopher"], now=world.now)


def stop_him(session, world, concern_id, staff_id):
    stand_downs.stop(session, concern_id, world.people["Christopher"], staff_id=staff_id, now=world.now)


def erase(session, world, _concern_id, _staff_id):
    erasure.erase_person(session, world.people["Christopher"], now=world.now)


@pytest.mark.parametrize("end", [stop_him, leave, erase])
def test_a_stop_and_a_round_that_want_the_same_two_visits_do_not_stop_each_other(lasting_world, end):
    """The round has the first and wants the second; he is expected at the first and is asked about the second."""
    world = lasting_world
    world.offer("Christopher")
    first, second = world.post("Eileen"), world.post("Edith", person={"postcode": "BA15 1HL"})
    world.ask("Christopher", first, at=world.now + timedelta(hours=1))
    world.yes("Christopher")
    world.ask("Christopher", second, at=world.now + timedelta(hours=3))
    lower, higher = (world.occurrence_id(need) for need in (first, second))
    assert lower < higher
    concern_id, staff_id = worry(world), world.coordinator()

    def end_it(session):
        end(session, world, concern_id, staff_id)

    assert world.at_one_moment(takes(lower), end_it, last=takes(higher)) is None
    assert [visit.status for visit in world.all(Visit)] == ["handed_back"]
    assert world.all(Match, status="proposed") == []


@pytest.mark.parametrize("first", ["stop", "undo"])
def test_a_stop_and_an_undo_at_one_moment_leave_nobody_expected(lasting_world, first):
    world = lasting_world
    world.offer("Christopher")
    world.ask("Christopher", world.post())
    world.yes("Christopher")
    world.done("Christopher")
    concern_id, staff_id, went = worry(world), world.coordinator(), world.visit("Christopher").id

    def stops(session):
        stop_him(session, world, concern_id, staff_id)

    def undoes(session):
        visits.undo_complete(session, went, now=world.now)

    one, later = (stops, undoes) if first == "stop" else (undoes, stops)

    assert isinstance(world.at_one_moment(one, later), Conflict | None)
    assert world.one(Visit).status == ("done" if first == "stop" else "handed_back")
    assert world.breaches() == {}


def door_word(world, need):
    return world.execute("select door_word from occurrences where need_id = :id", id=need.need_id)[0][0]


def told(world, name):
    """The words of what goes to somebody now."""
    return " ".join(one.message.text for one in world.deliver() if one.shown_as.startswith(name))


def test_whoever_is_stopped_knows_no_word_that_is_said_at_a_door_from_then_on(world, need):
    """Not at the visit that they hold, nor at one that they gave back before, to which somebody else goes by now."""
    world.yes("Christopher")
    given_back = world.post("Gwen", when="tomorrow", times=frozenset({"pm"}))
    world.ask("Christopher", given_back, at=world.now.replace(hour=15))
    world.yes("Christopher")
    world.hand_back("Christopher")
    world.offer("Ann")
    world.ask("Ann", given_back, at=world.now.replace(hour=15))
    world.yes("Ann")
    world.deliver()
    known = {door_word(world, need), door_word(world, given_back)}
    world.later(minutes=1)
    stop(world, worry(world))
    anew = door_word(world, need), door_word(world, given_back)
    assert known.isdisjoint(anew)
    assert f"At the door they will say {anew[1]}" in told(world, "Gwen")
    world.ask("Ann", need, at=world.now + timedelta(hours=25))
    world.yes("Ann")
    assert f"At the door they will say {anew[0]}" in told(world, "Eileen")
    assert world.breaches() == {}


def test_of_two_who_go_together_the_other_looks_up_the_new_word(world):
    two = world.post(when="tomorrow", helpers=2)
    for name in ("Christopher", "Ann"):
        world.offer(name)
        world.ask(name, two, at=world.now + timedelta(hours=25))
        world.yes(name)
    world.deliver()
    world.later(minutes=1)
    stop(world, worry(world))
    owed = [who for who in ("Eileen", "Ann", "Christopher") if ("visit_held_resident", "pending") in world.owed(who)]
    assert owed == ["Eileen"]
    assert ("visit_held_volunteer", "pending") in world.owed("Ann")
    assert ("visit_held_volunteer", "pending") not in world.owed("Christopher")
    assert world.breaches() == {}


def test_a_visit_of_another_keeps_its_word(world, need):
    other = world.post("Gwen", when="tomorrow")
    before = door_word(world, other)
    world.yes("Christopher")
    stop(world, worry(world))
    assert door_word(world, other) == before


def test_nobody_is_told_to_expect_who_is_stopped_every_week(world):
    world.offer("Christopher")
    weekly = world.post(when="tomorrow", is_weekly=True)
    with world.work() as session:
        usual = world.people["Christopher"]
        arrangement_changes.set_up(session, weekly.need_id, usual, None, actor="staff:1", now=world.now)
    stop(world, concern_id := worry(world))
    assert "Christopher" not in told(world, "Eileen")
    with world.work() as session:
        assert need_page.read(session, weekly.need_id, now=world.now).usual is None
    lift(world, concern_id)
    with world.work() as session:
        assert need_page.read(session, weekly.need_id, now=world.now).usual == "Christopher"


@pytest.mark.parametrize(
    "change",
    [
        "update staff set active = false where id = :who",
        "delete from staff_roles where staff_id = :who",
    ],
)
def test_who_no_longer_works_here_or_reads_no_worries_hears_of_none_that_was_owed_before(world, change):
    ruth, gone = world.coordinator(), world.coordinator("gone@example.org")
    with world.work() as session:
        concerns.raise_concern(session, concerns.Worry(("safety",), "Somebody fell."), "k" * 22, now=world.now)
    world.execute(change, who=gone)
    world.deliver()
    rows = world.execute(
        "select staff_id, status from notifications where template = 'concern_raised' order by staff_id"
    )
    assert rows == [(ruth, "sent"), (gone, "dropped")]

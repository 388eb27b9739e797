"""A stop reaches what is under way and what comes up meanwhile, whoever is at work beside it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from matcher.domain.errors import Conflict
from matcher.services import (
    arrangements,
    erasure,
    leaving,
    on_duty,
    regular_page,
    replies,
    stand_downs,
    visit_page,
    visits,
)
from matcher.store.models import Arrangement, Match, Occurrence, Visit
from matcher.store.session import unit_of_work
from tests.matcher.services.test_stand_downs import lift, need, offer, stop, worry

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

    def end_it():
        with unit_of_work() as session:
            end(session, world, concern_id, staff_id)

    with ThreadPoolExecutor(1) as other:
        with unit_of_work() as session:
            session.get_one(Occurrence, lower, with_for_update={"key_share": True})
            ending = other.submit(end_it)
            world.wait_for_a_lock(unless=ending.done)
            session.get_one(Occurrence, higher, with_for_update={"key_share": True})
        ending.result(20)
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

    def come_later():
        with suppress(Conflict), unit_of_work() as session:
            later(session)

    with ThreadPoolExecutor(1) as other:
        with unit_of_work() as session:
            one(session)
            session.flush()
            coming = other.submit(come_later)
            world.wait_for_a_lock(unless=coming.done)
        coming.result(20)
    assert world.one(Visit).status == ("done" if first == "stop" else "handed_back")
    assert world.breaches() == {}

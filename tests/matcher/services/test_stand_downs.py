"""Stopping a volunteer because of a worry: at once, whole, kindly, and only the team ends it."""

import pytest
from sqlalchemy.exc import IntegrityError

from matcher.domain.errors import BadInput, NotFound
from matcher.services import audit, concern_work, concerns, leaving, on_duty, stand_downs, visit_reports
from matcher.store.models import AuditRow, Concern, Match, Occurrence, Offer, StandDown, Visit


@pytest.fixture
def need(world):
    need = world.post(when="tomorrow")
    world.offer("Christopher")
    world.ask("Christopher", need)
    return need


def worry(world):
    staff_id = world.coordinator()
    with world.work() as session:
        told = concerns.Worry(("safety",), "He asked for her card.")
        concerns.raise_concern(session, told, "k" * 21 + str(len(world.all(Concern))), now=world.now)
    concern_id = world.all(Concern)[-1].id
    with world.work() as session:
        concern_work.open_concern(session, concern_id, staff_id=staff_id, now=world.now)
    return concern_id


def stop(world, concern_id, name="Christopher"):
    with world.work() as session:
        by = world.coordinator()
        stand_downs.stop(session, concern_id, world.people[name], staff_id=by, now=world.now)


def lift(world, concern_id):
    row = world.all(StandDown, concern_id=concern_id)[-1]
    with world.work() as session:
        stand_downs.lift(session, concern_id, row.id, staff_id=world.coordinator(), now=world.now)


def offer(world, name="Christopher"):
    return world.one(Offer, person_id=world.people[name])


def find(world, typed):
    with world.work() as session:
        found = stand_downs.find(session, typed, staff_id=world.coordinator(), now=world.now)
    return [(one.name, one.visits, one.asks) for one in found]


def test_what_they_are_asked_ends_and_others_are_asked_at_once(world, need):
    stop(world, worry(world))
    assert world.one(Match).status == "withdrawn"
    assert world.one(Occurrence).next_round_at == world.now
    world.offer("Ann")
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]


def test_every_visit_they_hold_is_handed_back_and_looked_at_again_in_the_same_transaction(world, need):
    world.deliver()
    world.yes("Christopher")
    world.deliver()
    other = world.post("Gwen", when="tomorrow", times=frozenset({"pm"}))
    world.ask("Christopher", other, at=world.now.replace(hour=15))
    world.yes("Christopher")
    world.set_off("Christopher")
    stop(world, worry(world))
    assert [visit.status for visit in world.all(Visit)] == ["handed_back", "handed_back"]
    assert [(one.status, one.next_round_at) for one in world.all(Occurrence)] == [("open", world.now)] * 2
    assert world.one(StandDown).handed_back == 2
    assert ("visit_handed_back", "pending") in world.owed("Eileen")
    assert world.breaches() == {}


def test_they_are_told_kindly_once_and_no_reason(world, need):
    world.yes("Christopher")
    world.deliver()
    for _ in range(2):
        stop(world, concern_id := worry(world))
        stop(world, concern_id)
    told = [one.message.text for one in world.deliver() if one.shown_as.startswith("Christopher")]
    assert len(told) == 1
    assert told[0].startswith("Good Neighbours: please do not go on visits for now.")
    assert not {"card", "worry", "concern", "safety"} & set(told[0].split())


def test_who_was_stopped_is_not_asked_again_by_pressing_a_button_or_offering_anew_or_leaving_and_coming_back(
    world, need
):
    concern_id, person_id = worry(world), world.people["Christopher"]
    stop(world, concern_id)
    with world.work() as session:
        on_duty.resume(session, person_id, now=world.now)
    assert offer(world).status == "paused"
    world.offer("Christopher")
    assert offer(world).status == "paused"
    with world.work() as session:
        leaving.leave(session, person_id, now=world.now)
    world.offer("Christopher")
    assert offer(world).status == "paused"
    lift(world, concern_id)
    assert offer(world).status == "active"


def test_the_database_lets_nobody_be_asked_who_is_stopped(world, need):
    stop(world, worry(world))
    with pytest.raises(IntegrityError, match="stood_down_is_not_asked"):
        world.execute("update offers set status = 'active'")


def test_lifted_they_are_asked_again_and_told_so(world, need):
    stop(world, concern_id := worry(world))
    world.deliver()
    world.later(hours=1)
    lift(world, concern_id)
    lift(world, concern_id)
    assert (offer(world).status, offer(world).stood_down_at) == ("active", None)
    assert [template for template, _ in world.owed("Christopher")].count("back_on_list") == 1
    world.round()
    assert world.who_was_asked(need) == ["Christopher", "Christopher"]
    assert world.breaches() == {}


def test_a_second_worry_holds_them_until_it_is_lifted_too(world, need):
    first, second = worry(world), worry(world)
    stop(world, first)
    stop(world, second)
    lift(world, first)
    assert offer(world).status == "paused"
    lift(world, second)
    assert offer(world).status == "active"


def test_who_had_paused_by_themselves_stays_paused(world, need):
    with world.work() as session:
        on_duty.pause(session, world.people["Christopher"], now=world.now)
    stop(world, concern_id := worry(world))
    lift(world, concern_id)
    assert (offer(world).status, offer(world).stood_down_at) == ("paused", None)


def test_a_worry_lifts_no_stop_of_another(world, need):
    stop(world, worry(world))
    with pytest.raises(NotFound), world.work() as session:
        stand_downs.lift(session, worry(world), world.one(StandDown).id, staff_id=1, now=world.now)


def test_a_volunteer_is_found_by_name_number_or_the_request_they_went_to(world, need):
    world.offer("Ann")
    world.yes("Christopher")
    found = [("Christopher Sample", 1, 0)]
    for typed in ("christ", " Christopher  Sample", world.home("Christopher").phone, need.reference.lower()):
        assert find(world, typed) == found
    assert [name for name, _, _ in find(world, "sample")] == ["Ann Sample", "Christopher Sample"]
    for typed in ("", "%", "Nobody", "K7Q-4MX"):
        with pytest.raises(BadInput):
            find(world, typed)
    looks = world.all(AuditRow, action="looked_up")
    assert {(row.thing, row.thing_id) for row in looks} >= {("person", world.people["Christopher"])}
    assert world.people["Eileen"] not in {row.thing_id for row in looks}  # who offers nothing is never found


def test_it_is_written_down_who_stopped_whom_and_who_took_the_visits_away(world, need):
    world.yes("Christopher")
    stop(world, worry(world))
    by = audit.staff(world.coordinator())
    rows = {(row.actor, row.action, row.thing) for row in world.all(AuditRow)}
    assert {(by, "stopped", "person"), (by, "handed_back", "visit")} <= rows


def test_a_worry_told_on_a_visits_page_knows_whose_visit_it_is(world, need):
    world.yes("Christopher")
    with world.work() as session:
        visit_reports.report_problem(session, world.visit("Christopher").id, "unsafe", "A dog.", now=world.now)
        went = stand_downs.of_visit(session, world.one(Concern).visit_id)
    assert [(one.name, one.visits) for one in went] == [("Christopher Sample", 1)]

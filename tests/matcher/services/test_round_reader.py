"""A round's question as it is read: plain values, everyone who offers, each distinct week expanded once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from matcher.domain.geo import Point, TravelMode, reach_m
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import local_window
from matcher.domain.timewindow import TimeWindow, merge
from matcher.engine.problem import HeldVisit, LiveAsk, OpenOccurrence, RoundProblem, Volunteer
from matcher.engine.solve import solve_round
from matcher.services import offers, on_duty, people
from matcher.services.round_reader import read_problem
from matcher.services.volunteer_reader import read_volunteers
from matcher.store.models import Cell, Occurrence, Offer

EILEENS = Point(51.350505, -2.252673)
AROUND_THE_CORNER = Point(51.348711, -2.250510)
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def read(world):
    def read():
        with world.work() as session:
            problem = read_problem(session, world.area_id(), now=world.now)
            assert list(session.identity_map.values()) == []  # no row object was made
        return problem

    return read


def by_person(problem):
    return {volunteer.person_id: volunteer for volunteer in problem.volunteers}


def test_what_is_read_of_an_occurrence(world, read):
    need = world.post(kind="errand", times=frozenset({"am", "eve"}), helpers=2)
    resident = world.people["Eileen"]
    (found,) = read().occurrences
    cell = world.one(Cell, id=world.person("Eileen").cell_id)
    assert found == OpenOccurrence(
        id=world.occurrence_id(need),
        need_id=need.need_id,
        resident_id=resident,
        kind="errand",
        windows=(
            TimeWindow(datetime(2026, 1, 14, 8, tzinfo=UTC), datetime(2026, 1, 14, 12, tzinfo=UTC)),
            TimeWindow(datetime(2026, 1, 14, 17, tzinfo=UTC), datetime(2026, 1, 14, 20, tzinfo=UTC)),
        ),
        minutes=45,
        helpers_wanted=2,
        urgency=Urgency.NORMAL,
        point=EILEENS,
        told_point=Point(cell.lat, cell.lon),
        waiting_since=world.now,
        required_checks=frozenset({"id_seen", "reference"}),
    )


def test_what_has_happened_to_an_occurrence_is_read_too(world, read):
    for name in ("Ann", "Christopher", "Bridget"):
        world.offer(name)
    before = world.post(times=frozenset({"am"}))
    world.ask("Ann", before)
    world.yes("Ann")
    world.done("Ann")
    world.how(before, "well")
    world.later(hours=3)
    need = world.post(times=frozenset({"pm"}), helpers=3)
    (open_one,) = world.all(Occurrence, need_id=need.need_id)
    for name in ("Ann", "Christopher", "Bridget"):
        world.ask(name, need, at=world.now + timedelta(hours=3))
    world.yes("Ann")
    world.no("Christopher")
    problem = read()
    (found,) = problem.occurrences
    christopher, bridget = (world.one(Offer, person_id=world.people[name]).id for name in ("Christopher", "Bridget"))
    assert found.id == open_one.id
    assert (found.helpers_wanted, found.held_by) == (2, {world.people["Ann"]})
    assert (found.refused_by, found.usual) == ({christopher}, {world.people["Ann"]})
    visit = TimeWindow(world.now + timedelta(hours=3), world.now + timedelta(hours=3) + HALF_HOUR)
    assert found.begins_at == visit.start
    assert problem.live_asks == (
        LiveAsk(occurrence_id=found.id, offer_id=bridget, visit=visit, asked_at=world.now, point=EILEENS),
    )


@pytest.mark.parametrize(("ask", "is_first"), [({}, False), ({"is_weekly": True}, True), ({"kind": "call"}, True)])
def test_whom_they_know_is_asked_first_for_what_is_regular_or_personal(world, read, ask, is_first):
    world.post(**ask)
    found, *_ = read().occurrences
    assert found.usual_first is is_first


def test_what_is_read_of_someone_who_offers(world, read):
    world.offer(
        "Ann", kinds=frozenset({"snow", "lift"}), pattern="choose", times=frozenset({"WE-am", "WE-pm", "TH-eve"})
    )
    ann = world.people["Ann"]
    with world.work() as session:
        for check, expires_on in (("id_seen", None), ("reference", date(2026, 5, 1))):
            offers.record_check(session, ann, check, world.now.date(), expires_on=expires_on, now=world.now)
    done = world.post("Gwen", times=frozenset({"am"}))
    world.ask("Ann", done)
    world.yes("Ann")
    world.post(when="day", day=date(2026, 1, 16))  # so the horizon reaches to the Friday
    (found,) = read().volunteers
    window = TimeWindow(world.now + timedelta(hours=2), world.now + timedelta(hours=2) + HALF_HOUR)
    assert found == Volunteer(
        offer_id=world.one(Offer).id,
        person_id=ann,
        kinds=frozenset({"snow", "lift"}),
        checks={"id_seen": None, "reference": date(2026, 5, 1)},
        free=(
            local_window(date(2026, 1, 14), time(8), time(17)),
            local_window(date(2026, 1, 15), time(17), time(20)),
        ),
        point=AROUND_THE_CORNER,
        reach_m=reach_m(TravelMode.FOOT, 20),
        travel_mode=TravelMode.FOOT,
        held=(HeldVisit(window, Point(51.320922, -2.206590)),),
        asked_at=(world.now,),
    )


def test_the_same_week_is_expanded_once_and_an_exception_is_one_persons_own(world, read):
    for name in ("Ann", "Bridget", "Christopher"):
        world.offer(name)
    world.offer("Joan", pattern="evenings")
    world.offer("Gwen", pattern="on_duty")
    away = TimeWindow(world.now + timedelta(hours=2), world.now + timedelta(hours=3))
    world.execute(
        "insert into availability_exceptions (offer_id, during, is_free)"
        " select id, tstzrange(:start, :end), false from offers where person_id = :person",
        start=away.start,
        end=away.end,
        person=world.people["Christopher"],
    )
    world.post(times=frozenset({"am", "eve"}))
    found = by_person(read())
    ann, bridget, christopher, joan, gwen = (
        found[world.people[name]].free for name in ("Ann", "Bridget", "Christopher", "Joan", "Gwen")
    )
    assert ann is bridget
    assert merge([*christopher, away]) == ann
    assert len(christopher) == len(ann) + 1
    assert joan == (local_window(date(2026, 1, 14), time(17), time(20)),)
    assert gwen == ()


def test_everyone_whose_offer_is_active_is_read_near_or_not_and_whatever_they_do(world, read):
    world.offer("Ann", kinds=frozenset({"lift"}))
    world.offer("Tom")
    world.offer("Gwen")
    with world.work() as session:
        on_duty.pause(session, world.people["Gwen"], now=world.now)
    world.post()
    assert by_person(read()).keys() == {world.people["Ann"], world.people["Tom"]}


def test_who_is_kept_apart_is_read(world, read):
    world.offer("Ann")
    world.post()
    pair = [world.people[name] for name in ("Eileen", "Ann")]
    with world.work() as session:
        people.keep_apart(session, *pair, now=world.now)
    assert read().never_pairs == {frozenset(pair)}


def test_where_nothing_is_due_nobody_is_read(world, read):
    world.offer("Ann")
    assert read() == RoundProblem(now=world.now)


def test_a_round_has_the_same_answer_from_what_was_read_as_from_objects(world, read):
    for name in ("Ann", "Christopher", "Bridget", "Joan"):
        world.offer(name)
    for name in ("Eileen", "Gwen"):
        world.post(name, times=frozenset({"am", "eve"}))
    problem = read()
    answer = solve_round(problem)
    assert answer.asks
    assert solve_round(replace(problem, volunteers=tuple(problem.volunteers))) == answer


def test_of_the_few_who_are_looked_at_the_same_is_read_as_where_everyone_is(world):
    """Their checks too, which are told apart by numbers: here `id_seen` is not the first of all there are."""
    made = {name: world.offer(name).person_id for name in ("Ann", "Bridget", "Christopher")}
    for name, check in (("Ann", "dbs_adults"), ("Bridget", "id_seen"), ("Bridget", "reference")):
        seen = "insert into checks (person_id, name, seen_on) values (:person, :check, '2025-01-02')"
        world.execute(seen, person=made[name], check=check)
    few = [offer_id for (offer_id,) in world.execute("select id from offers where person_id <> :ann", ann=made["Ann"])]
    horizon = TimeWindow(world.now, world.now + timedelta(days=1))
    with world.work() as session:
        everyone = read_volunteers(session, horizon, now=world.now)
        found = read_volunteers(session, horizon, now=world.now, only=few)
    assert [volunteer.person_id for volunteer in found] == [made["Bridget"], made["Christopher"]]
    assert [*found] == [volunteer for volunteer in everyone if volunteer.person_id != made["Ann"]]
    assert [set(volunteer.checks) for volunteer in found] == [{"id_seen", "reference"}, set()]

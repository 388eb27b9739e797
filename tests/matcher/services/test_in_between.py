"""What happens between two statements of a verb: one stops half-way, another comes in, and both end as they should.

Each case was a fault once, or would be one if a lock were taken in another order.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event, get_ident

import pytest
from sqlalchemy import Engine, event

from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, OfferStatus, RoundStatus
from matcher.engine.learning import Gate, Learned
from matcher.engine.params import Acceptance
from matcher.engine.solve import solve_round
from matcher.services import erasure, learned, matches, needs, nightly, occurrences, on_duty, outbox, rounds, upkeep
from matcher.store.models import Leaning, Match, Need, Occurrence, Offer, Round
from matcher.store.session import unit_of_work
from tests.worlds import CONSOLE, SCHEME


@pytest.fixture
def world(lasting_world):
    return lasting_world


class Stopped:
    """A verb that stops right after its first statement with those words, until it may go on."""

    def __init__(self, verb, words):
        self.verb, self.words = verb, words
        self.has_stopped, self.may_go_on = Event(), Event()

    def __call__(self):
        thread = get_ident()

        def stop(_connection, _cursor, statement, *_):
            if get_ident() == thread and self.words in " ".join(statement.split()) and not self.has_stopped.is_set():
                self.has_stopped.set()
                self.may_go_on.wait(30)

        event.listen(Engine, "after_cursor_execute", stop)
        try:
            with unit_of_work() as session:
                return self.verb(session)
        finally:
            event.remove(Engine, "after_cursor_execute", stop)


@pytest.fixture
def meanwhile(world):
    """`meanwhile(first, words, second)`: `second` runs while `first` stands still after the statement with `words`."""

    def run(first, words, second):
        stopped = Stopped(first, words)

        def come_in():
            with unit_of_work() as session:
                return second(session)

        with ThreadPoolExecutor(2) as threads:
            one = threads.submit(stopped)
            assert stopped.has_stopped.wait(10), f"no statement with {words!r}"
            other = threads.submit(come_in)
            world.wait_for_a_lock(unless=other.done)
            stopped.may_go_on.set()
            return one.result(20), other.result(20)

    return run


def test_a_pause_and_a_round_that_asks_the_same_person(world, meanwhile):
    world.offer("Christopher")
    world.ask("Christopher", world.post("Eileen", helpers=2))
    world.post("Edith", person={"postcode": "BA15 1HL"})
    opened = world.open_round()
    allocation = solve_round(opened.problem)
    assert [ask.person_id for ask in allocation.asks] == [world.people["Christopher"]]
    meanwhile(
        lambda session: on_duty.pause(session, world.people["Christopher"], now=world.now),
        "FROM offers",
        lambda session: rounds.close_round(session, opened, allocation, now=world.now),
    )
    assert world.one(Offer).status is OfferStatus.PAUSED
    assert world.all(Match, status=MatchStatus.PROPOSED) == []


def test_two_rounds_of_two_areas_that_ask_the_same_two_people(world, meanwhile):
    for name in ("Christopher", "Ann"):
        world.offer(name, travel_mode="car", travel_minutes=45)
    for resident, postcode in (
        ("Eileen", "BA15 1HL"),
        ("Edith", "BA15 1HL"),
        ("Gwen", "BA14 8TW"),
        ("Gus", "BA14 8TW"),
    ):
        world.post(resident, person={"postcode": postcode})
    here, there = world.open_round(), world.open_round("trowbridge")
    forward, backward = (
        solve_round(here.problem),
        _in_the_other_order(solve_round(there.problem), solve_round(here.problem)),
    )
    meanwhile(
        lambda session: rounds.close_round(session, here, forward, now=world.now),
        "INSERT INTO matches",
        lambda session: rounds.close_round(session, there, backward, now=world.now),
    )
    assert {one.status for one in world.all(Round)} == {RoundStatus.CLOSED}
    assert world.breaches() == {}


def _in_the_other_order(allocation, other):
    """The same asks, made of the same people as `other` in the opposite order."""
    people = [(ask.offer_id, ask.person_id) for ask in reversed(other.asks)]
    asks = zip(allocation.asks, people, strict=True)
    return replace(
        allocation, asks=tuple(replace(ask, offer_id=offer, person_id=person) for ask, (offer, person) in asks)
    )


def test_a_need_is_cancelled_while_its_message_is_put_into_words(world, meanwhile):
    need = world.post()
    world.offer("Christopher")
    world.ask("Christopher", need)
    meanwhile(
        lambda session: outbox.claim_due(session, SCHEME, CONSOLE, now=world.now),
        "FROM notifications",
        lambda session: needs.cancel_need(session, need.need_id, actor="person:1", now=world.now),
    )
    assert world.owed("Eileen")[-1] == ("need_cancelled_resident", "pending")


def test_a_need_that_comes_round_while_it_is_called_off_leaves_nothing_open(world, meanwhile):
    need = world.post(is_weekly=True)
    world.later(days=7)
    opened, _ = meanwhile(
        lambda session: occurrences.extend_recurring(session, now=world.now),
        "INSERT INTO occurrences",
        lambda session: needs.cancel_need(session, need.need_id, actor="person:1", now=world.now),
    )
    assert opened == 1
    assert {occurrence.status for occurrence in world.all(Occurrence)} == {OccurrenceStatus.CANCELLED}


def test_a_no_that_was_said_before_a_round_and_written_after_it_asks_someone_else_at_once(world, meanwhile):
    world.offer("Christopher")
    world.offer("Ann")
    need = world.post()
    world.ask("Christopher", need)
    world.later(seconds=1)
    said_at = world.now
    world.later(seconds=1)
    _, opened = meanwhile(
        lambda session: matches.decline(session, world.asked("Christopher"), now=said_at),
        "FROM matches",
        lambda session: rounds.open_round(session, world.area_id(), now=world.now),
    )
    world.later(seconds=1)
    assert world.close_round(opened)
    with unit_of_work() as session:
        assert rounds.areas_due(session, now=world.now) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher", "Ann"]


def test_a_round_whose_neighbour_was_just_asked_for_another_area_looks_again_within_a_minute(world, meanwhile):
    world.offer("Christopher", travel_mode="car")
    need, other = world.post("Eileen"), world.post("Gwen")
    here, there = world.open_round(), world.open_round("trowbridge")
    assert world.close_round(there)
    assert world.close_round(here)
    assert world.who_was_asked(other) == ["Christopher"]
    assert world.who_was_asked(need) == []
    assert world.one(Round, area_id=world.area_id()).skipped == 1
    world.later(minutes=1)
    with unit_of_work() as session:
        assert rounds.areas_due(session, now=world.now) == (world.area_id(),)
    assert world.round()
    assert world.who_was_asked(need) == ["Christopher"]


def test_a_yes_while_the_clock_runs_out_is_put_in_order(world, meanwhile):
    world.offer("Christopher")
    need = world.post()
    starts_at = world.now + timedelta(hours=4)
    world.ask("Christopher", need, at=starts_at)
    world.later(hours=4, minutes=29)
    ends_at = world.one(Occurrence).ends_at
    answer, _ = meanwhile(
        lambda session: matches.accept(session, world.asked("Christopher"), now=starts_at),
        "FROM occurrences",
        lambda session: upkeep.lapse_passed(session, now=ends_at),
    )
    assert answer.held
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    assert world.one(Need).status.value == "open"


@pytest.mark.parametrize("forget", [learned.reset, erasure.erase_person])
def test_what_is_thought_of_someone_is_forgotten_while_the_night_is_kept(world, meanwhile, forget):
    world.offer("Christopher")
    christopher = world.people["Christopher"]
    with unit_of_work() as session:
        lesson = nightly.read_lesson(session, now=world.now)
    taught = Learned(Acceptance(), {christopher: 0.9}, Gate(0))
    meanwhile(
        lambda session: nightly.keep(session, lesson, taught, now=world.now),
        "INSERT INTO acceptance_models",
        lambda session: forget(session, christopher, now=world.now),
    )
    assert world.all(Leaning) == []


@pytest.mark.parametrize("forget", [learned.reset, erasure.erase_person])
def test_a_night_is_kept_while_what_is_thought_of_someone_is_forgotten(world, meanwhile, forget):
    world.offer("Christopher")
    christopher = world.people["Christopher"]
    with unit_of_work() as session:
        lesson = nightly.read_lesson(session, now=world.now)
    taught = Learned(Acceptance(), {christopher: 0.9}, Gate(0))
    meanwhile(
        lambda session: forget(session, christopher, now=world.now),
        "DELETE FROM leanings",
        lambda session: nightly.keep(session, lesson, taught, now=world.now),
    )
    assert world.all(Leaning) == []

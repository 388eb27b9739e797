"""Many people answer at once: real threads, real transactions. The database decides, and everyone is told the truth."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from matcher.domain.errors import Conflict
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, VisitStatus
from matcher.engine.learning import Gate, Learned
from matcher.engine.params import Acceptance
from matcher.services import learned, matches, needs, nightly, occurrences, on_duty, outbox, upkeep, visits
from matcher.services.matches import AnswerWhy
from matcher.store.models import Leaning, LeaningReset, Match, Need, Notification, Occurrence, Visit
from matcher.store.session import unit_of_work
from tests.worlds import CONSOLE, SCHEME

CROWD = 64


@pytest.fixture
def world(lasting_world):
    return lasting_world


@pytest.fixture
def at_once():
    """`at_once(verbs)`: each in a thread and a transaction of its own, all let go together; what each came to."""

    def run(verbs):
        barrier = Barrier(len(verbs), timeout=20)

        def one(verb):
            barrier.wait()
            try:
                with unit_of_work() as session:
                    return verb(session)
            except Conflict as error:
                return error

        with ThreadPoolExecutor(len(verbs)) as threads:
            return list(threads.map(one, verbs))

    return run


def crowd_is_asked(world, need, count=CROWD):
    """So many neighbours are asked about the same need, and have not answered."""
    return world.ask_all(world.crowd(count), need)


def accepting(world, match_id):
    return lambda session: matches.accept(session, match_id, now=world.now).why


@pytest.mark.parametrize("places", [1, 2])
def test_64_say_yes_at_once_and_each_place_has_one_holder(world, at_once, places):
    need = world.post(helpers=places)
    asked = crowd_is_asked(world, need)
    answers = Counter(at_once([accepting(world, match_id) for match_id in asked]))
    assert answers == {AnswerWhy.YOURS: places, AnswerWhy.TAKEN: CROWD - places}
    assert sorted(visit.place for visit in world.all(Visit)) == list(range(1, places + 1))
    assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    statuses = Counter(match.status for match in world.all(Match))
    assert statuses == {MatchStatus.ACCEPTED: places, MatchStatus.WITHDRAWN: CROWD - places}
    assert len(world.all(Notification, template="visit_held_volunteer")) == places
    assert world.breaches() == {}


def test_one_person_who_says_yes_64_times_at_once_holds_one_visit(world, at_once):
    need = world.post(helpers=2)
    world.offer("Christopher")
    match_id = world.ask("Christopher", need)
    answers = at_once([accepting(world, match_id)] * CROWD)
    assert set(answers) == {AnswerWhy.YOURS}
    assert len(world.all(Visit)) == 1
    assert len(world.all(Notification, template="visit_held_volunteer")) == 1
    assert world.breaches() == {}


def test_one_person_says_yes_to_two_visits_at_the_same_time_and_holds_one(world, at_once):
    world.offer("Christopher")
    asked = []
    for resident in ("Eileen", "Gwen"):
        asked.append(world.ask("Christopher", world.post(resident)))
        # A round never asks for two visits that overlap: the question is moved here by hand.
        world.execute("update matches set starts_at = starts_at + interval '3 hours', ends_at = ends_at + '3 hours'")
    world.execute("update matches set (starts_at, ends_at) = (select min(starts_at), min(ends_at) from matches)")
    answers = at_once([accepting(world, match_id) for match_id in asked])
    assert sorted(answers) == [AnswerWhy.CLASH, AnswerWhy.YOURS]
    assert len(world.all(Visit)) == 1
    assert world.breaches() == {}


@pytest.mark.parametrize("turn", range(4))
def test_a_yes_and_a_cancellation_at_once_have_one_winner(world, at_once, turn):
    need = world.post()
    asked = crowd_is_asked(world, need, 8)
    verbs = [accepting(world, match_id) for match_id in asked]
    verbs.insert(turn * 2, lambda session: needs.cancel_need(session, need.need_id, actor="person:1", now=world.now))
    answers = Counter(at_once(verbs))
    assert world.one(Need).status is NeedStatus.CANCELLED
    assert world.one(Occurrence).status is OccurrenceStatus.CANCELLED
    assert {visit.status for visit in world.all(Visit)} <= {VisitStatus.CANCELLED}
    assert answers[AnswerWhy.YOURS] == len(world.all(Visit)) <= 1
    # Whoever was told yes is told that it is off.
    assert len(world.all(Notification, template="visit_cancelled")) == answers[AnswerWhy.YOURS]
    assert answers[AnswerWhy.YOURS] + answers[AnswerWhy.TAKEN] + answers[AnswerWhy.CANCELLED] == 8
    assert world.breaches() == {}


@pytest.mark.parametrize("turn", range(4))
def test_a_yes_and_a_no_of_one_person_at_once_have_one_winner(world, at_once, turn):
    need = world.post()
    (match_id,) = crowd_is_asked(world, need, 1)
    yes, no = accepting(world, match_id), lambda session: matches.decline(session, match_id, now=world.now)
    came_to = at_once([yes, no] if turn % 2 else [no, yes])
    status = world.one(Match).status
    if status is MatchStatus.ACCEPTED:
        assert AnswerWhy.YOURS in came_to
        assert world.one(Visit).status is VisitStatus.HELD
        assert world.one(Occurrence).status is OccurrenceStatus.FILLED
    else:
        assert status is MatchStatus.DECLINED
        assert set(came_to) == {AnswerWhy.SAID_NO}
        assert world.all(Visit) == []
        assert world.one(Occurrence).status is OccurrenceStatus.OPEN
    assert world.breaches() == {}


def test_a_hand_back_and_a_cancellation_at_once_end_in_a_cancelled_need(world, at_once):
    need = world.post()
    crowd_is_asked(world, need, 1)
    world.yes("Neighbour 1")
    visit_id = world.one(Visit).id
    at_once(
        [
            lambda session: visits.hand_back(session, visit_id, now=world.now),
            lambda session: needs.cancel_need(session, need.need_id, actor="person:1", now=world.now),
        ]
    )
    assert world.one(Visit).status in (VisitStatus.HANDED_BACK, VisitStatus.CANCELLED)
    assert world.one(Occurrence).status is OccurrenceStatus.CANCELLED
    assert world.breaches() == {}


def test_done_and_done_at_once_thank_once(world, at_once):
    need = world.post()
    crowd_is_asked(world, need, 1)
    world.yes("Neighbour 1")
    visit_id = world.one(Visit).id
    at_once([lambda session: visits.complete(session, visit_id, now=world.now)] * 8)
    assert world.one(Visit).status is VisitStatus.DONE
    assert len(world.all(Notification, template="visit_done_volunteer")) == 1
    assert len(world.execute("select from audit where action = 'completed'")) == 1


def test_eight_deliverers_send_each_message_once(world, at_once):
    crowd_is_asked(world, world.post(), 40)
    owed = len(world.all(Notification))
    assert owed == 42  # 40 who are asked, one who offered, one who posted
    claimed = at_once(
        [lambda session: outbox.claim_due(session, SCHEME, CONSOLE, now=world.now, limit=12)] * 8,
    )
    sent = [envelope.notification_id for envelopes in claimed for envelope in envelopes]
    assert len(sent) == len(set(sent)) == owed


def test_two_workers_open_one_round(world, at_once):
    from matcher.services import rounds

    world.post()
    area_id = world.area_id()
    opened = at_once([lambda session: rounds.open_round(session, area_id, now=world.now)] * 8)
    assert sum(one is not None for one in opened) == 1


def test_eight_keepers_lapse_and_tell_once(world, at_once):
    world.post()
    world.post("Gwen", is_weekly=True)
    world.deliver()
    world.later(days=1)
    at_once([lambda session: upkeep.keep_up(session, now=world.now)] * 8)
    assert len(world.all(Notification, template="need_unmet")) == 2
    assert len(world.execute("select from audit where action = 'lapsed'")) == 2
    assert world.breaches() == {}


def test_a_need_that_comes_round_while_it_is_called_off_leaves_nothing_open(world, at_once):
    need = world.post(is_weekly=True)
    world.later(days=2)
    for _ in range(6):
        at_once(
            [
                lambda session: occurrences.extend_recurring(session, now=world.now + timedelta(weeks=2)),
                lambda session: needs.cancel_need(session, need.need_id, actor="person:1", now=world.now),
            ]
        )
    assert OccurrenceStatus.OPEN not in {occurrence.status for occurrence in world.all(Occurrence)}


def test_a_pause_while_a_round_closes_waits_for_it_or_goes_first(world, at_once):
    from matcher.engine.solve import solve_round
    from matcher.services import rounds

    need = world.post()
    world.offer("Christopher")
    world.ask("Christopher", world.post("Gwen"), at=world.now + timedelta(hours=10))
    opened = world.open_round()
    allocation = solve_round(opened.problem)
    at_once(
        [
            lambda session: rounds.close_round(session, opened, allocation, now=world.now),
            lambda session: on_duty.pause(session, world.people["Christopher"], now=world.now),
        ]
    )
    live = world.all(Match, status=MatchStatus.PROPOSED)
    assert [match for match in live if match.occurrence_id == world.occurrence_id(need)] == []


def test_what_is_thought_of_someone_is_forgotten_many_times_at_once_and_again(world, at_once):
    world.offer("Christopher")
    christopher = world.people["Christopher"]
    with world.work() as session:
        lesson = nightly.read_lesson(session, now=world.now)
        nightly.keep(session, lesson, Learned(Acceptance(), {christopher: 0.9}, Gate(0)), now=world.now)
    assert len(world.all(Leaning)) == 1
    answers = at_once([lambda session: learned.reset(session, christopher, now=world.now)] * 8)
    assert answers == [None] * 8
    assert world.all(Leaning) == []
    world.later(minutes=1)
    with world.work() as session:
        learned.reset(session, christopher, now=world.now)
    assert [(one.person_id, one.reset_at) for one in world.all(LeaningReset)] == [(christopher, world.now)]

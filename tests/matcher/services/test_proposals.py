"""Whom a round found is asked all at once: by the same rules as one by one, in as many statements however many."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from itertools import product

import pytest

from matcher.domain.lifecycle import MatchStatus
from matcher.domain.timewindow import TimeWindow
from matcher.services import matches
from matcher.services.matches import Proposal
from matcher.store.models import Match, Notification, Offer
from matcher.store.session import unit_of_work
from tests.statements import statements

HALF_HOUR = timedelta(minutes=30)


def proposal(world, name, occurrence_id, hours):
    """Ask them for half an hour, so many hours from now."""
    offer = world.one(Offer, person_id=world.people[name])
    starts_at = world.now + timedelta(hours=hours)
    return Proposal(
        occurrence_id=occurrence_id,
        offer_id=offer.id,
        person_id=offer.person_id,
        visit=TimeWindow(starts_at, starts_at + HALF_HOUR),
        distance_band="under half a mile",
        reach_m=1200,
        weight_min=0.1 + 0.2,
        breakdown=[{"term": "value", "words": "worth it", "minutes": 1 / 3}],
        sentence='You said "yes", and offered this: ĉu £2?',
    )


def propose(world, proposals):
    with world.work() as session:
        return matches.propose(session, None, proposals, now=world.now)


@contextmanager
def undone(world):
    """What is done inside has not been done afterwards."""
    with world.work() as session:
        point = session.begin_nested()
        yield
        point.rollback()
        session.expunge_all()


@pytest.fixture
def may_ask(world):
    """`may_ask(hours)`: whether Ann may be asked for a visit of half an hour, so many hours from now."""
    world.offer("Ann", travel_mode="car")
    occurrence_id = world.occurrence_id(world.post("Bridget"))

    def check(hours):
        with undone(world):
            return propose(world, [proposal(world, "Ann", occurrence_id, hours)]) == (1, 0)

    return check


def test_one_who_is_asked_may_be_asked_once_more_for_another_time(world, may_ask):
    assert may_ask(2)
    world.ask("Ann", world.post("Eileen"))
    assert not may_ask(2)
    assert not may_ask(2.25)
    assert may_ask(2.5)
    world.ask("Ann", world.post("Gwen"), at=world.now + timedelta(hours=4))
    assert not may_ask(6)
    world.no("Ann")
    assert may_ask(6)


def test_one_who_holds_a_visit_then_may_not_be_asked_for_that_time(world, may_ask):
    world.ask("Ann", world.post("Eileen"))
    world.yes("Ann")
    assert not may_ask(2)
    assert not may_ask(2.5)  # five minutes are kept around a visit
    assert may_ask(2.75)


@pytest.mark.parametrize("rests", ["status = 'paused'", "status = 'stopped', stopped_at = made_at"])
def test_one_whose_offer_rests_may_not_be_asked(world, may_ask, rests):
    world.execute(f"update offers set {rests}")
    assert not may_ask(2)


def test_nobody_is_asked_for_a_visit_that_has_begun(may_ask):
    assert not may_ask(0)
    assert may_ask(0.01)


@pytest.mark.parametrize("status", ["filled", "cancelled", "unmet"])
def test_nobody_is_asked_about_what_is_no_longer_open(world, may_ask, status):
    world.execute(f"update occurrences set status = '{status}'")
    assert not may_ask(2)


def test_nobody_is_asked_the_same_twice(world):
    world.offer("Ann")
    occurrence_id = world.occurrence_id(world.post())
    one, other = (proposal(world, "Ann", occurrence_id, hours) for hours in (2, 4))
    assert propose(world, [one]) == (1, 0)
    assert propose(world, [other]) == (0, 1)


def test_what_is_asked_of_someone_counts_for_what_comes_after_it(world):
    world.offer("Ann")
    ids = [world.occurrence_id(world.post(name)) for name in ("Eileen", "Gwen", "Bridget", "Joan")]
    hours = (2, 2.25, 4, 6)  # the second overlaps the first, the last would be a third
    wanted = [proposal(world, "Ann", occurrence_id, h) for occurrence_id, h in zip(ids, hours, strict=True)]
    assert propose(world, wanted[::-1]) == (2, 2)
    assert [match.occurrence_id for match in world.all(Match)] == [ids[0], ids[2]]


def test_the_match_says_what_the_round_said_and_the_message_is_owed_the_way_they_are_reached(world):
    world.offer("Ann", person={"email": "ann@example.org"})
    world.offer("Christopher")
    occurrence_id = world.occurrence_id(world.post(helpers=2))
    wanted = [proposal(world, name, occurrence_id, 2) for name in ("Ann", "Christopher")]
    assert propose(world, wanted) == (2, 0)
    for match, one in zip(world.all(Match), wanted, strict=True):
        assert (match.offer_id, match.person_id) == (one.offer_id, one.person_id)
        assert (match.starts_at, match.ends_at) == (one.visit.start, one.visit.end)
        assert (match.weight_min, match.breakdown, match.sentence) == (one.weight_min, one.breakdown, one.sentence)
        assert (match.status, match.asked_at, match.delivered_at) == (MatchStatus.PROPOSED, world.now, None)
    owed = [note for note in world.all(Notification) if note.template == "match_asked"]
    assert [(note.match_id, note.person_id, note.channel) for note in owed] == [
        (match.id, match.person_id, channel) for match, channel in zip(world.all(Match), ("email", "text"), strict=True)
    ]
    assert {(note.attempts, note.due_at, note.values == {}) for note in owed} == {(0, world.now, True)}


def test_all_at_once_comes_to_the_same_as_one_by_one(world):
    """Many small worlds, drawn at random: people who are asked already, hold visits, rest; needs that are over."""
    crowd = world.crowd(4)
    ids = [world.occurrence_id(world.post(f"Resident {number}", times=frozenset({"am", "pm"}))) for number in range(6)]
    world.ask(crowd[0], world.post("Eileen"), at=world.now + timedelta(hours=3))
    world.ask(crowd[1], world.post("Gwen"), at=world.now + timedelta(hours=3))
    world.yes(crowd[1])
    world.execute("update offers set status = 'paused' where person_id = :id", id=world.people[crowd[3]])
    world.execute("update occurrences set status = 'cancelled' where id = :id", id=ids[5])
    every = list(product(crowd, ids))
    outcomes = Counter()
    for seed in range(12):
        draw = random.Random(seed)
        wanted = [
            proposal(world, name, occurrence_id, draw.choice([0, 2, 2.25, 3, 3.5, 4, 6]))
            for name, occurrence_id in draw.sample(every, 14)
        ]
        with undone(world):
            before = {match.id for match in world.all(Match)}
            at_once = propose(world, wanted)
            asked_at_once = written(world, before)
        with undone(world):
            in_order = sorted(wanted, key=lambda one: (one.occurrence_id, one.offer_id))
            each = [propose(world, [one]) for one in in_order]
            one_by_one = (sum(asked for asked, _ in each), sum(skipped for _, skipped in each))
            asked_one_by_one = written(world, before)
        assert (at_once, asked_at_once) == (one_by_one, asked_one_by_one)
        outcomes.update(asked=at_once[0], skipped=at_once[1])
    assert min(outcomes.values()) > 25  # both happened, and often


def written(world, before):
    """The matches that are new, in the order they were written."""
    new = [match for match in world.all(Match) if match.id not in before]
    return [(match.occurrence_id, match.offer_id, match.starts_at) for match in new]


def test_forty_people_are_asked_in_as_many_statements_as_two(world):
    crowd, ids = world.crowd(40), [world.occurrence_id(world.post(f"Resident {number}")) for number in range(3)]
    counts = []
    for names, occurrence_id in ((crowd[:2], ids[0]), (crowd, ids[1])):
        wanted = [proposal(world, name, occurrence_id, 2 + ids.index(occurrence_id)) for name in names]
        with world.work() as session, statements(session) as sent:
            assert matches.propose(session, None, wanted, now=world.now) == (len(names), 0)
        counts.append(len(sent))
    # locks, locks, who is kept apart, on their hands, their codes, matches, how they are reached, the texts that hold,
    # what is compared, messages
    assert counts == [10, 10]


def test_nobody_to_ask_takes_no_statement_at_all(world):
    with world.work() as session, statements(session) as sent:
        assert matches.propose(session, None, [], now=world.now) == (0, 0)
    assert sent == []


def test_two_areas_that_ask_one_person_at_once_wait_for_each_other_and_ask_them_twice_at_most(lasting_world):
    world = lasting_world
    world.offer("Ann")
    ids = [world.occurrence_id(world.post(name)) for name in ("Eileen", "Gwen", "Bridget", "Joan")]
    wanted = [proposal(world, "Ann", occurrence_id, 2 * nth) for nth, occurrence_id in enumerate(ids, 1)]
    with ThreadPoolExecutor(1) as other, unit_of_work() as session:
        assert matches.propose(session, None, wanted[:2], now=world.now) == (2, 0)
        late = other.submit(propose, world, wanted[2:])
        world.wait_for_a_lock(unless=late.done)
        assert not late.done()
        session.commit()
        assert late.result(timeout=10) == (0, 2)
    assert len(world.all(Match, status=MatchStatus.PROPOSED)) == 2
    assert world.breaches() == {}


def test_nobody_is_asked_to_help_themselves(world):
    """As when two records became one while the round thought."""
    world.offer("Ann")
    need = world.post("Bridget")
    world.execute("update needs set resident_id = :ann where id = :id", ann=world.people["Ann"], id=need.need_id)
    assert propose(world, [proposal(world, "Ann", world.occurrence_id(need), 3)]) == (0, 1)
    assert world.all(Match) == []

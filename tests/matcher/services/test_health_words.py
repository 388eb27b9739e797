"""Health in words: each part says how it is, why that matters and what to do, and is bad when and only when it is."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from matcher.services import audit_chain, health, health_words
from matcher.services.health_words import State
from matcher.store.models import Area

PARTS = ("worker", "beat", "sweep", "round")


@pytest.fixture
def alive(world):
    """A scheme in which everything has just been heard of."""
    beat(world, *PARTS, health_words.BACKUP)
    return world


def beat(world, *parts):
    with world.work() as session:
        for part in parts:
            health.beat(session, part, now=world.now)


def read(world, *, broker_answers=True, texts_a_day=100):
    with world.work() as session:
        found = health_words.lines(
            session,
            [area.id for area in world.all(Area)],
            broker_answers=broker_answers,
            texts_a_day=texts_a_day,
            now=world.now,
        )
    return {line.name: line for line in found}


def states(world, **how):
    return {name: line.state for name, line in read(world, **how).items() if line.state is not State.WELL}


def test_when_all_is_well_nothing_is_to_be_done(alive):
    found = read(alive)
    assert states(alive) == {}
    assert not any(line.do for line in found.values())
    assert all(line.means for line in found.values())
    assert list(found) == [
        "Requests to be looked at",
        "Last round",
        "Background work",
        "Messages to be sent",
        "Texts today",
        "Messages that did not arrive",
        "Addresses",
        "Weather",
        "Audit",
        "Backup",
    ]


def test_a_scheme_that_has_just_begun_says_what_was_never_heard_of(world):
    found = read(world)
    assert (found["Background work"].word, found["Background work"].state) == ("Some of it has never run", State.ACT)
    assert (found["Backup"].word, found["Backup"].state) == ("We were never told of one", State.WATCH)


def test_a_request_that_nobody_looks_at_is_said_with_its_age(alive):
    alive.post("Eileen")
    assert read(alive)["Requests to be looked at"].word == "1 waits now"
    alive.later(minutes=3)
    beat(alive, *PARTS)
    line = read(alive)["Requests to be looked at"]
    assert (line.state, line.word, line.age) == (State.ACT, "One has waited {age}", timedelta(minutes=3))
    assert "ring neighbours yourself" in line.do


def test_the_last_round_says_what_it_did(alive):
    alive.offer("Christopher")
    alive.post("Eileen")
    alive.round()
    alive.later(seconds=30)
    line = read(alive)["Last round"]
    assert (line.word, line.age) == ("{age} ago: 1 looked at, 1 asked", timedelta(seconds=30))


def test_silence_of_a_part_and_of_the_broker(alive):
    assert states(alive, broker_answers=False) == {"Background work": State.WATCH}
    alive.later(minutes=10)
    beat(alive, "worker", "sweep", "round")
    line = read(alive)["Background work"]
    assert (line.state, line.word, line.age) == (
        State.ACT,
        "Something has been silent for {age}",
        timedelta(minutes=10),
    )


def test_messages_that_wait_and_messages_that_did_not_arrive(alive):
    alive.post("Eileen")
    assert read(alive)["Messages to be sent"].word == "1 is due, the oldest for {age}"
    alive.later(minutes=4)
    beat(alive, *PARTS)
    line = read(alive)["Messages to be sent"]
    assert (line.state, line.age) == (State.ACT, timedelta(minutes=4))
    alive.execute("update notifications set status = 'failed', ended_at = :now, last_error = 'no'", now=alive.now)
    found = read(alive)
    assert found["Messages to be sent"].word == "Nothing is due"
    assert (found["Messages that did not arrive"].word, found["Messages that did not arrive"].state) == (
        "1 person to ring",
        State.WATCH,
    )


@pytest.mark.parametrize(
    ("most", "state", "word"),
    [
        (2, State.WELL, "1 of 2 went"),
        (1, State.ACT, "1 of 1 went"),
        (None, State.WELL, "1 went; nothing limits them"),
    ],
)
def test_texts_against_what_may_be_spent(alive, most, state, word):
    alive.post("Eileen")
    alive.deliver()
    line = read(alive, texts_a_day=most)["Texts today"]
    assert (line.state, line.word) == (state, word)


def test_an_address_that_cannot_be_found_any_more(alive):
    alive.post("Eileen")
    alive.offer("Christopher")
    assert read(alive)["Addresses"].word == "All 2 can be found"
    alive.execute("update postcodes set withdrawn_on = '2026-01-01' where code = 'BA151HL'")
    line = read(alive)["Addresses"]
    assert (line.state, line.word) == (State.WATCH, "1 of 2 cannot be found any more")


def test_a_feed_that_fails_says_why(alive):
    with alive.work() as session:
        session.execute(
            text(
                "insert into weather_sources (name, looked_at, read_at, problem)"
                " values ('warnings', :now, :now, ''), ('forecast', :now, null, 'It answered 500.')"
            ),
            {"now": alive.now},
        )
    found = read(alive)
    assert found["Severe weather warnings"].word == "Read {age} ago"
    assert (found["Weather forecast"].word, found["Weather forecast"].state) == ("It answered 500", State.WATCH)


def test_an_audit_that_is_not_sealed_and_a_backup_that_is_old(alive):
    alive.post("Eileen")
    alive.later(minutes=6)
    beat(alive, *PARTS)
    assert read(alive)["Audit"].word == "Not sealed for {age}"
    with alive.work() as session:
        audit_chain.seal(session, now=alive.now)
    assert read(alive)["Audit"].state is State.WELL
    alive.later(hours=27)
    line = read(alive)["Backup"]
    assert (line.state, line.word) == (State.ACT, "The last is {age} old")

"""The only commit: a unit of work is all or nothing, reading cannot write, and a database that is away is said so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from matcher.domain.errors import BadInput, Unavailable
from matcher.store import session as store
from matcher.store.models import Heartbeat
from matcher.store.roles import driver_url
from matcher.store.session import reading, unit_of_work


def parts():
    with reading() as session:
        return session.scalars(text("select part from heartbeats order by part")).all()


@pytest.fixture
def beat(now):
    return lambda part: Heartbeat(part=part, at=now)


@pytest.mark.usefixtures("database")
def test_a_unit_of_work_is_committed_when_it_ends(beat):
    with unit_of_work() as session:
        session.add(beat("worker"))
        assert parts() == []
    assert parts() == ["worker"]


@pytest.mark.usefixtures("database")
def test_a_unit_of_work_that_fails_leaves_nothing(beat):
    def fail():
        with unit_of_work() as session:
            session.add(beat("worker"))
            session.flush()
            raise BadInput

    with pytest.raises(BadInput):
        fail()
    assert parts() == []


@pytest.mark.usefixtures("database")
def test_a_unit_of_work_that_the_database_refuses_leaves_nothing(beat):
    def write_twice():
        with unit_of_work() as session:
            session.add(beat("sweep"))
            session.flush()
            session.execute(text("insert into heartbeats (part, at) values ('sweep', now())"))

    with pytest.raises(IntegrityError):
        write_twice()
    assert parts() == []


@pytest.mark.usefixtures("database")
def test_reading_cannot_write():
    with reading() as session, pytest.raises(DBAPIError) as refused:
        session.execute(text("insert into heartbeats (part, at) values ('sweep', now())"))
    assert isinstance(refused.value.orig, psycopg.errors.ReadOnlySqlTransaction)


@pytest.mark.usefixtures("database")
def test_writing_after_reading_on_the_same_connection_works(beat):
    parts()
    with unit_of_work() as session:
        session.add(beat("worker"))
    assert parts() == ["worker"]


@pytest.mark.usefixtures("database")
def test_more_at_once_than_there_are_connections_wait_their_turn(beat):
    def write(number):
        with unit_of_work() as session:
            session.add(beat(f"worker {number:02}"))
            session.execute(text("select pg_sleep(0.01)"))

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(write, range(64)))
    assert len(parts()) == 64


def test_a_database_that_does_not_answer_is_said_so(tmp_path):
    store.configure(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")
    try:
        for work in (unit_of_work, reading):
            with pytest.raises(Unavailable), work() as session:
                session.execute(text("select 1"))
    finally:
        store.dispose()


def test_connections_that_the_database_ended_are_made_anew(database):
    assert parts() == []
    with psycopg.connect(driver_url(database.owner_url), autocommit=True) as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert parts() == []


def test_a_connection_that_ends_in_the_middle_is_said_so(database):
    def work():
        with unit_of_work() as session:
            pid = session.execute(text("select pg_backend_pid()")).scalar_one()
            with psycopg.connect(driver_url(database.owner_url), autocommit=True) as owner:
                owner.execute("select pg_terminate_backend(%s)", [pid])
            session.execute(text("select 1"))

    with pytest.raises(Unavailable):
        work()


@pytest.mark.usefixtures("database")
def test_an_error_names_its_statement_and_never_the_values():
    secret = "Zanzibarqu"

    def work():
        with unit_of_work() as session:
            session.execute(text("select 1 / (length(:word) - 10)"), {"word": secret})

    with pytest.raises(DBAPIError) as refused:
        work()
    assert "length" in str(refused.value)
    assert secret not in str(refused.value)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("by_id", [True, False])
def test_a_row_is_read_again_when_it_is_locked_and_what_was_not_yet_written_is_kept(beat, now, by_id):
    with unit_of_work() as session:
        session.add_all([beat("worker"), beat("sweep")])
    later, latest = now + timedelta(hours=1), now + timedelta(hours=2)
    with unit_of_work() as session:
        seen, other = session.get_one(Heartbeat, "worker"), session.get_one(Heartbeat, "sweep")
        with unit_of_work() as elsewhere:
            elsewhere.get_one(Heartbeat, "worker").at = later
        other.at = latest
        if by_id:
            session.get_one(Heartbeat, "worker", with_for_update=True)
            session.get_one(Heartbeat, "sweep", with_for_update=True)
        else:
            session.scalars(select(Heartbeat).with_for_update()).all()
        assert (seen.at, other.at) == (later, latest)

"""The audit in a chain: every row is sealed, once, and not by who writes it; whoever changes one by hand is found."""

from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from matcher.services import audit, audit_chain, erasure
from matcher.store.models import AuditLink, AuditRow, AuditWaiting
from matcher.store.roles import driver_url

NO_TRIGGERS = "set session_replication_role = replica"


def seal(world):
    with world.work() as session:
        return audit_chain.seal(session, now=world.now)


def status(world):
    with world.work() as session:
        return audit_chain.status(session, now=world.now)


def note(world, number=1, *fields):
    with world.work() as session:
        audit.record(session, audit.staff(1), "looked_up", ("person", number), *fields, now=world.now)


def test_what_was_written_is_sealed_once_and_in_order(world):
    world.post("Eileen")
    written = [row.id for row in world.all(AuditRow)]
    assert [row.audit_id for row in world.all(AuditWaiting)] == written
    assert seal(world) == len(written) > 0
    assert seal(world) == 0
    links = world.all(AuditLink)
    assert [(link.position, link.audit_id) for link in links] == list(enumerate(written, 1))
    assert world.all(AuditWaiting) == []
    assert len({link.hash for link in links}) == len(links)


def test_the_same_words_after_another_row_have_another_hash(world):
    for _ in range(2):
        note(world)
    seal(world)
    first, second = world.all(AuditLink)
    assert first.hash != second.hash


def test_complete_to_when_the_oldest_row_waits_and_to_now_when_none_does(world):
    note(world)
    wrote_at = world.now
    world.later(minutes=3)
    assert (status(world).complete_to, status(world).waiting) == (wrote_at, 1)
    seal(world)
    world.later(minutes=30)
    now = status(world)
    assert (now.complete_to, now.links, now.waiting, now.breaches) == (world.now, 1, 0, ())


def test_erasing_someone_leaves_the_chain_whole(world):
    world.post("Eileen")
    seal(world)
    before = status(world).seal
    with world.work() as session:
        erasure.erase_person(session, world.people["Eileen"], actor=audit.SYSTEM, now=world.now)
    seal(world)
    assert status(world).breaches == ()
    assert "audit unbroken" not in world.breaches()
    with world.work() as session:
        assert audit_chain.find_seal(session, before) is not None


@pytest.mark.parametrize(
    "row",
    [
        {"actor": "Eileen"},
        {"fields": ["14 Conigre Hill, BA15"]},
        {"fields": ["eileen@example.org"]},
        {"fields": ["O’Brien"]},
        {"thing": "the path"},
    ],
)
def test_nothing_but_names_of_things_can_be_written_down(world, row):
    usual = {"at": world.now, "actor": "system", "action": "looked_up", "thing": "need", "thing_id": 1, "fields": []}
    with pytest.raises(DBAPIError, match="names_only"), world.work() as session:
        session.execute(insert(AuditRow).values({**usual, **row}))


@pytest.mark.parametrize("statement", ["update audit_chain set position = 9", "delete from audit_waiting"])
def test_the_serving_role_cannot_touch_the_chain(world, statement):
    note(world)
    with pytest.raises(DBAPIError, match="permission denied"), world.work() as session:
        session.execute(text(statement))


@pytest.fixture
def sealed(lasting_world):
    """Four sealed rows, in a database whose owner goes behind the service's back with `owner(statement)`."""
    for number in range(1, 5):
        note(lasting_world, number, "phone")
    seal(lasting_world)
    return lasting_world


@pytest.fixture
def owner(database):
    with psycopg.connect(driver_url(database.owner_url), autocommit=True) as connection:
        yield connection.execute


def broken(world):
    return world.breaches().get("audit unbroken", ())


def test_the_owner_too_is_refused_while_the_triggers_stand(sealed, owner):
    for table, change in (("audit", "actor = 'system'"), ("audit_chain", "sealed_at = now()")):
        for statement in (f"update {table} set {change}", f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner(statement)
    assert broken(sealed) == ()


CHANGED = "audit row {0} does not say what was sealed as link {0}"
A_ROW = (
    "insert into audit (at, actor, action, thing, thing_id, fields) values (now(), 'system', 'read', 'need', 1, '{}')"
)
BOTH_GONE = "with gone as (delete from audit where id = 2) delete from audit_chain where audit_id = 2"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update audit set actor = 'staff:9' where id = 2", CHANGED.format(2)),
        ("update audit set at = at - interval '1 us' where id = 3", CHANGED.format(3)),
        ("update audit set fields = '{}' where id = 1", CHANGED.format(1)),
        ("delete from audit where id = 2", "audit row 2 is gone, and its link 2 is left"),
        (BOTH_GONE, "the chain has no link 2, before audit row 3"),
        (A_ROW, "audit row 5 is in no chain and does not wait for one"),
        ("update audit_chain set hash = sha256('') where position = 4", CHANGED.format(4)),
    ],
)
def test_what_the_owner_does_with_the_triggers_off_is_found(sealed, owner, statement, found):
    owner(NO_TRIGGERS)
    owner(statement)
    assert broken(sealed) == (found,)
    if statement != A_ROW:  # that one takes a look at every row, which the page leaves to `verify`
        assert status(sealed).breaches == (found,)


def test_a_chain_that_was_rewritten_whole_no_longer_has_the_seal_that_was_noted(sealed, owner):
    noted = status(sealed).seal
    with sealed.work() as session:
        assert audit_chain.find_seal(session, noted[:12]).position == 4
        assert audit_chain.find_seal(session, noted[:11]) is None
    owner(NO_TRIGGERS)
    owner("update audit set actor = 'staff:9' where id = 2")
    owner("insert into audit_waiting select audit_id from audit_chain")
    owner("delete from audit_chain")
    seal(sealed)
    assert broken(sealed) == ()
    with sealed.work() as session:
        assert audit_chain.find_seal(session, noted) is None


def test_one_who_is_still_writing_delays_nobody_and_is_sealed_in_the_end(sealed, database):
    """A row with a lower number may be committed later than the ones after it."""
    begun, go_on = Event(), Event()

    def write_slowly():
        with psycopg.connect(driver_url(database.serving_url)) as slow:
            slow.execute(A_ROW)
            begun.set()
            go_on.wait(20)

    writer = Thread(target=write_slowly)
    writer.start()
    assert begun.wait(20)
    note(sealed, 7)
    assert seal(sealed) == 1
    go_on.set()
    writer.join(20)
    assert seal(sealed) == 1
    assert [link.audit_id for link in sealed.all(AuditLink)] == [1, 2, 3, 4, 6, 5]
    assert broken(sealed) == ()


def test_while_one_seals_another_leaves_it_to_them(sealed, database):
    note(sealed)
    with psycopg.connect(driver_url(database.serving_url)) as other:
        assert other.execute("select audit_seal(now(), 10)").fetchone() == (1,)
        assert seal(sealed) == 0
    assert len(sealed.all(AuditLink)) == 5
    assert broken(sealed) == ()


def test_the_page_checks_the_newest_links_and_begins_with_the_one_before_them(sealed, owner, monkeypatch):
    monkeypatch.setattr(audit_chain, "CHECKED_ON_THE_PAGE", 2)
    assert status(sealed).breaches == ()
    owner(NO_TRIGGERS)
    owner("update audit set actor = 'staff:9' where id = 3")
    assert status(sealed).breaches == ("audit row 3 does not say what was sealed as link 3",)

"""No page, header, message, log line or key gives anyone what is private about a person, but to whoever is expected
at their door, while they are expected.

Every private field of a small world holds a mark of its own. The story is lived through over HTTP with the real
worker; at each stage everyone reads every page they can reach; then every byte that left is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread
from typing import Any

import pytest

from matcher.store import session as store_session
from tests.every_table import of_every_table
from tests.journeys.planted import AT_THE_DOOR, DOOR_WORD, ERMINTRUDE, EVERYONE, Story, live_through, marks_in
from tests.journeys.running import Page, Running, own_broker
from tests.worlds import World

pytestmark = pytest.mark.xdist_group("pages")


def keep_tables(story: Story, world: World) -> None:
    for table, rows in of_every_table(world.execute, "select t::text from {table} t").items():
        story.tables[table] = "\n".join(row for (row,) in rows)


def listen_to_broker(story: Story, until: str) -> None:
    """Write down every command the broker is given, until it is given `until`."""
    with story.running.broker() as client, client.monitor() as monitor:
        for heard in monitor.listen():
            if until in heard["command"]:
                return
            story.broker_heard.append(heard["command"])


def keys_of_broker(story: Story) -> list[str]:
    """Every key with its value, as the broker would write them to a file."""
    with story.running.broker() as client:
        return [f"{key!r} {client.dump(key)!r}" for key in client.keys("*")]


@pytest.fixture(scope="module")
def told(servers: Any, fresh_database: Any, worker_name: str, tmp_path_factory: Any) -> Iterator[Story]:
    """The story, lived through once; the tests search what it left."""
    url = fresh_database(f"privacy_{worker_name}").serving_url
    folder = tmp_path_factory.mktemp("privacy")
    running = Running(folder, url, own_broker(servers.redis_url, "privacy", worker_name))
    with ExitStack() as stack:
        stack.callback(running.stop)
        running.start_pages()
        running.start_worker()
        store_session.configure(url)
        stack.callback(store_session.dispose)
        roles = ("anyone", "ruth", *(one.name for one in EVERYONE))
        story = Story(running, {role: running.reader() for role in roles})
        until = "that is all"
        ear = Thread(target=listen_to_broker, args=(story, until), daemon=True)
        ear.start()
        try:
            keep_tables(story, live_through(story))
        finally:
            with running.broker() as client:
                client.echo(until)
            ear.join(10)
        story.broker_keeps = keys_of_broker(story)
        yield story


def is_meant(stage: str, role: str, page: Page, name: str, mark: str) -> bool:
    """What one typed on one's own unfinished form; and the door, for whoever is expected at it."""
    if page.path.startswith(("/ask", "/offer", "/sign-in")):
        return name == role
    is_expected = stage == f"held by {role}" and page.path.startswith("/visits/")
    return is_expected and name == "Ermintrude" and mark in AT_THE_DOOR


def test_nobody_is_sent_anything_private_but_who_is_expected_at_the_door(told):
    leaks = {
        (stage, role, page.method, re.sub(r"[\w-]{22}", "***", page.path), name, mark)
        for stage, role, page in told.sent
        for name, mark in marks_in(page.bytes_as_text)
        if not is_meant(stage, role, page, name, mark)
    }
    assert leaks == set()
    assert len(told.sent) > 300


def test_the_search_finds_what_may_be_read(told):
    """So that an empty search means something: each mark is found where it is meant to be."""
    typed = {hit for _, _, page in told.sent if page.path.startswith(("/ask", "/offer")) for hit in marks_in(page.body)}
    fields = {"house", "postcode", "phone", "email"}
    assert typed >= {(one.name, name) for one in EVERYONE for name in fields} | {("Ermintrude", "note")}
    assert typed >= {(one.name, name) for one in EVERYONE[1:] for name in ("surname", "born")}
    for name in ("Crispin", "Jocasta"):
        shown = [page for stage, role, page in told.sent if stage == f"held by {name}" == f"held by {role}"]
        assert {hit for page in shown for hit in marks_in(page.body)} == {("Ermintrude", mark) for mark in AT_THE_DOOR}
    kept = marks_in("\n".join(told.tables.values()))
    assert kept >= {(one.name, name) for one in EVERYONE for name in one.marks if name not in ("note", "born")}


def test_private_fields_stand_in_their_own_tables_only(told):
    for table, rows in told.tables.items():
        if table not in ("homes", "need_notes", "postcodes"):
            own_draft = {("Thaddeus", name) for name in ERMINTRUDE.marks} if table == "drafts" else set()
            assert marks_in(rows) <= own_draft, table


def test_no_log_holds_anything_private_nor_a_key_to_it(told):
    for name in ("web", "worker"):
        said = told.running.said(name)
        assert said.count("\n") > 10
        assert marks_in(said) == set()
        assert DOOR_WORD not in said
        assert {token for token in told.tokens() if token in said} == set()
        assert not re.search("Ermintrude|Traceback", said)


def test_the_broker_neither_hears_nor_keeps_anything_private(told):
    for heard in ("\n".join(told.broker_heard), "\n".join(told.broker_keeps)):
        assert len(heard) > 100
        assert marks_in(heard) == set()
        assert DOOR_WORD not in heard
        assert {token for token in told.tokens() if token in heard} == set()
        assert "Ermintrude" not in heard


def test_the_door_word_is_read_by_the_resident_and_whoever_is_expected(told):
    readers = {
        (stage, role, page.path.split("/")[1]) for stage, role, page in told.sent if DOOR_WORD in page.body.casefold()
    }
    visits = {(stage, role) for stage, role, path in readers if path == "visits"}
    assert visits == {("held by Crispin", "Crispin"), ("held by Jocasta", "Jocasta")}
    # The outbox is every message, on a page that only a trial on one machine has.
    assert {(role, path) for _, role, path in readers if path != "visits"} == {
        ("Ermintrude", "r"),
        ("anyone", "outbox"),
    }
    assert all(stage != "asked" for stage, role, _ in readers if role == "anyone")


def test_a_name_is_read_after_a_yes_and_only_by_the_two_it_concerns(told):
    for stage, role, page in told.sent:
        if page.path.startswith("/outbox") or role == "ruth":
            continue
        others = {one.name for one in EVERYONE if one.name != role and re.search(rf"\b{one.name}\b", page.body)}
        if stage in ("typing", "asked") or role in ("anyone", "Annis", "Thaddeus"):
            assert others == set(), (stage, role, page.path)
        elif role == "Ermintrude":
            assert others <= {"Crispin", "Jocasta"}
        else:
            assert others <= {"Ermintrude"}

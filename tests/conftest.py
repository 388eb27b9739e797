"""What the tests share: one real PostgreSQL and Valkey for the whole session, and a clock that stands still.

The process that runs the session (xdist's controller, or pytest itself) starts the servers when the first
test asks for them, so that tests of pure functions start nothing. Each worker has a database of its own.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from multiprocessing.connection import Client, Listener
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
import time_machine
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from matcher.store import session as store_session
from matcher.store.embedded import Postgres, Valkey
from matcher.store.home import Home
from matcher.store.migrations import migrate
from matcher.store.processes import Program, end, start, wait_until
from tests.databases import Addresses, Databases

_DOOR = "GRITBIN_TEST_DOOR"
_TEMPLATE = "template_gritbin"
_IN_CI = os.environ.get("CI") == "true"


class Servers(NamedTuple):
    """Where the session's servers are; the database named is the migrated template, never to be written."""

    owner_url: str
    serving_url: str
    redis_url: str


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # an xdist worker asks its controller
        return
    stack = ExitStack()
    config.add_cleanup(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gritbin-test-")))
    folder.chmod(0o711)
    os.environ[_DOOR] = str(folder / "door")
    listener = stack.enter_context(Listener(os.environ[_DOOR], "AF_UNIX"))
    keeper = _Keeper(folder, stack)
    Thread(target=keeper.answer, args=(listener,), daemon=True, name="servers for the tests").start()


class _Keeper:
    """Starts the servers once, whoever asks first, and keeps them until the session ends."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._servers: Servers | str | None = None

    def answer(self, listener: Listener) -> None:
        while True:
            try:
                with listener.accept() as caller:
                    if self._servers is None:
                        self._servers = self._start_or_say_why_not()
                    caller.send(self._servers)
            except OSError:  # the session is over
                return

    def _start_or_say_why_not(self) -> Servers | str:
        try:
            return self._start()
        except Exception as error:
            return f"The servers for the tests did not start: {error!r}"

    def _start(self) -> Servers:
        home = Home.prepare(self._folder / "home")
        postgres, valkey = Postgres(home, durable=False), Valkey(home)
        self._run(postgres.prepare(), postgres.is_ready)
        self._run(valkey.prepare(), valkey.is_ready)
        postgres.ensure_database(_TEMPLATE)
        migrate(postgres.owner_url(_TEMPLATE))
        return Servers(postgres.owner_url(_TEMPLATE), postgres.serving_url(_TEMPLATE), valkey.url)

    def _run(self, program: Program, is_ready: Callable[[], bool]) -> None:
        process = start(program)
        self._stack.callback(end, [(program, process)], within_s=10)
        if not wait_until(is_ready, within_s=15):
            raise RuntimeError(program.log.read_text())


@pytest.fixture(scope="session")
def servers() -> Servers:
    """The session's PostgreSQL and Valkey, started by the first who asks."""
    with Client(os.environ[_DOOR], "AF_UNIX") as keeper:
        answer = keeper.recv()
    if isinstance(answer, str):
        pytest.fail(answer)
    return Servers(*answer)


@pytest.fixture(scope="session")
def fresh_database(servers: Servers) -> Callable[[str], Addresses]:
    """`fresh_database(name)`: a database as the migrated template is, in place of an old one of that name."""
    return Databases(servers.owner_url, servers.serving_url, _TEMPLATE).fresh


@pytest.fixture(scope="session")
def worker_name() -> str:
    """This xdist worker's name, or `main`: for names that two workers must not share."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def _rolled_back(fresh_database: Callable[[str], Addresses], worker_name: str) -> Iterator[Engine]:
    engine = create_engine(fresh_database(f"rolled_back_{worker_name}").serving_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(_rolled_back: Engine) -> Iterator[Session]:
    """A session of the serving role. Whatever the test does, commits included, is undone afterwards."""
    with _rolled_back.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        everything.rollback()


@pytest.fixture
def database(fresh_database: Callable[[str], Addresses], worker_name: str) -> Iterator[Addresses]:
    """A database of the test's own, for what commits: unit_of_work(), reading(), web and workers use it."""
    addresses = fresh_database(f"own_{worker_name}")
    store_session.configure(addresses.serving_url)
    yield addresses
    store_session.dispose()


@pytest.fixture
def database_url(database: Addresses) -> str:
    """The address of `database` for the serving role."""
    return database.serving_url


@pytest.fixture
def redis_url(servers: Servers, worker_name: str) -> str:
    """This worker's own numbered database in the session's Valkey."""
    number = 0 if worker_name == "main" else int(worker_name.removeprefix("gw")) + 1
    return servers.redis_url.replace("db=0", f"db={number % 16}")


@pytest.fixture
def now() -> datetime:
    """The moment the tests agree on: a Wednesday in January, before it is light."""
    return datetime(2026, 1, 14, 7, 30, tzinfo=UTC)


@pytest.fixture
def frozen_clock(now: datetime) -> Iterator[time_machine.Coordinates]:
    """The clock stands still at `now`; `frozen_clock.shift(seconds)` moves it."""
    with time_machine.travel(now, tick=False) as clock:
        yield clock


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How Playwright starts Debian's Chromium: no sandbox (CI is root) and no calls home."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        (pytest.fail if _IN_CI else pytest.skip)("Chromium is not installed: apt-get install chromium")
    quiet = ("no-first-run", "disable-background-networking", "disable-component-update", "disable-sync")
    return {
        "executable_path": chromium,
        "args": [f"--{name}" for name in ("no-sandbox", "disable-gpu", "disable-quic", *quiet)],
    }

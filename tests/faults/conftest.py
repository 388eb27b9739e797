"""A whole Gritbin, as `./run` starts it, in a folder and on a port of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from matcher.config import SETTINGS
from matcher.services import outbox, staff
from matcher.services.outbox import Owed
from matcher.store import session as store
from matcher.store.embedded import Postgres
from matcher.store.home import Home
from matcher.store.processes import wait_until
from matcher.store.session import unit_of_work
from tests.ports import lasting_port

READY = "Ctrl-C ends it."
EVERY_S = 0.25  # to look through every process there is, or to read a page, is work: what is waited for goes before


class Gritbin:
    """`gritbin up --empty`: its process, and what can be asked of it from outside."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.port = port
        self._said = home.with_suffix(".said")
        self._process = None

    def start(self) -> None:
        """Start it and wait until it says that it is open."""
        environ = {name: value for name, value in os.environ.items() if name not in {s.name for s in SETTINGS}}
        environ |= {"GRITBIN_HOME": str(self.home), "PORT": str(self.port), "GRITBIN_POSTCODES": "ZE"}
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "matcher", "up", "--empty"), env=environ, stdout=said, stderr=said
            )
        assert wait_until(
            lambda: READY in self.said or self._process.poll() is not None, within_s=120, every_s=EVERY_S
        ), self.said
        assert self._process.poll() is None, self.said

    @property
    def said(self) -> str:
        return self._said.read_text()

    def tell(self, sent: signal.Signals) -> float:
        """Send it a signal and wait for its end; how many seconds that took."""
        began = time.monotonic()
        self._process.send_signal(sent)
        self._process.wait(60)
        return time.monotonic() - began

    @property
    def returncode(self) -> int:
        return self._process.returncode

    def processes(self, *words: str) -> list[psutil.Process]:
        """Every process that this home's Gritbin began, or those with all `words` in their command."""
        ours = [process for process in psutil.process_iter() if self._is_ours(process)]
        return [process for process in ours if all(word in " ".join(process.cmdline()) for word in words)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            by_command = str(self.home) in " ".join(process.cmdline())
            by_environ = process.environ().get("GRITBIN_HOME") == str(self.home)
        except psutil.Error:
            return False
        return (by_command or by_environ) and process.status() != psutil.STATUS_ZOMBIE

    def get(self, path: str) -> tuple[int | None, str]:
        """(status, body); (None, "") if nobody answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return None, ""
        finally:
            connection.close()

    def health(self) -> dict[str, bool]:
        """Name of each part -> whether it is well."""
        body = self.get("/health")[1]
        return {name: check["ok"] for name, check in json.loads(body)["checks"].items()} if body else {"pages": False}

    def is_well(self) -> bool:
        """Whether the pages answer and every part is well."""
        return self.get("/health/ready")[0] == 200 and all(self.health().values())

    @contextmanager
    def database(self):
        """While inside, this process's units of work go to its database."""
        store.configure(Postgres(Home(self.home)).serving_url("gritbin"))
        try:
            yield
        finally:
            store.dispose()

    def clean_up(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)
        for process in self.processes():
            process.kill()


def _in(folder: Path) -> Gritbin:
    folder.chmod(0o711)
    return Gritbin(folder / "home", lasting_port())


class FirstRun:
    """One that had no folder yet: what was seen of it from its start to the end that a Ctrl-C made."""

    def __init__(self, gritbin: Gritbin) -> None:
        gritbin.start()
        self.status = gritbin.get("/health/ready")[0]
        self.health = gritbin.health()
        owe_a_code(gritbin)  # it goes through the stand-in for Notify, which tells that it arrived
        self.arrived = wait_until(lambda: "It arrived" in gritbin.get("/outbox")[1], within_s=30, every_s=EVERY_S)
        self.ended_after_s = gritbin.tell(signal.SIGINT)
        self.returncode = gritbin.returncode
        self.left = gritbin.processes()
        self.home = gritbin.home


def owe_a_code(gritbin):
    """A message to a coordinator, who is new."""
    now, coordinator = datetime.now(UTC), frozenset({staff.StaffRoleName.COORDINATOR})
    with gritbin.database(), unit_of_work() as session:
        staff_id = staff.add_staff(session, "ruth@example.org", "Ruth", coordinator, areas=None, now=now)
        code = {"channel": "email", "values": {"code": "12345"}}
        outbox.owe(session, Owed("staff_code", ("staff_id", staff_id), staff_id=staff_id, **code), now=now)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory):
    """To make a database takes longer than all the rest: the folder that this leaves is where the others begin."""
    gritbin = _in(tmp_path_factory.mktemp("made"))
    try:
        return FirstRun(gritbin)
    finally:
        gritbin.clean_up()


def _made_before(first_run, folder):
    gritbin = _in(folder)
    subprocess.run(("cp", "-a", first_run.home, gritbin.home), check=True)  # shutil would not keep whose each file is
    return gritbin


@pytest.fixture
def gritbin(first_run, tmp_path):
    """One that was started before, in a folder of its own."""
    gritbin = _made_before(first_run, tmp_path)
    yield gritbin
    gritbin.clean_up()


@pytest.fixture(scope="session")
def running_gritbin(first_run, tmp_path_factory):
    """One that runs, for all who put right again whatever they kill of it."""
    gritbin = _made_before(first_run, tmp_path_factory.mktemp("running"))
    gritbin.start()
    yield gritbin
    gritbin.clean_up()

"""A whole Gritbin, as `./run` starts it, in a folder and on a port of its own."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from matcher.config import SETTINGS
from matcher.store import session as store
from matcher.store.embedded import Postgres
from matcher.store.home import Home
from matcher.store.processes import wait_until

READY = "Ctrl-C ends it."


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
        assert wait_until(lambda: READY in self.said or self._process.poll() is not None, within_s=120), self.said
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


# Below the ports that systems hand out to the client end of a connection (from 32768 on Linux, 49152 elsewhere): one of
# those may be free now and taken by anybody's connection when Gritbin starts a second time.
LASTING_PORTS = range(20_000, 32_000)


def _free_port() -> int:
    """A port that nobody listens on, and that no connection going out will take later."""
    for port in random.sample(LASTING_PORTS, 100):
        with socket.socket() as door:
            try:
                door.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    pytest.fail("none of 100 ports is free")


def _in(folder: Path) -> Gritbin:
    folder.chmod(0o711)
    return Gritbin(folder / "home", _free_port())


@pytest.fixture
def new_gritbin(tmp_path):
    """One that was never started: it has no folder yet."""
    gritbin = _in(tmp_path)
    yield gritbin
    gritbin.clean_up()


@pytest.fixture(scope="session")
def made_home(tmp_path_factory):
    """The folder of one that was started once and ended well: to make a database takes longer than all the rest."""
    gritbin = _in(tmp_path_factory.mktemp("made"))
    try:
        gritbin.start()
        gritbin.tell(signal.SIGINT)
    finally:
        gritbin.clean_up()
    return gritbin.home


@pytest.fixture
def gritbin(made_home, tmp_path):
    """One that was started before, in a folder of its own."""
    gritbin = _in(tmp_path)
    subprocess.run(("cp", "-a", made_home, gritbin.home), check=True)  # shutil would not keep whose each file is
    yield gritbin
    gritbin.clean_up()

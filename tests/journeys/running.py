"""A running Gritbin: gunicorn and one Celery worker, started as `gritbin up` starts them, on a port of their own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import redis

import matcher
from matcher.cli.serve import pages_command, worker_command
from matcher.config import SETTINGS, Config, client_url
from matcher.services import staff, verify
from matcher.store.processes import Program, end, start, wait_until
from matcher.store.session import unit_of_work
from tests.ports import lasting_port
from tests.worlds import World

ROOT = Path(matcher.__file__).parents[1]
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Page(NamedTuple):
    """An answer: what was asked, all of its bytes as text, and what a form of it needs."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def bytes_as_text(self) -> str:
        """Headers and body: everything that the reader was sent."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers.items()), self.body])

    @property
    def form_token(self) -> str:
        """The token of its forms."""
        found = _FORM_TOKEN.search(self.body)
        assert found, self.body
        return found[1]

    @property
    def h1(self) -> str:
        """Its heading, without the markup inside."""
        return re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", self.body, re.DOTALL)[1]).strip()


class Reader:
    """Someone with a browser that keeps cookies, without a screen. `host` is the address they come from."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._port, self._host = port, host
        self.cookies: dict[str, str] = {}
        self.seen: list[Page] = []

    def ask(self, method: str, path: str, form: Mapping[str, object] | None = None) -> Page:
        """One request; nothing is followed."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Connection": "close",
        }
        body = None
        if form is not None:
            body = urlencode(form, doseq=True, errors="surrogatepass")
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30, source_address=(self._host, 0))) as connection:
            # Who is refused half-way through a form that is too long reads the answer all the same, as browsers do.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, {name: value for name, value in headers.items() if value})
            answer = connection.getresponse()
            page = Page(method, path, answer.status, dict(answer.getheaders()), answer.read().decode())
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.seen.append(page)
        return page

    def get(self, path: str) -> Page:
        """Read a page, redirects followed."""
        page = self.ask("GET", path)
        while page.status in (301, 302, 303, 308):
            page = self.ask("GET", page.headers["Location"])
        return page

    def post(self, path: str, form: Mapping[str, object]) -> Page:
        """Send a form, and read the page that follows."""
        page = self.ask("POST", path, form)
        return self.get(page.headers["Location"]) if page.status == 303 else page

    def press(self, page_path: str, form_path: str | None = None, **fields: object) -> Page:
        """Read a page and send a form of it, as someone who presses a button does."""
        token = self.get(page_path).form_token
        return self.post(form_path or page_path, {"form_token": token, **fields})


class Running:
    """The pages, always; the worker, while it is wanted. Both as they run in a trial on one machine."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.port = lasting_port()
        self.folder = folder
        self._redis_url = client_url(redis_url)
        settings = {
            "DATABASE_URL": database_url,
            "REDIS_URL": self._redis_url,
            "PORT": str(self.port),
            "GRITBIN_HOME": str(folder),
            "GRITBIN_SECRET_KEY": "only for these tests, and long enough",
            "GRITBIN_EMBEDDED": "1",
            "PYTHONUNBUFFERED": "1",
        }
        names = {setting.name for setting in SETTINGS}
        self.environ = {name: value for name, value in os.environ.items() if name not in names} | settings
        self.config = Config.from_env(settings)
        self.origin = self.config.origin
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}

    def start_pages(self) -> None:
        """Open the pages, and wait until they answer."""
        self._start("web", pages_command(self.config, f"127.0.0.1:{self.port}"))
        assert wait_until(self.is_open, within_s=60), self.said("web")

    def start_worker(self) -> None:
        """Start the worker with its clock, unless it runs."""
        if "worker" not in self._running:
            self._start("worker", worker_command(self.config, timetable=self.folder / "timetable"))

    def stop_worker(self) -> None:
        """End the worker, if it runs."""
        if (worker := self._running.pop("worker", None)) is not None:
            end([worker], within_s=15)

    def stop(self) -> None:
        """End everything that was started here."""
        end(self._running.values(), within_s=15)
        self._running.clear()

    def is_open(self) -> bool:
        """Whether the pages answer."""
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self.port)) == 0

    def said(self, name: str) -> str:
        """Everything that `web` or `worker` has written so far."""
        log = self.folder / f"{name}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def gritbin(self, *words: str) -> str:
        """Run the command beside it; what it prints. It must end well."""
        command = (sys.executable, "-m", "matcher", *words)
        ended = subprocess.run(command, env=self.environ, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def way_in(self, email: str) -> str:
        """The path that signs in one of the staff, as `gritbin staff link` prints it: without a process of its own."""
        with unit_of_work() as session:
            return f"/sign-in/{staff.sign_in_link(session, email, now=datetime.now(UTC))}"

    def broken_promises(self) -> list[str]:
        """What `verify` finds broken."""
        with unit_of_work() as session:
            found = verify.verify(session, now=datetime.now(UTC))
        assert found
        return [finding.name for finding in found if not finding.is_kept]

    def broken_promises_by_command(self) -> list[str]:
        """What `gritbin verify --json` finds broken."""
        found = json.loads(self.gritbin("verify", "--json"))
        assert found["invariants"]
        return [line["name"] for line in found["invariants"] if not line["kept"]]

    def broker(self) -> redis.Redis:
        """The broker's own store."""
        return redis.Redis.from_url(self._redis_url, socket_timeout=None)

    def forget_limits(self) -> None:
        """As if an hour had passed since anyone posted: every test comes from one address."""
        with self.broker() as store:
            if keys := store.keys("LIMIT*"):
                store.delete(*keys)

    def world(self) -> World:
        """The made-up neighbours, in its database, by the clock on the wall."""
        return World(unit_of_work, datetime.now(UTC))

    def reader(self, host: str = "127.0.0.1") -> Reader:
        """Someone who reads its pages."""
        return Reader(self.port, host)

    def _start(self, name: str, argv: tuple[str, ...]) -> None:
        program = Program(name, argv, self.folder / f"{name}.log", self.environ, folder=ROOT)
        self._running[name] = (program, start(program))


def links_in(text: str) -> list[str]:
    """The paths of every link in the words of a message."""
    return ["/" + found.rstrip(".,)").split("/", 3)[3] for found in _ADDRESS.findall(text)]


def own_broker(redis_url: str, what: str, worker_name: str) -> str:
    """A numbered database of the session's Valkey that no other test of this run uses."""
    worker = 0 if worker_name == "main" else int(worker_name.removeprefix("gw")) % 4
    first = {"journeys": 12, "privacy": 8}[what]
    return redis_url.replace("db=0", f"db={first + worker}")

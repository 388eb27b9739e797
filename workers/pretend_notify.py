"""A stand-in for GOV.UK Notify on this machine, for trials and tests: nothing leaves it.

It takes, is slow, refuses or cuts the line as it is told to, remembers what it took, can be asked for a reference, and
tells later, by Notify's callback, what became of each message. The numbers and addresses with which Notify itself can
be tried out end here as they do there.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, PriorityQueue
from threading import Event, Lock, Thread
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import click

DELIVERED, PERMANENT, TEMPORARY = "delivered", "permanent-failure", "temporary-failure"
# As at Notify: https://docs.notifications.service.gov.uk/rest-api.html, "Testing".
ENDS: Mapping[str, str] = {
    "+447700900002": PERMANENT,
    "+447700900003": TEMPORARY,
    "perm-fail@simulator.notify": PERMANENT,
    "temp-fail@simulator.notify": TEMPORARY,
}
_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("ValidationError", "phone_number Not a valid phone number"),
    403: ("AuthError", "Invalid token: API key not found"),
    404: ("NoResultFound", "No result found"),
    429: ("RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"),
    500: ("Exception", "Internal server error"),
    503: ("Exception", "Service unavailable"),
}
TEAM_ONLY = ("BadRequestError", "Can’t send to this recipient using a team-only API key")
_TELLS_MOST = 5
_LONGEST_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Manner:
    """What it does with a message: wait, take it or not, then answer with a status or cut the line (`status` None)."""

    takes: bool = True
    status: int | None = 201
    wait_s: float = 0.0
    error: tuple[str, str] | None = None


TAKE = Manner()
CUT_BEFORE, CUT_AFTER = Manner(takes=False, status=None), Manner(status=None)
FAIL_AFTER = Manner(status=500)  # it took it, and then failed to say so
REFUSE_TEAM_ONLY = Manner(takes=False, status=400, error=TEAM_ONLY)


def refuse(status: int) -> Manner:
    """It does not take it, and says so."""
    return Manner(takes=False, status=status)


@dataclass(frozen=True, slots=True)
class Callback:
    """Where it tells what became of a message, with which bearer token, after how long, and how soon again if nobody
    listened.
    """

    url: str
    token: str = field(repr=False)
    after_s: float = 1.0
    again_s: float = 5.0


class PretendNotify:
    """What it took, in order, and what became of it. `manner_of` decides for each message, as it comes."""

    def __init__(self, callback: Callback | None = None) -> None:
        self.manner_of: Callable[[Mapping[str, Any]], Manner] = lambda _message: TAKE
        self.taken: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.cannot_be_asked = False
        self.url = ""
        self._by_reference: dict[str, list[dict[str, Any]]] = {}
        self._lock, self._ends = Lock(), Event()
        self._callback = callback
        self._to_tell: PriorityQueue[tuple[float, str, str, int]] = PriorityQueue()

    def references(self) -> list[str]:
        """The reference of everything it took, as often as it took it."""
        return [message["reference"] for message in self.taken]

    def take(self, path: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """It is Notify's now: the answer to whoever handed it over."""
        kept = {"path": path, **message, "id": str(uuid4()), "status": "sending"}
        with self._lock:
            self.taken.append(kept)
            self._by_reference.setdefault(kept["reference"], []).append(kept)
        if self._callback is not None:
            self._to_tell.put((time.monotonic() + self._callback.after_s, kept["reference"], _end_of(message), 1))
        return {"id": kept["id"], "reference": kept["reference"], "content": {}, "template": {}, "uri": ""}

    def end(self, reference: str, status: str) -> None:
        """What became of it, by the reference."""
        with self._lock:
            for message in self._by_reference.get(reference, ()):
                message["status"] = status

    def found(self, reference: str) -> list[dict[str, Any]]:
        """What it has by that reference."""
        with self._lock:
            self.asked.append(reference)
            return [dict(message) for message in self._by_reference.get(reference, ())]

    def tell(self) -> None:
        """Call back what became of each message, until it is told to end; again a little later if nobody listens."""
        while not self._ends.is_set():
            try:
                due_at, reference, status, times = self._to_tell.get(timeout=_LONGEST_LOOK_S)
            except Empty:
                continue
            if (left_s := due_at - time.monotonic()) > 0:
                self._to_tell.put((due_at, reference, status, times))
                self._ends.wait(min(left_s, _LONGEST_LOOK_S))
                continue
            self.end(reference, status)
            if not self._told(reference, status) and times < _TELLS_MOST and self._callback is not None:
                self._to_tell.put((time.monotonic() + self._callback.again_s, reference, status, times + 1))

    def stop(self) -> None:
        """No more is told."""
        self._ends.set()

    def _told(self, reference: str, status: str) -> bool:
        assert self._callback is not None
        said = {"id": str(uuid4()), "reference": reference, "status": status, "completed_at": _now()}
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._callback.token}"}
        request = Request(self._callback.url, json.dumps(said).encode(), headers)  # noqa: S310 (our own address)
        with suppress(URLError, OSError), urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(answer.status < 300)
        return False


class _Counter(BaseHTTPRequestHandler):
    """The few pages of Notify's API that are used."""

    notify: PretendNotify
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """A message is handed over."""
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        does = self.notify.manner_of(message)
        time.sleep(does.wait_s)
        taken = self.notify.take(self.path, message) if does.takes else {}
        if does.status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif does.status == 201:
            self._answer(201, taken)
        else:
            self._refuse(does.status, does.error or _ERRORS[does.status])

    def do_GET(self) -> None:
        """What it has by a reference."""
        (reference,) = parse_qs(urlsplit(self.path).query)["reference"]
        if self.notify.cannot_be_asked:
            self.notify.asked.append(reference)
            self._refuse(500, _ERRORS[500])
            return
        self._answer(200, {"notifications": self.notify.found(reference), "links": {}})

    def _refuse(self, status: int, error: tuple[str, str]) -> None:
        self._answer(status, {"status_code": status, "errors": [{"error": error[0], "message": error[1]}]})

    def _answer(self, status: int, body: Mapping[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        """It keeps quiet: what it is sent is private."""


class _Server(ThreadingHTTPServer):
    """Says nothing of lines that its callers cut."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A caller that was killed is what it is there to bear."""


@contextmanager
def pretend_notify(port: int = 0, callback: Callback | None = None) -> Iterator[PretendNotify]:
    """One that listens on this machine only, while inside."""
    notify = PretendNotify(callback)
    handler = type("Counter", (_Counter,), {"notify": notify})
    server = _Server(("127.0.0.1", port), handler)
    notify.url = f"http://127.0.0.1:{server.server_address[1]}"
    threads = [Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)]
    if callback is not None:
        threads.append(Thread(target=notify.tell, daemon=True))
    for thread in threads:
        thread.start()
    try:
        yield notify
    finally:
        notify.stop()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join(5)


def _end_of(message: Mapping[str, Any]) -> str:
    to = str(message.get("phone_number") or message.get("email_address") or "")
    return ENDS.get(to, DELIVERED)


def _now() -> str:
    return datetime.now(UTC).isoformat()


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--callback", required=True, help="Where to tell what became of a message.")
@click.option("--token", envvar="GRITBIN_NOTIFY_TOKEN", required=True, help="The bearer token to show there.")
def main(port: int, callback: str, token: str) -> None:
    """Listen until told to end."""
    with pretend_notify(port, Callback(callback, token)):
        Event().wait()


if __name__ == "__main__":
    main()

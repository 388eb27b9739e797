"""A stand-in for GOV.UK Notify that behaves as badly as it is told to, and remembers what it took."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from matcher.config import NotifySettings

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
ACCEPT, CUT_BEFORE, CUT_AFTER = "accept", "cut before it is taken", "cut after it is taken"


class FakeNotify:
    """`manners`: what it does with each message handed over, in turn; a number is a status to refuse with."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.manners: Iterator[str | int] = iter(())
        self.taken: list[dict] = []
        self.asked: list[str] = []
        self.cannot_be_asked = False
        self.became: dict[str, str] = {}  # by reference; what is not named is still on its way

    @property
    def settings(self) -> NotifySettings:
        url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return NotifySettings(f"test-{SERVICE}-{SECRET}", url, "text-template", "email-template", "")

    def references(self) -> list[str]:
        return [message["reference"] for message in self.taken]


class _Desk(BaseHTTPRequestHandler):
    fake: FakeNotify

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        does = next(self.fake.manners, ACCEPT)
        if does in (ACCEPT, CUT_AFTER):
            self.fake.taken.append({"path": self.path, **message})
        if does in (CUT_BEFORE, CUT_AFTER):
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._answer(201 if does == ACCEPT else int(does), {"id": "1", "message": "Eileen has no such number"})

    def do_GET(self) -> None:
        (reference,) = parse_qs(urlsplit(self.path).query)["reference"]
        self.fake.asked.append(reference)
        if self.fake.cannot_be_asked:
            self._answer(500, {})
            return
        status = self.fake.became.get(reference, "sending")
        found = [{**one, "status": status} for one in self.fake.taken if one["reference"] == reference]
        self._answer(200, {"notifications": found, "links": {}})

    def _answer(self, status: int, body: dict) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_words: object) -> None:
        """It keeps quiet."""


@contextmanager
def fake_notify() -> Iterator[FakeNotify]:
    """One that listens on this machine only."""
    handler = type("Desk", (_Desk,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.fake = FakeNotify(server)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield handler.fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

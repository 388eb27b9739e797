"""Every page of a volunteer's, in every state, is as light as a resident's must be: it is opened on a doorstep."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.conftest import World, press
from tests.web.test_offers import ABOUT, KINDS, PROMISES, REACH, TIMES, WHY
from web.templating import STATIC

COLD_BYTES, WARM_BYTES, MOST_REQUESTS = 60 * 1024, 15 * 1024, 6
OWN = (
    *("", "/welcome", "/year", "/year/card", "/settings", "/leave", "/code"),
    *(f"/settings/{what}" for what in ("kinds", "times", "reach", "writing", "why", "pause")),
)
SIGNING_UP = (
    ("/offer", KINDS),
    ("/offer/times", TIMES),
    ("/offer/reach", REACH),
    ("/offer/about-you", ABOUT),
    ("/offer/why", WHY),
    ("/offer/promises", PROMISES),
)


def bytes_of(answer: TestResponse) -> int:
    """On the line: the body as it is packed, and the headers."""
    return len(answer.data) + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())


def fetched_by(body: str) -> set[str]:
    """What a browser fetches for this page, fonts included."""
    fonts = {f"/static/{one.name}" for one in STATIC.glob("*.woff2")}
    return fonts | set(re.findall(r'(?:href|src)="(/static/[^"]+)"', body))


def faults(client: FlaskClient, *paths: str) -> dict[str, str]:
    """The pages that are too heavy, with why."""
    found, known = {}, {}
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        extra = fetched_by(answer.text)
        for name in extra - known.keys():
            known[name] = bytes_of(client.get(name, headers={"Accept-Encoding": "gzip"}))
        page = bytes_of(answer)
        cold = page + sum(known[name] for name in extra)
        if page > WARM_BYTES or cold > COLD_BYTES or len(extra) + 1 > MOST_REQUESTS:
            found[path] = f"{page} bytes, {cold} at first, {len(extra) + 1} requests"
    return found


def test_signing_up_is_light(client: FlaskClient) -> None:
    heavy = {}
    for at, typed in SIGNING_UP:
        heavy |= faults(client, at)
        assert press(client, at, **typed).status_code == 303
    assert heavy | faults(client, "/offer/check") == {}


def test_the_question_the_visit_in_each_state_and_their_own_pages_are_light(client: FlaskClient, world: World) -> None:
    ask, me = f"/m/{world.ask}", f"/me/{world.me}"
    heavy = faults(client, ask, f"{ask}/not-me", f"{ask}/answer/taken", *(f"{me}{page}" for page in OWN))
    visit = press(client, ask, f"{ask}/yes").location.partition("?")[0]
    heavy |= faults(client, visit, f"{visit}/problem", f"{visit}/hand-back", me)
    for move in ("done", "undo", "hand-back"):
        assert press(client, visit, f"{visit}/{move}").status_code == 303
        heavy |= faults(client, visit)
    assert heavy | faults(client, me) == {}

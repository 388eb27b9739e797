"""What GOV.UK Notify tells us: which messages arrived, and what people text back.

It shows the bearer token that both sides were given.
"""

from __future__ import annotations

import hmac
import re
from typing import Any

from flask import Blueprint, Response, current_app, make_response, request
from werkzeug.exceptions import BadRequest

from matcher.services import receipts, replies
from matcher.services.access import Action
from matcher.services.replies import Inbound
from matcher.store.session import unit_of_work
from web import bell, clock
from web.guard import HIGHEST_ID, declares

blueprint = Blueprint("notify", __name__)

_REFERENCE = re.compile(r"gritbin-([1-9]\d{0,18})", re.ASCII)
_PROVIDER_ID = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)


def _shows_token() -> bool:
    token: str = current_app.config["NOTIFY_TOKEN"]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())


@blueprint.post("/notify/delivery")
@declares(Action.REPORT_DELIVERY, sealed_by=_shows_token)
def delivery() -> Response:
    """A message arrived, or never will. What we do not know of is answered alike, so that Notify does not ask again."""
    notification_id, status = _receipt()
    with unit_of_work() as session:
        receipts.take(session, notification_id, status, now=clock.now())
    if status != receipts.DELIVERED:
        bell.ring(bell.DELIVER_DUE)  # what never arrived may be owed by another way
    return make_response("", 204)


@blueprint.post("/notify/inbound")
@declares(Action.REPORT_TEXT, sealed_by=_shows_token)
def inbound() -> Response:
    """Someone texted us. Told again of the same text, nothing changes."""
    told = _told()
    provider_id, sender, words = (told.get(name) for name in ("id", "source_number", "message"))
    if not (isinstance(provider_id, str) and isinstance(sender, str) and isinstance(words, str)):
        raise BadRequest("A text has an id, a source_number and a message.")
    if not _PROVIDER_ID.fullmatch(provider_id):
        raise BadRequest("The id of a text is letters, figures and dashes.")
    with unit_of_work() as session:
        replies.receive(session, Inbound(provider_id, sender, words), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return make_response("", 204)


def _told() -> dict[str, Any]:
    try:
        told = request.get_json(silent=True)
    except RecursionError:  # braces in braces without end
        told = None
    if not isinstance(told, dict):
        raise BadRequest("What Notify tells is a JSON object.")
    return told


def _receipt() -> tuple[int, str]:
    told = _told()
    found = _REFERENCE.fullmatch(str(told.get("reference")))
    number = int(found[1]) if found else 0  # none of ours has the number 0
    return min(number, HIGHEST_ID), str(told.get("status"))

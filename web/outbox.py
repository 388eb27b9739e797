"""Every message as it was sent, in the trial set-up only: so that the whole story can be walked on one machine."""

from __future__ import annotations

import re
from uuid import uuid4

from flask import Blueprint, Response, request
from markupsafe import Markup, escape

from matcher.services import replies, sent_copies
from matcher.services.access import Action
from matcher.services.replies import Inbound
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.guard import declares, is_sealed_for_anyone, seal_for_anyone
from web.templating import page, see_other

blueprint = Blueprint("outbox", __name__)

_FORM = "text-back"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@blueprint.get("/outbox")
@declares(Action.READ_OUTBOX)
def outbox_page() -> Response:
    """The newest first."""
    with reading() as session:
        messages = sent_copies.console_messages(session)
    return page("outbox/outbox.html", messages=messages, with_links=with_links, seal_text=seal_for_anyone(_FORM))


@blueprint.post("/outbox/text-back")
@declares(Action.TEXT_BACK, sealed_by=lambda: is_sealed_for_anyone(_FORM))
def text_back() -> Response:
    """As if a phone had texted us: so that answers by text can be tried out with no provider."""
    text = Inbound(f"trial-{uuid4()}", request.form.get("sender", ""), request.form.get("words", ""))
    with unit_of_work() as session:
        replies.receive(session, text, now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other("/outbox")


def with_links(text: str) -> Markup:
    """The words of a message as HTML, each address in it a link."""
    at, parts = 0, []
    for found in _ADDRESS.finditer(text):
        url = found.group().rstrip(".,)")
        parts += [escape(text[at : found.start()]), Markup('<a class="gn-keep" href="{0}">{0}</a>').format(url)]
        at = found.start() + len(url)
    return Markup("").join([*parts, escape(text[at:])])

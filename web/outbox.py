"""Every message as it was sent, in the trial set-up only: so that the whole story can be walked on one machine."""

from __future__ import annotations

import re

from flask import Blueprint, Response
from markupsafe import Markup, escape

from matcher.services import outbox
from matcher.services.access import Action
from matcher.store.session import reading
from web.guard import declares
from web.templating import page

blueprint = Blueprint("outbox", __name__)

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@blueprint.get("/outbox")
@declares(Action.READ_OUTBOX)
def outbox_page() -> Response:
    """The newest first."""
    with reading() as session:
        messages = outbox.console_messages(session)
    return page("outbox/outbox.html", messages=messages, with_links=with_links)


def with_links(text: str) -> Markup:
    """The words of a message as HTML, each address in it a link."""
    at, parts = 0, []
    for found in _ADDRESS.finditer(text):
        url = found.group().rstrip(".,)")
        parts += [escape(text[at : found.start()]), Markup('<a class="gn-keep" href="{0}">{0}</a>').format(url)]
        at = found.start() + len(url)
    return Markup("").join([*parts, escape(text[at:])])

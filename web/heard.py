"""Who have we not heard from: for those who go and ask."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.hearing import HEARD_WORDS
from matcher.domain.small_numbers import count_or_none_words
from matcher.services import access, not_heard, not_heard_picture, outreach_reading
from matcher.services.access import Action
from matcher.services.drawing import NARROW, WIDE
from matcher.store.session import reading
from web import clock
from web.guard import declares
from web.templating import page

blueprint = Blueprint("heard", __name__)


@blueprint.get("/team/heard")
@declares(Action.REACH_OUT)
def heard() -> Response:
    """Areas and groups beside how many live there, the missing ones first in words."""
    with reading() as session:
        shown = not_heard.read(session, g.actor.area_ids, request.args.get("area", ""), now=clock.now())
        seen = outreach_reading.seen(session, g.actor.area_ids)
    return page(
        "heard/heard.html",
        shown=shown,
        finding=not_heard_picture.finding(shown),
        drawn=[not_heard_picture.draw(shown, width) for width in (WIDE, NARROW)],
        heard_words=HEARD_WORDS,
        seen=seen,
        count_words=count_or_none_words,
        may_load=access.may(g.actor, Action.IMPORT_FILE),
    )

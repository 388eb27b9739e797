"""Coordinators: what has nobody and why, who is coming, what could not be told."""

from __future__ import annotations

from flask import Blueprint, Response, g

from matcher.services import board
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.forms.answers import HOW
from web.guard import declares
from web.templating import page

blueprint = Blueprint("team", __name__)


@blueprint.get("/team")
@declares(Action.READ_BOARD)
def today() -> Response:
    """Today."""
    now = clock.now()
    with reading() as session:
        shown = board.today(session, g.actor.area_ids, now=now)
    return page("team/today.html", board=shown, now=now, how_words=dict(HOW))

"""Coordinators: what has nobody and why, who is coming, what could not be told."""

from __future__ import annotations

from flask import Blueprint, Response, g

from matcher.services import board, calibration_page
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.forms.answers import HOW
from web.guard import declares
from web.templating import page

blueprint = Blueprint("team", __name__)


@blueprint.get("/team/answers")
@declares(Action.READ_CALIBRATION)
def answers() -> Response:
    """What we expect people to say, and what they say."""
    with reading() as session:
        shown = calibration_page.read(session)
    return page("team/answers.html", shown=shown)


@blueprint.get("/team")
@declares(Action.READ_BOARD)
def today() -> Response:
    """Today."""
    now = clock.now()
    with reading() as session:
        shown = board.today(session, g.actor.area_ids, now=now)
    return page("team/today.html", board=shown, now=now, how_words=dict(HOW))

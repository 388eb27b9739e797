"""Coordinators: where and when the scheme is short, whom to invite, and where people already wait to be asked."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.services import fairness, recruiting
from matcher.services import gaps as gap_grid
from matcher.services.access import Action
from matcher.store.session import reading
from web import clock
from web.guard import declares
from web.templating import page

blueprint = Blueprint("gaps", __name__)


@blueprint.get("/team/gaps")
@declares(Action.LOOK_AHEAD)
def gaps() -> Response:
    """The grid; with an area, whom to invite there."""
    typed, now = request.args.get("area", ""), clock.now()
    area_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0
    with reading() as session:
        grid = gap_grid.read(session, g.actor.area_ids, now=now, is_whole="all" in request.args)
        both = fairness.read(session, g.actor.area_ids, now=now)
        advice = gap_grid.whom_to_recruit(session, area_id, area_ids=g.actor.area_ids, now=now)
    chosen = next((row for row in grid.rows if row.area_id == area_id), None)
    return page(
        "team/gaps.html",
        grid=grid,
        times=[words for _, _, words in gap_grid.TIMES],
        fair=both,
        chosen=chosen,
        advice=[(one.more_met, *recruiting.advice_words(one)) for one in advice],
    )

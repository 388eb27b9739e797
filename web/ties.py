"""How ties grow: what is asked after a good visit, on people's own pages; what came of it, on the team's."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.domain.growing import GrowthAbout
from matcher.domain.roles import LinkPurpose
from matcher.domain.timewindow import TimeWindow
from matcher.services import (
    desk,
    growing,
    informal_help,
    motive_chart,
    threads,
    threads_picture,
    ties,
    two_way_ring,
)
from matcher.services.access import Action
from matcher.services.drawing import NARROW, WIDE
from matcher.services.impact_report import findings
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.desk import who_answers
from web.guard import HIGHEST_ID, declares, granted
from web.templating import page, see_other

blueprint = Blueprint("ties", __name__)

LATELY = timedelta(days=28)
A_SEASON = timedelta(days=90)


@blueprint.post("/r/<token:token>/more")
@declares(Action.SAY_HOW_IT_WENT, link=LinkPurpose.STATUS)
def resident_says(token: str) -> Response:
    """Would anything else help; would you enjoy doing something for someone else?"""
    return see_other("/ask" if _said(growing.OF_RESIDENTS) == "ask" else f"/r/{token}")


@blueprint.post("/me/<token:token>/more")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def volunteer_says(token: str) -> Response:
    """Would you do more for them?"""
    _said(growing.OF_VOLUNTEERS)
    return see_other(f"/me/{token}")


@blueprint.post("/visits/<token:token>/also")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def also_helped_them(token: str) -> Response:
    """I helped them with something else as well today."""
    _told(lambda session, kind: informal_help.tell_of_visit(session, granted("visit_id"), kind, now=clock.now()))
    return see_other(f"/visits/{token}")


@blueprint.post("/me/<token:token>/also")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def also_helped(token: str) -> Response:
    """I helped a neighbour today, and nobody had asked me to."""
    _told(lambda session, kind: informal_help.tell(session, granted("person_id"), kind, now=clock.now()))
    return see_other(f"/me/{token}")


@blueprint.post(f"/me/<token:token>/also/<int(max={HIGHEST_ID}):told_id>/back")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def did_not(token: str, told_id: int) -> Response:
    """It was pressed by mistake."""
    with unit_of_work() as session:
        informal_help.take_back(session, granted("person_id"), told_id, now=clock.now())
    return see_other(f"/me/{token}")


@blueprint.get("/team/ties")
@declares(Action.LOOK_AFTER_TIES)
def shown() -> Response:
    """Who met, met again, went on to more, gave and got; who would like more, or give more; and why people help."""
    now = clock.now()
    with reading() as session:
        lately = TimeWindow(now - LATELY, now)
        counted = ties.count(session, g.actor.area_ids, lately)
        sides = ties.sides(session, g.actor.area_ids, lately)
        answers = growing.for_the_team(session, g.actor.area_ids)
        why = motive_chart.read(session, g.actor.area_ids)
        season = TimeWindow(now - A_SEASON, now)
        between = threads.read(session, g.actor.area_ids, season, new_since=now - LATELY)
        map_of_threads = threads_picture.draw(session, between)
    return page(
        "ties/ties.html",
        ties=counted,
        met=findings.met_neighbours(counted),
        answers=answers,
        days=LATELY.days,
        ring_finding=two_way_ring.finding(sides),
        ring_way=two_way_ring.way(sides),
        rings=[two_way_ring.draw(sides, width) for width in (WIDE, NARROW)],
        ring_rows=two_way_ring.rows(sides),
        why=why,
        finding=motive_chart.finding(why),
        silence=motive_chart.silence(why),
        drawn=[motive_chart.draw(why, width) for width in (WIDE, NARROW)],
        reasons=motive_chart.rows(why),
        threads=between,
        threads_finding=threads_picture.finding(between),
        threads_map=map_of_threads,
        threads_rows=threads_picture.rows(between),
        season=A_SEASON.days,
    )


@blueprint.post(f"/team/ties/<int(max={HIGHEST_ID}):ask_id>/dealt")
@declares(Action.LOOK_AFTER_TIES, sealed_by=is_session_sealed)
def dealt(ask_id: int) -> Response:
    """Somebody rang, or brought the two together."""
    with unit_of_work() as session:
        growing.mark_dealt(session, ask_id, area_ids=g.actor.area_ids, staff_id=g.actor.staff_id, now=clock.now())
    return see_other("/team/ties")


@blueprint.post(f"/desk/needs/<int(max={HIGHEST_ID}):need_id>/also")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def was_helped(need_id: int) -> Response:
    """Whoever rings was helped today, by a neighbour whom nobody sent."""
    handler, now = who_answers(), clock.now()

    def tell(session: Any, kind: str) -> None:
        desk.read(session, need_id, handler, now=now)
        informal_help.tell_by_phone(session, need_id, kind, staff_id=handler.staff_id, now=now)

    return see_other(f"/desk/needs/{need_id}{'?also=1' if _told(tell) else ''}")


def _told(tell: Callable[[Any, str], None]) -> bool:
    """Whether the kind of help that was pressed is written down; what is none of ours changes nothing."""
    try:
        with unit_of_work() as session:
            tell(session, request.form.get("kind", ""))
    except BadInput:
        return False
    return True


def _said(of: Collection[GrowthAbout]) -> str:
    """The answer that was pressed; what is none of ours changes nothing, and their page asks again."""
    said = request.form.get("answer", "")
    try:
        with unit_of_work() as session:
            growing.answer(session, granted("person_id"), of, said, now=clock.now())
    except BadInput:
        return ""
    return said

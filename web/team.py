"""Coordinators: what has nobody and why, who is coming, what could not be told."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import (
    areas,
    audit,
    board,
    calibration_page,
    cold_now,
    concerns,
    confirming,
    decisions,
    street,
    street_picture,
    texts_to_read,
    thanks,
    triage,
    visit_reports,
)
from matcher.services.access import Action
from matcher.services.drawing import NARROW, WIDE
from matcher.services.unfilled import Choice
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.answers import HOW
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("team", __name__)

_NEED = f"<int(max={HIGHEST_ID}):need_id>"
_FEEDBACK = f"<int(max={HIGHEST_ID}):feedback_id>"


@blueprint.get("/team/answers")
@declares(Action.READ_CALIBRATION)
def answers() -> Response:
    """What we expect people to say, and what they say."""
    with reading() as session:
        shown = calibration_page.read(session)
    drawn = [calibration_page.draw(shown.bars, width) for width in (WIDE, NARROW)]
    return page("team/answers.html", shown=shown, drawn=drawn)


@blueprint.post(f"/team/needs/{_NEED}/confirmed")
@declares(Action.CONFIRM_BY_CALL, sealed_by=is_session_sealed)
def confirmed(need_id: int) -> Response:
    """They were rung: the number is theirs, and neighbours may be asked."""
    with unit_of_work() as session:
        actor = audit.staff(g.actor.staff_id)
        confirming.confirm_by_call(session, need_id, area_ids=g.actor.area_ids, actor=actor, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other("/team")


@blueprint.post(f"/team/needs/{_NEED}/decided")
@declares(Action.DECIDE_FOR_THEM, sealed_by=is_session_sealed)
def decided(need_id: int) -> Response:
    """It is in the interests of someone who cannot agree themself: neighbours may be asked."""
    with unit_of_work() as session:
        actor = audit.staff(g.actor.staff_id)
        confirming.decide_to_ask(session, need_id, area_ids=g.actor.area_ids, actor=actor, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/team")


@blueprint.post(f"/team/reports/<int(max={HIGHEST_ID}):report_id>/closed")
@declares(Action.CLOSE_REPORT, sealed_by=is_session_sealed)
def close_report(report_id: int) -> Response:
    """What a volunteer told us was dealt with."""
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        visit_reports.close_report(session, report_id, area_ids=areas, staff_id=by, now=clock.now())
    return see_other("/team")


@blueprint.post(f"/team/texts/<int(max={HIGHEST_ID}):text_id>/read")
@declares(Action.READ_TEXT, sealed_by=is_session_sealed)
def text_read(text_id: int) -> Response:
    """A text that no machine understood was read by someone, who did what it asks for."""
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        texts_to_read.mark_read(session, text_id, area_ids=areas, staff_id=by, now=clock.now())
    return see_other("/team")


@blueprint.post(f"/team/thanks/{_FEEDBACK}/show")
@declares(Action.SHOW_THANKS, sealed_by=is_session_sealed)
def show_thanks(feedback_id: int) -> Response:
    """A resident's thanks were read, and the volunteer may read them, too."""
    by, areas = g.actor.staff_id, g.actor.area_ids
    with unit_of_work() as session:
        thanks.let_through(session, feedback_id, area_ids=areas, staff_id=by, now=clock.now())
    return see_other("/team#told")


@blueprint.post(f"/team/thanks/{_FEEDBACK}/keep")
@declares(Action.SHOW_THANKS, sealed_by=is_session_sealed)
def keep_thanks(feedback_id: int) -> Response:
    """A resident's thanks were read, and stay with the team."""
    by, areas = g.actor.staff_id, g.actor.area_ids
    with unit_of_work() as session:
        thanks.keep_back(session, feedback_id, area_ids=areas, staff_id=by, now=clock.now())
    return see_other("/team#told")


@blueprint.post(f"/team/needs/{_NEED}/kind")
@declares(Action.TRIAGE, sealed_by=is_session_sealed)
def comes_to(need_id: int) -> Response:
    """Something else comes to this kind of help: neighbours may be asked."""
    slug, actor = request.form.get("kind", ""), audit.staff(g.actor.staff_id)
    try:
        with unit_of_work() as session:
            triage.ask_as(session, need_id, slug, area_ids=g.actor.area_ids, actor=actor, now=clock.now())
    except BadInput as wrong:
        return _today(wrong_need=need_id, wrong=str(wrong))
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other("/team")


@blueprint.get("/team")
@declares(Action.READ_BOARD)
def today() -> Response:
    """Today."""
    return _today()


def _choice(session: Any) -> Choice:
    """What the address chooses; what it cannot mean chooses nothing."""
    wanted = request.args
    page = wanted.get("page", "")
    return Choice(
        area=areas.address_now(session, wanted.get("area", ""), g.actor.area_ids),
        kind=wanted.get("kind", ""),
        urgency=wanted.get("urgency", ""),
        is_unasked=wanted.get("asked") == "nobody",
        page=int(page) if page.isascii() and page.isdigit() and len(page) <= 6 else 1,
    )


def _address(choice: Choice, number: int) -> str:
    """Of a page of what was chosen: the same for the list, the map and the print."""
    chosen = {"area": choice.area, "kind": choice.kind, "urgency": choice.urgency}
    chosen |= {"asked": "nobody" if choice.is_unasked else "", "page": str(number) if number > 1 else ""}
    words = urlencode({name: word for name, word in chosen.items() if word})
    return f"/team?{words}" if words else "/team"


def _today(*, wrong_need: int | None = None, wrong: str = "") -> Response:
    """The board; with what was wrong beside the need that it was about."""
    now = clock.now()
    with reading() as session:
        choice = _choice(session)
        shown = board.today(session, g.actor.area_ids, now=now, choice=choice)
        visits = street.read(session, g.actor.area_ids, choice, now=now)
        worries = concerns.waiting(session, now=now)
        late_answers = decisions.count_overdue(session, g.actor.area_ids, now=now)
        reports = visit_reports.open_reports(session, g.actor.area_ids)
        texts = texts_to_read.waiting(session, g.actor.area_ids)
        cold = cold_now.read(session, g.actor.area_ids, now=now)
        kinds = triage.choices(session)
    page_of = shown.looked_for
    return page(
        "team/today.html",
        status=422 if wrong else 200,
        board=shown,
        street=visits,
        drawn=[street_picture.draw(visits, is_wide=is_wide) for is_wide in (True, False)],
        told={"late_answers": late_answers, "concerns": worries, "reports": reports, "texts": texts},
        now=now,
        cold=cold,
        how_words=dict(HOW),
        kinds=kinds,
        kind_words=[(kind.slug, kind.name) for kind in kinds],
        choice=choice,
        here=_address(choice, 1),
        before=_address(choice, page_of.page - 1) if page_of.page > 1 else None,
        after=_address(choice, page_of.page + 1) if page_of.last < page_of.count else None,
        wrong_need=wrong_need,
        wrong=wrong,
    )

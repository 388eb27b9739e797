"""Recurring help: a volunteer's regular visits on their own page, and who usually goes on the coordinators' pages."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.roles import LinkPurpose
from matcher.services import arrangement_changes, arrangements, audit, regular_page
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.regulars import WhoGoesForm
from web.guard import HIGHEST_ID, declares, granted
from web.templating import page, see_other

blueprint = Blueprint("regulars", __name__)
_ARRANGEMENT = f"<int(max={HIGHEST_ID}):arrangement_id>"
_NEED = f"<int(max={HIGHEST_ID}):need_id>"


@blueprint.post(f"/me/<token:token>/regular/{_ARRANGEMENT}/yes")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def yes(token: str, arrangement_id: int) -> Response:
    """Yes, make it my regular visit. Whoever comes second finds it gone from their page."""
    try:
        with unit_of_work() as session:
            arrangements.agree(session, arrangement_id, granted("person_id"), now=clock.now())
    except Conflict:
        return see_other(f"/me/{token}")
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/me/{token}")


@blueprint.post(f"/me/<token:token>/regular/{_ARRANGEMENT}/no")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def no(token: str, arrangement_id: int) -> Response:
    """No, thank you."""
    try:
        with unit_of_work() as session:
            arrangements.decline(session, arrangement_id, granted("person_id"), now=clock.now())
    except Conflict:
        pass  # it is over already
    return see_other(f"/me/{token}")


@blueprint.post(f"/me/<token:token>/regular/{_ARRANGEMENT}/stop")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def stop(token: str, arrangement_id: int) -> Response:
    """No longer my regular visit. Others are asked about what was to come."""
    person_id = granted("person_id")
    with unit_of_work() as session:
        regular_page.give_up(session, arrangement_id, person_id, actor=audit.person(person_id), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/me/{token}")


@blueprint.get("/team/regular")
@declares(Action.ARRANGE)
def weekly() -> Response:
    """Every weekly need, and who usually goes."""
    with reading() as session:
        needs = regular_page.weekly_needs(session, g.actor.area_ids)
    return page("regulars/weekly.html", needs=needs)


@blueprint.get(f"/team/regular/{_NEED}")
@declares(Action.ARRANGE)
def who_goes(need_id: int) -> Response:
    """Who usually goes to this one, and who stands in."""
    return _who_goes(need_id, None)


@blueprint.post(f"/team/regular/{_NEED}")
@declares(Action.ARRANGE, sealed_by=is_session_sealed)
def set_up(need_id: int) -> Response:
    """It has been agreed with both."""
    form = WhoGoesForm(request.form)
    try:
        with unit_of_work() as session:
            regular_page.read_setting_up(session, need_id, g.actor.area_ids, now=clock.now())
            usual_id, stand_in_id = form.people()
            actor = audit.staff(g.actor.staff_id)
            arrangement_changes.set_up(session, need_id, usual_id, stand_in_id, actor=actor, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _who_goes(need_id, form)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/team/regular")


@blueprint.post(f"/team/regular/{_NEED}/end")
@declares(Action.ARRANGE, sealed_by=is_session_sealed)
def end(need_id: int) -> Response:
    """It ends; both are told."""
    with unit_of_work() as session:
        actor = audit.staff(g.actor.staff_id)
        regular_page.end_for_need(session, need_id, g.actor.area_ids, actor=actor, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/team/regular")


def _who_goes(need_id: int, form: WhoGoesForm | None) -> Response:
    with reading() as session:
        shown = regular_page.read_setting_up(session, need_id, g.actor.area_ids, now=clock.now())
    if form is None:
        form = WhoGoesForm(data={"usual": str(shown.usual_id or ""), "stand_in": str(shown.stand_in_id or "nobody")})
    return page("regulars/who-goes.html", shown=shown, form=form, need=shown.need)

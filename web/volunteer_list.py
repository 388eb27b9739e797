"""Volunteers, as the team looks after them: whose checks run out, who is quiet, who is paused."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import audit, duplicates, offers, on_duty, volunteers
from matcher.services.access import Action
from matcher.services.merging import into_one
from matcher.services.volunteers import Show
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.volunteers import CheckForm
from web.guard import HIGHEST_ID, declares
from web.pages import page_number
from web.templating import page, see_other

blueprint = Blueprint("volunteer_list", __name__)

_PERSON = f"<int(max={HIGHEST_ID}):person_id>"
SHOW_WORDS = (
    (Show.ALL, "Everyone"),
    (Show.CHECKS_30, "Checks run out in 30 days"),
    (Show.CHECKS_60, "Checks run out in 60 days"),
    (Show.NEVER_ASKED, "Never asked"),
    (Show.QUIET, "Quiet for 90 days"),
    (Show.PAUSED, "Paused"),
)


@blueprint.get("/team/volunteers")
@declares(Action.LOOK_AFTER_VOLUNTEERS)
def listing() -> Response:
    """Those chosen, by name."""
    wanted = request.args.get("show", "")
    show = Show(wanted) if wanted in {*Show} else Show.ALL
    with reading() as session:
        shown = volunteers.listing(session, g.actor.area_ids, show, page_number("page"), now=clock.now())
    return page("volunteer_list/list.html", shown=shown, show_words=SHOW_WORDS, said=dict(SHOW_WORDS)[show])


@blueprint.get(f"/team/volunteers/{_PERSON}")
@declares(Action.LOOK_AFTER_VOLUNTEERS)
def one(person_id: int) -> Response:
    """One of them. Each look is written down. The number of a record that was merged leads to who is kept."""
    with reading() as session:
        kept_id = into_one.kept_of(session, person_id)
    return see_other(f"/team/volunteers/{kept_id}") if kept_id else _one(person_id, CheckForm())


@blueprint.post(f"/team/volunteers/{_PERSON}/pause")
@declares(Action.LOOK_AFTER_VOLUNTEERS, sealed_by=is_session_sealed)
def pause(person_id: int) -> Response:
    """Ask them nothing until they, or we, turn it on again."""
    with unit_of_work() as session:
        volunteers.require(session, person_id, g.actor.area_ids)
        on_duty.pause(session, person_id, actor=_by(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/team/volunteers/{person_id}")


@blueprint.post(f"/team/volunteers/{_PERSON}/resume")
@declares(Action.LOOK_AFTER_VOLUNTEERS, sealed_by=is_session_sealed)
def resume(person_id: int) -> Response:
    """Ask them again."""
    with unit_of_work() as session:
        volunteers.require(session, person_id, g.actor.area_ids)
        on_duty.resume(session, person_id, actor=_by(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/team/volunteers/{person_id}")


@blueprint.post(f"/team/volunteers/{_PERSON}/check")
@declares(Action.LOOK_AFTER_VOLUNTEERS, sealed_by=is_session_sealed)
def check(person_id: int) -> Response:
    """A check was seen."""
    form, now = CheckForm(request.form), clock.now()
    if not form.validate():
        return _one(person_id, form)
    try:
        with unit_of_work() as session:
            volunteers.require(session, person_id, g.actor.area_ids)
            name, seen_on, until = form.check_name.data, form.seen_on.read(), form.runs_out()
            by = g.actor.staff_id
            offers.record_check(session, person_id, name, seen_on, expires_on=until, staff_id=by, now=now)
    except BadInput as wrong:
        show_beside(form, wrong)
        return _one(person_id, form)
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/team/volunteers/{person_id}")


def _one(person_id: int, form: CheckForm) -> Response:
    with unit_of_work() as session:
        areas, by = g.actor.area_ids, g.actor.staff_id
        shown = volunteers.read(session, person_id, area_ids=areas, staff_id=by, now=clock.now())
        alike = duplicates.of_person(session, person_id, areas)
    return page("volunteer_list/one.html", form=form, one=shown, alike=alike, words=duplicates.SHARED_WORDS)


def _by() -> str:
    return audit.staff(g.actor.staff_id)

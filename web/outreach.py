"""The plan of visits to community groups: listed, added, changed, made, called off, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import access, areas, outreach, outreach_reading
from matcher.services.access import Action
from matcher.services.outreach import Keeper
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.decisions import LinkForm
from web.forms.outreach import HeardForm, PlanForm, heard_of, plan_of
from web.forms.questions import Asking, QuestionForm, show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("outreach", __name__)

_VISIT = f"/team/outreach/<int(max={HIGHEST_ID}):visit_id>"


@blueprint.get("/team/outreach")
@declares(Action.REACH_OUT)
def listed() -> Response:
    """Every visit of our areas, those to come first."""
    with reading() as session:
        visits = outreach_reading.outings(session, g.actor.area_ids, now=clock.now())
    return page("outreach/outreach.html", visits=visits, finding=outreach_reading.finding(visits))


@blueprint.get("/team/outreach/new")
@declares(Action.REACH_OUT)
def new() -> Response:
    """A new visit, perhaps to a group that was not heard."""
    with reading() as session:
        area = areas.address_now(session, request.args.get("area", ""), g.actor.area_ids)
    wanted = {"group": request.args.get("group", ""), "area": area}
    return _plan_page(PlanForm(data=wanted))


@blueprint.post("/team/outreach/new")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def plan() -> Response:
    """Write it into the plan."""
    form = PlanForm(request.form)
    if not _is_kept(form, lambda session: outreach.plan_visit(session, None, form.draft(), _by())):
        return _plan_page(form)
    return see_other("/team/outreach")


@blueprint.get(_VISIT)
@declares(Action.REACH_OUT)
def one(visit_id: int) -> Response:
    """One visit: the plan, what was heard, and what came of it."""
    return _visit_page(visit_id)


@blueprint.post(_VISIT)
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def change(visit_id: int) -> Response:
    """Plan it otherwise."""
    form = PlanForm(request.form)
    return _keep(visit_id, form, lambda session: outreach.plan_visit(session, visit_id, form.draft(), _by()))


@blueprint.post(f"{_VISIT}/heard")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def heard(visit_id: int) -> Response:
    """It was made: what was heard."""
    form = HeardForm(request.form)

    def note(session: Any) -> None:
        outreach.note_heard(session, visit_id, form.heard.data, form.follows.data, form.day(), _by())

    return _keep(visit_id, form, note)


@blueprint.post(f"{_VISIT}/stories")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def link(visit_id: int) -> Response:
    """A story that was told there."""
    form = LinkForm(request.form)
    return _keep(visit_id, form, lambda session: outreach.link_story(session, visit_id, form.reference.data, _by()))


@blueprint.post(f"{_VISIT}/off")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def off(visit_id: int) -> Response:
    """It will not be made."""
    with unit_of_work() as session:
        outreach.call_off(session, visit_id, _by())
    return see_other("/team/outreach")


@blueprint.post(f"{_VISIT}/issue")
@declares(Action.KEEP_DECISIONS, sealed_by=is_session_sealed)
def issue(visit_id: int) -> Response:
    """What was heard becomes a record that is to be answered."""
    with unit_of_work() as session:
        decision_id = outreach.take_up(session, visit_id, _by())
    return see_other(f"/team/said-did/{decision_id}")


def _is_kept(form: QuestionForm, do: Callable[[Any], object]) -> bool:
    """Whether it could be kept; if not, what is wrong stands beside its field."""
    try:
        with unit_of_work() as session:
            asking = Asking(session, clock.now(), {})
            form.prepare(asking)
            if not form.is_answered(asking):
                return False
            do(session)
    except BadInput as error:
        show_beside(form, error)
        return False
    return True


def _keep(visit_id: int, form: QuestionForm, do: Callable[[Any], object]) -> Response:
    try:
        is_kept = _is_kept(form, do)
    except Conflict as error:
        return _visit_page(visit_id, problem=error.message)
    return see_other(f"/team/outreach/{visit_id}") if is_kept else _visit_page(visit_id, form)


def _plan_page(form: PlanForm) -> Response:
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    return page("outreach/plan.html", form=form)


def _visit_page(visit_id: int, failed: QuestionForm | None = None, *, problem: str = "") -> Response:
    with reading() as session:
        visit = outreach_reading.outing(session, visit_id, g.actor.area_ids, now=clock.now())
        forms: dict[str, QuestionForm] = {
            "plan": PlanForm(data=plan_of(visit)),
            "heard": HeardForm(data=heard_of(visit)),
            "link": LinkForm(),
        }
        forms |= {name: failed for name, usual in forms.items() if type(usual) is type(failed)} if failed else {}
        forms["plan"].prepare(Asking(session, clock.now(), {}))
    return page(
        "outreach/visit.html",
        form=failed,
        forms=forms,
        visit=visit,
        problem=problem,
        may_decide=access.may(g.actor, Action.KEEP_DECISIONS),
    )


def _by() -> Keeper:
    return Keeper(g.actor.staff_id, g.actor.area_ids, clock.now())

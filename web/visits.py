"""A visit someone holds: where, what to say at the door, on my way, done, hand it back."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, request

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.roles import LinkPurpose
from matcher.services import informal_help, visit_page, visit_reports, visits
from matcher.services.access import Action
from matcher.services.informal_help import ToldToday
from matcher.services.visit_page import VisitPage
from matcher.store.session import reading, unit_of_work
from web import bell, clock, devices
from web.forms.answers import HowLongForm, ProblemForm, WhyHandedBackForm
from web.forms.confirming import NeedCodeForm
from web.guard import declares, granted
from web.own_codes import code_page
from web.templating import page, see_other

blueprint = Blueprint("visits", __name__)


@blueprint.get("/visits/<token:token>")
@declares(Action.READ_VISIT, link=LinkPurpose.VISIT)
def visit(token: str) -> Response:
    """The visit. The address stands here while they are expected, and at no other time."""
    return _visit_page(token, HowLongForm())


@blueprint.post("/visits/<token:token>/on-way")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def on_way(token: str) -> Response:
    """On my way."""
    with unit_of_work() as session:
        visits.set_off(session, granted("visit_id"), now=clock.now())
    return _moved(token)


@blueprint.post("/visits/<token:token>/done")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def done(token: str) -> Response:
    """Done."""
    with unit_of_work() as session:
        visits.complete(session, granted("visit_id"), now=clock.now())
    return _moved(token)


@blueprint.post("/visits/<token:token>/undo")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def undo(token: str) -> Response:
    """Not done yet: Done was pressed by mistake."""
    with unit_of_work() as session:
        visits.undo_complete(session, granted("visit_id"), now=clock.now())
    return _moved(token)


@blueprint.post("/visits/<token:token>/minutes")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def minutes(token: str) -> Response:
    """How long it took, and anything the team should know."""
    form = HowLongForm(request.form)
    if not form.validate():
        return _visit_page(token, form)
    now, visit_id = clock.now(), granted("visit_id")
    miles = int(form.miles.data) if form.miles.data else None
    with unit_of_work() as session:
        visits.note_effort(session, visit_id, minutes=int(form.minutes.data), miles=miles, now=now)
        visit_reports.add_word(session, visit_id, form.words.data, now=now)
    return _moved(token)


@blueprint.get("/visits/<token:token>/problem")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def problem(token: str) -> Response:
    """What is the problem? No address stands here."""
    return page("visits/problem.html", form=ProblemForm(), visit=_read(clock.now()), token=token)


@blueprint.post("/visits/<token:token>/problem")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def report(token: str) -> Response:
    """Tell the team what is wrong."""
    form = ProblemForm(request.form)
    if not form.validate():
        return page("visits/problem.html", form=form, visit=_read(clock.now()), token=token)
    with unit_of_work() as session:
        words = form.words.data
        visit_reports.report_problem(session, granted("visit_id"), form.kind.data, words, now=clock.now())
    return see_other(f"/visits/{token}/told")


@blueprint.get("/visits/<token:token>/told")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def told(token: str) -> Response:
    """What happens now that the team knows; once they have been told."""
    with reading() as session:
        kind = visit_reports.last_problem(session, granted("visit_id"))
    if kind is None:
        return see_other(f"/visits/{token}/problem")
    return page(
        "visits/told.html", kind=kind, is_at_once=kind in visit_reports.WORRIES, visit=_read(clock.now()), token=token
    )


@blueprint.get("/visits/<token:token>/hand-back")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def ask_to_hand_back(token: str) -> Response:
    """What handing back does, before it does it. No address stands here."""
    return page("visits/hand-back.html", visit=_read(clock.now()), token=token)


@blueprint.post("/visits/<token:token>/hand-back")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def hand_back(token: str) -> Response:
    """Hand it back. Others are asked at once."""
    with unit_of_work() as session:
        visits.hand_back(session, granted("visit_id"), now=clock.now())
    return _moved(token)


@blueprint.post("/visits/<token:token>/why")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def why(token: str) -> Response:
    """Why they could not go, if they like to say."""
    form = WhyHandedBackForm(request.form)
    if not form.validate():
        return _visit_page(token, HowLongForm(), form)
    with unit_of_work() as session:
        visit_reports.say_why_handed_back(session, granted("visit_id"), form.reason.data, now=clock.now())
    return see_other(f"/visits/{token}")


def _moved(token: str) -> Response:
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/visits/{token}")


def _visit_page(token: str, form: HowLongForm, why: WhyHandedBackForm | None = None) -> Response:
    now = clock.now()
    read = _read(now)
    is_time_asked = read.status is VisitStatus.DONE and not read.minutes_taken
    why, is_why_asked = why or WhyHandedBackForm(), read.status is VisitStatus.HANDED_BACK
    if (form.errors and not is_time_asked) or (why.errors and not is_why_asked):  # no longer on the page
        return see_other(f"/visits/{token}")
    if is_time_asked:
        form.suggest(read.minutes)
    if read.door is not None and not devices.is_known(granted("person_id")):
        return code_page("visits/new-device.html", token, NeedCodeForm())
    if read.door is not None and request.method != "HEAD":
        # Each showing of an address is written down before it is shown.
        with unit_of_work() as session:
            visit_page.record_reading(session, granted("visit_id"), now=now)
    told, others = _also(now) if read.status is VisitStatus.DONE else ((), ())
    return page(
        "visits/visit.html",
        visit=read,
        form=form,
        why=why,
        token=token,
        is_time_asked=is_time_asked,
        also_told=told,
        other_kinds=others,
    )


def _also(now: datetime) -> tuple[tuple[ToldToday, ...], tuple[tuple[str, str], ...]]:
    """What they told today of help that was no visit, and what else it may have been."""
    with reading() as session:
        told = informal_help.told_today(session, granted("person_id"), now=now)
        return told, informal_help.other_kinds(session, granted("visit_id"))


def _read(now: datetime) -> VisitPage:
    with reading() as session:
        return visit_page.read(session, granted("visit_id"), now=now)

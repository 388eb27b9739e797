"""A worry: told by anyone, without a name if they wish; read and closed by those who act on it."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request

from matcher.domain.errors import BadInput
from matcher.services import concern_work, concerns, stand_downs
from matcher.services.access import Action
from matcher.services.stand_downs import Found
from matcher.store.session import reading, unit_of_work
from web import bell, clock, guard
from web.auth import is_session_sealed
from web.downloads import download
from web.forms.concerns import ConcernForm, FindVolunteerForm, ToldForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.limits import POSTING, limiter
from web.once import is_key, new_key, shown_key
from web.templating import page, see_other

blueprint = Blueprint("concerns", __name__)

_CONCERN = f"<int(max={HIGHEST_ID}):concern_id>"
_FORM = "concern"


def _is_sealed() -> bool:
    """True if this form was given out by us. It asks for no cookie: nobody need be known to tell us."""
    key = request.form.get("key", "")
    return is_key(key) and guard.is_sealed_with(_FORM, key)


@blueprint.get("/concern")
@declares(Action.RAISE_CONCERN)
def concern() -> Response:
    """Tell us about a worry."""
    return _form_page(ConcernForm(), new_key())


@blueprint.post("/concern")
@declares(Action.RAISE_CONCERN, sealed_by=_is_sealed)
@limiter.limit(POSTING)
def tell() -> Response:
    """Keep it, once."""
    form, key = ConcernForm(request.form), request.form["key"]
    if not form.validate():
        return _form_page(form, key)
    with unit_of_work() as session:
        concerns.raise_concern(session, form.worry(), key, now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/concern/told?d={key}")


@blueprint.get("/concern/told")
@declares(Action.RAISE_CONCERN)
def told() -> Response:
    """A reference, and when someone reads it."""
    key = shown_key()
    with reading() as session:
        raised = concerns.read_raised(session, key, now=clock.now()) if key else None
    return page("concerns/told.html", raised=raised) if raised else see_other("/concern")


@blueprint.get("/team/concerns")
@declares(Action.READ_CONCERNS)
def waiting() -> Response:
    """Every worry that is not closed, and how quickly they are opened."""
    now = clock.now()
    with reading() as session:
        rows, in_time = concerns.waiting(session, now=now), concerns.in_time(session, now=now)
    return page("concerns/waiting.html", concerns=rows, in_time=in_time, are_closed=False)


@blueprint.get("/team/concerns/closed")
@declares(Action.READ_CONCERNS)
def closed() -> Response:
    """Those that were closed last."""
    with reading() as session:
        rows = concerns.closed(session, now=clock.now())
    return page("concerns/waiting.html", concerns=rows, in_time=None, are_closed=True)


@blueprint.get(f"/team/concerns/{_CONCERN}")
@declares(Action.READ_CONCERNS)
def read(concern_id: int) -> Response:
    """One that was opened. Each look is written down."""
    return _one(concern_id, ToldForm(), FindVolunteerForm())


@blueprint.post(f"/team/concerns/{_CONCERN}/open")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def open_it(concern_id: int) -> Response:
    """The clock stops: someone reads it now."""
    with unit_of_work() as session:
        concern_work.open_concern(session, concern_id, staff_id=_reader(), now=clock.now())
    return see_other(f"/team/concerns/{concern_id}")


@blueprint.post(f"/team/concerns/{_CONCERN}/find")
@declares(Action.STOP_VOLUNTEER, sealed_by=is_session_sealed)
def find(concern_id: int) -> Response:
    """Who is meant? Each volunteer who is found is written down."""
    form = FindVolunteerForm(request.form)
    found: tuple[Found, ...] = ()
    if form.validate():
        try:
            with unit_of_work() as session:
                found = stand_downs.find(session, form.wanted.data, staff_id=_reader(), now=clock.now())
        except BadInput as wrong:
            show_beside(form, wrong)
    return _one(concern_id, ToldForm(), form, found)


@blueprint.post(f"/team/concerns/{_CONCERN}/stop/<int(max={HIGHEST_ID}):person_id>")
@declares(Action.STOP_VOLUNTEER, sealed_by=is_session_sealed)
def stop(concern_id: int, person_id: int) -> Response:
    """Stop this volunteer, at once."""
    with unit_of_work() as session:
        concern_work.opened(session, concern_id)
        stand_downs.stop(session, concern_id, person_id, staff_id=_reader(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/team/concerns/{concern_id}#stop")


@blueprint.post(f"/team/concerns/{_CONCERN}/lift/<int(max={HIGHEST_ID}):stand_down_id>")
@declares(Action.STOP_VOLUNTEER, sealed_by=is_session_sealed)
def lift(concern_id: int, stand_down_id: int) -> Response:
    """They may start again."""
    with unit_of_work() as session:
        stand_downs.lift(session, concern_id, stand_down_id, staff_id=_reader(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/team/concerns/{concern_id}#stop")


@blueprint.post(f"/team/concerns/{_CONCERN}/told")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def others_told(concern_id: int) -> Response:
    """Somebody was told of it."""
    form = ToldForm(request.form)
    if not form.validate():
        return _one(concern_id, form, FindVolunteerForm())
    whom, how, note = form.whom.data, form.how.data, form.note.data
    with unit_of_work() as session:
        concern_work.note_told(session, concern_id, whom, how, note, staff_id=_reader(), now=clock.now())
    return see_other(f"/team/concerns/{concern_id}#told")


@blueprint.post(f"/team/concerns/{_CONCERN}/copy")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def copy(concern_id: int) -> Response:
    """All that is known of it as a file, for the safeguarding team."""
    with unit_of_work() as session:
        found = concern_work.copy(session, concern_id, staff_id=_reader(), now=clock.now())
    words = render_template("concerns/copy.txt", concern=found, now=clock.now())
    return download(f"concern-{found.reference}.txt", words, "text/plain")


@blueprint.post(f"/team/concerns/{_CONCERN}/close")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def close(concern_id: int) -> Response:
    """It was passed on or dealt with."""
    with unit_of_work() as session:
        concern_work.close_concern(session, concern_id, staff_id=_reader(), now=clock.now())
    return see_other("/team/concerns")


def _one(concern_id: int, told: ToldForm, find_form: FindVolunteerForm, found: tuple[Found, ...] = ()) -> Response:
    """The page of one worry. Each look is written down."""
    now = clock.now()
    with unit_of_work() as session:
        concern = concern_work.read(session, concern_id, staff_id=_reader(), now=now)
        went = stand_downs.of_visit(session, concern.visit_id) if concern.visit_id else ()
    held = {one.person_id for one in concern.stopped if one.lifted_at is None}
    return page(
        "concerns/concern.html",
        form=told if told.errors else find_form,
        concern=concern,
        told_form=told,
        find_form=find_form,
        found=[one for one in found or went if one.person_id not in held],
        went={one.person_id for one in went},
    )


def _reader() -> int:
    staff_id: int = g.actor.staff_id
    return staff_id


def _form_page(form: ConcernForm, key: str) -> Response:
    return page("concerns/concern-form.html", form=form, key=key, token=guard.seal(_FORM, key))

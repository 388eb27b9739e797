"""A worry: told by anyone, without a name if they wish; read and closed by those who act on it."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, Response, g, request

from matcher.services import concerns
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock, guard
from web.auth import is_session_sealed
from web.forms.concerns import ConcernForm
from web.guard import HIGHEST_ID, declares
from web.limits import POSTING, limiter
from web.templating import page, see_other

blueprint = Blueprint("concerns", __name__)

_CONCERN = f"<int(max={HIGHEST_ID}):concern_id>"
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_FORM = "concern"


def _is_sealed() -> bool:
    """True if this form was given out by us. It asks for no cookie: nobody need be known to tell us."""
    key = request.form.get("key", "")
    return bool(_KEY.fullmatch(key)) and guard.is_sealed_with(_FORM, key)


@blueprint.get("/concern")
@declares(Action.RAISE_CONCERN)
def concern() -> Response:
    """Tell us about a worry."""
    return _form_page(ConcernForm(), secrets.token_urlsafe(16))


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
    key = request.args.get("d", "")
    with reading() as session:
        raised = concerns.read_raised(session, key, now=clock.now()) if _KEY.fullmatch(key) else None
    return page("concerns/told.html", raised=raised) if raised else see_other("/concern")


@blueprint.get("/team/concerns")
@declares(Action.READ_CONCERNS)
def waiting() -> Response:
    """Every worry that is not closed."""
    with reading() as session:
        rows = concerns.waiting(session, now=clock.now())
    return page("concerns/waiting.html", concerns=rows)


@blueprint.get(f"/team/concerns/{_CONCERN}")
@declares(Action.READ_CONCERNS)
def read(concern_id: int) -> Response:
    """One that was opened. Each look is written down."""
    with unit_of_work() as session:
        found = concerns.read(session, concern_id, staff_id=_reader(), now=clock.now())
    return page("concerns/concern.html", concern=found)


@blueprint.post(f"/team/concerns/{_CONCERN}/open")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def open_it(concern_id: int) -> Response:
    """The clock stops: someone reads it now."""
    with unit_of_work() as session:
        concerns.open_concern(session, concern_id, staff_id=_reader(), now=clock.now())
    return see_other(f"/team/concerns/{concern_id}")


@blueprint.post(f"/team/concerns/{_CONCERN}/close")
@declares(Action.READ_CONCERNS, sealed_by=is_session_sealed)
def close(concern_id: int) -> Response:
    """It was passed on or dealt with."""
    with unit_of_work() as session:
        concerns.close_concern(session, concern_id, staff_id=_reader(), now=clock.now())
    return see_other("/team/concerns")


def _reader() -> int:
    staff_id: int = g.actor.staff_id
    return staff_id


def _form_page(form: ConcernForm, key: str) -> Response:
    return page("concerns/concern-form.html", form=form, key=key, token=guard.seal(_FORM, key))

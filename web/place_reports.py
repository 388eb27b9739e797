"""What anyone may read of a place, and say of it in passing: how much is left, by one press, with no name."""

from __future__ import annotations

import re
import secrets

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.services import place_list, places
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock, guard
from web.forms.places import LevelForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.limits import PASSING_BY, limiter
from web.templating import page, see_other

blueprint = Blueprint("place_reports", __name__)

_PLACE = f"<int(max={HIGHEST_ID}):place_id>"
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_FORM = "place"


def _is_sealed() -> bool:
    """True if this form was given out by us. It asks for no cookie: nobody need be known to tell us."""
    key = request.form.get("key", "")
    return bool(_KEY.fullmatch(key)) and guard.is_sealed_with(_FORM, key)


@blueprint.get(f"/places/{_PLACE}")
@declares(Action.READ_PUBLIC)
def place(place_id: int) -> Response:
    """What it is, what it may be used for, what is left."""
    return _place_page(place_id, LevelForm())


@blueprint.post(f"/places/{_PLACE}/level")
@declares(Action.REPORT_LEVEL, sealed_by=_is_sealed)
@limiter.limit(PASSING_BY)
def tell(place_id: int) -> Response:
    """So much is left."""
    key = request.form["key"]
    try:
        with unit_of_work() as session:
            places.report_level(session, place_id, request.form.get("stock", ""), key, now=clock.now())
    except BadInput as error:
        form = LevelForm()
        show_beside(form, error)
        return _place_page(place_id, form)
    return see_other(f"/places/{place_id}?d={key}")


@blueprint.post(f"/places/{_PLACE}/undo")
@declares(Action.REPORT_LEVEL, sealed_by=_is_sealed)
@limiter.limit(PASSING_BY)
def undo(place_id: int) -> Response:
    """That was the wrong button."""
    with unit_of_work() as session:
        places.undo_report(session, place_id, request.form["key"], now=clock.now())
    return see_other(f"/places/{place_id}")


def _place_page(place_id: int, form: LevelForm) -> Response:
    said = request.args.get("d", "")
    said = said if _KEY.fullmatch(said) else ""
    with reading() as session:
        shown = place_list.read_public(session, place_id, said, now=clock.now())
    key = said if shown.told else secrets.token_urlsafe(16)
    return page("places/public.html", form=form, place=shown, key=key, token=guard.seal(_FORM, key))

"""What anyone may read of a place, and say of it with no name: how much is left, by one press, or with a photo."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.services import place_list, place_photos, places
from matcher.services.access import Action
from matcher.services.made_safe import SENT_BYTES
from matcher.store.session import reading, unit_of_work
from web import clock, guard
from web.forms.pieces import MOST_SENT
from web.forms.places import LevelForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.limits import PASSING_BY, limiter
from web.once import is_key, new_key
from web.templating import page, see_other

blueprint = Blueprint("place_reports", __name__)

_PLACE = f"<int(max={HIGHEST_ID}):place_id>"
_FORM = "place"
_NO_PHOTO = "Choose a photo, or leave it: we know how full it is"


def _is_sealed() -> bool:
    """True if this form was given out by us. It asks for no cookie: nobody need be known to tell us."""
    key = request.form.get("key", "")
    return is_key(key) and guard.is_sealed_with(_FORM, key)


@blueprint.get(f"/places/{_PLACE}")
@declares(Action.READ_PUBLIC)
def place(place_id: int) -> Response:
    """What it is, what it may be used for, what is left."""
    return _place_page(place_id, LevelForm(), request.args.get("d", ""))


@blueprint.post(f"/places/{_PLACE}/level")
@declares(Action.REPORT_LEVEL, sealed_by=_is_sealed, most_bytes=MOST_SENT)
@limiter.limit(PASSING_BY)
def tell(place_id: int) -> Response:
    """So much is left. That is kept at once, whatever becomes of the photo that may come with it."""
    key, sent = request.form["key"], _sent_photo()
    try:
        with unit_of_work() as session:
            places.report_level(session, place_id, request.form.get("stock", ""), key, now=clock.now())
        if sent is not None:
            with unit_of_work() as session:
                place_photos.add_photo(session, place_id, sent, key, now=clock.now())
    except BadInput as error:
        return _place_page_with(error, place_id, key)
    return see_other(f"/places/{place_id}?d={key}")


@blueprint.post(f"/places/{_PLACE}/photo")
@declares(Action.REPORT_LEVEL, sealed_by=_is_sealed, most_bytes=MOST_SENT)
@limiter.limit(PASSING_BY)
def add_photo(place_id: int) -> Response:
    """And this is what it looks like."""
    key, sent = request.form["key"], _sent_photo()
    if sent is None:
        return _place_page_with(BadInput(_NO_PHOTO, field="picture"), place_id, key)
    try:
        with unit_of_work() as session:
            place_photos.add_photo(session, place_id, sent, key, now=clock.now())
    except BadInput as error:
        return _place_page_with(error, place_id, key)
    return see_other(f"/places/{place_id}?d={key}")


@blueprint.post(f"/places/{_PLACE}/undo")
@declares(Action.REPORT_LEVEL, sealed_by=_is_sealed)
@limiter.limit(PASSING_BY)
def undo(place_id: int) -> Response:
    """That was the wrong button."""
    with unit_of_work() as session:
        places.undo_report(session, place_id, request.form["key"], now=clock.now())
    return see_other(f"/places/{place_id}")


def _sent_photo() -> bytes | None:
    """What was chosen, up to a little more than is taken; None if nothing was."""
    file = request.files.get("picture")
    return file.stream.read(SENT_BYTES + 1) if file is not None and file.filename else None


def _place_page_with(error: BadInput, place_id: int, key: str) -> Response:
    form = LevelForm()
    show_beside(form, error)
    return _place_page(place_id, form, key)


def _place_page(place_id: int, form: LevelForm, said: str) -> Response:
    said = said if is_key(said) else ""
    with reading() as session:
        shown = place_list.read_public(session, place_id, said, now=clock.now())
    key = said if shown.told else new_key()
    return page("places/public.html", form=form, place=shown, key=key, token=guard.seal(_FORM, key))

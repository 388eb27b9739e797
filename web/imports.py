"""A coordinator's spreadsheet: shown first with all that is wrong in it, then written."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import imports
from matcher.services.access import Action
from matcher.services.spreadsheets import written
from matcher.services.taken_in import Importer
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.downloads import download
from web.forms.questions import show_beside
from web.forms.volunteers import WHAT, ImportForm
from web.guard import declares
from web.templating import page, see_other

blueprint = Blueprint("imports", __name__)

_KEY = "/team/import/<string(maxlength=40):key>"
# Of each kind of file: what a row of it is called, and the page where it is seen once it is written.
_NOUNS = {"volunteers": "volunteer", "needs": "request", "places": "place", "population": "figure"}
_SEEN = {"volunteers": "/team/volunteers", "needs": "/team", "places": "/team/places", "population": "/team/heard"}


@blueprint.get("/team/import")
@declares(Action.IMPORT_FILE)
def importing() -> Response:
    """Choose a file."""
    what = request.args.get("what", "")
    return _form_page(ImportForm(data={"what": what} if what in imports.KINDS else None))


@blueprint.get(f"/team/import/<any({', '.join(imports.KINDS)}):what>.csv")
@declares(Action.IMPORT_FILE)
def empty(what: str) -> Response:
    """A sheet with nothing in it but the names of its columns."""
    kind = imports.KINDS[what]
    return download(f"{what}.csv", written((*kind.required, *kind.optional), ()), "text/csv")


@blueprint.post("/team/import")
@declares(Action.IMPORT_FILE, sealed_by=is_session_sealed)
def try_out() -> Response:
    """Put every row to the test. Nothing is written yet."""
    form, key, file = ImportForm(request.form), secrets.token_urlsafe(16), request.files.get("file")
    if file is None or not file.filename:
        show_beside(form, BadInput("Choose a file", field="file"))
        return _form_page(form)
    try:
        with unit_of_work() as session:
            imports.try_out(session, key, form.what.data, file.filename, file.read(), _who(), now=clock.now())
    except BadInput as wrong:
        show_beside(form, wrong)
        return _form_page(form)
    return see_other(f"/team/import/{key}")


@blueprint.get(_KEY)
@declares(Action.IMPORT_FILE)
def preview(key: str) -> Response:
    """What would be written, and what is wrong with the rest; afterwards what was not written after all."""
    with reading() as session:
        done = imports.written(session, key, _who(), now=clock.now())
        shown = None if done else imports.preview(session, key, _who(), now=clock.now())
    if done is not None and done.left_out:
        return page("imports/written.html", done=done, noun=_NOUNS[done.what], seen=_SEEN[done.what])
    if done is not None:
        return see_other(_SEEN[done.what])
    assert shown is not None
    return page("imports/preview.html", shown=shown, key=key, noun=_NOUNS[shown.what])


@blueprint.post(_KEY)
@declares(Action.IMPORT_FILE, sealed_by=is_session_sealed)
def confirm(key: str) -> Response:
    """Write it, once. What came up since it was looked at is told, and nothing else is."""
    with unit_of_work() as session:
        done = imports.confirm(session, key, _who(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/team/import/{key}" if done.left_out else _SEEN[done.what])


def _form_page(form: ImportForm) -> Response:
    back = _SEEN.get(form.what.data, "/team")
    return page("imports/choose.html", form=form, kinds=imports.KINDS, what_words=dict(WHAT), back=back)


def _who() -> Importer:
    return Importer(g.actor.staff_id, g.actor.area_ids)

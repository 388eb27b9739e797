"""The settings: those of the running scheme, changed here and looked at first, and those that somebody else fixes."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import setting_changes, settings
from matcher.services.access import Action
from matcher.services.setting_changes import Difference, mark
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.questions import show_beside
from web.forms.set_up import ClosedForm
from web.guard import declares
from web.templating import page, see_other

blueprint = Blueprint("settings", __name__)

_HOME = "/team/settings"
_OVERTAKEN = "Somebody has changed this meanwhile. This is what would change now."


@blueprint.get(_HOME)
@declares(Action.SET_UP)
def read() -> Response:
    """All of them."""
    with reading() as session:
        form = ClosedForm(data={"words": settings.closed_words(session)})
    return _page(form)


@blueprint.post(f"{_HOME}/closed")
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def close() -> Response:
    """What would change, or no new requests are taken, or they are again."""
    form, seen, notice = ClosedForm(request.form), request.form.get("read", ""), ""
    words, by = form.words.data, g.actor.staff_id
    try:
        if seen:
            try:
                with unit_of_work() as session:
                    settings.change_closed(session, words, seen, staff_id=by, now=clock.now())
                return see_other(f"{_HOME}?said=changed")
            except Conflict:
                notice = _OVERTAKEN
        with reading() as session:
            changes = settings.preview_closed(session, words)
        return _page(form, changes, notice=notice)
    except BadInput as error:
        show_beside(form, error)
        return _page(form)


def _page(form: ClosedForm, changes: tuple[Difference, ...] | None = None, *, notice: str = "") -> Response:
    with reading() as session:
        past = setting_changes.history(session, "setting", settings.CLOSED)
    return page(
        "set_up/settings.html",
        form=form,
        changes=changes,
        read=mark(changes or ()),
        past=past,
        notice=notice,
        fixed=current_app.config["CLOSED"],
        groups=current_app.config["SETTING_LINES"],
        said=request.args.get("said", ""),
    )

"""What the desk is shown while a request is still being typed: parts of a page, for a browser that runs our script.

Without one the same is said when the request is read back.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.services import could_help, desk
from matcher.services.access import Action
from matcher.services.could_help import CouldHelp
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.desk import who_answers
from web.forms.desk import CallForm
from web.forms.questions import Asking
from web.guard import declares
from web.needs import draft_of
from web.templating import page

blueprint = Blueprint("desk_looks", __name__)


@blueprint.post("/desk/new/alike")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def alike() -> Response:
    """What is open already from the number that was typed. Each look at somebody is written down."""
    with unit_of_work() as session:
        found = desk.open_from(session, request.form.get("phone", ""), who_answers(), now=clock.now())
    return page("desk/alike.html", alike=found)


@blueprint.post("/desk/new/could")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def could() -> Response:
    """How many neighbours could do it; nothing until what was typed says what, where and when."""
    return page("desk/could.html", could=_could(CallForm(request.form)))


def _could(form: CallForm) -> CouldHelp | None:
    try:
        with reading() as session:
            form.prepare(Asking(session, clock.now(), {}))
            if not form.says_what_where_and_when():
                return None
            desk.check_area(session, form.where.postcode.data, who_answers())
            return could_help.look(session, draft_of(form.forms, must_confirm=False), now=clock.now())
    except BadInput:
        return None

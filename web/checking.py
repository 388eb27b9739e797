"""Check a request: for who has no link to hand. Either fault has the same answer, and few tries are given."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, g, request

from matcher.domain.errors import BadInput
from matcher.services import checking
from matcher.services.access import Action
from matcher.store.session import unit_of_work
from web import clock
from web.forms.checking import CheckForm
from web.forms.questions import show_beside
from web.guard import declares, is_sealed_for_anyone, seal_for_anyone
from web.limits import CHECKING, hidden, limiter
from web.templating import page, see_other

blueprint = Blueprint("checking", __name__)

_FORM = "check"


def _missed(_response: Response) -> bool:
    """Only a try that named no request of theirs is counted."""
    return bool(g.get("has_missed"))


def _reference_tried() -> str:
    """What counts the tries at one request, wherever they come from."""
    typed = request.form.get("reference", "")
    try:
        return hidden("reference", checking.parse_reference(typed))
    except BadInput:
        return hidden("reference", "")


@blueprint.get("/check")
@declares(Action.READ_PUBLIC)
def check() -> Response:
    """Your reference."""
    return _page(CheckForm())


@blueprint.post("/check")
@declares(Action.READ_PUBLIC, sealed_by=lambda: is_sealed_for_anyone(_FORM))
@limiter.limit(CHECKING, deduct_when=_missed)
@limiter.limit(CHECKING, key_func=_reference_tried, deduct_when=_missed)
def find() -> Response:
    """On to the page of the request."""
    form = CheckForm(request.form)
    if not form.validate():
        return _page(form)
    reference = checking.parse_reference(form.reference.data)
    figures = checking.parse_last_figures(form.last_digits.data)
    with unit_of_work() as session:
        token = checking.open_need(session, reference, figures, now=clock.now())
    if token is None:
        g.has_missed = True
        phone = current_app.config["SCHEME"].phone
        words = f"We cannot find a request with that reference and phone number. Check both, or call {phone}"
        show_beside(form, BadInput(words, field="reference"))
        return _page(form)
    return see_other(f"/r/{token}")


def _page(form: CheckForm) -> Response:
    return page("public/check.html", form=form, form_token=seal_for_anyone(_FORM))

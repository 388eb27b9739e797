"""Check a request: for who has no link to hand. Either fault has the same answer, and few tries are given.

What is found is the answer to the form itself, as at the desk: no address that a browser remembers leads back to it.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import checking
from matcher.services.access import Action
from matcher.store.session import unit_of_work
from web import bell, clock
from web.forms.checking import CheckForm
from web.forms.questions import show_beside
from web.guard import declares, is_sealed_for_anyone, seal_for_anyone
from web.limits import CHECKING, hidden, limiter
from web.scheme import scheme_now
from web.templating import page, see_other

blueprint = Blueprint("checking", __name__)

_FORM = "check"


def _is_counted(_response: Response) -> bool:
    """A look that named no request of theirs is, and every link asked for, whether or not it goes."""
    return bool(g.get("is_counted"))


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
@limiter.limit(CHECKING, deduct_when=_is_counted)
@limiter.limit(CHECKING, key_func=_reference_tried, deduct_when=_is_counted)
def find() -> Response:
    """How it stands, and nothing to change it by."""
    form = CheckForm(request.form)
    if not form.validate():
        return _page(form)
    with unit_of_work() as session:
        glance = checking.look(session, *_asked_for(form), now=clock.now())
    if glance is None:
        g.is_counted = True
        number = scheme_now().phone
        words = f"We cannot find a request with that reference and phone number. Check both, or call {number}"
        show_beside(form, BadInput(words, field="reference"))
        return _page(form)
    return page("public/checked.html", form=form, glance=glance, form_token=seal_for_anyone(_FORM))


@blueprint.post("/check/link")
@declares(Action.READ_PUBLIC, sealed_by=lambda: is_sealed_for_anyone(_FORM))
@limiter.limit(CHECKING, deduct_when=_is_counted)
@limiter.limit(CHECKING, key_func=_reference_tried, deduct_when=_is_counted)
def send_link() -> Response:
    """Their own page, by text to the number we hold. The answer is the same whether or not it goes."""
    form = CheckForm(request.form)
    if not form.validate():
        return _page(form)
    g.is_counted = True
    with unit_of_work() as session:
        checking.send_link(session, *_asked_for(form), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other("/check/sent")


@blueprint.get("/check/sent")
@declares(Action.READ_PUBLIC)
def sent() -> Response:
    """Look at your phone."""
    return page("public/check_sent.html")


def _asked_for(form: CheckForm) -> tuple[str, str]:
    return checking.parse_reference(form.reference.data), checking.parse_last_figures(form.last_digits.data)


def _page(form: CheckForm) -> Response:
    return page("public/check.html", form=form, form_token=seal_for_anyone(_FORM))

"""The code that says a number is theirs. It never stands in the way: a call does as well, and so does later."""

from __future__ import annotations

from flask import Blueprint, Response, request
from wtforms import Form

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import confirming
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.forms.confirming import NeedCodeForm, NumberForm
from web.forms.questions import show_beside
from web.guard import declares, granted
from web.templating import page, see_other

blueprint = Blueprint("confirming", __name__)


@blueprint.get("/r/<token:token>/code")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def code(token: str) -> Response:
    """Enter the code we sent."""
    return _code_page(token, NeedCodeForm())


@blueprint.post("/r/<token:token>/code")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def enter(token: str) -> Response:
    """The code as it was typed. Every try is counted, also one that fails."""
    form = NeedCodeForm(request.form)
    if not form.validate():
        return _code_page(token, form)
    with unit_of_work() as session:
        wrong = confirming.enter(session, granted("need_id"), form.figures, now=clock.now())
    if wrong:
        show_beside(form, BadInput(wrong, field="code"))
        return _code_page(token, form)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{token}/sent")


@blueprint.post("/r/<token:token>/code/again")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def send_again(token: str) -> Response:
    """Another code."""
    with unit_of_work() as session:
        is_sent = confirming.send_again(session, granted("need_id"), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/r/{token}/code?said={'sent' if is_sent else 'wait'}")


@blueprint.post("/r/<token:token>/code/ring")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def ring_me(token: str) -> Response:
    """Phone me instead."""
    with unit_of_work() as session:
        confirming.ring_me(session, granted("need_id"), now=clock.now())
    return see_other(f"/r/{token}/sent")


@blueprint.get("/r/<token:token>/number")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def number(token: str) -> Response:
    """Change the number."""
    return _page("needs/number.html", token, NumberForm())


@blueprint.post("/r/<token:token>/number")
@declares(Action.CONFIRM_NEED, link=LinkPurpose.STATUS)
def change_number(token: str) -> Response:
    """Send the code there."""
    form = NumberForm(request.form)
    if not form.validate():
        return _page("needs/number.html", token, form)
    with unit_of_work() as session:
        confirming.change_number(session, granted("need_id"), form.phone.data, now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/r/{token}/code")


def _code_page(token: str, form: Form) -> Response:
    return _page("needs/code.html", token, form)


def _page(template: str, token: str, form: Form) -> Response:
    with reading() as session:
        check = confirming.read(session, granted("need_id"), now=clock.now())
    if check is None or check.is_confirmed:  # nothing to confirm any more
        return see_other(f"/r/{token}/sent")
    return page(template, check=check, token=token, form=form, now=clock.now())

"""The code that shows whose a phone is: before an address on a phone we do not know, and after signing up."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import own_codes
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock, devices
from web.forms.confirming import NeedCodeForm
from web.forms.questions import show_beside
from web.guard import declares, granted
from web.templating import page, see_other

blueprint = Blueprint("own_codes", __name__)


@blueprint.get("/me/<token:token>/code")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def code(token: str) -> Response:
    """Is this your number?"""
    return code_page("volunteers/code.html", token, NeedCodeForm())


@blueprint.post("/me/<token:token>/code")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def enter(token: str) -> Response:
    """It is."""
    return _enter("volunteers/code.html", token, f"/me/{token}")


@blueprint.post("/me/<token:token>/code/again")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def again(token: str) -> Response:
    """Another code."""
    return _send(f"/me/{token}/code")


@blueprint.post("/visits/<token:token>/code")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def enter_at_visit(token: str) -> Response:
    """This phone is theirs: the address may be shown on it."""
    return _enter("visits/new-device.html", token, devices.way_on(f"/visits/{token}", granted("person_id")))


@blueprint.post("/visits/<token:token>/code/again")
@declares(Action.MOVE_VISIT, link=LinkPurpose.VISIT)
def send_at_visit(token: str) -> Response:
    """Text me a code."""
    return _send(f"/visits/{token}")


def code_page(template: str, token: str, form: NeedCodeForm) -> Response:
    """The field, if a code is out, and the ways to one."""
    now = clock.now()
    with reading() as session:
        check = own_codes.read(session, granted("person_id"), now=now)
    said = request.args.get("said", "")
    return page(template, form=form, check=check, said=said, token=token, now=now)


def _enter(template: str, token: str, there: str) -> Response:
    form, person_id = NeedCodeForm(request.form), granted("person_id")
    if not form.validate():
        return code_page(template, token, form)
    with unit_of_work() as session:
        wrong = own_codes.enter(session, person_id, form.code.data, now=clock.now())
    if wrong:
        show_beside(form, BadInput(wrong, field="code"))
        return code_page(template, token, form)
    return devices.remember(see_other(there), person_id)


def _send(there: str) -> Response:
    with unit_of_work() as session:
        is_sent = own_codes.send(session, granted("person_id"), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"{there}?said={'sent' if is_sent else 'wait'}")

"""The audit: who saw or changed what, and whether it still says what it said."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import audit_chain, audit_page
from matcher.services.access import Action
from matcher.services.audit_page import AuditChoice, AuditPage
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.audit import AuditForm, PhoneForm
from web.forms.questions import show_beside
from web.guard import declares
from web.templating import page, see_other

blueprint = Blueprint("audit", __name__)

_HOME = "/team/audit"
_CHOSEN = ("by", "person", "reference", "thing", "number", "first", "last")


@blueprint.get(_HOME)
@declares(Action.READ_AUDIT)
def audit() -> Response:
    """What was chosen, the newest first."""
    return _audit(PhoneForm())


@blueprint.post(f"{_HOME}/person")
@declares(Action.READ_AUDIT, sealed_by=is_session_sealed)
def find_person() -> Response:
    """Whose telephone it is, as a number: no address of ours holds the telephone."""
    form = PhoneForm(request.form)
    if not form.validate():
        return _audit(form)
    try:
        with unit_of_work() as session:
            person_id = audit_page.number_of(session, form.phone.data, staff_id=g.actor.staff_id, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _audit(form)
    return see_other(f"{_HOME}?{urlencode({'person': person_id})}")


def _audit(phone: PhoneForm) -> Response:
    form, typed_seal = AuditForm(request.args), request.args.get("seal", "")
    with reading() as session:
        try:
            shown = audit_page.read(session, form.choice(request.args.get("before", "")), now=clock.now())
        except BadInput as error:
            show_beside(form, error)
            shown = audit_page.read(session, AuditChoice(), now=clock.now())
        found = audit_chain.find_seal(session, typed_seal) if typed_seal else None
    form.by.choices = [("system", "The service itself"), *shown.staff]
    form.thing.choices = [(thing, thing.replace("_", " ")) for thing in shown.things]
    return page(
        "audit/audit.html",
        status=422 if form.errors or phone.errors else 200,
        form=form,
        phone=phone,
        shown=shown,
        is_chosen=any(form[name].data for name in _CHOSEN),
        older=_older(shown),
        most_checked=audit_chain.CHECKED_ON_THE_PAGE,
        typed_seal=typed_seal[:64],
        found=found,
    )


def _older(shown: AuditPage) -> str | None:
    if shown.older_id is None:
        return None
    chosen: dict[str, Any] = {name: request.args[name] for name in _CHOSEN if request.args.get(name)}
    return f"{_HOME}?{urlencode({**chosen, 'before': shown.older_id})}"

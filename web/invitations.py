"""The page of an invitation: who asks people to take part, why, and what they may do about it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.services import invitations
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import clock
from web.guard import declares, is_sealed_for_anyone, seal_for_anyone
from web.limits import ANSWERING, limiter
from web.templating import page, see_other

blueprint = Blueprint("invitations", __name__)

_FORM = "invitation"
# Choice -> where it leads.
_LEADS_TO = {"ask": "/ask", "offer": "/offer", "story": "/tell", "read": "/what-we-do"}


@blueprint.get("/i/<string(maxlength=12):code>")
@declares(Action.READ_PUBLIC)
def invitation(code: str) -> Response:
    """Somebody asked you to take part."""
    with reading() as session:
        invited = invitations.read(session, code)
    return page("public/invitation.html", invited=invited, form_token=seal_for_anyone(_FORM))


@blueprint.post("/i/<string(maxlength=12):code>")
@declares(Action.READ_PUBLIC, sealed_by=lambda: is_sealed_for_anyone(_FORM))
@limiter.limit(ANSWERING)
def choose(code: str) -> Response:
    """Count what was chosen, and go there."""
    choice = request.form.get("choice", "")
    with unit_of_work() as session:
        invitations.choose(session, code, choice, now=clock.now())
    return see_other(_LEADS_TO[choice])

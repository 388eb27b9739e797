"""Asking at work for someone one works with: a code once, then one page each time, and what came of them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput
from matcher.domain.roles import LinkPurpose
from matcher.services import organisations
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.forms.at_work import AtWorkForm, CodeForm
from web.forms.questions import Asking, show_beside
from web.guard import declares, granted, is_sealed_for_anyone, seal_for_anyone
from web.limits import AT_WORK, POSTING, limiter
from web.needs import draft_of
from web.once import new_key, sent_key
from web.templating import page, see_other

blueprint = Blueprint("at_work", __name__)

_FORM = "at_work"


@blueprint.get("/at-work")
@declares(Action.POST_NEED)
def code() -> Response:
    """Enter the code of your organisation."""
    return _code_page(CodeForm())


@blueprint.post("/at-work")
@declares(Action.POST_NEED, sealed_by=lambda: is_sealed_for_anyone(_FORM))
@limiter.limit(POSTING)
def open_page() -> Response:
    """The page that it opens, at an address of its own."""
    form = CodeForm(request.form)
    if not form.validate():
        return _code_page(form)
    try:
        with unit_of_work() as session:
            token = organisations.open_with(session, form.code.data, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _code_page(form)
    return see_other(f"/at-work/{token}")


@blueprint.get("/at-work/<token:token>")
@declares(Action.ASK_AT_WORK, link=LinkPurpose.AT_WORK)
def ask(token: str) -> Response:
    """The one page; with the reference of what was just asked for."""
    return _ask_page(token, AtWorkForm(), key=new_key())


@blueprint.post("/at-work/<token:token>")
@declares(Action.ASK_AT_WORK, link=LinkPurpose.AT_WORK)
@limiter.limit(AT_WORK)
def send(token: str) -> Response:
    """Post it; the person is rung before any neighbour is asked."""
    form, key = AtWorkForm(request.form), sent_key()
    try:
        with unit_of_work() as session:
            form.prepare(Asking(session, clock.now(), {}))
            if not form.is_answered():
                return _ask_page(token, form, key=key)
            draft = draft_of(form.forms, must_confirm=False)
            reference = organisations.ask_at_work(
                session, granted("organisation_id"), draft, form.asked_by(), key, now=clock.now()
            )
    except BadInput as error:
        show_beside(form.form_of(error.field), error)
        return _ask_page(token, form, key=key)
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/at-work/{token}?asked={reference}")


def _code_page(form: CodeForm) -> Response:
    return page("at_work/code.html", form=form, form_token=seal_for_anyone(_FORM))


def _ask_page(token: str, form: AtWorkForm, *, key: str) -> Response:
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
        work = organisations.read(session, granted("organisation_id"), now=clock.now())
    just_asked = next((one for one in work.outcomes if one.reference == request.args.get("asked")), None)
    return page("at_work/ask.html", form=form, work=work, just_asked=just_asked, token=token, key=key)

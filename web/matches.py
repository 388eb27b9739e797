"""A match someone is asked about: the page behind the link in the message, and the answer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from matcher.domain.roles import LinkPurpose
from matcher.services import ask_page, matches
from matcher.services.access import Action
from matcher.services.matches import AnswerWhy
from matcher.store.session import reading, unit_of_work
from web import bell, clock, devices
from web.forms.answers import ReasonForm
from web.guard import declares, granted
from web.templating import page, see_other

blueprint = Blueprint("matches", __name__)

# What a yes can come to but a visit, as it stands in an address.
_NO_VISIT = ", ".join(why for why in AnswerWhy if why is not AnswerWhy.YOURS)


@blueprint.get("/m/<token:token>")
@declares(Action.READ_ASK, link=LinkPurpose.MATCH)
def ask(token: str) -> Response:
    """Can you help? Reading it changes nothing."""
    return _ask_page(token, ReasonForm())


@blueprint.post("/m/<token:token>/yes")
@declares(Action.ANSWER_ASK, link=LinkPurpose.MATCH)
def yes(token: str) -> Response:
    """Yes, I will do it. The database decides who holds the visit."""
    with unit_of_work() as session:
        came_to = matches.accept(session, granted("match_id"), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    if came_to.visit_token:
        there = devices.way_on(f"/visits/{came_to.visit_token}", granted("person_id"))
        return devices.remember(see_other(there), granted("person_id"))
    return see_other(f"/m/{token}/answer/{came_to.why}")


@blueprint.post("/m/<token:token>/no")
@declares(Action.ANSWER_ASK, link=LinkPurpose.MATCH)
def no(token: str) -> Response:
    """Not this time; then, if they like, why."""
    return _decline(token, reason=None)


@blueprint.post("/m/<token:token>/reason")
@declares(Action.ANSWER_ASK, link=LinkPurpose.MATCH)
def reason(token: str) -> Response:
    """Why not."""
    form = ReasonForm(request.form)
    if not form.validate():
        return _ask_page(token, form)
    return _decline(token, reason=form.reason.data)


@blueprint.post("/m/<token:token>/not-me")
@declares(Action.ANSWER_ASK, link=LinkPurpose.MATCH)
def not_me(token: str) -> Response:
    """The message reached someone else."""
    with unit_of_work() as session:
        matches.not_me(session, granted("match_id"), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/m/{token}/not-me")


@blueprint.get("/m/<token:token>/not-me")
@declares(Action.READ_ASK, link=LinkPurpose.MATCH)
def not_me_said(token: str) -> Response:
    """Is it really not for them? One stray tap takes nobody off the list. Once it has been said: sorry."""
    with reading() as session:
        read = ask_page.read(session, granted("match_id"), now=clock.now())
    if read.state is ask_page.AskState.YOURS:
        return see_other(f"/m/{token}")
    return page("matches/not-me.html", is_asked=read.state is ask_page.AskState.OPEN, token=token)


@blueprint.get(f"/m/<token:token>/answer/<any({_NO_VISIT}):why>")
@declares(Action.READ_ASK, link=LinkPurpose.MATCH)
def answer(token: str, why: str) -> Response:
    """What a yes came to, when the visit is not theirs."""
    with reading() as session:
        read = ask_page.read(session, granted("match_id"), now=clock.now())
    if read.state is ask_page.AskState.YOURS:
        return see_other(f"/m/{token}")
    return page("matches/answer.html", ask=read, why=AnswerWhy(why), token=token)


def _decline(token: str, *, reason: str | None) -> Response:
    with unit_of_work() as session:
        why = matches.decline(session, granted("match_id"), reason=reason, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    if why is not AnswerWhy.SAID_NO:
        return see_other(f"/m/{token}")
    return see_other(f"/m/{token}?thanks=1" if reason else f"/m/{token}")


def _ask_page(token: str, form: ReasonForm) -> Response:
    with reading() as session:
        read = ask_page.read(session, granted("match_id"), now=clock.now())
    is_why_asked = read.state is ask_page.AskState.SAID_NO
    if form.errors and not is_why_asked:  # the question is not on the page any more, so nothing can stand beside it
        return see_other(f"/m/{token}")
    is_thanked = "thanks" in request.args and not form.errors
    shown = {"is_why_asked": is_why_asked, "is_thanked": is_thanked}
    return page("matches/ask.html", ask=read, form=form, token=token, **shown)

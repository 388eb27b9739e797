"""Asking for help, a question a page; and the page of a need, behind its private link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from matcher.domain.roles import LinkPurpose
from matcher.services import feedback, growing, impact, need_page, needs
from matcher.services.access import Action
from matcher.services.needs import NeedDraft
from matcher.services.people import PersonDraft
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.forms.answers import HowItWentForm
from web.forms.needs import KindForm, WhenForm, WhereForm, WhoForm
from web.guard import declares, granted
from web.journey_views import add_views
from web.journeys import Answers, Forms, Journey, Question
from web.limits import POSTING, count_phone, limiter
from web.once import new_key
from web.templating import page, see_other

blueprint = Blueprint("needs", __name__)

ASKING = Journey(
    name="ask",
    address="/ask",
    title="Ask for help",
    questions=(
        Question("kind", "", KindForm, "needs/kind.html"),
        Question("when", "when", WhenForm, "needs/when.html"),
        Question("where", "where", WhereForm, "needs/where.html"),
        Question("who", "who", WhoForm, "needs/who.html"),
    ),
    check_template="needs/check.html",
)


@limiter.limit(POSTING)
def send() -> Response:
    """Post the need; matching starts at once."""
    response = ASKING.finish(_post, _find_again)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return response


add_views(blueprint, ASKING, Action.POST_NEED, send)


def _post(session: Any, forms: Forms) -> tuple[str, Answers]:
    draft = draft_of(forms, must_confirm=True)
    with count_phone(draft.person.phone):
        posted = needs.post_need(session, draft, now=clock.now())
    return f"/r/{posted.token}/code", {"need_id": posted.need_id}


def _find_again(session: Any, kept: Answers) -> str:
    return f"/r/{needs.status_link(session, kept['need_id'], now=clock.now())}/code"


def draft_of(forms: Forms, *, must_confirm: bool) -> NeedDraft:
    """The need that the answers of the four questions stand for."""
    kind, where, who = forms["kind"].data, forms["where"].data, forms["who"].data
    when = forms["when"]
    assert isinstance(when, WhenForm)
    timing = when.timing()
    asked: frozenset[str] = frozenset(who["wishes"])
    return NeedDraft(
        kind=kind["kind"],
        details=tuple(kind["details"]),
        when=timing.when,
        day=timing.day,
        times=timing.times,
        is_weekly=timing.is_weekly,
        is_icy=timing.is_icy,
        helpers=timing.helpers,
        person=PersonDraft(
            first_name=who["first_name"],
            phone=who["phone"],
            email=who["email"],
            house=where["house"],
            postcode=where["postcode"],
        ),
        contact=who["contact"],
        note=who["note"],
        musts=asked if who["is_must"] else frozenset(),
        wishes=frozenset() if who["is_must"] else asked,
        must_confirm=must_confirm,
    )


# The page of a need -------------------------------------------------------------------------------------------


@blueprint.get("/r/<token:token>")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def status(token: str) -> Response:
    """What is happening with it."""
    return _need_page("needs/status.html", token, form=HowItWentForm())


@blueprint.get("/r/<token:token>/sent")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def sent(token: str) -> Response:
    """We have your request."""
    with reading() as session:
        need = need_page.read(session, granted("need_id"), now=clock.now())
        wait = impact.usual_wait(session, need.kind, now=clock.now())
    return page("needs/sent.html", need=need, token=token, wait=wait)


@blueprint.get("/r/<token:token>/print")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def letter(token: str) -> Response:
    """The same as a letter on one sheet."""
    return _need_page("needs/letter.html", token, back=f"/r/{token}")


@blueprint.get("/r/<token:token>/cancel")
@declares(Action.CANCEL_NEED, link=LinkPurpose.STATUS)
def ask_to_cancel(token: str) -> Response:
    """What cancelling does, before it does it."""
    return _need_page("needs/cancel.html", token)


@blueprint.post("/r/<token:token>/cancel")
@declares(Action.CANCEL_NEED, link=LinkPurpose.STATUS)
def cancel(token: str) -> Response:
    """Call it off."""
    with unit_of_work() as session:
        needs.cancel_need(session, granted("need_id"), actor=f"person:{granted('person_id')}", now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/r/{token}")


@blueprint.post("/r/<token:token>/how")
@declares(Action.SAY_HOW_IT_WENT, link=LinkPurpose.STATUS)
def say_how(token: str) -> Response:
    """How it went."""
    form = HowItWentForm(request.form)
    if not form.validate():
        return _need_page("needs/status.html", token, form=form)
    with unit_of_work() as session:
        feedback.say_how_it_went(
            session,
            granted("need_id"),
            form.answer.data,
            form.thanks.data,
            again=form.again.data,
            now=clock.now(),
        )
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{token}")


def _need_page(template: str, token: str, *, form: HowItWentForm | None = None, back: str = "") -> Response:
    with reading() as session:
        need = need_page.read(session, granted("need_id"), now=clock.now())
        more = growing.question(session, granted("person_id"), growing.OF_RESIDENTS, now=clock.now())
    if form and form.errors and not need.can_say_how:  # the question is not on the page any more
        return see_other(f"/r/{token}")
    return page(template, need=need, more=more, token=token, form=form, back=back, key=new_key(), now=clock.now())

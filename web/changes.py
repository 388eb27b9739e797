"""A resident's own page: change a request where it stands, and ask for the same again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.roles import LinkPurpose
from matcher.services import asking_again, changing, need_page, wishes
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.forms.needs import NoteForm, WhenForm, WishesForm
from web.forms.questions import Asking, QuestionForm, show_beside
from web.guard import declares, granted
from web.once import new_key, sent_key
from web.templating import page, see_other

blueprint = Blueprint("changes", __name__)


@blueprint.get("/r/<token:token>/change")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def change(token: str) -> Response:
    """Another time, another note, or somebody else to come."""
    return _change_page(token)


@blueprint.post("/r/<token:token>/change/time")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def change_time(token: str) -> Response:
    """Other times in place of the ones asked for."""
    form = WhenForm(request.form)
    if not _is_answered(form):
        return _change_page(token, when=form)
    with unit_of_work() as session:
        changing.change_time(session, granted("need_id"), form.timing(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{token}")


@blueprint.post("/r/<token:token>/change/note")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def change_note(token: str) -> Response:
    """Another note in place of the one there was; what there was is not shown."""
    form = NoteForm(request.form)
    if not form.validate():
        return _change_page(token, note=form)
    try:
        with unit_of_work() as session:
            changing.change_note(session, granted("need_id"), form.note.data, now=clock.now())
    except BadInput as error:
        show_beside(form, error)
        return _change_page(token, note=form)
    return see_other(f"/r/{token}")


@blueprint.post("/r/<token:token>/change/who")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def change_who(token: str) -> Response:
    """Something else matters about who comes; what mattered before is not shown."""
    form = WishesForm(request.form)
    with unit_of_work() as session:
        form.offer(wishes.allowed(session, need_page.kind_of(session, granted("need_id"))))
        form.validate()  # what is not on the list is no answer
        asked, is_must = frozenset(form.wishes.data), bool(form.is_must.data)
        musts, wished = (asked, frozenset[str]()) if is_must else (frozenset[str](), asked)
        changing.change_wishes(session, granted("need_id"), musts=musts, wished=wished, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{token}")


@blueprint.post("/r/<token:token>/other-time")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def accept_other_time(token: str) -> Response:
    """Take the time that was offered."""
    with unit_of_work() as session:
        changing.accept_other_time(session, granted("need_id"), request.form.get("time", ""), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/r/{token}")


@blueprint.get("/r/<token:token>/again")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def again(token: str) -> Response:
    """The same help once more: only the time is asked."""
    return _again_page(token, WhenForm(data={"when": "asap", "times": ["am", "pm"]}))


@blueprint.post("/r/<token:token>/again")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def ask_again(token: str) -> Response:
    """Post it."""
    form = WhenForm(request.form)
    if not _is_answered(form):
        return _again_page(token, form)
    with unit_of_work() as session:
        posted = asking_again.ask_again(session, granted("need_id"), form.timing(), sent_key(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{posted.token}/sent")


@blueprint.post("/r/<token:token>/again/same")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def ask_the_same(token: str) -> Response:
    """The same as last time, on the next day that suits, in one tap."""
    with unit_of_work() as session:
        posted = asking_again.ask_the_same(session, granted("need_id"), sent_key(), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/r/{posted.token}/sent")


def _is_answered(form: QuestionForm) -> bool:
    asking = _asking()
    form.prepare(asking)
    return form.is_answered(asking)


def _asking() -> Asking:
    """These questions look at no table."""
    return Asking(None, clock.now(), {})


def _change_page(token: str, *, when: WhenForm | None = None, note: NoteForm | None = None) -> Response:
    need = _need()
    if not need.can_cancel:
        raise Conflict("This request is over. You can ask again.")
    shown = when or WhenForm()
    shown.prepare(_asking())
    failed, who = note if note is not None else when, WishesForm()
    with reading() as session:
        who.offer(wishes.allowed(session, need.kind))
    return page("needs/change.html", need=need, token=token, when=shown, note=note or NoteForm(), who=who, form=failed)


def _again_page(token: str, form: WhenForm) -> Response:
    form.prepare(_asking())
    return page("needs/again.html", need=_need(), token=token, form=form, key=new_key())


def _need() -> Any:
    with reading() as session:
        return need_page.read(session, granted("need_id"), now=clock.now())

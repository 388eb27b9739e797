"""Call handlers: take a request by phone, ring back, tell what only a person can tell, find a caller, check a door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput, NotFound
from matcher.services import call_back, confirming, could_help, desk, feedback, informal_help, needs, telling
from matcher.services.access import Action
from matcher.services.desk import Handler
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.answers import HowItWentForm
from web.forms.desk import CallForm, DoorForm, FindForm
from web.forms.questions import Asking, QuestionForm, show_beside
from web.guard import HIGHEST_ID, declares
from web.needs import draft_of
from web.once import new_key, sent_key
from web.scheme import scheme_now
from web.templating import page, see_other

blueprint = Blueprint("desk", __name__)

_NEED = f"<int(max={HIGHEST_ID}):need_id>"
_OWED = f"<int(max={HIGHEST_ID}):notification_id>"


def who_answers() -> Handler:
    """Who is at the desk. NotFound if nobody is."""
    if g.actor.staff_id is None:
        raise NotFound
    return Handler(g.actor.staff_id, g.actor.area_ids)


@blueprint.get("/desk")
@declares(Action.USE_DESK)
def today() -> Response:
    """Whom to ring, and whom to tell."""
    now, handler = clock.now(), who_answers()
    with reading() as session:
        to_ring = call_back.to_ring(session, handler.area_ids, now=now)
        to_tell = telling.to_tell(session, handler.area_ids, now=now)
    return page("desk/today.html", to_ring=to_ring, to_tell=to_tell, now=now)


# A request by phone ------------------------------------------------------------------------------------------


@blueprint.get("/desk/new")
@declares(Action.USE_DESK)
def new() -> Response:
    """The one page."""
    form = CallForm()
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    return _call_page(form, key=new_key())


@blueprint.post("/desk/new")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def take() -> Response:
    """Read it back; send it once the caller has said yes to what was read."""
    form, key = CallForm(request.form), sent_key()
    try:
        with unit_of_work() as session:
            form.prepare(Asking(session, clock.now(), {}))
            if not form.is_answered():
                return _call_page(form, key=key)
            desk.check_area(session, form.where.postcode.data, who_answers())
            kind, phone, postcode = form.kind.kind.data, form.who.phone.data, form.where.postcode.data
            draft = draft_of(form.forms, must_confirm=False)
            alike = desk.look_alikes(session, kind, phone, postcode, who_answers())
            if request.form.get("do") != "send" or request.form.get("read") != form.mark(alike):
                could = could_help.look(session, draft, now=clock.now())
                return _call_page(form, key=key, alike=alike, could=could, mark=form.mark(alike))
            need_id = desk.take_need(session, draft, key, who_answers(), now=clock.now())
    except BadInput as error:
        show_beside(form.form_of(error.field), error)
        return _call_page(form, key=key)
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/desk/needs/{need_id}?taken=1")


def _call_page(form: CallForm, **shown: Any) -> Response:
    return page("desk/new.html", form=form, **{"alike": (), "could": None, "mark": "", **shown})


# A caller ----------------------------------------------------------------------------------------------------


@blueprint.get("/desk/find")
@declares(Action.USE_DESK)
def finding() -> Response:
    """Who is on the line?"""
    return page("desk/find.html", form=FindForm(), found=())


@blueprint.post("/desk/find")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def find() -> Response:
    """What they asked for; straight to it if there is one."""
    form = FindForm(request.form)
    found = _looked(form, lambda session: desk.find(session, form.wanted.data, who_answers(), now=clock.now()))
    if found is None:
        return page("desk/find.html", form=form, found=())
    if len(found) == 1:
        return see_other(f"/desk/needs/{found[0].need_id}")
    return page("desk/find.html", form=form, found=found)


@blueprint.get("/desk/door")
@declares(Action.USE_DESK)
def door() -> Response:
    """Is this one of yours?"""
    return page("desk/door.html", form=DoorForm(), answer=None)


@blueprint.post("/desk/door")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def check_door() -> Response:
    """Yes, with what to say; or no, and nothing of anyone."""
    form = DoorForm(request.form)

    def look(session: Any) -> desk.DoorAnswer:
        return desk.is_ours(session, form.wanted.data, form.name.data, who_answers(), now=clock.now())

    return page("desk/door.html", form=form, answer=_looked(form, look))


def _looked(form: QuestionForm, look: Callable[[Any], Any]) -> Any:
    """What the look gives; None with the errors on the form."""
    if not form.validate():
        return None
    try:
        with unit_of_work() as session:
            return look(session)
    except BadInput as error:
        show_beside(form, error)
        return None


@blueprint.get(f"/desk/needs/{_NEED}")
@declares(Action.USE_DESK)
def need(need_id: int) -> Response:
    """What they asked for, what has become of it, and how to reach them. Each look is written down."""
    return _need_page("desk/need.html", need_id, form=HowItWentForm())


@blueprint.get(f"/desk/needs/{_NEED}/letter")
@declares(Action.USE_DESK)
def letter(need_id: int) -> Response:
    """Their letter, to print and post."""
    return _need_page("needs/letter.html", need_id, back=f"/desk/needs/{need_id}")


@blueprint.post(f"/desk/needs/{_NEED}/confirmed")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def confirmed(need_id: int) -> Response:
    """They were rung, and it is them: neighbours may be asked."""
    return _rang(confirming.confirm_by_call, need_id)


@blueprint.post(f"/desk/needs/{_NEED}/no-answer")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def no_answer(need_id: int) -> Response:
    """Nobody answered."""
    return _rang(call_back.no_answer, need_id)


@blueprint.post(f"/desk/needs/{_NEED}/wrong-number")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def wrong_number(need_id: int) -> Response:
    """Whoever answered does not know them."""
    return _rang(call_back.wrong_number, need_id)


@blueprint.post(f"/desk/needs/{_NEED}/cancel")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def cancel(need_id: int) -> Response:
    """The caller calls it off."""
    handler = who_answers()
    with unit_of_work() as session:
        desk.read(session, need_id, handler, now=clock.now())
        needs.cancel_need(session, need_id, actor=handler.actor, now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/desk/needs/{need_id}")


@blueprint.post(f"/desk/needs/{_NEED}/how")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def say_how(need_id: int) -> Response:
    """How it went, as the caller says it."""
    handler, form = who_answers(), HowItWentForm(request.form)
    if not form.validate():
        return _need_page("desk/need.html", need_id, form=form)
    said = {"again": form.again.data, "actor": handler.actor}
    with unit_of_work() as session:
        desk.read(session, need_id, handler, now=clock.now())
        feedback.say_how_it_went(session, need_id, form.answer.data, form.thanks.data, **said, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/desk/needs/{need_id}?said={form.answer.data}")


# What only a person can tell ---------------------------------------------------------------------------------


@blueprint.get(f"/desk/tell/{_OWED}")
@declares(Action.USE_DESK)
def tell(notification_id: int) -> Response:
    """Whom to ring, and the words."""
    handler, scheme = who_answers(), scheme_now()
    with unit_of_work() as session:
        owed = telling.read(
            session, notification_id, scheme, area_ids=handler.area_ids, actor=handler.actor, now=clock.now()
        )
    return page("desk/tell.html", owed=owed)


@blueprint.post(f"/desk/tell/{_OWED}/told")
@declares(Action.USE_DESK, sealed_by=is_session_sealed)
def told(notification_id: int) -> Response:
    """It was said."""
    handler = who_answers()
    with unit_of_work() as session:
        telling.told(session, notification_id, area_ids=handler.area_ids, actor=handler.actor, now=clock.now())
    return see_other("/desk")


def _rang(verb: Callable[..., None], need_id: int) -> Response:
    handler = who_answers()
    with unit_of_work() as session:
        verb(session, need_id, area_ids=handler.area_ids, actor=handler.actor, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/desk")


def _need_page(template: str, need_id: int, **shown: Any) -> Response:
    with unit_of_work() as session:  # the look is written down in the audit
        found = desk.read(session, need_id, who_answers(), now=clock.now())
        kinds = informal_help.every_kind(session)
    return page(template, found=found, need=found.page, every_kind=kinds, now=clock.now(), **shown)

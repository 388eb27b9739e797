"""Writing to many volunteers at once: chosen by words, read back with its cost, tried, agreed to, sent and stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, g, request

from matcher.domain.errors import BadInput, Conflict
from matcher.services import audiences, broadcast_page, broadcasts, kinds
from matcher.services.access import Action
from matcher.services.broadcasts import Desk
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.broadcasts import AudienceForm
from web.forms.questions import show_beside
from web.guard import HIGHEST_ID, declares
from web.scheme import limits_now, sender
from web.templating import page, see_other

blueprint = Blueprint("broadcasts", __name__)

_HOME = "/team/broadcasts"
_ONE = f"{_HOME}/<int(max={HIGHEST_ID}):broadcast_id>"


@blueprint.get(_HOME)
@declares(Action.BROADCAST)
def listing() -> Response:
    """What was written to many, the newest first."""
    with reading() as session:
        rows = broadcast_page.listing(session, g.actor.area_ids)
    return page("broadcasts/list.html", rows=rows)


@blueprint.get(f"{_HOME}/new")
@declares(Action.BROADCAST)
def new() -> Response:
    """To whom, and what."""
    return _new_page(AudienceForm())


@blueprint.post(f"{_HOME}/new")
@declares(Action.BROADCAST, sealed_by=is_session_sealed)
def write() -> Response:
    """Keep it, and read it back: nothing goes yet."""
    form = AudienceForm(request.form)
    _offer(form)
    if not form.validate():
        return _new_page(form)
    try:
        with unit_of_work() as session:
            alone, now = current_app.config["BROADCAST_ALONE"], clock.now()
            written = broadcasts.write(session, _desk(), form.template.data, form.audience(), most_alone=alone, now=now)
    except BadInput as error:
        show_beside(form, error)
        return _new_page(form)
    return see_other(f"{_HOME}/{written}")


@blueprint.get(_ONE)
@declares(Action.BROADCAST)
def one(broadcast_id: int) -> Response:
    """Read back, with its number and cost; afterwards what became of it."""
    return _one_page(broadcast_id)


@blueprint.post(f"{_ONE}/test")
@declares(Action.BROADCAST, sealed_by=is_session_sealed)
def test(broadcast_id: int) -> Response:
    """Send it to oneself."""
    return _done(
        broadcast_id,
        "tested",
        lambda session: broadcasts.try_on_oneself(session, _desk(), broadcast_id, now=clock.now()),
    )


@blueprint.post(f"{_ONE}/agree")
@declares(Action.BROADCAST, sealed_by=is_session_sealed)
def agree(broadcast_id: int) -> Response:
    """The second person agrees."""
    return _done(
        broadcast_id,
        "agreed",
        lambda session: broadcasts.agree(session, _desk(), broadcast_id, read=_read(), now=clock.now()),
    )


@blueprint.post(f"{_ONE}/send")
@declares(Action.BROADCAST, sealed_by=is_session_sealed)
def send(broadcast_id: int) -> Response:
    """Let it go."""
    return _done(
        broadcast_id,
        "sent",
        lambda session: broadcasts.send(session, _desk(), broadcast_id, read=_read(), now=clock.now()),
    )


@blueprint.post(f"{_ONE}/stop")
@declares(Action.BROADCAST, sealed_by=is_session_sealed)
def stop(broadcast_id: int) -> Response:
    """Take back what has not gone yet."""
    return _done(
        broadcast_id, "stopped", lambda session: broadcasts.stop(session, _desk(), broadcast_id, now=clock.now())
    )


def _done(broadcast_id: int, said: str, verb: Callable[[Any], object]) -> Response:
    try:
        with unit_of_work() as session:
            verb(session)
    except Conflict as error:
        return _one_page(broadcast_id, notice=error.message)
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"{_HOME}/{broadcast_id}?said={said}")


def _one_page(broadcast_id: int, *, notice: str = "") -> Response:
    with reading() as session:
        shown = broadcast_page.read(session, _desk(), broadcast_id, sender(), now=clock.now())
    status, said = (409 if notice else 200), request.args.get("said", "")
    return page("broadcasts/one.html", status=status, shown=shown, notice=notice, said=said)


def _new_page(form: AudienceForm) -> Response:
    _offer(form)
    with reading() as session:
        texts = broadcast_page.choices(session, sender())
    return page("broadcasts/new.html", status=422 if form.errors else 200, form=form, texts=texts)


def _offer(form: AudienceForm) -> None:
    with reading() as session:
        texts = [(one.event, one.name) for one in broadcast_page.choices(session, sender())]
        areas = audiences.area_names(session, g.actor.area_ids)
        form.offer(texts, areas, [(kind.slug, kind.offer_name) for kind in kinds.list_kinds(session)])


def _read() -> int:
    """How many they had read; none for what is no number."""
    typed = request.form.get("read", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else 0


def _desk() -> Desk:
    return Desk(g.actor.staff_id, g.actor.area_ids, limits_now())

"""Piles of invitations: made, printed, and how many answered by which way."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, request

from matcher.domain.errors import BadInput
from matcher.services import invitation_batches, postcards
from matcher.services.access import Action
from matcher.services.drawing import NARROW, WIDE
from matcher.services.invitations import CHANNEL_WORDS
from matcher.store.session import reading, unit_of_work
from web import clock
from web.auth import is_session_sealed
from web.forms.invitations import BatchForm
from web.forms.questions import Asking, show_beside
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("invitation_batches", __name__)


@blueprint.get("/team/invitations")
@declares(Action.REACH_OUT)
def listed() -> Response:
    """The piles, and what each way of inviting brought."""
    with reading() as session:
        piles = invitation_batches.batches(session, g.actor.area_ids)
        answers = invitation_batches.answers(session, piles)
    return page(
        "invitations/invitations.html",
        piles=piles,
        answers=answers,
        finding=invitation_batches.finding(answers),
        drawn=[postcards.draw(answers, width) for width in (WIDE, NARROW)],
        channel_words=CHANNEL_WORDS,
    )


@blueprint.get("/team/invitations/new")
@declares(Action.REACH_OUT)
def new() -> Response:
    """A new pile."""
    return _form_page(BatchForm())


@blueprint.post("/team/invitations/new")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def make() -> Response:
    """Give it a code, and go to print it."""
    form = BatchForm(request.form)
    try:
        with unit_of_work() as session:
            asking = Asking(session, clock.now(), {})
            form.prepare(asking)
            if not form.is_answered(asking):
                return _form_page(form)
            batch_id = invitation_batches.make_batch(session, form.draft(), **_who(), now=asking.now)
    except BadInput as error:
        show_beside(form, error)
        return _form_page(form)
    return see_other(f"/team/invitations/{batch_id}/print")


@blueprint.get(f"/team/invitations/<int(max={HIGHEST_ID}):batch_id>/print")
@declares(Action.REACH_OUT)
def printed(batch_id: int) -> Response:
    """Four postcards on a sheet of A4."""
    with reading() as session:
        pile = invitation_batches.batch(session, batch_id, g.actor.area_ids)
    address = f"{current_app.config['SCHEME'].origin}/i/{pile.code}"
    return page("invitations/print.html", pile=pile, address=address, square=postcards.square(address))


@blueprint.post(f"/team/invitations/<int(max={HIGHEST_ID}):batch_id>/end")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def end(batch_id: int) -> Response:
    """They ask no more: answers are not counted."""
    with unit_of_work() as session:
        invitation_batches.end_batch(session, batch_id, **_who(), now=clock.now())
    return see_other("/team/invitations")


@blueprint.post(f"/team/invitations/<int(max={HIGHEST_ID}):batch_id>/again")
@declares(Action.REACH_OUT, sealed_by=is_session_sealed)
def again(batch_id: int) -> Response:
    """They ask again."""
    with unit_of_work() as session:
        invitation_batches.take_up_batch(session, batch_id, **_who(), now=clock.now())
    return see_other("/team/invitations")


def _who() -> dict[str, Any]:
    return {"area_ids": g.actor.area_ids, "staff_id": g.actor.staff_id}


def _form_page(form: BatchForm) -> Response:
    with reading() as session:
        form.prepare(Asking(session, clock.now(), {}))
    return page("invitations/new.html", form=form)

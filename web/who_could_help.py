"""Coordinators: who could help with one visit, and asking one of them by hand."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import who_could_help
from matcher.services.access import Action
from matcher.services.who_could_help import WHYS, ByHand
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.guard import HIGHEST_ID, declares
from web.templating import page, see_other

blueprint = Blueprint("who_could_help", __name__)
_VISIT = f"<int(max={HIGHEST_ID}):occurrence_id>"


@blueprint.get(f"/team/who/{_VISIT}")
@declares(Action.ASK_BY_HAND)
def who(occurrence_id: int) -> Response:
    """Who could help, the best first, and why not the others."""
    return _page(occurrence_id)


@blueprint.post(f"/team/who/{_VISIT}/ask")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def ask(occurrence_id: int) -> Response:
    """Ask this one now."""
    return _by_hand(occurrence_id, is_assigned=False)


@blueprint.post(f"/team/who/{_VISIT}/assign")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def assign(occurrence_id: int) -> Response:
    """They were rung and said yes."""
    if not request.form.get("spoken"):
        return _page(occurrence_id, wrong="Tick that you have spoken to them and that they said yes")
    return _by_hand(occurrence_id, is_assigned=True)


def _by_hand(occurrence_id: int, *, is_assigned: bool) -> Response:
    choice = ByHand(_offer_id(), request.form.get("why") or ("spoke" if is_assigned else None), is_assigned)
    try:
        with unit_of_work() as session:
            by, areas = g.actor.staff_id, g.actor.area_ids
            who_could_help.ask(session, occurrence_id, choice, area_ids=areas, staff_id=by, now=clock.now())
    except BadInput as wrong:
        return _page(occurrence_id, wrong=str(wrong))
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/team/who/{occurrence_id}")


def _offer_id() -> int:
    """The offer that was chosen; 0, which nobody has, for anything else."""
    typed = request.form.get("offer", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


def _page(occurrence_id: int, *, wrong: str = "") -> Response:
    with reading() as session:
        shown = who_could_help.read(session, occurrence_id, area_ids=g.actor.area_ids, now=clock.now())
    return page(
        "team/who.html",
        status=422 if wrong else 200,
        shown=shown,
        wrong=wrong,
        wrong_offer=_offer_id() if wrong else None,
        whys=WHYS.items(),
    )

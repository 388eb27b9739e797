"""Coordinators: who could help with one visit; asking one of them by hand, keeping it for one, keeping two apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import asking_by_hand, pins, who_could_help
from matcher.services.access import Action
from matcher.services.asking_by_hand import ByHand
from matcher.services.pins import APART_WHYS, PIN_WHYS, Keep
from matcher.services.setting_aside import WHYS
from matcher.services.who_could_help import Look, WhoPage
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
    """Who could help, the best first, and why not the others; with `about`, more of one of them."""
    return _page(occurrence_id, about=_number(request.args.get("about", "")))


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


@blueprint.post(f"/team/who/{_VISIT}/pin")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def pin(occurrence_id: int) -> Response:
    """Keep it for this one: nobody else is asked unless they say no."""
    keep = Keep(_offer_id(), request.form.get("why", ""), request.form.get("scope") == "need")
    return _decided(occurrence_id, "kept", pins.pin, keep)


@blueprint.post(f"/team/who/{_VISIT}/unpin")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def unpin(occurrence_id: int) -> Response:
    """Keep it for nobody: anybody may be asked again."""
    return _decided(occurrence_id, "free", pins.lift)


@blueprint.post(f"/team/who/{_VISIT}/apart")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def apart(occurrence_id: int) -> Response:
    """Never match this one with who lives there."""
    return _decided(occurrence_id, "apart", pins.keep_apart, _offer_id(), request.form.get("why", ""))


@blueprint.post(f"/team/who/{_VISIT}/together")
@declares(Action.ASK_BY_HAND, sealed_by=is_session_sealed)
def together(occurrence_id: int) -> Response:
    """Take back that the team keeps them apart."""
    return _decided(occurrence_id, "together", pins.pair_again, _offer_id())


def _decided(occurrence_id: int, said: str, verb: Callable[..., None], *words: Any) -> Response:
    """Do it, and let the next round look; or say beside the neighbour it was about why it cannot be."""
    try:
        with unit_of_work() as session:
            by, areas = g.actor.staff_id, g.actor.area_ids
            verb(session, occurrence_id, *words, area_ids=areas, staff_id=by, now=clock.now())
    except BadInput as wrong:
        return _page(occurrence_id, wrong=str(wrong), about=_offer_id())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other(f"/team/who/{occurrence_id}?said={said}")


def _by_hand(occurrence_id: int, *, is_assigned: bool) -> Response:
    choice = ByHand(_offer_id(), request.form.get("why") or ("spoke" if is_assigned else None), is_assigned)
    try:
        with unit_of_work() as session:
            by, areas = g.actor.staff_id, g.actor.area_ids
            asking_by_hand.ask(session, occurrence_id, choice, area_ids=areas, staff_id=by, now=clock.now())
    except BadInput as wrong:
        return _page(occurrence_id, wrong=str(wrong))
    bell.ring(bell.DELIVER_DUE)
    return see_other(f"/team/who/{occurrence_id}?said={'given' if is_assigned else 'asked'}")


def _field(shown: WhoPage) -> str:
    """Where on the page the form was that was refused: the field to answer anew, or whom it was about."""
    verb, offer_id = request.path.rsplit("/", 1)[1], _offer_id()
    if verb in ("pin", "apart") and shown.about:
        return f"why-{verb}" if verb == "pin" or not shown.about.apart else "about"
    row = next((row for row in shown.candidates if row.offer_id == offer_id), None)
    if row is None:
        return "could"
    if verb == "assign" and not request.form.get("spoken") and not row.kept_away:
        return f"spoken-{offer_id}"
    return f"why-{offer_id}" if verb == "ask" and row.may_set_aside else f"offer-{offer_id}"


def _offer_id() -> int:
    """The offer that was chosen; 0, which nobody has, for anything else."""
    return _number(request.form.get("offer", ""))


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else 0


def _page(occurrence_id: int, *, wrong: str = "", about: int = 0) -> Response:
    look = Look(about=about, is_whole=bool(wrong) or "all" in request.args)
    with reading() as session:
        shown = who_could_help.read(session, occurrence_id, area_ids=g.actor.area_ids, now=clock.now(), look=look)
    return page(
        "team/who.html",
        status=422 if wrong else 200,
        shown=shown,
        wrong=wrong,
        said="" if wrong else request.args.get("said", ""),
        wrong_offer=_offer_id() if wrong else None,
        wrong_at=_field(shown) if wrong else "",
        typed=request.form,
        is_whole=look.is_whole,
        looked_at=who_could_help.NEAREST,
        whys=WHYS.items(),
        pin_whys=PIN_WHYS.items(),
        apart_whys=APART_WHYS.items(),
    )

"""Cold weather: switched on with an end by coordinators; what a volunteer agrees to be asked then."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, g, request

from matcher.domain.errors import NotFound
from matcher.domain.roles import LinkPurpose
from matcher.services import audit, cold
from matcher.services.access import Action
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.regulars import ColdForm, ColdSpellForm
from web.guard import HIGHEST_ID, declares, granted
from web.templating import page, see_other

blueprint = Blueprint("cold", __name__)
_AREA = f"<int(max={HIGHEST_ID}):area_id>"


@blueprint.get("/me/<token:token>/snow")
@declares(Action.READ_OWN_PAGE, link=LinkPurpose.ME)
def in_snow(token: str) -> Response:
    """How much may we ask you in snow or ice?"""
    with reading() as session:
        choice = cold.agreed_choice(session, granted("person_id"))
    return page("cold/in-snow.html", form=ColdForm(data={"choice": choice}), token=token)


@blueprint.post("/me/<token:token>/snow")
@declares(Action.CHANGE_OWN_OFFER, link=LinkPurpose.ME)
def agree(token: str) -> Response:
    """This much."""
    form = ColdForm(request.form)
    if not form.validate():
        return page("cold/in-snow.html", form=form, token=token)
    with unit_of_work() as session:
        cold.agree(session, granted("person_id"), form.choice.data, now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other(f"/me/{token}")


@blueprint.get("/team/cold")
@declares(Action.SWITCH_COLD)
def weather() -> Response:
    """Where it is cold, and until when."""
    return _weather(ColdSpellForm(), None)


@blueprint.post(f"/team/cold/{_AREA}/start")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def start(area_id: int) -> Response:
    """It is cold there from now on, until then."""
    _check_area(area_id)
    form = ColdSpellForm(request.form)
    if not form.validate():
        return _weather(form, area_id)
    until = clock.now() + timedelta(hours=int(form.hours.data))
    with unit_of_work() as session:
        cold.start(session, area_id, until=until, actor=audit.staff(g.actor.staff_id), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS)
    return see_other("/team/cold")


@blueprint.post(f"/team/cold/{_AREA}/end")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def end(area_id: int) -> Response:
    """It is over there."""
    _check_area(area_id)
    with unit_of_work() as session:
        cold.end(session, area_id, actor=audit.staff(g.actor.staff_id), now=clock.now())
    return see_other("/team/cold")


def _check_area(area_id: int) -> None:
    if area_id not in g.actor.area_ids:
        raise NotFound


def _weather(form: ColdSpellForm, area_id: int | None) -> Response:
    with reading() as session:
        found = cold.weather(session, g.actor.area_ids, now=clock.now())
    return page("cold/weather.html", areas=found, form=form, wrong_area=area_id)

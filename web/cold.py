"""Cold weather: switched on with an end by coordinators, who read first what it does; what people agree to for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, g, request

from matcher.domain.errors import NotFound
from matcher.domain.replies import WarmAnswer
from matcher.domain.roles import LinkPurpose
from matcher.services import (
    areas,
    audit,
    cold,
    cold_hints,
    cold_limits,
    cold_plans,
    cold_review,
    snow_sky,
    snow_sky_picture,
    warm_checks,
)
from matcher.services.access import Action
from matcher.services.cold import AreaWeather
from matcher.services.settings import Preview
from matcher.services.snow_sky import SnowSky
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.forms.cold import ColdForm, ColdSpellForm, LimitsForm, WarmForm, hours_until
from web.guard import HIGHEST_ID, declares, granted
from web.setting_screens import SettingScreen, show, take
from web.templating import page, see_other

blueprint = Blueprint("cold", __name__)
_NOTED = {**{answer.value: answer for answer in WarmAnswer}, "dealt": None}
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


@blueprint.get(f"/team/cold/{_AREA}/start")
@declares(Action.SWITCH_COLD)
def before_start(area_id: int) -> Response:
    """What saying so will do, before it is said."""
    _check_area(area_id)
    form = ColdSpellForm(request.args)
    if not form.validate():
        return _weather(form, area_id)
    with reading() as session:
        plan = cold_plans.plan_start(session, area_id, until=_until(form), now=clock.now())
    return page("cold/start.html", plan=plan, hours=form.hours.data)


@blueprint.post(f"/team/cold/{_AREA}/start")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def start(area_id: int) -> Response:
    """It is cold there from now on, until then."""
    _check_area(area_id)
    form = ColdSpellForm(request.form)
    if not form.validate():
        return _weather(form, area_id)
    with unit_of_work() as session:
        cold.start(session, area_id, until=_until(form), actor=audit.staff(g.actor.staff_id), now=clock.now())
    bell.ring(bell.RUN_DUE_ROUNDS, bell.DELIVER_DUE)
    return see_other("/team/cold")


@blueprint.get(f"/team/cold/{_AREA}/end")
@declares(Action.SWITCH_COLD)
def before_end(area_id: int) -> Response:
    """What ending it will do, before it is ended."""
    _check_area(area_id)
    with reading() as session:
        plan = cold_plans.plan_end(session, area_id, now=clock.now())
    return page("cold/end.html", plan=plan)


@blueprint.post(f"/team/cold/{_AREA}/end")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def end(area_id: int) -> Response:
    """It is over there."""
    _check_area(area_id)
    with unit_of_work() as session:
        cold.end(session, area_id, actor=audit.staff(g.actor.staff_id), now=clock.now())
    bell.ring(bell.DELIVER_DUE)
    return see_other("/team/cold")


class _Limits(SettingScreen):
    """Those of one area."""

    template, form, fields = "cold/limits.html", LimitsForm, ("ground_c", "snow_mm", "level")

    def __init__(self, area_id: int) -> None:
        self.area_id = area_id
        self.path, self.names = f"/team/cold/{area_id}/limits", (cold_limits.name_of(area_id),)

    def standing(self, session: Any) -> dict[str, str]:
        _, limits = cold_limits.read(session, self.area_id)
        return {"ground_c": f"{limits.ground_c:g}", "snow_mm": f"{limits.snow_mm:g}", "level": limits.level}

    def preview(self, session: Any, form: LimitsForm) -> Preview:
        return cold_limits.preview(session, self.area_id, form.limits(), now=clock.now())

    def change(self, session: Any, form: LimitsForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        cold_limits.change(session, self.area_id, form.limits(), looked_at, staff_id=staff_id, now=now)

    def beside(self, session: Any) -> dict[str, Any]:
        name, _ = cold_limits.read(session, self.area_id)
        return {"area": name}


@blueprint.get(f"/team/cold/{_AREA}/limits")
@declares(Action.SWITCH_COLD)
def limits(area_id: int) -> Response:
    """From when on is it cold here?"""
    _check_area(area_id)
    return show(_Limits(area_id))


@blueprint.post(f"/team/cold/{_AREA}/limits")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def set_limits(area_id: int) -> Response:
    """What would change, or it is from then on."""
    _check_area(area_id)
    return take(_Limits(area_id))


@blueprint.get(f"/team/cold/spells/<int(max={HIGHEST_ID}):spell_id>")
@declares(Action.SWITCH_COLD)
def review(spell_id: int) -> Response:
    """What was asked in a cold spell, what was met, who is warm."""
    with reading() as session:
        shown = cold_review.read(session, spell_id, area_ids=g.actor.area_ids, now=clock.now())
    return page("cold/review.html", shown=shown)


@blueprint.post(f"/team/cold/warm/<int(max={HIGHEST_ID}):check_id>/<what>")
@declares(Action.SWITCH_COLD, sealed_by=is_session_sealed)
def note_warm(check_id: int, what: str) -> Response:
    """Somebody rang: they need something, all is well, or what they needed is dealt with."""
    if what not in _NOTED:
        raise NotFound
    said = _NOTED[what]
    with unit_of_work() as session:
        by, areas = g.actor.staff_id, g.actor.area_ids
        spell_id = warm_checks.note_call(session, check_id, said, area_ids=areas, staff_id=by, now=clock.now())
    return see_other(f"/team/cold/spells/{spell_id}#warm")


@blueprint.get("/r/<token:token>/warm")
@declares(Action.READ_NEED, link=LinkPurpose.STATUS)
def in_the_cold(token: str) -> Response:
    """Shall we ask you whether you are warm?"""
    with reading() as session:
        choice = "yes" if warm_checks.is_wished(session, granted("person_id")) else "no"
    return page("cold/warm.html", form=WarmForm(data={"choice": choice}), token=token)


@blueprint.post("/r/<token:token>/warm")
@declares(Action.CHANGE_NEED, link=LinkPurpose.STATUS)
def wish_warm(token: str) -> Response:
    """Yes, or no."""
    form = WarmForm(request.form)
    if not form.validate():
        return page("cold/warm.html", form=form, token=token)
    with unit_of_work() as session:
        warm_checks.wish(session, granted("person_id"), is_on=form.choice.data == "yes", now=clock.now())
    return see_other(f"/r/{token}")


def _until(form: ColdSpellForm) -> datetime:
    return clock.now() + timedelta(hours=int(form.hours.data))


def _check_area(area_id: int) -> None:
    if area_id not in g.actor.area_ids:
        raise NotFound


def _weather(form: ColdSpellForm, area_id: int | None) -> Response:
    with reading() as session:
        found = cold.weather(session, g.actor.area_ids, now=clock.now())
        sources = cold_hints.sources(session, now=clock.now())
        sky = snow_sky.read(session, _area_of_sky(session, found), now=clock.now()) if found else None
    hours = {one.area_id: hours_until(one.hints[0].ends_at) for one in found if one.hints}
    return page(
        "cold/weather.html",
        areas=found,
        sources=sources,
        hours=hours,
        form=form,
        wrong_area=area_id,
        sky=_drawn(sky) if sky else None,
    )


def _area_of_sky(session: Any, found: Sequence[AreaWeather]) -> int:
    """The area that was chosen; else, where it is cold nowhere, the one where most have agreed to be asked more; else
    the one where it is worst.
    """
    chosen = areas.id_of(session, request.args.get("sky", ""))
    is_calm = not any(one.hints or one.until for one in found)
    first = max(found, key=lambda one: one.agreed) if is_calm else found[0]
    return next((one.area_id for one in found if one.area_id == chosen), first.area_id)


def _drawn(sky: SnowSky) -> dict[str, Any]:
    """The three days ahead, as the page shows them."""
    return {
        "area_id": sky.area_id,
        "area": sky.area,
        "finding": snow_sky_picture.finding(sky),
        "pictures": [snow_sky_picture.draw(sky, is_wide=is_wide) for is_wide in (True, False)],
        "not_known": snow_sky_picture.not_known(sky),
        "halves": snow_sky_picture.half_rows(sky),
        "weather": snow_sky_picture.weather_rows(sky),
        "warnings": snow_sky_picture.warning_rows(sky),
        "visits_each": snow_sky.VISITS_EACH,
    }

"""The settings: those of the running scheme, changed here and looked at first, and those that somebody else fixes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, request

from matcher.domain.retention import PERIODS
from matcher.services import (
    door_words,
    kept_changes,
    kept_periods,
    next_door,
    quiet_hours,
    scheme_number,
    taking_requests,
)
from matcher.services.access import Action
from matcher.services.scheme_number import Line
from matcher.services.settings import CLOSED, HOURS, KEPT, NEXT_DOOR, PHONE, QUIET, Preview
from matcher.store.session import reading
from web import clock
from web.auth import is_session_sealed
from web.forms.kept import KeptForm
from web.forms.set_up import ClosedForm, NextDoorForm, NumberForm, QuietForm
from web.guard import declares
from web.promises import promised_now
from web.scheme import team_settings
from web.setting_lines import COVERAGE, KEPT_FOR, NUMBER, QUIET_HOURS, REQUESTS, TeamHas
from web.setting_screens import SettingScreen, show, take
from web.templating import page

blueprint = Blueprint("settings", __name__)


class _Requests(SettingScreen):
    path, template, form, fields, names = REQUESTS, "set_up/requests.html", ClosedForm, ("words",), (CLOSED,)

    def standing(self, session: Any) -> dict[str, str]:
        return {"words": taking_requests.closed_words(session)}

    def preview(self, session: Any, form: ClosedForm) -> Preview:
        return taking_requests.preview(session, form.words.data)

    def change(self, session: Any, form: ClosedForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        taking_requests.change(session, form.words.data, looked_at, staff_id=staff_id, now=now)


class _Number(SettingScreen):
    path, template, form, fields, names = NUMBER, "set_up/number.html", NumberForm, ("phone", "hours"), (PHONE, HOURS)

    def standing(self, session: Any) -> dict[str, str]:
        line = scheme_number.standing(session, _usual_line())
        return {"phone": line.phone, "hours": line.hours}

    def preview(self, session: Any, form: NumberForm) -> Preview:
        return scheme_number.preview(session, form.line(), _usual_line(), current_app.config["SCHEME"])

    def change(self, session: Any, form: NumberForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        usual, scheme = _usual_line(), current_app.config["SCHEME"]
        scheme_number.change(session, form.line(), usual, scheme, looked_at, staff_id=staff_id, now=now)


class _QuietHours(SettingScreen):
    path, template, form, fields, names = (
        QUIET_HOURS,
        "set_up/quiet-hours.html",
        QuietForm,
        ("begins", "ends"),
        (QUIET,),
    )

    def standing(self, session: Any) -> dict[str, str]:
        begins, ends = quiet_hours.standing(session)
        return {"begins": str(begins.hour), "ends": str(ends.hour)}

    def preview(self, session: Any, form: QuietForm) -> Preview:
        return quiet_hours.preview(session, form.begins.data, form.ends.data, holds_back=_holds_back(), now=clock.now())

    def change(self, session: Any, form: QuietForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        begins, ends, holds_back = form.begins.data, form.ends.data, _holds_back()
        quiet_hours.change(session, begins, ends, looked_at, holds_back=holds_back, staff_id=staff_id, now=now)


class _Kept(SettingScreen):
    path, template, form, fields, names = KEPT_FOR, "set_up/kept.html", KeptForm, (*PERIODS, "why"), (KEPT,)

    def standing(self, session: Any) -> dict[str, str]:
        return {name: str(days) for name, days in kept_changes.standing(session, now=clock.now()).items()}

    def preview(self, session: Any, form: KeptForm) -> Preview:
        return kept_changes.preview(session, form.days(), form.why.data, now=clock.now())

    def change(self, session: Any, form: KeptForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        kept_changes.change(session, form.days(), form.why.data, looked_at, staff_id=staff_id, now=now)

    def beside(self, session: Any) -> dict[str, Any]:
        coming = kept_periods.to_come(session, now=clock.now())
        return {"coming": [(one.words, *coming[name]) for name, one in PERIODS.items() if name in coming]}


def _holds_back() -> bool:
    return current_app.config["LIMITS"] is not None


class _NextDoor(SettingScreen):
    path, template, form, names = COVERAGE, "set_up/coverage.html", NextDoorForm, (NEXT_DOOR,)
    fields = ("part", "name", "phone", "taken")

    def standing(self, session: Any) -> dict[str, str]:
        asked = request.args.get("part", "")
        found = next((row for row in next_door.listed(session) if row.part == asked), None)
        if found is None:
            return {"taken": "yes"}
        return {"part": found.part, "name": found.name, "phone": found.phone, "taken": "no" if found.is_left else "yes"}

    def preview(self, session: Any, form: NextDoorForm) -> Preview:
        return next_door.preview(session, form.neighbours(), current_app.config["ELSEWHERE"])

    def change(self, session: Any, form: NextDoorForm, looked_at: str, *, staff_id: int, now: datetime) -> None:
        usual = current_app.config["ELSEWHERE"]
        next_door.change(session, form.neighbours(), usual, looked_at, staff_id=staff_id, now=now)

    def beside(self, session: Any) -> dict[str, Any]:
        rows, usual = next_door.listed(session), current_app.config["ELSEWHERE"]
        left = {part: words for part, words in sorted(usual.items()) if part not in {row.part for row in rows}}
        return {"rows": rows, "by_operator": left, "postcodes": current_app.config["POSTCODES"]}


def _usual_line() -> Line:
    usual: Line = current_app.config["LINE"]
    return usual


_REQUESTS, _NUMBER, _QUIET_HOURS, _NEXT_DOOR, _KEPT = _Requests(), _Number(), _QuietHours(), _NextDoor(), _Kept()


@blueprint.get("/team/settings")
@declares(Action.SET_UP)
def read() -> Response:
    """All of them."""
    with reading() as session:
        team = TeamHas(team_settings(), door_words.standing(session), next_door.listed(session), promised_now())
    return page("set_up/settings.html", groups=current_app.config["SETTING_LINES"](team))


@blueprint.get(REQUESTS)
@declares(Action.SET_UP)
def requests() -> Response:
    """Whether new requests are taken over the web."""
    return show(_REQUESTS)


@blueprint.post(REQUESTS)
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def close() -> Response:
    """No new requests are taken, or they are again."""
    return take(_REQUESTS)


@blueprint.get(NUMBER)
@declares(Action.SET_UP)
def number() -> Response:
    """The number to call, and when it is answered."""
    return show(_NUMBER)


@blueprint.post(NUMBER)
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def change_number() -> Response:
    """It is another."""
    return take(_NUMBER)


@blueprint.get(QUIET_HOURS)
@declares(Action.SET_UP)
def hours() -> Response:
    """The hours in which nothing goes that can wait."""
    return show(_QUIET_HOURS)


@blueprint.post(QUIET_HOURS)
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def change_hours() -> Response:
    """They are others."""
    return take(_QUIET_HOURS)


@blueprint.get(KEPT_FOR)
@declares(Action.SET_UP)
def kept_for() -> Response:
    """How long what people told us is kept."""
    return show(_KEPT)


@blueprint.post(KEPT_FOR)
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def change_kept_for() -> Response:
    """Longer or shorter, from the next night on."""
    return take(_KEPT)


@blueprint.get(COVERAGE)
@declares(Action.SET_UP)
def coverage() -> Response:
    """What we cover, and who helps where we do not."""
    return show(_NEXT_DOOR)


@blueprint.post(COVERAGE)
@declares(Action.SET_UP, sealed_by=is_session_sealed)
def change_coverage() -> Response:
    """Others help there, or we do."""
    return take(_NEXT_DOOR)

"""Coordinators: a week of weekly help laid out by the planner, changed until it suits, then sent. Works by addresses:
what is changed stands in them, and nothing is written before Send.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.services import supposing, week_picture, week_plan, week_sending
from matcher.services.access import Action
from matcher.services.week_plan import WEEKS_AHEAD
from matcher.services.week_problem import Edits
from matcher.services.week_sending import Line
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.guard import declares
from web.templating import page, see_other

blueprint = Blueprint("week", __name__)
WEEKS = (("0", "The rest of this week"), ("1", "Next week"), ("2", "The week after next"))
_MOST_DIGITS = 18


@blueprint.get("/team/week")
@declares(Action.ARRANGE)
def week() -> Response:
    """The plan, as the address changes it. A GET: nothing is written, and the same address shows it again."""
    return _page()


@blueprint.post("/team/week")
@declares(Action.ARRANGE, sealed_by=is_session_sealed)
def send() -> Response:
    """Send what stands on the page; or, if anything was changed since, show the plan that comes of it first."""
    edits = request.form.getlist("edit")
    is_changed = sorted(filter(None, edits)) != sorted(request.form.getlist("shown"))
    if is_changed or "again" in request.form:
        is_first = is_changed and "again" not in request.form
        return see_other(_address(edits, look="1" if is_first else ""))
    try:
        with unit_of_work() as session:
            lines = [line for typed in request.form.getlist("line") if (line := _line(typed))]
            areas, by = g.actor.area_ids, g.actor.staff_id
            sent = week_sending.send(session, lines, area_ids=areas, staff_id=by, now=clock.now())
    except BadInput as wrong:
        return _page(wrong=str(wrong))
    bell.ring(bell.DELIVER_DUE)
    return see_other(_address([], asked=str(sent.asked), given=str(sent.given), missed=str(len(sent.missed))))


def _address(edits: list[str], **more: str) -> str:
    """Of the plan that these make."""
    wanted = [("area", request.values.get("area", "")), ("week", request.values.get("week", ""))]
    wanted += [("edit", edit) for edit in sorted({*edits}) if edit]
    wanted += [pair for pair in more.items() if pair[1]]
    return f"/team/week?{urlencode(wanted)}"


def _line(typed: str) -> Line | None:
    """`occurrence-offer-minutes since 1970`; None for anything else."""
    numbers = [_number(part) for part in typed.split("-")]
    if len(numbers) != 3 or not all(numbers):
        return None
    has_said_yes = f"{numbers[0]}-{numbers[1]}" in request.form.getlist("yes")
    starts_at = datetime.fromtimestamp(60 * (numbers[2] % 10**8), UTC)
    return Line(numbers[0], numbers[1], starts_at, has_said_yes)


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS else 0


def _edits(typed: list[str]) -> Edits:
    """`out-9`, `keep-9-4`, `not-9-4`; what it cannot mean changes nothing."""
    out, pairs = set(), {"keep": set[tuple[int, int]](), "not": set[tuple[int, int]]()}
    for one in typed:
        verb, _, rest = one.partition("-")
        numbers = [_number(part) for part in rest.split("-")]
        if verb == "out" and len(numbers) == 1:
            out.add(numbers[0])
        elif verb in pairs and len(numbers) == 2:
            pairs[verb].add((numbers[0], numbers[1]))
    return Edits(frozenset(out), frozenset(pairs["keep"]), frozenset(pairs["not"]))


def _page(*, wrong: str = "") -> Response:
    typed = sorted({edit for edit in request.values.getlist("edit") if edit})
    ahead = min(_number(request.values.get("week", "1")), WEEKS_AHEAD - 1)
    with reading() as session:
        areas = supposing.areas(session, g.actor.area_ids)
        chosen = _number(request.values.get("area", ""))
        area_id = next((one for one, _ in areas if one == chosen), areas[0][0] if areas else 0)
        made = (
            week_plan.read(session, area_id, ahead, _edits(typed), area_ids=g.actor.area_ids, now=clock.now())
            if areas
            else None
        )
    return page(
        "team/week.html",
        status=422 if wrong else 200,
        areas=areas,
        area_id=area_id,
        weeks=WEEKS,
        ahead=str(ahead),
        rota=made,
        drawn=[week_picture.draw(made, is_wide=is_wide) for is_wide in (True, False)] if made else [],
        edits=typed,
        nots=[edit for edit in typed if edit.startswith("not-")],
        told={word: _number(request.args.get(word, "")) for word in ("asked", "given", "missed", "look")},
        wrong=wrong,
    )

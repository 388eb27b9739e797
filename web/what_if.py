"""Coordinators: what if people went farther, had no limit, came at another time; before and after, side by side."""

from __future__ import annotations

import time
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request

from matcher.domain.errors import BadInput
from matcher.domain.geo import METRES_PER_MILE
from matcher.services import street_picture, supposing
from matcher.services.access import Action
from matcher.services.setting_aside import WHYS
from matcher.services.street import HOUSES_DRAWN, Street
from matcher.services.supposing import Change
from matcher.services.two_answers import Preview
from matcher.store.session import reading, unit_of_work
from web import bell, clock
from web.auth import is_session_sealed
from web.guard import declares
from web.templating import page, see_other

blueprint = Blueprint("what_if", __name__)
FARTHER = (("", "As they offered"), ("0.5", "Half a mile farther"), ("1", "1 mile farther"), ("2", "2 miles farther"))
BANDS = (
    ("", "As it was asked for"),
    ("early", "Early, 6 to 8"),
    ("am", "Morning"),
    ("pm", "Afternoon"),
    ("eve", "Evening"),
)
_WIDTHS = {True: 1000, False: 288}


@blueprint.get("/team/what-if")
@declares(Action.LOOK_AHEAD)
def what_if() -> Response:
    """Choose a change and see it. A GET: nothing is written, and the same address shows it again."""
    return _page()


@blueprint.post("/team/what-if/ask")
@declares(Action.LOOK_AHEAD, sealed_by=is_session_sealed)
def ask() -> Response:
    """Ask the people it would bring."""
    pairs = [pair for typed in request.form.getlist("who") if (pair := _pair(typed))]
    try:
        with unit_of_work() as session:
            by, areas = g.actor.staff_id, g.actor.area_ids
            why = request.form.get("why", "")
            asked, missed = supposing.ask(session, pairs, why, area_ids=areas, staff_id=by, now=clock.now())
    except BadInput as wrong:
        return _page(wrong=str(wrong))
    bell.ring(bell.DELIVER_DUE)
    told = urlencode({"area": request.args.get("area", ""), "asked": asked, "missed": missed})
    return see_other(f"/team/what-if?{told}")


def _pair(typed: str) -> tuple[int, int] | None:
    occurrence_id, _, offer_id = typed.partition("-")
    return (_number(occurrence_id), _number(offer_id)) if _number(occurrence_id) and _number(offer_id) else None


def _number(typed: str, most: int = 18) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= most else 0


def _change(areas: list[tuple[int, str]]) -> Change:
    """What the address supposes; what it cannot mean is not supposed."""
    wanted = request.args
    area_id, known = _number(wanted.get("area", "")), [area_id for area_id, _ in areas]
    farther = wanted.get("farther", "")
    return Change(
        area_id=area_id if area_id in known else known[0],
        farther_m=round(float(farther) * METRES_PER_MILE) if farther and farther in dict(FARTHER) else 0,
        is_unlimited=bool(wanted.get("limits")),
        band=band if (band := wanted.get("band", "")) in dict(BANDS) else "",
        is_cold=bool(wanted.get("cold")),
        newcomers=min(_number(wanted.get("more", ""), 3), supposing.MOST_NEWCOMERS),
    )


def _page(*, wrong: str = "") -> Response:
    began = time.perf_counter()
    with reading() as session:
        areas = supposing.areas(session, g.actor.area_ids)
        change = _change(areas) if areas else None
        is_tried = change is not None and change.is_any
        shown = (
            supposing.compare(session, change, area_ids=g.actor.area_ids, now=clock.now())
            if change and is_tried
            else None
        )
    return page(
        "team/what-if.html",
        status=422 if wrong else 200,
        areas=areas,
        change=change,
        shown=shown,
        streets=_streets(shown) if shown and 0 < shown.count <= HOUSES_DRAWN else (),
        seconds=time.perf_counter() - began,
        farther=FARTHER,
        bands=BANDS,
        whys=WHYS.items(),
        most_newcomers=supposing.MOST_NEWCOMERS,
        most_asked=supposing.MOST_ASKED,
        asked=_number(request.args.get("asked", ""), 3),
        missed=_number(request.args.get("missed", ""), 3),
        here=f"/team/what-if/ask?{request.query_string.decode('ascii', 'ignore')}",
        wrong=wrong,
    )


def _streets(shown: Preview) -> list[tuple[str, list[street_picture.Drawing]]]:
    """Both, drawn wide and narrow."""
    found = []
    for words, houses, ticked in (("Before", shown.before, frozenset[int]()), ("After", shown.after, shown.changed)):
        street = Street((), houses, 0, "", None)
        drawn = [
            street_picture.draw(street, is_wide=is_wide, ticked=ticked, width=width)
            for is_wide, width in _WIDTHS.items()
        ]
        found.append((f"{words}: {sum(one.is_lit for one in houses)} lit", drawn))
    return found

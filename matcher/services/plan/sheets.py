"""A coordinator's two spreadsheets as a problem for the engine, or the list of every cell that stands in the way."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from matcher.domain.availability import DaysAway
from matcher.domain.errors import PostcodeMalformed
from matcher.domain.geo import Point
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.plan.problem import PlanNeed, PlanProblem, PlanVolunteer
from matcher.services.plan.cells import (
    kilometres,
    label,
    labels,
    length,
    names,
    number,
    plain_id,
    some_labels,
    urgency,
    whole_number,
)
from matcher.services.plan.times import Weekly, days_away, instant, instant_after
from matcher.services.postcode_points import PostcodePoints
from matcher.services.spreadsheets import BadCell, BadCells, Row, Sheet, read_sheet

_PLACE = ("postcode", "lat", "lon")
NEEDS = (
    ("id", "kind", "start", "end"),
    (*_PLACE, "minutes", "helpers", "urgency", "requires", "requires_one", "pinned", "never"),
)
VOLUNTEERS = (
    ("id", "reach_km", "kinds", "weekly"),
    (*_PLACE, "checks", "away", "max_visits", "max_minutes", "never_with"),
)
_FARTHEST_APART = timedelta(days=366)  # a plan is of days or weeks: a year off is a slip of the pen
_A_POSTCODE = "a full UK postcode, such as SN15 1ER"
_NEVER: tuple[DaysAway, ...] = ()
_MIDNIGHT = datetime.min.time()
_TOTALS = ("total", "totals", "sum", "grand total", "subtotal")
_USUAL_MOST = 240  # minutes of a visit: a longer one was hardly meant


@dataclass(frozen=True, slots=True)
class PlanSheets:
    """What two files hold. ignored: columns nobody asked for, by file.

    very_long: ids of needs that name no minutes and have a long window, all of which their visit takes.
    """

    problem: PlanProblem
    ignored: tuple[tuple[str, tuple[str, ...]], ...]
    very_long: tuple[str, ...] = ()


def read_plan_sheets(needs_file: Path, volunteers_file: Path) -> PlanSheets:
    """The problem of these files. BadCells lists every bad cell of both."""
    points = PostcodePoints()
    needs_sheet = read_sheet(needs_file, *NEEDS)
    volunteers_sheet = read_sheet(volunteers_file, *VOLUNTEERS)
    _refuse_exchanged(needs_sheet, volunteers_sheet)
    for sheet in (needs_sheet, volunteers_sheet):
        _refuse_totals(sheet)
        _refuse_twins(sheet)
    known = {row.text("id") for row in volunteers_sheet.rows}
    for sheet, columns in ((needs_sheet, ("pinned", "never")), (volunteers_sheet, ("never_with",))):
        _refuse_strangers(sheet, columns, known, volunteers_sheet)
        _refuse_no_place(sheet)
    needs = [need for row in needs_sheet.rows if (need := _need(row, points)) is not None]
    _refuse_far_off(needs_sheet, needs)
    horizon = _horizon([need for _, need in needs])
    volunteers = [one for row in volunteers_sheet.rows if (one := _volunteer(row, points, horizon)) is not None]
    if bad := _in_order(needs_sheet) + _in_order(volunteers_sheet):
        raise BadCells(bad)
    return PlanSheets(
        PlanProblem(needs=tuple(need for _, need in needs), volunteers=tuple(volunteers)),
        tuple((sheet.file, sheet.ignored) for sheet in (needs_sheet, volunteers_sheet) if sheet.ignored),
        tuple(need.id for row, need in needs if not row.text("minutes") and need.minutes > _USUAL_MOST),
    )


def _in_order(sheet: Sheet) -> list[BadCell]:
    return sorted(sheet.bad, key=lambda cell: cell.line)


def _refuse_exchanged(needs: Sheet, volunteers: Sheet) -> None:
    """One thing is wrong then, and not every column of both files."""
    if {*VOLUNTEERS[0]} <= {*needs.columns} and {*NEEDS[0]} <= {*volunteers.columns}:
        here = BadCell(
            needs.file, 1, "", "the needs: are the two files the other way round?", "the volunteers’ columns"
        )
        raise BadCells([here])


def _refuse_totals(sheet: Sheet) -> None:
    """A sum at the foot is one thing that is wrong, and not one for each of its empty cells."""
    for row in [row for row in sheet.rows if row.text("id").casefold().rstrip(":") in _TOTALS]:
        sheet.rows.remove(row)
        sheet.refuse(row.line, "", "no line of totals: take it out", row.text("id"))


def _refuse_twins(sheet: Sheet) -> None:
    seen: dict[str, int] = {}
    for row in sheet.rows:
        name = row.text("id")
        if name and (before := seen.setdefault(name, row.line)) != row.line:
            row.refuse("id", f"an id of its own (line {before} has the same)")


def _refuse_strangers(sheet: Sheet, columns: tuple[str, ...], known: set[str], volunteers: Sheet) -> None:
    """Ids of volunteers must be those of the volunteers' file, if that could be read."""
    for row in sheet.rows if known or not volunteers.bad else ():
        for column in columns:
            if strangers := sorted(names(row.text(column)) - known):
                row.refuse(column, f"ids in {volunteers.file}, which {strangers[0]} is not")


def _refuse_no_place(sheet: Sheet) -> None:
    """Once for the file, not once for each row."""
    columns = {*sheet.columns}
    if columns and "postcode" not in columns and not {"lat", "lon"} <= columns:
        sheet.lacks("postcode", "a column of that name, or the columns lat and lon")


def _need(row: Row, points: PostcodePoints) -> tuple[Row, PlanNeed] | None:
    name, kind, point = row.read("id", plain_id), row.read("kind", label), _point(row, points)
    window = _window(row)
    minutes = _minutes(row, window)
    helpers = row.read("helpers", whole_number(1, 20, "helpers"), 1)
    how_urgent = row.read("urgency", urgency, Urgency.NORMAL)
    requires = row.read("requires", labels, frozenset[str]())
    requires_one = row.read("requires_one", labels, frozenset[str]())
    pinned, never = names(row.text("pinned")), names(row.text("never"))
    if both := sorted(pinned & never):
        row.refuse("never", f"nobody who is pinned to it, as {both[0]} is")
    if row.is_good and helpers is not None and len(pinned) > helpers:
        row.refuse("pinned", f"no more volunteers than helpers wanted ({helpers})")
    if not row.is_good or name is None or kind is None or point is None or window is None or minutes is None:
        return None
    if helpers is None or how_urgent is None or requires is None or requires_one is None:
        return None
    need = PlanNeed(
        id=name,
        kind=kind,
        point=point,
        window=window,
        minutes=minutes,
        helpers=helpers,
        urgency=how_urgent,
        requires=requires,
        requires_one=requires_one,
        pinned=pinned,
        never=never,
    )
    return row, need


def _window(row: Row) -> TimeWindow | None:
    start = row.read("start", instant)
    end = row.read("end", instant_after(start))
    if start is None or end is None:
        return None
    if end - start < timedelta(minutes=1):
        row.refuse("end", f"a time after the start ({row.text('start')})")
        return None
    return TimeWindow(start, end)


def _minutes(row: Row, window: TimeWindow | None) -> int | None:
    longest = int(window.minutes) if window else 366 * 24 * 60
    return row.read("minutes", length(1, longest, "minutes, no more than from start to end,"), longest)


def _point(row: Row, points: PostcodePoints) -> Point | None:
    """From lat and lon if they are there, else from the postcode."""
    if row.text("lat") or row.text("lon"):
        lat = row.read("lat", number(-90, 90, "degrees north"))
        lon = row.read("lon", number(-180, 180, "degrees east"))
        return None if lat is None or lon is None else Point(lat, lon)
    if "postcode" in row.sheet.missing:
        row.is_good = False
        return None
    try:
        point = points.find(row.text("postcode"))
    except PostcodeMalformed:
        row.refuse("postcode", f"{_A_POSTCODE}, or lat and lon")
        return None
    if point is None:
        row.refuse("postcode", "a postcode in use in Great Britain, or lat and lon")
    return point


def _refuse_far_off(sheet: Sheet, needs: list[tuple[Row, PlanNeed]]) -> None:
    if not needs:
        return
    middle = statistics.median_low([need.window.start for _, need in needs])
    for row, need in needs:
        for column, at in (("start", need.window.start), ("end", need.window.end)):
            if abs(at - middle) > _FARTHEST_APART / 2:
                row.refuse(column, f"a time within six months of the others, which are about {local_day(middle)}")


def _horizon(needs: list[PlanNeed]) -> TimeWindow | None:
    """Whole weeks, by local time, from the first need to the last."""
    if not needs:
        return None
    first = local_day(min(need.window.start for need in needs))
    last = local_day(max(need.window.end for need in needs))
    monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=7 - last.weekday())
    return TimeWindow(at_local(monday, _MIDNIGHT), at_local(sunday, _MIDNIGHT))


@cache
def _weekly(text: str) -> Weekly:
    return Weekly(text)


@cache
def _free(weekly: Weekly, away: tuple[DaysAway, ...], horizon: TimeWindow) -> tuple[TimeWindow, ...]:
    """Many volunteers share one week: each is expanded once."""
    return weekly.free(horizon, away)


def _volunteer(row: Row, points: PostcodePoints, horizon: TimeWindow | None) -> PlanVolunteer | None:
    name, point = row.read("id", plain_id), _point(row, points)
    reach_km = row.read("reach_km", kilometres(2000))
    kinds, checks = row.read("kinds", some_labels), row.read("checks", labels, frozenset[str]())
    weekly, away = row.read("weekly", _weekly), row.read("away", days_away, _NEVER)
    most = row.read("max_visits", whole_number(0, 1000, "visits a week"), -1)
    time = row.read("max_minutes", length(0, 7 * 24 * 60, "minutes a week"), -1)
    if not row.is_good or name is None or point is None or reach_km is None or kinds is None or checks is None:
        return None
    if weekly is None or away is None:
        return None
    return PlanVolunteer(
        id=name,
        point=point,
        reach_m=reach_km * 1000,
        kinds=kinds,
        checks=checks,
        free=_free(weekly, away, horizon) if horizon else (),
        visits_per_week=None if most == -1 else most,
        minutes_per_week=None if time == -1 else time,
        never_with=names(row.text("never_with")),
    )

"""The threads map: a curve between two villages that helped each other, the wider the more visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

from sqlalchemy.orm import Session

from matcher.services.map_ground import LETTER, Sheet, Town, dots_on, named
from matcher.services.threads import Thread, Threads

_WIDEST, _THINNEST = 9.0, 2.0
_NUMBERED = 5
_AROUND_M = 2500  # ground shown around the villages
_BEND = 0.18  # of the length, to the side: so that two threads out of one village stay apart


@dataclass(frozen=True, slots=True)
class Curve:
    """A thread as it is drawn. number: its visits, at a place on the curve; empty for all but the thickest."""

    d: str
    width: float
    is_new: bool
    number: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class ThreadsMap:
    """A picture as wide as every map. dots: where people live."""

    height: int
    dots: str
    curves: tuple[Curve, ...]
    towns: tuple[Town, ...]


def finding(shown: Threads) -> str:
    """What the map shows, as a sentence or two that are worked out from it."""
    if not shown.told:
        return "No two villages have helped each other five times lately"
    first = shown.told[0]
    strongest = [one for one in shown.told if one.visits == first.visits]
    new = sum(one.new_pairs for one in shown.told)
    if len(shown.told) == 1:
        said = f"{first.one.name} and {first.other.name} are the only thread: {first.visits:,} visits"
    elif len(strongest) > 1:
        said = f"{len(strongest)} threads are the strongest: {first.visits:,} visits each"
    else:
        said = f"{first.one.name} and {first.other.name} are the strongest thread: {first.visits:,} visits"
    return f"{said}. {_met(new)}" if new else said


def draw(session: Session, shown: Threads) -> ThreadsMap | None:
    """None where there is no thread."""
    if not shown.told:
        return None
    ends = {village.name: village for thread in shown.told for village in (thread.one, thread.other)}
    sheet = Sheet.around([(village.easting, village.northing) for village in ends.values()], _AROUND_M)
    # The villages of the strongest threads come first, so that their names have the room.
    towns = named([(name, *sheet.at(village.easting, village.northing)) for name, village in ends.items()], [])
    most = shown.told[0].visits
    curves = (_curve(sheet, thread, most, nth) for nth, thread in enumerate(shown.told))
    return ThreadsMap(sheet.height, dots_on(session, sheet), tuple(_unless_on(towns, one) for one in curves), towns)


def rows(shown: Threads) -> Sequence[tuple[str, str, str]]:
    """The numbers of the map."""
    return [(f"{one.one.name} and {one.other.name}", f"{one.visits:,}", str(one.new_pairs)) for one in shown.told]


def _unless_on(towns: Sequence[Town], curve: Curve) -> Curve:
    """Without its number where that would lie on a name: the table has it."""
    lies_on = any(
        abs(curve.x - town.middle) < len(town.name) * LETTER / 2 + LETTER and -18 < curve.y - town.base < 20
        for town in towns
        if town.name
    )
    return replace(curve, number="") if lies_on else curve


def _curve(sheet: Sheet, thread: Thread, most: int, nth: int) -> Curve:
    (x1, y1), (x2, y2) = (sheet.at(village.easting, village.northing) for village in (thread.one, thread.other))
    bend_x = (x1 + x2) / 2 - (y2 - y1) * _BEND
    bend_y = (y1 + y2) / 2 + (x2 - x1) * _BEND
    return Curve(
        d=f"M{x1} {y1}Q{bend_x:.0f} {bend_y:.0f} {x2} {y2}",
        width=round(_THINNEST + (_WIDEST - _THINNEST) * thread.visits / most, 1),
        is_new=thread.new_pairs > 0,
        number=f"{thread.visits:,}" if nth < _NUMBERED and hypot(x2 - x1, y2 - y1) > _WIDEST else "",
        x=round((x1 + 2 * bend_x + x2) / 4),
        y=round((y1 + 2 * bend_y + y2) / 4),
    )


def _met(pairs: int) -> str:
    return f"{pairs:,} {'pair' if pairs == 1 else 'pairs'} of neighbours met for the first time lately"

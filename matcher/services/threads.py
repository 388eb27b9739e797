"""Which villages helped each other: visits that were done between two of them, counted and never stored.

A home is of the village whose middle is nearest. What two villages have fewer than five of is not told: it may be one
neighbour and one other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import hypot
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.small_numbers import FEWEST_SHOWN
from matcher.domain.timewindow import TimeWindow
from matcher.services import villages
from matcher.services.ties import met_at
from matcher.store.models import Cell, Home, Need, Occurrence, Person, Visit

MOST = 25


@dataclass(frozen=True, slots=True)
class Village:
    """A village, and its middle on the national grid."""

    name: str
    easting: int
    northing: int


@dataclass(frozen=True, slots=True)
class Thread:
    """Two villages, by name, with the visits between them, whichever helped; new_pairs: neighbours who had not met."""

    one: Village
    other: Village
    visits: int
    new_pairs: int


@dataclass(frozen=True, slots=True)
class Threads:
    """The strongest first, MOST of them. more: as strong as to be told, and left out; thin: too few visits to tell of.
    within: visits that stayed in their village.
    """

    told: tuple[Thread, ...]
    more: int
    thin: int
    within: int


def read(session: Session, area_ids: Collection[int], window: TimeWindow, *, new_since: datetime) -> Threads:
    """The threads of visits in that window to residents of these areas."""
    pairs = [row for row in session.execute(_pairs(area_ids, window)).all() if row.visits]
    middles = [Village(*middle) for middle in {middle[0]: middle for middle in villages.middles(session)}.values()]
    between: defaultdict[tuple[Village, Village], list[Any]] = defaultdict(list)
    within = 0
    for row in pairs:
        ends = (row.resident_easting, row.resident_northing), (row.helper_easting, row.helper_northing)
        one, other = sorted((_nearest(middles, *end) for end in ends), key=lambda village: village.name)
        if one == other:
            within += row.visits
        else:
            between[one, other].append(row)
    found = [_thread(*ends, rows, new_since) for ends, rows in between.items()]
    told = sorted(
        (one for one in found if one.visits >= FEWEST_SHOWN),
        key=lambda thread: (-thread.visits, thread.one.name, thread.other.name),
    )
    return Threads(tuple(told[:MOST]), len(told[MOST:]), len(found) - len(told), within)


def _pairs(area_ids: Collection[int], window: TimeWindow) -> Any:
    """Each resident and helper with where they live, their visits in the window and when they first met.

    Whoever was erased has no home: the square that stood for it tells the village.
    """
    resident, helper, at = aliased(Person), aliased(Person), met_at()
    return (
        select(
            *_place_of(resident, "resident"),
            *_place_of(helper, "helper"),
            func.count().filter(at >= window.start).label("visits"),
            func.min(at).label("first"),
        )
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(resident, resident.id == Need.resident_id)
        .join(helper, helper.id == Visit.person_id)
        .where(Visit.status == VisitStatus.DONE, at < window.end, Need.area_id.in_(area_ids))
        .group_by(resident.id, helper.id)
    )


def _place_of(person: Any, name: str) -> Iterator[Any]:
    """`resident_easting` and `resident_northing`."""
    for axis, home, cell in (("easting", Home.easting, Cell.easting), ("northing", Home.northing, Cell.northing)):
        at_home = select(home).where(Home.person_id == person.id).scalar_subquery()
        in_square = select(cell + Cell.size_m / 2).where(Cell.id == person.cell_id).scalar_subquery()
        yield func.coalesce(at_home, in_square).label(f"{name}_{axis}")


def _nearest(middles: Collection[Village], easting: float, northing: float) -> Village:
    return min(middles, key=lambda village: _away(village, easting, northing))


def _away(village: Village, easting: float, northing: float) -> tuple[float, str]:
    return hypot(village.easting - easting, village.northing - northing), village.name


def _thread(one: Village, other: Village, rows: Iterable[Any], new_since: datetime) -> Thread:
    counted = list(rows)
    new = sum(row.first >= new_since for row in counted)
    return Thread(one, other, sum(row.visits for row in counted), new)

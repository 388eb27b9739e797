"""What the cold may still bring to an area: needs that nobody has posted yet, each with its chance.

Two things are known. Whoever asked for help whenever it is icy will want it on each day that the cold still lasts; and
what was asked for once in the last weeks is asked for again about as often, in the same places, at the same times. Of
the second no home is read: a cell of the map stands for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.geo import Point
from matcher.domain.lifecycle import OccurrenceStatus, Urgency
from matcher.domain.localtime import local_day, to_local
from matcher.domain.recurrence import Recurrence, day_windows
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import Forecast, OpenOccurrence
from matcher.engine.reserve import chances
from matcher.services import icy
from matcher.store.bulk import among
from matcher.store.models import Cell, Home, KindRow, LevelRow, Need, Occurrence, Person

LOOKED_BACK = timedelta(weeks=4)
LOOKED_AHEAD = timedelta(days=7)  # limits are by the week: what comes later competes for other visits
MOST = 300  # forecasts, the likeliest: so many are priced in milliseconds


def expected(session: Session, area_id: int, *, cold_until: datetime, now: datetime) -> tuple[Forecast, ...]:
    """What may yet be asked for before the cold is over, the likeliest first, for a week at the most."""
    until = min(cold_until, now + LOOKED_AHEAD)
    found = [*_whenever_icy(session, area_id, until, now), *_as_of_late(session, area_id, until, now)]
    found.sort(key=lambda one: -one.chance)
    return tuple(
        replace(one, occurrence=replace(one.occurrence, id=-nth, need_id=-nth))
        for nth, one in enumerate(found[:MOST], start=1)
    )


def _whenever_icy(session: Session, area_id: int, until: datetime, now: datetime) -> Iterator[Forecast]:
    """The days that the cold has not opened yet of those who want help whenever it is icy."""
    days = icy.would_open(session, area_id, until, days_ahead=LOOKED_AHEAD.days, now=now)
    ids = [need.id for need, _ in days]
    rows = session.execute(
        select(Need.id, Home.lat, Home.lon, LevelRow.checks)
        .join(Home, Home.person_id == Need.resident_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(LevelRow, LevelRow.code == KindRow.level_code)
        .where(among(Need.id, ids))
    )
    known = {need_id: (Point(lat, lon), frozenset(checks)) for need_id, lat, lon, checks in rows}
    for need, windows in days:
        if need.id in known:  # who was erased has no home
            point, checks = known[need.id]
            like = _Like(need.kind_slug, need.urgency, need.minutes, checks)
            yield Forecast(_as_open(like, windows, point, need.resident_id), 1.0)


def _as_of_late(session: Session, area_id: int, until: datetime, now: datetime) -> Iterator[Forecast]:
    """A day's needs as the last weeks had them: a chance that there is one, or one more, for each place and time."""
    rows = session.execute(
        select(
            *(Need.kind_slug, Need.urgency, Need.minutes, LevelRow.checks, Cell.lat, Cell.lon, Occurrence.starts_at),
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .join(Cell, Cell.id == Person.cell_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(LevelRow, LevelRow.code == KindRow.level_code)
        .where(
            Occurrence.area_id == area_id,
            Occurrence.status != OccurrenceStatus.CANCELLED,
            Need.recurrence == Recurrence.ONCE,
            Occurrence.open_since > now - LOOKED_BACK,
            Occurrence.open_since <= now,
        )
        .order_by(Occurrence.id)
    ).all()
    for (like, point, band), count in _counted(rows).items():
        for windows in _days(band, until, now):
            for chance in chances(count / LOOKED_BACK.days):
                yield Forecast(_as_open(like, windows, point), chance)


class _Like(NamedTuple):
    """What needs that are counted together have in common, but for where and when."""

    kind: str
    urgency: Urgency
    minutes: int
    checks: frozenset[str]


def _counted(rows: Iterable[Any]) -> Counter[tuple[_Like, Point, str]]:
    return Counter(
        (_Like(kind, urgency, minutes, frozenset(checks)), Point(lat, lon), band)
        for kind, urgency, minutes, checks, lat, lon, starts_at in rows
        if (band := _band(to_local(starts_at).time())) is not None
    )


def _band(at: time) -> str | None:
    return next((band for band, (opens, closes) in BANDS.items() if opens <= at < closes), None)


def _days(band: str, until: datetime, now: datetime) -> Iterator[tuple[TimeWindow, ...]]:
    """What is left of that band on each day until then."""
    day: date = local_day(now)
    while day <= local_day(until):
        windows = day_windows(day, [band], not_before=now)
        if windows and windows[0].start < until:
            yield windows
        day += timedelta(days=1)


def _as_open(like: _Like, windows: tuple[TimeWindow, ...], point: Point, resident_id: int = 0) -> OpenOccurrence:
    """resident_id: 0, nobody, where it is not known who."""
    return OpenOccurrence(
        id=-1,
        need_id=-1,
        resident_id=resident_id,
        kind=like.kind,
        windows=windows,
        minutes=like.minutes,
        helpers_wanted=0,
        urgency=like.urgency,
        point=point,
        told_point=point,
        waiting_since=windows[0].start,
        required_checks=like.checks,
    )

"""Where cold weather is told of: what the sources suggest, and when they were last heard of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.services import cold_spells
from matcher.store.models import ColdHint, WeatherSource

WARNINGS, FORECAST = "warnings", "forecast"
NAMES: Mapping[str, str] = {WARNINGS: "Severe weather warnings", FORECAST: "Weather forecast"}
COLOURS = ("green", "yellow", "amber", "red")
# What was read longer ago suggests nothing any more.
FRESH_FOR = timedelta(hours=6)
# A source that was not read for so long is a fault, on the health page and the team's.
SILENT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hint:
    """Why a cold spell is suggested for an area, and until when it would last."""

    source: str
    begins_at: datetime
    ends_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source as the team's page tells of it."""

    key: str
    name: str
    looked_at: datetime
    read_at: datetime | None
    problem: str
    is_well: bool


def hints(session: Session, area_ids: Collection[int], *, now: datetime) -> Mapping[int, tuple[Hint, ...]]:
    """What is suggested for each of these areas, the longest first: fresh, and longer than a spell that is on."""
    ends = cold_spells.ends_where_cold(session, now=now)
    found = session.scalars(
        select(ColdHint)
        .join(WeatherSource, WeatherSource.name == ColdHint.source)
        .where(ColdHint.area_id.in_(area_ids), ColdHint.ends_at > now, WeatherSource.read_at > now - FRESH_FOR)
        .order_by(ColdHint.ends_at.desc(), ColdHint.source)
    )
    by_area: dict[int, tuple[Hint, ...]] = {}
    for one in found:
        if one.area_id not in ends or one.ends_at > ends[one.area_id]:
            hint = Hint(one.source, one.begins_at, one.ends_at, one.why)
            by_area[one.area_id] = (*by_area.get(one.area_id, ()), hint)
    return by_area


def colours(session: Session, area_ids: Collection[int], *, now: datetime) -> Mapping[int, str]:
    """How bad it is or is to be in each of these areas, by what is fresh: green, yellow, amber or red.

    A warning says its own colour. Frost or snow that is only forecast is yellow: a risk to those who are frail.
    """
    found = session.execute(
        select(ColdHint.area_id, ColdHint.level)
        .join(WeatherSource, WeatherSource.name == ColdHint.source)
        .where(ColdHint.area_id.in_(area_ids), ColdHint.ends_at > now, WeatherSource.read_at > now - FRESH_FOR)
    )
    worst = dict.fromkeys(area_ids, 0)
    for area_id, level in found:
        worst[area_id] = max(worst[area_id], COLOURS.index((level or "YELLOW").lower()))
    return {area_id: COLOURS[bad] for area_id, bad in worst.items()}


def sources(session: Session, *, now: datetime) -> tuple[SourceLine, ...]:
    """The sources the scheme looks at, with when they were last heard of."""
    rows = session.scalars(select(WeatherSource).order_by(WeatherSource.name))
    return tuple(_line(row, now) for row in rows)


def _line(row: WeatherSource, now: datetime) -> SourceLine:
    is_well = _is_well(row, now)
    return SourceLine(row.name, NAMES[row.name], row.looked_at, row.read_at, row.problem, is_well)


def _is_well(row: WeatherSource, now: datetime) -> bool:
    return not row.problem and row.read_at is not None and row.read_at > now - SILENT_FOR

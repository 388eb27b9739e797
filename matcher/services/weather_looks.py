"""Looking at the weather: what a source tells is read, and where it will be cold a cold spell is suggested.

No look opens or closes a spell: a coordinator does. One that fails, is out of date or cannot be read whole takes no
suggestion away, and stands with its reason on the health page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.geo import Point
from matcher.domain.localtime import local_day
from matcher.domain.weather.coldness import SNOW_OVER, Cold, by_forecast, by_warnings, may_be_icy
from matcher.domain.weather.forecast import HOUR, Forecast, read_forecasts
from matcher.domain.weather.nswws import read_feed
from matcher.domain.weather.thresholds import Thresholds
from matcher.services import cold_hints
from matcher.services.cold_hints import FORECAST, WARNINGS
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.code_point import to_degrees
from matcher.store.models import Area, AreaForecast, ColdHint, Staff, StaffArea, WeatherSource

MOST_HOURS = 24 * 7


def points(session: Session) -> Sequence[tuple[int, Point]]:
    """Where the middle of each area is, in one order."""
    return [(area.id, _point(area)) for area in _areas(session)]


def take_warnings(session: Session, raw: bytes, *, now: datetime) -> None:
    """A feed of warnings as it came: it says where it will be cold, or what is wrong with it."""
    try:
        feed = read_feed(raw)
    except BadInput as bad:
        note_failure(session, WARNINGS, bad.message, now=now)
        return
    told = {area.id: by_warnings(feed.warnings, _point(area), _limits(area), now=now) for area in _areas(session)}
    in_doubt = [f"{one.name}: {one.doubts[0]}." for one in feed.warnings if one.doubts and may_be_icy(one)]
    problem = next(iter([*feed.unread, *in_doubt]), "")
    _keep(session, WARNINGS, told, problem, now)


def take_forecast(session: Session, raw: bytes, *, now: datetime) -> None:
    """Forecasts for `points`, as they came: they say where it will be cold, or what is wrong with them."""
    areas = _areas(session)
    try:
        forecasts = read_forecasts(raw, len(areas))
    except BadInput as bad:
        note_failure(session, FORECAST, bad.message, now=now)
        return
    if not all(one.is_whole(now, now + SNOW_OVER) for one in forecasts):
        note_failure(session, FORECAST, "It is out of date: it does not tell of the next 24 hours.", now=now)
        return
    of = dict(zip((area.id for area in areas), forecasts, strict=True))
    told = {area.id: by_forecast(of[area.id], _limits(area), now=now) for area in areas}
    _keep(session, FORECAST, told, "", now)
    _keep_hours(session, of, now)


def note_failure(session: Session, source: str, why: str, *, now: datetime) -> None:
    """It could not be looked at, or not be read: whatever it said before stands until it is too old."""
    row = {"looked_at": now, "problem": why[:300] or "it could not be read"}
    session.execute(
        insert(WeatherSource).values(name=source, **row).on_conflict_do_update(index_elements=["name"], set_=row)
    )


def keep_only(session: Session, configured: Collection[str]) -> None:
    """Forget sources that the scheme no longer looks at, and what they said."""
    session.execute(delete(WeatherSource).where(WeatherSource.name.not_in(configured)))


def _keep(session: Session, source: str, told: Mapping[int, Cold | None], problem: str, now: datetime) -> None:
    """Put in what it says now. What it no longer says goes, unless a part of it could not be read."""
    row: dict[str, Any] = {"looked_at": now, "read_at": now, "problem": problem[:300]}
    session.execute(
        insert(WeatherSource).values(name=source, **row).on_conflict_do_update(index_elements=["name"], set_=row)
    )
    if not problem:
        gone = [area_id for area_id, cold in told.items() if cold is None]
        session.execute(delete(ColdHint).where(ColdHint.source == source, ColdHint.area_id.in_(gone)))
    for area_id, cold in told.items():
        if cold is not None:
            _put(session, area_id, source, cold)
    session.flush()
    if suggested := cold_hints.hints(session, told, now=now):
        _tell_coordinators(session, suggested, now)


def _put(session: Session, area_id: int, source: str, cold: Cold) -> None:
    row = {"begins_at": cold.begins_at, "ends_at": cold.ends_at, "why": cold.why, "level": cold.level}
    put = insert(ColdHint).values(area_id=area_id, source=source, **row)
    session.execute(put.on_conflict_do_update(index_elements=["area_id", "source"], set_=row))


def _keep_hours(session: Session, of: Mapping[int, Forecast], now: datetime) -> None:
    """The hours ahead of each area in place of those before: its picture is drawn from them, and nothing is decided."""
    for area_id, forecast in of.items():
        hours = forecast.unbroken(now - HOUR)[:MOST_HOURS]
        row: dict[str, Any] = {
            "source": FORECAST,
            "begins_at": hours[0].at,
            "ground_c": [hour.ground_c for hour in hours],
            "snow_mm": [hour.snow_mm for hour in hours],
        }
        put = insert(AreaForecast).values(area_id=area_id, **row)
        session.execute(put.on_conflict_do_update(index_elements=["area_id"], set_=row))


def _tell_coordinators(session: Session, area_ids: Collection[int], now: datetime) -> None:
    """By e-mail, once a day, however many of their areas it is about: the page says which."""
    for staff_id in session.scalars(coordinators(area_ids)).all():
        thing, occasion = ("staff_id", staff_id), f"{local_day(now)}"
        owe(session, Owed("cold_suggested", thing, staff_id=staff_id, channel="email", occasion=occasion), now=now)


def coordinators(area_ids: Collection[int]) -> Select[int]:
    """Who is told that a cold spell is suggested for one of these areas."""
    looks_after = select(StaffArea.staff_id).where(StaffArea.area_id.in_(area_ids))
    return queries.coordinators().where(Staff.id.in_(looks_after))


def _areas(session: Session) -> Sequence[Area]:
    return session.scalars(select(Area).where(Area.closed_at.is_(None)).order_by(Area.id)).all()


def _limits(area: Area) -> Thresholds:
    return Thresholds(area.cold_ground_c, area.cold_snow_mm, area.cold_level)


def _point(area: Area) -> Point:
    lat, lon = to_degrees().transform(area.easting, area.northing)
    return Point(lat, lon)

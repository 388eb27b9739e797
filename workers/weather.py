"""Looking at the weather, where the scheme has said where: fetched outside any transaction, noted in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import structlog

from matcher.config import WeatherSettings
from matcher.domain.errors import BadInput
from matcher.domain.geo import Point
from matcher.domain.weather.atom import is_atom, latest_warnings
from matcher.domain.weather.forecast import HOURLY
from matcher.services import weather_looks
from matcher.services.cold_hints import FORECAST, WARNINGS
from matcher.store.session import reading, unit_of_work
from workers.celery import app, config
from workers.clock import now
from workers.fetching import CannotFetch, fetch

log = structlog.get_logger("workers.weather")
DAYS = 4  # what is left of today, and three more for the picture of the team's page


@app.task
def look() -> None:
    """Look at every source once. One that fails is noted, and keeps none of the others back."""
    settings = config.weather
    asked = {WARNINGS: settings.warnings_url, FORECAST: settings.forecast_url}
    with unit_of_work() as session:
        weather_looks.keep_only(session, [name for name, url in asked.items() if url])
    if settings.warnings_url:
        _look(WARNINGS, lambda: _warnings(settings), weather_looks.take_warnings)
    if settings.forecast_url:
        with reading() as session:
            points = [point for _, point in weather_looks.points(session)]
        _look(FORECAST, lambda: fetch(forecast_address(settings, points)), weather_looks.take_forecast)


def forecast_address(settings: WeatherSettings, points: Sequence[Point]) -> str:
    """One question for all areas: the middle of each, to a hundredth of a degree, and of nobody's home."""
    asked = {
        "latitude": ",".join(f"{point.lat:.2f}" for point in points),
        "longitude": ",".join(f"{point.lon:.2f}" for point in points),
        "hourly": ",".join(HOURLY),
        "forecast_days": DAYS,
        "timezone": "UTC",
    }
    joint = "&" if "?" in settings.forecast_url else "?"
    return f"{settings.forecast_url}{joint}{urlencode(asked, safe=',')}"


def _look(source: str, ask: Callable[[], bytes], take: Callable[..., None]) -> None:
    """Fetch, then note: no transaction is open while there is something to wait for."""
    raw, why = b"", ""
    try:
        raw = ask()
    except CannotFetch as cut:
        why = str(cut)
    except BadInput as bad:
        why = bad.message
    with unit_of_work() as session:
        if why:
            log.warning("weather not read", source=source, why=why)
            weather_looks.note_failure(session, source, why, now=now())
        else:
            take(session, raw, now=now())


def _warnings(settings: WeatherSettings) -> bytes:
    headers = {"x-api-key": settings.warnings_key} if settings.warnings_key else {}
    raw = fetch(settings.warnings_url, headers)
    return fetch(latest_warnings(raw, settings.warnings_url), headers) if is_atom(raw) else raw

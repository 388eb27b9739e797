"""From when on it is cold in an area: its limits, looked at first and then set by whoever looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.weather.thresholds import Thresholds
from matcher.services import audit, cold_prospects, setting_changes, settings
from matcher.services.setting_changes import Difference, differences
from matcher.services.settings import Preview
from matcher.store.models import Area

LEVEL_WORDS: Mapping[str, str] = MappingProxyType(
    {"YELLOW": "yellow or worse", "AMBER": "amber or worse", "RED": "red only"}
)
GROUND_C = (-20.0, 10.0)
SNOW_MM = (1.0, 1000.0)


def read(session: Session, area_id: int) -> tuple[str, Thresholds]:
    """The area's name, and its limits."""
    area = session.get_one(Area, area_id)
    return area.name, Thresholds(area.cold_ground_c, area.cold_snow_mm, area.cold_level)


def name_of(area_id: int) -> str:
    """The name under which it is kept what was changed of the limits of an area."""
    return f"cold_limits/{area_id}"


def preview(session: Session, area_id: int, limits: Thresholds, *, now: datetime) -> Preview:
    """What would change, and what that makes of the weather as it is told of now. BadInput, with its field, for what
    cannot be.
    """
    _check(limits)
    _, before = read(session, area_id)
    return Preview(_differences(before, limits), cold_prospects.in_words(session, area_id, before, limits, now=now))


def change(session: Session, area_id: int, limits: Thresholds, looked_at: str, *, staff_id: int, now: datetime) -> None:
    """From the next look on. Conflict if that would be another change by now than the one that was looked at; else as
    `preview`.
    """
    changes = settings.looked_at(session, lambda: preview(session, area_id, limits, now=now), looked_at)
    if not changes:
        return
    area = session.get_one(Area, area_id, with_for_update={"key_share": True})
    area.cold_ground_c, area.cold_snow_mm, area.cold_level = limits.ground_c, limits.snow_mm, limits.level
    setting_changes.keep(session, settings.THING, name_of(area_id), changes, staff_id=staff_id, now=now)
    fields = [one.field for one in changes]
    audit.record(session, audit.staff(staff_id), "set_cold_limits", ("area", area_id), *fields, now=now)


def _check(limits: Thresholds) -> None:
    if not GROUND_C[0] <= limits.ground_c <= GROUND_C[1]:
        raise BadInput("The temperature must be from -20 to 10 °C", field="ground_c")
    if not SNOW_MM[0] <= limits.snow_mm <= SNOW_MM[1]:
        raise BadInput("The snow must be from 1 to 1000 mm", field="snow_mm")
    if limits.level not in LEVEL_WORDS:
        raise BadInput("Select which warnings count", field="level")


def _differences(before: Thresholds, after: Thresholds) -> tuple[Difference, ...]:
    return differences(
        (
            ("ground_c", "Frost at the ground", _frost(before), _frost(after)),
            ("snow_mm", "Snow within a day", f"{before.snow_mm:g} mm or more", f"{after.snow_mm:g} mm or more"),
            ("level", "Warnings that count", LEVEL_WORDS[before.level], LEVEL_WORDS[after.level]),
        )
    )


def _frost(limits: Thresholds) -> str:
    return f"{limits.ground_c:g} °C or colder".replace("-", "−")

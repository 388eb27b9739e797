"""From when on it is cold in an area: read and set by whoever looks after it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.weather.thresholds import Thresholds
from matcher.services import audit
from matcher.store.models import Area

LEVELS = ("YELLOW", "AMBER", "RED")
GROUND_C = (-20.0, 10.0)
SNOW_MM = (1.0, 1000.0)


def read(session: Session, area_id: int) -> tuple[str, Thresholds]:
    """The area's name, and its limits."""
    area = session.get_one(Area, area_id)
    return area.name, Thresholds(area.cold_ground_c, area.cold_snow_mm, area.cold_level)


def change(session: Session, area_id: int, limits: Thresholds, *, actor: str, now: datetime) -> None:
    """From the next look on. BadInput, with its field, for what cannot be."""
    if limits.level not in LEVELS:
        raise BadInput("Select the mildest warning that counts", field="level")
    if not GROUND_C[0] <= limits.ground_c <= GROUND_C[1]:
        raise BadInput("The temperature must be from -20 to 10 °C", field="ground_c")
    if not SNOW_MM[0] <= limits.snow_mm <= SNOW_MM[1]:
        raise BadInput("The snow must be from 1 to 1000 mm", field="snow_mm")
    area = session.get_one(Area, area_id, with_for_update={"key_share": True})
    area.cold_ground_c, area.cold_snow_mm, area.cold_level = limits.ground_c, limits.snow_mm, limits.level
    audit.record(session, actor, "set_cold_limits", ("area", area_id), now=now)

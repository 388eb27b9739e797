"""The towns and villages a volunteer would reach, by name: a circle in words."""

from __future__ import annotations

import math

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.geo import TravelMode, reach_m
from matcher.services import addresses
from matcher.services.demo.data import settlements
from matcher.store.models import Area

MOST_NAMED = 6


def covered(session: Session, postcode: str, mode: TravelMode, minutes: int) -> tuple[str, ...]:
    """Names within reach of a postcode of ours, the nearest first. BadInput if it is none."""
    home, reach = addresses.locate(session, postcode), reach_m(mode, minutes)
    away = {
        name: math.hypot(easting - home.easting, northing - home.northing)
        for name, easting, northing in middles(session)
    }
    near = sorted((metres, name) for name, metres in away.items() if metres <= reach)
    return tuple(name for _, name in near[:MOST_NAMED])


def middles(session: Session) -> list[tuple[str, int, int]]:
    """The villages we know the middle of, and the main town of every area."""
    towns = (
        (row.name, row.easting, row.northing) for row in session.execute(select(Area.name, Area.easting, Area.northing))
    )
    return [*((one.name, one.easting, one.northing) for one in settlements()), *towns]

"""Salt for a visit: the nearest place from which it may be taken for that job, never one from which it may not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from matcher.domain.directions import way_words
from matcher.domain.kinds import SNOW
from matcher.domain.places import WITH_SALT, rules_that_allow
from matcher.services import place_list
from matcher.services.place_list import PlaceRow
from matcher.store.code_point import to_degrees
from matcher.store.models import Cell, Home, Need, Person, Place

NEAR_M = 2_000  # with a bucket in the hand nobody walks further
NONE_NEAR = "None to use near there: sand, or the shovel only"


@dataclass(frozen=True, slots=True)
class SaltPlace:
    """Where to take salt on the way to a door. It leads to the door: nobody may see it who may not see the address."""

    name: str
    kind_words: str
    landmark: str
    rule_words: str
    stock_words: str
    way: str
    at: tuple[str, ...]


def before_a_yes(session: Session, need: Need) -> str:
    """What is said of salt to whoever is asked: whether there is some, in words that are the same for a whole square
    of the map. Empty where it is not about snow.

    Measured from the square that stands for the home, never from the home, and with no name: the name of the nearest
    store would say in which village the home is.
    """
    if need.kind_slug != SNOW:
        return ""
    cell = session.get_one(Cell, session.get_one(Person, need.resident_id).cell_id)
    easting, northing = to_degrees().transform(cell.lat, cell.lon, direction="INVERSE")
    found = place_list.nearest(session, round(easting), round(northing), NEAR_M, *_allowed(need.details))
    return f"There may be a {found.kind_words} near: you see it after you say yes" if found else NONE_NEAR


def at_the_visit(session: Session, need: Need, home: Home) -> SaltPlace | None:
    """Where to take it, with the way in words from the door. None where none may be used near, or none is wanted."""
    if need.kind_slug != SNOW:
        return None
    found = place_list.nearest(session, home.easting, home.northing, NEAR_M, *_allowed(need.details))
    return _told(found, home) if found else None


def _told(found: PlaceRow, home: Home) -> SaltPlace:
    return SaltPlace(
        name=found.name,
        kind_words=found.kind_words,
        landmark=found.landmark,
        rule_words=found.rule_words,
        stock_words=found.stock_words,
        way=way_words(found.easting - home.easting, found.northing - home.northing),
        at=(f"{found.lat:.5f},{found.lon:.5f}",),
    )


def _allowed(details: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return Place.kind.in_(WITH_SALT), Place.use_rule.in_(rules_that_allow(details))

"""Where the scheme works: areas, the postcode table and the coarse cells that stand for homes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to

AREA_CLOSED = "that area is closed"  # the words of the trigger `area_is_open`


class Area(Declared):
    """A community area: rounds are run area by area. A home belongs to the nearest one whose reach holds it.

    cold_*: from when on a cold spell is suggested there, see `domain.weather.coldness.Thresholds`. closed_at: since
    when the scheme has no such area any more; triggers keep whoever lives, asks or works somewhere out of it.
    """

    __tablename__ = "areas"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    easting: Mapped[int]
    northing: Mapped[int]
    covers_m: Mapped[int]
    rounds_opened: Mapped[int] = mapped_column(default=0, server_default="0")
    cold_ground_c: Mapped[float] = mapped_column(default=0.5, server_default="0.5")
    cold_snow_mm: Mapped[float] = mapped_column(default=20.0, server_default="20")
    cold_level: Mapped[str] = mapped_column(default="YELLOW", server_default="YELLOW")
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("covers_m > 0", name="covers_something"),
        CheckConstraint("cold_ground_c between -20 and 10", name="cold_is_near_frost"),
        CheckConstraint("cold_snow_mm between 1 and 1000", name="some_snow"),
        CheckConstraint("cold_level in ('YELLOW', 'AMBER', 'RED')", name="known_level"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 60", name="slug_is_of_an_address"),
        CheckConstraint("btrim(name) <> ''", name="has_a_name"),
        Index("uq_areas_name", func.lower(text("name")), unique=True, postgresql_where=text("closed_at is null")),
    )


class AreaSlug(Declared):
    """An address that an area's page has or once had. A trigger adds each; it is never another area's."""

    __tablename__ = "area_slugs"

    slug: Mapped[str] = mapped_column(primary_key=True)
    area_id: Mapped[int] = link_to("areas.id", ondelete="CASCADE")


class Postcode(Declared):
    """A postcode's point (its middle). `code` is upper case without a space."""

    __tablename__ = "postcodes"

    code: Mapped[str] = mapped_column(primary_key=True)
    easting: Mapped[int]
    northing: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    withdrawn_on: Mapped[date | None]

    __table_args__ = (Index("ix_postcodes_grid", "easting", "northing"),)


class Cell(Declared):
    """A fixed square of the national grid that stands for the homes in it until someone is held to one."""

    __tablename__ = "cells"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    easting: Mapped[int]
    northing: Mapped[int]
    size_m: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]

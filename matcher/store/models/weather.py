"""What is told of the weather: when each source was last looked at, and where it says that it will be cold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class WeatherSource(Declared):
    """A source that the scheme looks at. read_at: when it last told us something; problem: why not."""

    __tablename__ = "weather_sources"

    name: Mapped[str] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="", server_default="")

    __table_args__ = (
        CheckConstraint("name in ('warnings', 'forecast')", name="known"),
        CheckConstraint("read_at <= looked_at", name="read_as_it_was_looked_at"),
    )


class ColdHint(Declared):
    """A source says that it will be cold in an area. It suggests a cold spell, and opens none. level: of a warning."""

    __tablename__ = "cold_hints"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    source: Mapped[str] = mapped_column(ForeignKey("weather_sources.name", ondelete="CASCADE"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    why: Mapped[str]
    level: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("area_id", "source"),
        CheckConstraint("begins_at <= ends_at", name="ends_after_it_begins"),
        CheckConstraint("level in ('YELLOW', 'AMBER', 'RED')", name="known_level"),
    )


class AreaForecast(Declared):
    """The hours ahead of an area as its forecast last told them, from `begins_at`, for a picture."""

    __tablename__ = "area_forecasts"

    area_id: Mapped[int] = link_to("areas.id", primary_key=True, index=False)
    source: Mapped[str] = mapped_column(
        ForeignKey("weather_sources.name", ondelete="CASCADE"), index=True, default="forecast"
    )
    begins_at: Mapped[datetime]
    ground_c: Mapped[list[float]] = mapped_column(ARRAY(Double))
    snow_mm: Mapped[list[float]] = mapped_column(ARRAY(Double))

    __table_args__ = (
        CheckConstraint("source = 'forecast'", name="of_the_forecast"),
        CheckConstraint("cardinality(ground_c) between 1 and 400", name="some_hours"),
        CheckConstraint("cardinality(ground_c) = cardinality(snow_mm)", name="the_same_hours"),
    )

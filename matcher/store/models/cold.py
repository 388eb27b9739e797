"""When it is cold: the areas in which volunteers who agreed to it may be asked more, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from matcher.store.models.declared import Declared, Id, link_to


class ColdSpell(Declared):
    """Snow or ice in an area. It always has an end; it may be ended before."""

    __tablename__ = "cold_spells"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    started_by: Mapped[str]

    __table_args__ = (
        CheckConstraint("began_at < ends_at", name="ends_after_it_begins"),
        CheckConstraint("ended_at between began_at and ends_at", name="ended_inside_it"),
        # One at a time for an area.
        ExcludeConstraint(
            ("area_id", "="),
            (func.tstzrange(text("began_at"), text("coalesce(ended_at, ends_at)")), "&&"),
            name="ex_cold_spells_one_at_a_time",
            using="gist",
        ),
    )

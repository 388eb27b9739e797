"""When it is cold: the areas in which volunteers who agreed to it may be asked more, until when; who is warm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from matcher.domain.replies import WarmAnswer
from matcher.store.models.declared import Declared, Id, choice_column, link_to


class ColdSpell(Declared):
    """Snow or ice in an area. It always has an end; it may be ended before.

    settled_at: when, after it, what it had opened and nobody had taken was called off.
    """

    __tablename__ = "cold_spells"

    id: Mapped[Id]
    area_id: Mapped[int] = link_to("areas.id")
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    started_by: Mapped[str]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("began_at < ends_at", name="ends_after_it_begins"),
        CheckConstraint("ended_at between began_at and ends_at", name="ended_inside_it"),
        CheckConstraint("settled_at >= coalesce(ended_at, ends_at)", name="settled_after_it"),
        # One at a time for an area.
        ExcludeConstraint(
            ("area_id", "="),
            (func.tstzrange(text("began_at"), text("coalesce(ended_at, ends_at)")), "&&"),
            name="ex_cold_spells_one_at_a_time",
            using="gist",
        ),
    )


class WarmCheck(Declared):
    """Someone is asked, once in a spell, whether they are warm. dealt_at: somebody of the team did what they needed."""

    __tablename__ = "warm_checks"

    id: Mapped[Id]
    cold_spell_id: Mapped[int] = link_to("cold_spells.id")
    person_id: Mapped[int] = link_to("people.id")
    asked_at: Mapped[datetime]
    is_to_ring: Mapped[bool]
    answer: Mapped[WarmAnswer | None] = choice_column(WarmAnswer, nullable=True)
    answered_at: Mapped[datetime | None]
    dealt_at: Mapped[datetime | None]
    dealt_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        UniqueConstraint("cold_spell_id", "person_id"),
        CheckConstraint("(answer is null) = (answered_at is null)", name="answered_once"),
        CheckConstraint("(dealt_at is null) = (dealt_by is null)", name="somebody_dealt_with_it"),
    )

"""Kinds of help and safeguarding levels, as tables that the scheme owns."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.lifecycle import Urgency
from matcher.store.models.declared import Declared, choice_column


class LevelRow(Declared):
    """What must be known of a helper before the first visit, and the rules on the visit page."""

    __tablename__ = "levels"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    checks: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    rules: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    needs_words: Mapped[str]


class KindRow(Declared):
    """A kind of help. Not is_on: nobody can ask for it anew; what was asked for goes on."""

    __tablename__ = "kinds"

    slug: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    hint: Mapped[str]
    offer_name: Mapped[str]
    safe_label: Mapped[str]
    job_words: Mapped[str]
    bring: Mapped[str]
    minutes: Mapped[int]
    level_code: Mapped[str] = mapped_column(ForeignKey("levels.code"))
    urgency: Mapped[Urgency] = choice_column(Urgency)
    is_triaged: Mapped[bool]
    is_on: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    __table_args__ = (CheckConstraint("minutes between 5 and 480", name="minutes_in_a_day"),)

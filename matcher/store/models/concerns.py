"""Worries that someone told us. Private as homes are: who opens one is written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Concern(Declared):
    """A worry. `name` and `reach` are empty for who would rather not say. It is opened before it is closed."""

    __tablename__ = "concerns"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    about: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    words: Mapped[str]
    name: Mapped[str] = mapped_column(default="", server_default="")
    reach: Mapped[str] = mapped_column(default="", server_default="")
    raised_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = link_to("staff.id")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("cardinality(about) > 0", name="about_something"),
        CheckConstraint("words <> ''", name="in_words"),
        CheckConstraint("(opened_at is null) = (opened_by is null)", name="opened_by_someone"),
        CheckConstraint("(closed_at is null) = (closed_by is null)", name="closed_by_someone"),
        CheckConstraint("closed_at is null or opened_at is not null", name="opened_before_closed"),
    )

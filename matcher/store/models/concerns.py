"""Worries that someone told us. Private as homes are: who opens one is written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Concern(Declared):
    """A worry. `name` and `reach` are empty for who would rather not say. It is opened before it is closed.

    visit_id: of which visit it was told, if it was told on a visit's page.
    """

    __tablename__ = "concerns"

    id: Mapped[Id]
    reference: Mapped[str] = mapped_column(unique=True)
    about: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    words: Mapped[str]
    name: Mapped[str] = mapped_column(default="", server_default="")
    reach: Mapped[str] = mapped_column(default="", server_default="")
    visit_id: Mapped[int | None] = link_to("visits.id")
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


class ConcernTelling(Declared):
    """Who was told of a worry, how and when: what was done about it. `words` are private as its own are."""

    __tablename__ = "concern_tellings"

    id: Mapped[Id]
    concern_id: Mapped[int] = link_to("concerns.id")
    whom: Mapped[str]
    how: Mapped[str]
    words: Mapped[str] = mapped_column(default="", server_default="")
    staff_id: Mapped[int] = link_to("staff.id")
    told_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint(
            "whom in ('adult_care', 'police', 'health', 'dbs', 'lead', 'person', 'family', 'teller', 'other')",
            name="whom",
        ),
        CheckConstraint("how in ('phone', 'in_person', 'email', 'letter')", name="how"),
    )


class StandDown(Declared):
    """A volunteer whom a worry has stopped, until it is lifted. was_active: they had not paused themselves, before or
    since: then they are asked again once it is.
    """

    __tablename__ = "stand_downs"

    id: Mapped[Id]
    concern_id: Mapped[int] = link_to("concerns.id", index=False)
    person_id: Mapped[int] = link_to("people.id")
    was_active: Mapped[bool]
    handed_back: Mapped[int]  # visits
    staff_id: Mapped[int] = link_to("staff.id")
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("(lifted_at is null) = (lifted_by is null)", name="lifted_by_someone"),
        Index(
            "uq_stand_downs_one_by_a_worry",
            "concern_id",
            "person_id",
            unique=True,
            postgresql_where=text("lifted_at is null"),
        ),
    )

"""Messages to many volunteers at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class Broadcast(Declared):
    """One text to many volunteers: written, tried by e-mail on its writer, agreed to by another if they are many, sent.

    audience: as `domain.audience.Audience` keeps itself. text_id: the coordinator's words that held when it was
    written; null for those of the release. people: how many it was read back for, and once it is sent, how many it
    was owed to. most_alone: how many one coordinator may write to without another, when it was written.
    approved_people: for how many another agreed. taken_back: how many were stopped before they went.
    A trigger keeps what was agreed to as it was, and lets no message of it be owed before it is sent.
    """

    __tablename__ = "broadcasts"

    id: Mapped[Id]
    template: Mapped[str]
    text_id: Mapped[int | None] = link_to("message_texts.id")
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB)
    people: Mapped[int]
    most_alone: Mapped[int]
    written_by: Mapped[int] = link_to("staff.id")
    written_at: Mapped[datetime]
    tested_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = link_to("staff.id")
    approved_at: Mapped[datetime | None]
    approved_people: Mapped[int | None]
    sent_by: Mapped[int | None] = link_to("staff.id")
    sent_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = link_to("staff.id")
    stopped_at: Mapped[datetime | None]
    taken_back: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (
        CheckConstraint("num_nonnulls(approved_by, approved_at, approved_people) in (0, 3)", name="somebody_agreed"),
        CheckConstraint("approved_by <> written_by", name="another_agreed"),
        CheckConstraint("(sent_by is null) = (sent_at is null)", name="somebody_sent_it"),
        CheckConstraint("(stopped_by is null) = (stopped_at is null)", name="somebody_stopped_it"),
        CheckConstraint("sent_at is null or tested_at is not null", name="tried_before_it_goes"),
        CheckConstraint(
            "sent_at is null or people <= greatest(most_alone, coalesce(approved_people, 0))",
            name="two_for_many",
        ),
        CheckConstraint("people >= 0 and most_alone > 0 and taken_back >= 0", name="some_people"),
    )

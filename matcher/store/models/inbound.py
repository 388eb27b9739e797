"""What people text to us."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.replies import ReplyKind
from matcher.store.models.declared import Declared, Id, choice_column, link_to


class InboundText(Declared):
    """A text that came in, once for each id of the provider's, however often we are told of it.

    person_id: whose number it is, if it is one person's alone; otherwise `sender` is where an answer goes. `words` are
    kept only where a person must read them, and only for a time.
    """

    __tablename__ = "inbound_texts"

    id: Mapped[Id]
    provider_id: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = link_to("people.id")
    sender: Mapped[str] = mapped_column(default="", server_default="")
    kind: Mapped[ReplyKind] = choice_column(ReplyKind)
    is_to_read: Mapped[bool]
    words: Mapped[str] = mapped_column(default="", server_default="")
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("(read_at is null) = (read_by is null)", name="somebody_read_it"),
        CheckConstraint("is_to_read or words = ''", name="words_to_be_read"),
        CheckConstraint("person_id is null or sender = ''", name="sender_of_nobody_known"),
        Index("ix_inbound_texts_waiting", "received_at", postgresql_where=text("is_to_read and read_at is null")),
    )

"""Invitations to take part, and how many people answered them: by channel, never by person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id

_CHANNELS = "channel in ('postcard', 'poster', 'letter', 'text', 'email', 'phone', 'in_person')"


class Invitation(Declared):
    """Somebody asks people to take part, in words of their own. `code` is short enough to be read out."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    connector: Mapped[str]
    because: Mapped[str]
    channel: Mapped[str]
    made_at: Mapped[datetime]

    __table_args__ = (CheckConstraint(_CHANNELS, name="channel"),)


class InvitationCount(Declared):
    """How many chose what, in a month, by one channel: all that is kept of who answers."""

    __tablename__ = "invitation_counts"

    month: Mapped[date] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = (
        CheckConstraint(_CHANNELS, name="channel"),
        CheckConstraint("choice in ('ask', 'offer', 'story', 'read')", name="choice"),
        CheckConstraint("count > 0", name="counts_something"),
    )

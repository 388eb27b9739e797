"""Invitations to take part, and how many people answered them: by channel and by the pile, never by person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to

_CHANNELS = "channel in ('postcard', 'poster', 'letter', 'neighbour', 'gp', 'text', 'email', 'phone', 'in_person')"
_CHOICES = "choice in ('ask', 'offer', 'story', 'read')"


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
        CheckConstraint(_CHOICES, name="choice"),
        CheckConstraint("count > 0", name="counts_something"),
    )


class InvitationBatch(Declared):
    """A pile of one invitation: so many copies that no answer leads to whoever was given one.

    ended_at: answers are counted no more, until it is taken up again.
    """

    __tablename__ = "invitation_batches"

    invitation_id: Mapped[int] = link_to("invitations.id", primary_key=True, index=False)
    title: Mapped[str]
    area_id: Mapped[int] = link_to("areas.id")
    copies: Mapped[int]
    staff_id: Mapped[int] = link_to("staff.id")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = link_to("staff.id")

    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="somebody_ended_it"),
        CheckConstraint("copies >= 20", name="enough_copies"),
        CheckConstraint("title <> ''", name="has_a_title"),
    )


class BatchCount(Declared):
    """How many chose what, in a month, by one pile. Only a pile is counted by itself."""

    __tablename__ = "batch_counts"

    invitation_id: Mapped[int] = link_to("invitation_batches.invitation_id", primary_key=True, index=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    choice: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]

    __table_args__ = (
        CheckConstraint(_CHOICES, name="choice"),
        CheckConstraint("count > 0", name="counts_something"),
    )

"""Stories that the team has put with a place or with a request: for the team alone, and while the story is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matcher.store.models.declared import Declared, Id, link_to


class AttachedStory(Declared):
    """A story with a place or with a need.

    It leads to the story's first wording, which goes when the story is taken back: the database takes this row with it.
    """

    __tablename__ = "attached_stories"

    id: Mapped[Id]
    story_id: Mapped[int] = mapped_column(BigInteger)
    wording_number: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    place_id: Mapped[int | None] = link_to("places.id", ondelete="CASCADE")
    need_id: Mapped[int | None] = link_to("needs.id", ondelete="CASCADE")
    attached_at: Mapped[datetime]
    staff_id: Mapped[int] = link_to("staff.id")

    __table_args__ = (
        ForeignKeyConstraint(
            ["story_id", "wording_number"],
            ["story_wordings.story_id", "story_wordings.number"],
            name="fk_attached_stories_while_told",
            ondelete="CASCADE",
        ),
        CheckConstraint("wording_number = 1", name="as_it_was_told"),
        CheckConstraint("num_nonnulls(place_id, need_id) = 1", name="with_one_thing"),
        UniqueConstraint("story_id", "place_id"),
        UniqueConstraint("story_id", "need_id"),
    )

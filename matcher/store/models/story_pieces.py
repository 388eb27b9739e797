"""Pictures and voice notes that stories are told with: one of each, small, and bound to the words they stand beside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import TEXT
from sqlalchemy.orm import Mapped, mapped_column

from matcher.domain.stories import Piece
from matcher.store.models.declared import Declared, choice_column, link_to
from matcher.store.models.pictures import PICTURE_BYTES, PICTURE_TYPE

VOICE_TYPES = ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav")
VOICE_BYTES = 8 * 1024 * 1024

_TYPES = f"""case kind when 'picture' then content_type = '{PICTURE_TYPE}' else content_type in {VOICE_TYPES} end"""
_SIZES = f"""octet_length(content) between 1 and case kind when 'picture' then {PICTURE_BYTES} else {VOICE_BYTES} end"""
_MEASURES = "case kind when 'picture' then num_nulls(width, height) = 0 else num_nonnulls(width, height) = 0 end"


def _safe() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint(_TYPES, name="of_a_known_type"),
        CheckConstraint(_SIZES, name="small"),
        CheckConstraint(_MEASURES, name="measured"),
    )


class _Content:
    """What both tables hold of a piece: only what was made safe, of a known type, of a bounded size."""

    kind: Mapped[Piece] = choice_column(Piece)
    content_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int | None]
    height: Mapped[int | None]


class StoryPiece(_Content, Declared):
    """A picture or a voice note of a story. `mark` is made of all that others would see or hear of it."""

    __tablename__ = "story_pieces"

    story_id: Mapped[int] = link_to("stories.id", primary_key=True, index=False)
    kind: Mapped[Piece] = choice_column(Piece, primary_key=True)
    shows: Mapped[str]
    mark: Mapped[str] = mapped_column(TEXT, Computed("md5(kind || shows || md5(content))", persisted=True))
    added_at: Mapped[datetime]

    __table_args__ = (
        *_safe(),
        UniqueConstraint("story_id", "mark"),
        CheckConstraint("(kind = 'picture') = (shows <> '')", name="a_picture_is_described"),
    )


class UnsentPiece(_Content, Declared):
    """One that was chosen for a story that is not sent yet; erased after a day. Its key is kept as a hash."""

    __tablename__ = "unsent_pieces"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = _safe()

"""Pictures and voice notes of stories: made safe at once, kept a day until the story is sent, then part of it.

Who sees or hears one is asked anew each time: `story_reading.piece_for` for others, `of_story` for the team and the
teller.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.stories import Piece
from matcher.domain.wording import clean_line, refuse_secrets
from matcher.services import audit, drafts, story_rows
from matcher.services.made_safe import Safe, made_safe
from matcher.store.models import Story, StoryApproval, StoryPiece, StoryPublication, StoryWording, UnsentPiece

SHOWS_LENGTH = 200
_AGAIN = {
    Piece.PICTURE: "Choose the picture again. We keep it for 24 hours",
    Piece.VOICE: "Choose the voice note again. We keep it for 24 hours",
}
_NO_DESCRIPTION = "Enter what the picture shows"


@dataclass(frozen=True, slots=True)
class Offered:
    """What a story comes with: the key of each piece, what the picture shows, and what of it others may see or hear."""

    keys: Mapping[Piece, str]
    shows: str = ""
    shared: frozenset[Piece] = frozenset()


NOTHING = Offered({})


def keep_unsent(session: Session, kind: Piece, sent: bytes, *, now: datetime) -> str:
    """Make a file safe and keep it for the story that is being told; its key. BadInput if it cannot be used."""
    safe, key = made_safe(kind, sent), secrets.token_urlsafe(16)
    session.add(
        UnsentPiece(
            key_hash=_hash(key),
            kind=kind,
            content_type=safe.content_type,
            content=safe.content,
            width=safe.width,
            height=safe.height,
            expires_at=now + drafts.KEPT_FOR,
        )
    )
    session.flush()
    return key


def unsent(session: Session, key: str, *, now: datetime) -> Safe:
    """One that is not sent yet, for whoever has its key. NotFound once its day is over."""
    found = session.get(UnsentPiece, _hash(key))
    if found is None or found.expires_at <= now:
        raise NotFound
    return Safe(found.kind, found.content_type, found.content)


def check_unsent(session: Session, kind: Piece, key: str, *, now: datetime) -> None:
    """BadInput if that key leads to nothing any more. No key is fine."""
    wanted = select(UnsentPiece.kind).where(UnsentPiece.key_hash == _hash(key), UnsentPiece.expires_at > now)
    if key and session.scalar(wanted) is not kind:
        raise BadInput(_AGAIN[kind], field=kind)


def check_shows(text: str, *, has_picture: bool) -> str:
    """What a picture shows, for whoever cannot see it. BadInput if it is missing; empty where there is no picture."""
    shows = clean_line(text, SHOWS_LENGTH, noun="What the picture shows", field="shows") if has_picture else ""
    if has_picture and not shows:
        raise BadInput(_NO_DESCRIPTION, field="shows")
    try:
        refuse_secrets(shows)
    except BadInput as error:
        raise BadInput(error.message, field="shows") from None
    return shows


def erase_old_unsent(session: Session, *, now: datetime) -> int:
    """Erase what was chosen and never sent, past its day; how many."""
    gone = session.execute(delete(UnsentPiece).where(UnsentPiece.expires_at <= now).returning(UnsentPiece.kind)).all()
    return len(gone)


def check(session: Session, offered: Offered, *, now: datetime) -> None:
    """BadInput if a key leads to nothing any more, or a picture is not described."""
    check_shows(offered.shows, has_picture=Piece.PICTURE in offered.keys)
    for kind, key in offered.keys.items():
        check_unsent(session, kind, key, now=now)


def attach(session: Session, story: Story, offered: Offered, *, now: datetime) -> dict[Piece, str]:
    """Make what was chosen part of a story; the mark of each piece that others may see or hear. It was checked."""
    marks: dict[Piece, str] = {}
    for kind, key in offered.keys.items():
        chosen = session.get_one(UnsentPiece, _hash(key))
        piece = StoryPiece(
            story_id=story.id,
            kind=kind,
            content_type=chosen.content_type,
            content=chosen.content,
            width=chosen.width,
            height=chosen.height,
            shows=clean_line(offered.shows, SHOWS_LENGTH) if kind is Piece.PICTURE else "",
            added_at=now,
        )
        session.add(piece)
        session.delete(chosen)
        session.flush()
        if kind in offered.shared:
            marks[kind] = piece.mark
    return marks


def of_story(session: Session, story_id: int, kind: Piece) -> Safe:
    """A piece of this story, for whoever may read all that was told. NotFound if there is none."""
    found = session.get(StoryPiece, (story_id, kind))
    if found is None:
        raise NotFound
    return Safe(found.kind, found.content_type, found.content)


def told_with(session: Session, story_id: int) -> dict[Piece, str]:
    """Each piece of a story with what it shows; the content itself is not read."""
    wanted = select(StoryPiece.kind, StoryPiece.shows).where(StoryPiece.story_id == story_id).order_by(StoryPiece.kind)
    return {kind: shows for kind, shows in session.execute(wanted)}  # noqa: C416 (a Row is not a pair to dict())


def take_out(session: Session, story_id: int, kind: Piece, *, now: datetime) -> None:
    """Erase a picture or a voice note; the words stay as and where they are. Conflict if there are no words beside it.

    Whoever agreed to more agreed to less: each yes and what is out stand as before, without it.
    """
    story = story_rows.find(session, story_id)
    newest = story_rows.newest(session, story)
    if newest is None or session.get(StoryPiece, (story_id, kind)) is None:
        raise NotFound
    if not newest.words:
        raise Conflict("Nobody has written your story down yet. You can take the whole of it back.")
    out = _copies(session, StoryPublication, story_id)
    given = _copies(session, StoryApproval, story_id)
    for table in (StoryPublication, StoryApproval):
        session.execute(delete(table).where(table.story_id == story_id))
    for wording in session.scalars(select(StoryWording).where(StoryWording.story_id == story_id)):
        setattr(wording, f"{kind}_mark", None)
    session.flush()
    session.execute(delete(StoryPiece).where(StoryPiece.story_id == story_id, StoryPiece.kind == kind))
    wanted = select(StoryWording.id, StoryWording.words_md5).where(StoryWording.story_id == story_id)
    sums = {wording_id: words_md5 for wording_id, words_md5 in session.execute(wanted)}  # noqa: C416 (as above)
    session.add_all(StoryApproval(**{**row, "words_md5": sums[row["wording_id"]]}) for row in given)
    session.flush()
    session.add_all(StoryPublication(**row) for row in out)
    audit.record(session, audit.SYSTEM, "took_out", ("story", story_id), kind, now=now)
    session.flush()


def erase_of(session: Session, story_id: int) -> None:
    """Erase every piece of a story whose words are gone."""
    session.execute(delete(StoryPiece).where(StoryPiece.story_id == story_id))


def pieces_of(names: Collection[str]) -> frozenset[Piece]:
    """The kinds among these names; others are left out."""
    return frozenset(kind for kind in Piece if kind in names)


def _copies(
    session: Session, table: type[StoryPublication] | type[StoryApproval], story_id: int
) -> list[dict[str, Any]]:
    columns = table.__table__.columns
    return [dict(row._mapping) for row in session.execute(select(*columns).where(columns.story_id == story_id))]


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()

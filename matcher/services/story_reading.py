"""Stories as others read them: `domain.stories.may_read` decides what anyone may read, in `seen` and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.roles import StaffRoleName
from matcher.domain.stories import READABLE, Piece, Reader, may_read, shows_name
from matcher.services import story_pieces, story_rows
from matcher.services.made_safe import Safe
from matcher.store.models import Area, Story, StoryPiece, StoryPublication, StoryWording

A_PAGE = 20
MIN_VIEWS = 2
_PICTURE = (StoryPiece.shows, StoryPiece.width, StoryPiece.height)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees of one story, and nothing else of it. `name` is empty but for readers of a named one.

    is_changed: the team wrote these words and the teller agreed to them. is_written_down: they tell in words what was
    told by a picture or a voice note. `picture` is what the picture shows, empty if there is none to see; its size is
    in dots.
    """

    story_id: int
    words: str
    name: str
    area: str
    about: str
    is_changed: bool
    is_written_down: bool = False
    picture: str = ""
    picture_size: tuple[int | None, int | None] = (None, None)
    has_voice: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of stories. `count`: of all there are."""

    stories: tuple[Seen, ...]
    count: int
    page: int
    last: int


@dataclass(frozen=True, slots=True)
class _Picture:
    shows: str = ""
    width: int | None = None
    height: int | None = None


_NO_PICTURE = _Picture()


def reader_of(roles: Collection[StaffRoleName]) -> Reader:
    """As whom somebody with these roles reads."""
    if StaffRoleName.COORDINATOR in roles or StaffRoleName.CONNECTOR in roles:
        return Reader.TEAM
    return Reader.BOARD if StaffRoleName.BOARD_MEMBER in roles else Reader.PUBLIC


def seen(
    reader: Reader,
    story: Story,
    out: StoryPublication | None,
    wording: StoryWording,
    area: str,
    *,
    now: datetime,
    picture: _Picture = _NO_PICTURE,
) -> Seen | None:
    """What this reader sees of this story; None if they may not read it."""
    if not may_read(reader, story_rows.standing(story, out), now=now):
        return None
    return Seen(
        story_id=story.id,
        words=wording.words,
        name=story.shown_name if reader is not Reader.BOARD and shows_name(story.level) else "",
        area=area,
        about=story.about or "",
        is_changed=bool(story.words) and wording.words != story.words,
        is_written_down=not story.words,
        picture=picture.shows,
        picture_size=(picture.width, picture.height),
        has_voice=wording.voice_mark is not None,
    )


def out_for(
    session: Session,
    reader: Reader,
    *,
    now: datetime,
    area_id: int | None = None,
    area_ids: Collection[int] | None = None,
) -> tuple[Seen, ...]:
    """Every story that is out and this reader may read, the newest first: all of them, those of one area, or those of
    some areas and of none.
    """
    wanted = (
        select(Story, StoryPublication, StoryWording, func.coalesce(Area.name, ""), *_PICTURE)
        .join(StoryPublication, StoryPublication.story_id == Story.id)
        .join(StoryWording, StoryWording.id == StoryPublication.wording_id)
        .outerjoin(Area, Area.id == Story.area_id)
        .outerjoin(StoryPiece, and_(StoryPiece.story_id == Story.id, StoryPiece.mark == StoryWording.picture_mark))
        .where(Story.level.in_(READABLE[reader]))
        .order_by(StoryPublication.published_at.desc(), Story.id.desc())
    )
    if area_id is not None:
        wanted = wanted.where(Story.area_id == area_id)
    if area_ids is not None:
        wanted = wanted.where(or_(Story.area_id.is_(None), Story.area_id.in_(area_ids)))
    rows = (
        seen(reader, *row[:4], picture=_Picture(*row[4:]) if row.shows else _NO_PICTURE, now=now)
        for row in session.execute(wanted)
    )
    return tuple(one for one in rows if one is not None)


def piece_for(session: Session, reader: Reader, story_id: int, kind: Piece, *, now: datetime) -> Safe:
    """A picture or a voice note that stands with a story as it is out. NotFound unless they may read that now."""
    row = session.execute(
        select(Story, StoryPublication, StoryWording)
        .join(StoryPublication, StoryPublication.story_id == Story.id)
        .join(StoryWording, StoryWording.id == StoryPublication.wording_id)
        .where(Story.id == story_id)
    ).one_or_none()
    if row is None or not may_read(reader, story_rows.standing(row.Story, row.StoryPublication), now=now):
        raise NotFound
    if kind not in story_rows.shared(row.StoryWording):
        raise NotFound
    return story_pieces.of_story(session, story_id, kind)


def shelf(session: Session, reader: Reader, *, page: int = 1, now: datetime) -> Shelf:
    """One page of them. A page that is not there is the last."""
    found = out_for(session, reader, now=now)
    last = max(1, -(-len(found) // A_PAGE))
    page = min(max(page, 1), last)
    return Shelf(found[(page - 1) * A_PAGE : page * A_PAGE], len(found), page, last)


@dataclass(frozen=True, slots=True)
class View:
    """What some tellers said their story is about, and the newest of these stories."""

    about: str
    count: int
    story: Seen


@dataclass(frozen=True, slots=True)
class Views:
    """The most and the least common view among so many tellers."""

    most: View
    least: View
    count: int

    @property
    def is_level(self) -> bool:
        """True if neither is more common than the other."""
        return self.most.count == self.least.count


def views(stories: Sequence[Seen]) -> Views | None:
    """Two views out of these stories, the newest first; None while there is only one."""
    counts = Counter(story.about for story in stories)
    if len(counts) < MIN_VIEWS:
        return None
    newest = {story.about: story for story in reversed(stories)}
    ranked = sorted(counts, key=lambda about: (-counts[about], about))
    most, least = (View(about, counts[about], newest[about]) for about in (ranked[0], ranked[-1]))
    return Views(most, least, len(stories))

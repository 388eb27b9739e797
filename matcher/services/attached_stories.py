"""Stories put with a place or a request, for the team alone: by a story's reference, until it is taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.kinds import job_words
from matcher.domain.places import KIND_WORDS
from matcher.domain.stories import Reader, may_read
from matcher.services import audit, decisions, story_rows
from matcher.store.models import Area, AttachedStory, KindRow, Need, Place, Story

Noun = Literal["place", "need"]
_COLUMNS = {"place": AttachedStory.place_id, "need": AttachedStory.need_id}


@dataclass(frozen=True, slots=True)
class Thing:
    """A place or a need, by its id."""

    noun: Noun
    id: int


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who puts it there, for which areas, and when."""

    staff_id: int
    area_ids: frozenset[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """A story as it stands with a place or a need: not a word of it, since each look at a story is written down."""

    story_id: int
    reference: str
    about: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Hook:
    """What a story hangs on, as the team calls it: never whose home it is."""

    thing: Thing
    words: str
    area: str


def attach(session: Session, thing: Thing, reference: str, by: Keeper) -> None:
    """Put the story with this reference with a place or a need. Twice is once.

    BadInput if they have no such story. NotFound for a thing that is not theirs.
    """
    _require_theirs(session, thing, by.area_ids)
    story = story_rows.find(session, decisions.story_by_reference(session, reference, by.area_ids), by.area_ids)
    if not may_read(Reader.TEAM, story_rows.standing(story, None), now=by.now):
        raise BadInput(decisions.NO_STORY, field="reference")
    row = {"story_id": story.id, f"{thing.noun}_id": thing.id, "attached_at": by.now, "staff_id": by.staff_id}
    added = insert(AttachedStory).values(row).on_conflict_do_nothing().returning(AttachedStory.id)
    if session.scalar(added) is not None:
        _record(session, "attached_story", thing, story.id, by)


def detach(session: Session, thing: Thing, story_id: int, by: Keeper) -> None:
    """It does not belong there after all. Twice is once."""
    _require_theirs(session, thing, by.area_ids)
    which = AttachedStory.story_id == story_id, _COLUMNS[thing.noun] == thing.id
    gone = session.scalar(delete(AttachedStory).where(*which).returning(AttachedStory.id))
    if gone is not None:
        _record(session, "detached_story", thing, story_id, by)


def with_thing(session: Session, thing: Thing, area_ids: Collection[int], *, now: datetime) -> tuple[Attached, ...]:
    """The stories with a place or a need that whoever has these areas may read, the newest told first."""
    wanted = (
        select(Story)
        .join(AttachedStory, AttachedStory.story_id == Story.id)
        .where(_COLUMNS[thing.noun] == thing.id, or_(Story.area_id.is_(None), Story.area_id.in_(area_ids)))
        .order_by(Story.told_at.desc(), Story.id.desc())
    )
    return tuple(
        Attached(story.id, story.reference, story.about or "", story.told_at)
        for story in session.scalars(wanted)
        if may_read(Reader.TEAM, story_rows.standing(story, None), now=now)
    )


def hooks_of(session: Session, story_id: int, area_ids: Collection[int]) -> tuple[Hook, ...]:
    """What a story hangs on in these areas: the places that are still there, then the needs."""
    places = (
        select(Place, Area.name)
        .join(AttachedStory, AttachedStory.place_id == Place.id)
        .join(Area, Area.id == Place.area_id)
        .where(AttachedStory.story_id == story_id, Place.area_id.in_(area_ids), Place.gone_at.is_(None))
        .order_by(AttachedStory.id)
    )
    needs = (
        select(Need, KindRow, Area.name)
        .join(AttachedStory, AttachedStory.need_id == Need.id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Need.area_id)
        .where(AttachedStory.story_id == story_id, Need.area_id.in_(area_ids))
        .order_by(AttachedStory.id)
    )
    return (
        *(
            Hook(Thing("place", place.id), f"{place.name}, {KIND_WORDS[place.kind]}", area)
            for place, area in session.execute(places)
        ),
        *(
            Hook(Thing("need", need.id), f"{job_words(kind.job_words, tuple(need.details))}, {need.reference}", area)
            for need, kind, area in session.execute(needs)
        ),
    )


def _require_theirs(session: Session, thing: Thing, area_ids: Collection[int]) -> None:
    if thing.noun == "place":
        wanted = select(Place.id).where(Place.id == thing.id, Place.area_id.in_(area_ids), Place.gone_at.is_(None))
    else:
        wanted = select(Need.id).where(Need.id == thing.id, Need.area_id.in_(area_ids))
    if session.scalar(wanted) is None:
        raise NotFound


def _record(session: Session, what: str, thing: Thing, story_id: int, by: Keeper) -> None:
    """With the thing and with the story, so that either tells."""
    for noun, thing_id in ((thing.noun, thing.id), ("story", story_id)):
        audit.record(session, audit.staff(by.staff_id), what, (noun, thing_id), now=by.now)

"""The teller's own page: exactly what others read, their yes to it, who may read it, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict, NotFound
from matcher.domain.stories import CONSENT_LASTS, Level, Piece, Reader, Stage, is_narrower, may_read, stage_of
from matcher.services import audit, decision_reading, stories, story_pieces, story_rows, story_withdrawal
from matcher.services.decision_reading import Answer
from matcher.services.made_safe import Safe
from matcher.store.models import Area, Story, StoryPublication


@dataclass(frozen=True, slots=True)
class OwnStory:
    """What the teller reads. `words` is the newest wording, `told` what they told; `area`: empty for none."""

    story_id: int
    reference: str
    told: str
    words: str
    wording_id: int
    is_changed: bool
    is_approved: bool
    is_out: bool
    stage: Stage
    level: Level
    shown_name: str
    area: str
    consent_until: datetime
    is_reached: bool
    prints: tuple[str, ...]
    answers: tuple[Answer, ...]
    told_with: dict[Piece, str]
    shared: frozenset[Piece]


def read(session: Session, story_id: int, *, now: datetime) -> OwnStory:
    """Their story as it is. NotFound once it is withdrawn."""
    story = session.get(Story, story_id)
    wording = story_rows.newest(session, story) if story else None
    if story is None or wording is None:
        raise NotFound
    progress = story_rows.progress(session, story)
    return OwnStory(
        story_id=story_id,
        reference=story.reference,
        told=story.words,
        words=wording.words,
        wording_id=wording.id,
        is_changed=wording.words != story.words,
        is_approved=progress.is_approved,
        is_out=progress.is_out,
        stage=stage_of(progress),
        level=story.level,
        shown_name=story.shown_name,
        area=session.scalar(select(Area.name).where(Area.id == story.area_id)) or "",
        consent_until=story.consent_until,
        is_reached=story_rows.teller(session, story_id) is not None,
        prints=story_withdrawal.prints_of(session, story_id),
        answers=decision_reading.came_of(session, story_id, now=now),
        told_with=story_pieces.told_with(session, story_id),
        shared=story_rows.shared(wording),
    )


def piece(session: Session, story_id: int, kind: Piece, *, now: datetime) -> Safe:
    """A picture or a voice note of their own story. NotFound once it is gone."""
    story = session.get(Story, story_id)
    if story is None or not may_read(Reader.TEAM, story_rows.standing(story, None), now=now):
        raise NotFound
    return story_pieces.of_story(session, story_id, kind)


def approve(session: Session, story_id: int, wording_id: int, *, now: datetime) -> None:
    """Yes to exactly these words. Conflict if there are newer ones: those are shown then."""
    story = story_rows.find(session, story_id)
    wording = story_rows.newest(session, story)
    if wording is None:
        raise NotFound
    if wording.id != wording_id:
        raise Conflict("The words have changed since you read them. Please read them again.")
    story_rows.approve(session, story, wording, "link", staff_id=None, now=now)
    story.talk_since = None
    audit.record(session, audit.SYSTEM, "approved", ("story", story_id), now=now)


def choose_level(session: Session, story_id: int, level: str, shown_name: str, *, now: datetime) -> None:
    """Who may read it from now on, for another 12 months. Fewer people: at once, and it stays out for them. More: the
    team looks at it again first. BadInput names the field.
    """
    story = story_rows.find(session, story_id)
    wording = story_rows.newest(session, story)
    if wording is None:
        raise NotFound
    wanted = stories.read_level(level)
    name = stories.check_shown_name(shown_name, wanted)
    was_approved = story_rows.is_approved(session, story, wording)
    out = _take_in(session, story_id)
    before = story.level
    story.level, story.shown_name = wanted, name
    story.consent_at, story.consent_until = now, now + CONSENT_LASTS
    session.flush()
    if was_approved:  # they read these words on this very page
        story_rows.approve(session, story, wording, "link", staff_id=None, now=now)
    stays = out is not None and was_approved and out.wording_id == wording.id and is_narrower(wanted, before)
    if out is not None and stays and wanted is not Level.TEAM:
        session.add(
            StoryPublication(
                story_id=story_id,
                wording_id=out.wording_id,
                level=wanted,
                checked=out.checked,
                published_at=now,
                staff_id=out.staff_id,
            )
        )
    audit.record(session, audit.SYSTEM, "chose_level", ("story", story_id), "level", now=now)
    session.flush()


def _take_in(session: Session, story_id: int) -> StoryPublication | None:
    """It is out no longer; how it was."""
    out = story_rows.publication(session, story_id)
    if out is not None:
        session.delete(out)
        session.flush()
    return out

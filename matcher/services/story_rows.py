"""The rows of a story that its other services share: found, its newest words, the teller's yes, and its standing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.stories import Piece, Progress, Standing
from matcher.store.models import Story, StoryApproval, StoryPublication, StoryTeller, StoryWording


def find(session: Session, story_id: int, area_ids: frozenset[int] | None = None) -> Story:
    """The story, locked. area_ids: of whoever asks; a story about no area is everyone's. NotFound if not theirs."""
    story = session.get(Story, story_id, with_for_update=True)
    if story is None or (area_ids is not None and story.area_id is not None and story.area_id not in area_ids):
        raise NotFound
    return story


def newest(session: Session, story: Story) -> StoryWording | None:
    """Its newest words; None once it is withdrawn."""
    wanted = select(StoryWording).where(StoryWording.story_id == story.id).order_by(StoryWording.number.desc()).limit(1)
    return session.scalars(wanted).one_or_none()


def is_approved(session: Session, story: Story, wording: StoryWording | None) -> bool:
    """Whether the teller said yes to these words at the level the story has now."""
    if wording is None:
        return False
    yes = exists().where(StoryApproval.wording_id == wording.id, StoryApproval.level == story.level)
    return bool(session.scalar(select(yes)))


def shared(wording: StoryWording | None) -> frozenset[Piece]:
    """What others see or hear with these words."""
    marks = {Piece.PICTURE: wording.picture_mark, Piece.VOICE: wording.voice_mark} if wording else {}
    return frozenset(kind for kind, mark in marks.items() if mark)


def approve(
    session: Session, story: Story, wording: StoryWording, how: str, *, staff_id: int | None, now: datetime
) -> None:
    """Write down the teller's yes to these words at the level the story has now. Twice is once."""
    if is_approved(session, story, wording):
        return
    session.add(
        StoryApproval(
            wording_id=wording.id,
            story_id=story.id,
            level=story.level,
            words_md5=wording.words_md5,
            approved_at=now,
            how=how,
            staff_id=staff_id,
        )
    )
    session.flush()


def publication(session: Session, story_id: int) -> StoryPublication | None:
    """How it is out, if it is."""
    return session.get(StoryPublication, story_id)


def teller(session: Session, story_id: int) -> StoryTeller | None:
    """Who told it, if they let us reach them."""
    return session.get(StoryTeller, story_id)


def standing(story: Story, out: StoryPublication | None) -> Standing:
    """What decides who may read it."""
    is_out = out is not None and out.level is story.level
    return Standing(story.level, story.consent_until, story.withdrawn_at is not None, is_out)


def progress(session: Session, story: Story) -> Progress:
    """What its stage is read from."""
    wording = newest(session, story)
    return Progress(
        is_withdrawn=story.withdrawn_at is not None,
        is_out=publication(session, story.id) is not None,
        is_looked_at=story.looked_at is not None,
        is_talk_wanted=story.talk_since is not None,
        is_approved=is_approved(session, story, wording),
        level=story.level,
        is_written=wording is None or wording.is_written,
    )

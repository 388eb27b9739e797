"""The team's list of stories by their stage, one of them in full, and the tellers a person has to ring or write to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import NotificationStatus
from matcher.domain.stories import SCALES, Level, Piece, Progress, Reader, Stage, may_read, stage_of
from matcher.domain.wording import beginning_of
from matcher.services import audit, handed_over, people, story_pieces, story_rows, story_withdrawal
from matcher.services.made_safe import Safe
from matcher.store.models import (
    Area,
    Notification,
    Staff,
    Story,
    StoryApproval,
    StoryPublication,
    StoryTeller,
    StoryWording,
)

ROWS_SHOWN = 100
WITHDRAWN_SHOWN = timedelta(days=30)
BEGINNING = 120  # characters of a story in the list
_BY_A_PERSON = ("phone", "letter")


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A story in the list. `beginning` of its words, `about` and `tags` are empty once nobody may read it."""

    story_id: int
    reference: str
    stage: Stage
    about: str
    area: str
    level: Level
    told_at: datetime
    beginning: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A wording with who wrote it; empty for the teller."""

    wording_id: int
    number: int
    words: str
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One story as the team reads it. `reach` is empty if the teller would rather not be contacted."""

    story_id: int
    reference: str
    stage: Stage
    about: str
    area: str
    level: Level
    shown_name: str
    how: str
    told_at: datetime
    consent_until: datetime
    versions: tuple[Version, ...]
    is_approved: bool
    is_out: bool
    out_number: int | None
    scales: tuple[tuple[str, str], ...]
    reach: tuple[str, ...]
    is_hidden_issue: bool
    is_minority_view: bool
    prints: tuple[str, ...]
    told_with: dict[Piece, str]
    shared: frozenset[Piece]


@dataclass(frozen=True, slots=True)
class RingRow:
    """A teller whom only a person can tell something. `why`: how it was tried."""

    notification_id: int
    story_id: int
    reference: str
    name: str
    reach: str
    template: str
    why: str


def queue(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[QueueRow, ...]:
    """Every story of these areas and of none, and what was withdrawn of late; the newest told first."""
    found = session.execute(_with_progress(area_ids, now).limit(ROWS_SHOWN)).all()
    return tuple(_row(row, now) for row in found)


def counts(session: Session, area_ids: frozenset[int], *, now: datetime) -> dict[Stage, int]:
    """How many stand at each stage."""
    counted = dict.fromkeys(Stage, 0)
    for row in session.execute(_with_progress(area_ids, now)):
        counted[stage_of(_progress(row))] += 1
    return counted


def read(session: Session, story_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> StoryPage:
    """One story. The look is audited. NotFound if it is withdrawn, or of no area of theirs."""
    story = story_rows.find(session, story_id, area_ids)
    out = story_rows.publication(session, story_id)
    if not may_read(Reader.TEAM, story_rows.standing(story, out), now=now):
        raise NotFound
    audit.record(session, audit.staff(staff_id), "read", ("story", story_id), "words", "reach", now=now)
    versions = _versions(session, story_id)
    progress = story_rows.progress(session, story)
    return StoryPage(
        story_id=story_id,
        reference=story.reference,
        stage=stage_of(progress),
        about=story.about or "",
        area=session.scalar(select(Area.name).where(Area.id == story.area_id)) or "",
        level=story.level,
        shown_name=story.shown_name,
        how=story.how,
        told_at=story.told_at,
        consent_until=story.consent_until,
        versions=versions,
        is_approved=progress.is_approved,
        is_out=out is not None,
        out_number=next((one.number for one in versions if out and one.wording_id == out.wording_id), None),
        scales=_scales(story),
        reach=_reach(story_rows.teller(session, story_id)),
        is_hidden_issue=story.is_hidden_issue,
        is_minority_view=story.is_minority_view,
        prints=story_withdrawal.prints_of(session, story_id),
        told_with=story_pieces.told_with(session, story_id),
        shared=story_rows.shared(story_rows.newest(session, story)),
    )


def piece(
    session: Session, story_id: int, kind: Piece, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> Safe:
    """A picture or a voice note of one story, whoever else may have it. The look is audited. NotFound as above."""
    story = story_rows.find(session, story_id, area_ids)
    if not may_read(Reader.TEAM, story_rows.standing(story, None), now=now):
        raise NotFound
    audit.record(session, audit.staff(staff_id), "read", ("story", story_id), kind, now=now)
    return story_pieces.of_story(session, story_id, kind)


def to_ring(session: Session, area_ids: frozenset[int]) -> tuple[RingRow, ...]:
    """Tellers to ring or write to: who asked for that, and whom no message reached; the longest waiting first."""
    wanted = (
        select(Notification, Story.reference, StoryTeller)
        .join(Story, Story.id == Notification.story_id)
        .join(StoryTeller, StoryTeller.story_id == Story.id)
        .where(
            _is_theirs(area_ids),
            or_(
                and_(Notification.channel.in_(_BY_A_PERSON), Notification.status.in_(handed_over.UNTOLD)),
                Notification.status.in_((NotificationStatus.FAILED, NotificationStatus.UNCERTAIN)),
            ),
        )
        .order_by(Notification.owed_at, Notification.id)
        .limit(ROWS_SHOWN)
    )
    return tuple(
        RingRow(
            notification_id=row.id,
            story_id=teller.story_id,
            reference=reference,
            name=teller.name,
            reach=" ".join(_reach(teller)[1:]),
            template=row.template,
            why="They asked for it" if row.channel in _BY_A_PERSON else (row.last_error or "It may not have gone"),
        )
        for row, reference, teller in session.execute(wanted)
    )


def mark_told(
    session: Session, notification_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """They were told. Twice is once. NotFound if it is of no teller of theirs."""
    theirs = select(Notification.id).join(Story, Story.id == Notification.story_id)
    if session.scalar(theirs.where(Notification.id == notification_id, _is_theirs(area_ids))) is None:
        raise NotFound
    handed_over.mark_told(session, notification_id, actor=audit.staff(staff_id), now=now)


def _is_theirs(area_ids: frozenset[int]) -> Any:
    return or_(Story.area_id.is_(None), Story.area_id.in_(area_ids))


def _with_progress(area_ids: frozenset[int], now: datetime) -> Select[Story, str, bool, bool]:
    newest = (
        select(func.max(StoryWording.id)).where(StoryWording.story_id == Story.id).correlate(Story).scalar_subquery()
    )
    is_written = select(StoryWording.is_written).where(StoryWording.id == newest).correlate(Story).scalar_subquery()
    is_approved = exists().where(StoryApproval.wording_id == newest, StoryApproval.level == Story.level)
    is_out = exists().where(StoryPublication.story_id == Story.id)
    facts = is_approved.label("is_approved"), is_out.label("is_out"), is_written.label("is_written")
    return (
        select(Story, Area.name, *facts)
        .outerjoin(Area, Area.id == Story.area_id)
        .where(_is_theirs(area_ids))
        .where(or_(Story.withdrawn_at.is_(None), Story.withdrawn_at > now - WITHDRAWN_SHOWN))
        .order_by(Story.told_at.desc(), Story.id.desc())
    )


def _progress(row: Any) -> Progress:
    story = row.Story
    return Progress(
        is_withdrawn=story.withdrawn_at is not None,
        is_out=row.is_out,
        is_looked_at=story.looked_at is not None,
        is_talk_wanted=story.talk_since is not None,
        is_approved=row.is_approved,
        level=story.level,
        is_written=row.is_written is not False,
    )


def _row(row: Any, now: datetime) -> QueueRow:
    story = row.Story
    is_kept = story.consent_until > now
    words = " ".join(story.words.split()) if is_kept else ""
    tags = (
        ("hidden issue", story.is_hidden_issue and is_kept),
        ("minority view", story.is_minority_view and is_kept),
        ("with a picture or a voice note", story.is_told_with_more and is_kept and story.withdrawn_at is None),
    )
    return QueueRow(
        story_id=story.id,
        reference=story.reference,
        stage=stage_of(_progress(row)),
        about=story.about if story.about and is_kept else "",
        area=row.name or "",
        level=story.level,
        told_at=story.told_at,
        beginning=beginning_of(words, BEGINNING),
        tags=tuple(word for word, is_on in tags if is_on),
    )


def _versions(session: Session, story_id: int) -> tuple[Version, ...]:
    wanted = (
        select(StoryWording, Staff.name)
        .outerjoin(Staff, Staff.id == StoryWording.written_by)
        .where(StoryWording.story_id == story_id)
        .order_by(StoryWording.number)
    )
    return tuple(
        Version(row.id, row.number, row.words, name or "", row.written_at) for row, name in session.execute(wanted)
    )


def _scales(story: Story) -> tuple[tuple[str, str], ...]:
    given = ((question, steps, getattr(story, name)) for name, (question, steps) in SCALES.items())
    return tuple((question, steps[step - 1]) for question, steps, step in given if step)


def _reach(teller: StoryTeller | None) -> tuple[str, ...]:
    if teller is None:
        return ()
    ways = {"email": teller.email, "letter": teller.address}
    return teller.name, ways.get(teller.contact) or people.phone_words(teller.phone)

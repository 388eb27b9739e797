"""You said, we did, as the team, the board and everyone read it, and as a teller reads what came of a story."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.decisions import OPEN, VIEWS, State, is_overdue
from matcher.domain.localtime import local_day
from matcher.domain.stories import Reader
from matcher.services import story_reading
from matcher.services.story_reading import Seen
from matcher.store.models import Area, Decision, DecisionStory, DecisionView, Story

QUOTED = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """One record. `heard`: how many stories it answers. `views`: view -> how many. `area`: empty for all of them."""

    decision_id: int
    title: str
    said: str
    area: str
    area_slug: str
    state: State
    looked_by: str
    looked_on: date | None
    decision: str
    because: str
    decided_on: date | None
    disagreed: str
    next_step: str
    due_on: date | None
    is_public: bool
    is_overdue: bool
    first_told_on: date
    heard: int
    views: dict[str, int]
    quotes: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class LinkedStory:
    """A story that a record answers, as the team sees it in the list."""

    story_id: int
    reference: str
    is_withdrawn: bool


def for_team(session: Session, area_ids: Collection[int], *, now: datetime) -> tuple[Answer, ...]:
    """Every record of these areas, the late ones first, then those that are open."""
    return _answers(session, _of(area_ids), Reader.TEAM, now)


def for_board(session: Session, *, now: datetime) -> tuple[Answer, ...]:
    """What waits for an answer, the late ones first."""
    return _answers(session, Decision.state.in_(OPEN), Reader.BOARD, now)


def for_everyone(session: Session, *, now: datetime, area_id: int | None = None) -> tuple[Answer, ...]:
    """What everyone may read; of one area and of all of them, if one is named."""
    wanted: ColumnElement[bool] = Decision.is_public.is_(True)
    if area_id is not None:
        wanted &= or_(Decision.area_id.is_(None), Decision.area_id == area_id)
    return _answers(session, wanted, Reader.PUBLIC, now)


def one(session: Session, decision_id: int, area_ids: Collection[int], *, now: datetime) -> Answer | None:
    """One record; None if it is of no area of theirs."""
    found = _answers(session, _of(area_ids) & (Decision.id == decision_id), Reader.TEAM, now)
    return found[0] if found else None


def came_of(session: Session, story_id: int, *, now: datetime) -> tuple[Answer, ...]:
    """What came of a story, for its teller."""
    theirs = select(DecisionStory.decision_id).where(DecisionStory.story_id == story_id)
    return _answers(session, Decision.id.in_(theirs), Reader.PUBLIC, now)


def linked(session: Session, decision_id: int) -> tuple[LinkedStory, ...]:
    """The stories that a record answers, the first told first."""
    wanted = (
        select(Story.id, Story.reference, Story.withdrawn_at)
        .join(DecisionStory, DecisionStory.story_id == Story.id)
        .where(DecisionStory.decision_id == decision_id)
        .order_by(Story.told_at, Story.id)
    )
    return tuple(LinkedStory(row.id, row.reference, row.withdrawn_at is not None) for row in session.execute(wanted))


def _of(area_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Decision.area_id.is_(None), Decision.area_id.in_(area_ids))


def _answers(session: Session, wanted: ColumnElement[bool], reader: Reader, now: datetime) -> tuple[Answer, ...]:
    today = local_day(now)
    late = case((Decision.state.in_(OPEN) & (Decision.due_on < today), 0), (Decision.state.in_(OPEN), 1), else_=2)
    rows = session.execute(
        select(Decision, func.coalesce(Area.name, ""), func.coalesce(Area.slug, ""))
        .outerjoin(Area, Area.id == Decision.area_id)
        .where(wanted)
        .order_by(late, Decision.due_on, Decision.id.desc())
    ).all()
    ids = [row[0].id for row in rows]
    stories = _stories(session, ids)
    readable = {seen.story_id: seen for seen in story_reading.out_for(session, reader, now=now)}
    views = _views(session, ids)
    return tuple(
        _answer(row, area, slug, stories.get(row.id, []), readable, views.get(row.id, {}), today)
        for row, area, slug in rows
    )


def _answer(
    row: Decision,
    area: str,
    slug: str,
    stories: list[tuple[int, datetime]],
    readable: dict[int, Seen],
    views: dict[str, int],
    today: date,
) -> Answer:
    quotes = [readable[story_id] for story_id, _ in stories if story_id in readable]
    names = (
        *("title", "said", "state", "looked_by", "looked_on", "decision", "because", "decided_on", "disagreed"),
        *("next_step", "due_on", "is_public"),
    )
    return Answer(
        decision_id=row.id,
        area=area,
        area_slug=slug,
        is_overdue=is_overdue(row.state, row.due_on, today),
        first_told_on=local_day(min((told_at for _, told_at in stories), default=row.made_at)),
        heard=len(stories),
        views={view: views.get(view, 0) for view, _ in VIEWS},
        quotes=tuple(quotes[:QUOTED]),
        **{name: getattr(row, name) for name in names},
    )


def _stories(session: Session, ids: list[int]) -> dict[int, list[tuple[int, datetime]]]:
    wanted = (
        select(DecisionStory.decision_id, Story.id, Story.told_at)
        .join(Story, Story.id == DecisionStory.story_id)
        .where(DecisionStory.decision_id.in_(ids))
        .order_by(Story.told_at, Story.id)
    )
    found: dict[int, list[tuple[int, datetime]]] = {}
    for decision_id, story_id, told_at in session.execute(wanted):
        found.setdefault(decision_id, []).append((story_id, told_at))
    return found


def _views(session: Session, ids: list[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for row in session.scalars(select(DecisionView).where(DecisionView.decision_id.in_(ids))):
        found.setdefault(row.decision_id, {})[row.view] = row.count
    return found

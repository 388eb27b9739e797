"""What is decided about what people said, and that each teller is told what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.decisions import DECIDED, OPEN, VIEWS, State
from matcher.domain.errors import BadInput, NotFound
from matcher.domain.localtime import local_day
from matcher.domain.stories import letters_of
from matcher.domain.wording import clean_line, clean_text
from matcher.services import audit
from matcher.services.outbox import Owed, owe_all
from matcher.store.models import Area, Decision, DecisionStory, DecisionView, Story, StoryTeller

LINE_LENGTH, TEXT_LENGTH = 120, 600
NO_STORY = "We have no story with that reference"


@dataclass(frozen=True, slots=True)
class DecisionDraft:
    """A record as it was typed. `area`: the slug of an area, or empty for all of them."""

    title: str
    said: str
    state: str
    area: str = ""
    looked_by: str = ""
    looked_on: date | None = None
    decision: str = ""
    because: str = ""
    decided_on: date | None = None
    disagreed: str = ""
    next_step: str = ""
    due_on: date | None = None
    is_public: bool = False


def keep_decision(
    session: Session,
    decision_id: int | None,
    draft: DecisionDraft,
    *,
    staff_id: int,
    area_ids: Collection[int],
    now: datetime,
) -> int:
    """Write a record, or change one; its id. When its state has changed, every teller it answers is owed word of it.

    BadInput names what is missing. NotFound if it is of no area of theirs.
    """
    fields = _checked(session, draft, area_ids, now)
    if decision_id is None:
        row = Decision(**fields, made_at=now, made_by=staff_id)
        session.add(row)
        before: State | None = None
    else:
        row = find(session, decision_id, area_ids)
        before = row.state
        for name, value in fields.items():
            setattr(row, name, value)
    session.flush()
    audit.record(session, audit.staff(staff_id), "kept", ("decision", row.id), "state", now=now)
    if row.state is not before:
        _owe_news(session, row, _tellers_of(row.id), now)
    return row.id


def link_story(
    session: Session, decision_id: int, reference: str, *, staff_id: int, area_ids: Collection[int], now: datetime
) -> None:
    """It answers this story too. Its teller is told how far it has come. Twice is once."""
    row = find(session, decision_id, area_ids)
    story_id = story_by_reference(session, reference, area_ids)
    link = insert(DecisionStory).values(decision_id=decision_id, story_id=story_id).on_conflict_do_nothing()
    session.execute(link)
    audit.record(session, audit.staff(staff_id), "linked", ("decision", decision_id), now=now)
    _owe_news(session, row, StoryTeller.story_id == story_id, now)


def story_by_reference(session: Session, reference: str, area_ids: Collection[int]) -> int:
    """The story with this reference, however it is spaced, of their areas or of none. BadInput if there is none."""
    typed = letters_of(clean_line(reference, LINE_LENGTH))
    theirs = or_(Story.area_id.is_(None), Story.area_id.in_(area_ids))
    wanted = select(Story.id).where(func.replace(Story.reference, "-", "") == typed, theirs)
    story_id = session.scalar(wanted.where(Story.withdrawn_at.is_(None)))
    if story_id is None:
        raise BadInput(NO_STORY, field="reference")
    return story_id


def unlink_story(
    session: Session, decision_id: int, story_id: int, *, staff_id: int, area_ids: Collection[int], now: datetime
) -> None:
    """It does not answer this story after all."""
    find(session, decision_id, area_ids)
    which = DecisionStory.decision_id == decision_id, DecisionStory.story_id == story_id
    session.execute(delete(DecisionStory).where(*which))
    audit.record(session, audit.staff(staff_id), "unlinked", ("decision", decision_id), now=now)


def think(session: Session, decision_id: int, view: str) -> None:
    """Count one more who thinks so now. NotFound for a record that not everyone may read, or no such view."""
    is_public = select(Decision.id).where(Decision.id == decision_id, Decision.is_public)
    if view not in dict(VIEWS) or session.scalar(is_public) is None:
        raise NotFound
    row = insert(DecisionView).values(decision_id=decision_id, view=view, count=1)
    session.execute(
        row.on_conflict_do_update(index_elements=["decision_id", "view"], set_={"count": DecisionView.count + 1})
    )


def find(session: Session, decision_id: int, area_ids: Collection[int]) -> Decision:
    """The record, locked. NotFound if it is of no area of theirs."""
    row = session.get(Decision, decision_id, with_for_update=True)
    if row is None or (row.area_id is not None and row.area_id not in area_ids):
        raise NotFound
    return row


def count_overdue(session: Session, area_ids: Collection[int], *, now: datetime) -> int:
    """Answers that should have come by now."""
    wanted = select(func.count()).where(
        Decision.state.in_(OPEN),
        Decision.due_on < local_day(now),
        or_(Decision.area_id.is_(None), Decision.area_id.in_(area_ids)),
    )
    return session.scalars(wanted).one()


def _tellers_of(decision_id: int) -> ColumnElement[bool]:
    return StoryTeller.story_id.in_(select(DecisionStory.story_id).where(DecisionStory.decision_id == decision_id))


def _owe_news(session: Session, row: Decision, whom: ColumnElement[bool], now: datetime) -> None:
    """Word for each of these tellers, once for each state: nothing while nobody has looked at it."""
    if row.state is State.SAID:
        return
    tellers = session.scalars(select(StoryTeller).where(whom).order_by(StoryTeller.story_id)).all()
    occasion = f"{row.id}-{row.state}"
    owe_all(
        session,
        [
            Owed(
                "story_news",
                ("story_id", teller.story_id),
                story_id=teller.story_id,
                channel=teller.contact,
                occasion=occasion,
            )
            for teller in tellers
        ],
        now=now,
    )


def _checked(session: Session, draft: DecisionDraft, area_ids: Collection[int], now: datetime) -> dict[str, Any]:
    try:
        state = State(draft.state)
    except ValueError:
        raise BadInput("Select how far it has come", field="state") from None
    lines = {"title": "What it is about", "looked_by": "Who looked at it"}
    texts = {"said": "What was said", "decision": "The decision", "because": "The reason"}
    texts |= {"disagreed": "Who disagreed", "next_step": "What comes next"}
    kept = {name: clean_line(getattr(draft, name), LINE_LENGTH, noun=noun, field=name) for name, noun in lines.items()}
    kept |= {name: clean_text(getattr(draft, name), TEXT_LENGTH, noun=noun, field=name) for name, noun in texts.items()}
    dates = {name: getattr(draft, name) for name in ("looked_on", "decided_on", "due_on")}
    for name, message in _wanted(state):
        if not (kept | dates)[name]:
            raise BadInput(message, field=name)
    for name in ("looked_on", "decided_on"):
        if dates[name] and dates[name] > local_day(now):
            raise BadInput("The day must be today or earlier", field=name)
    return {
        **kept,
        **dates,
        "state": state,
        "is_public": draft.is_public,
        "area_id": _area_id(session, draft, area_ids),
    }


def _wanted(state: State) -> list[tuple[str, str]]:
    """What must be said by the time it has come so far, and the words for what is missing."""
    wanted = [("title", "Enter what it is about"), ("said", "Enter what was said")]
    if state is not State.SAID:
        wanted += [("looked_by", "Enter who looked at it"), ("looked_on", "Enter when they looked at it")]
    if state in DECIDED:
        wanted += [
            ("decision", "Enter what was decided"),
            ("because", "Enter the reason"),
            ("decided_on", "Enter when it was decided"),
            ("disagreed", "Enter who disagreed. If nobody did, enter: nobody told us"),
        ]
    return [*wanted, ("due_on", "Enter when the next answer is due")] if state in OPEN else wanted


def _area_id(session: Session, draft: DecisionDraft, area_ids: Collection[int]) -> int | None:
    if not draft.area:
        return None
    found = session.scalar(select(Area.id).where(Area.slug == draft.area))
    if found is None or found not in area_ids:
        raise BadInput("Select one of your areas", field="area")
    return found

"""Visits to community groups where they meet: planned, made, called off; what was heard, and what comes of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.decisions import State
from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.groups import EVERYONE, is_ours
from matcher.domain.localtime import local_day
from matcher.domain.wording import clean_line, clean_text, refuse_secrets
from matcher.services import audit, decisions
from matcher.services.decisions import DecisionDraft
from matcher.store.models import Area, OutreachStory, OutreachVisit, Population

LINE_LENGTH = 100
ANSWER_WITHIN = timedelta(days=28)
FARTHEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A visit as it is planned. area: the slug of one. group: whom it is to hear, by its key, or nothing."""

    who: str
    area: str
    by_whom: str
    planned_on: date | None
    place: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who writes it down, for which areas, and when."""

    staff_id: int
    area_ids: Collection[int]
    now: datetime


def plan_visit(session: Session, visit_id: int | None, draft: PlanDraft, by: Keeper) -> int:
    """Plan a visit, or change one: its id. BadInput names what is missing. NotFound for one that is not theirs."""
    fields = _checked(session, draft, by)
    if visit_id is None:
        row = OutreachVisit(**fields, written_at=by.now, staff_id=by.staff_id)
        session.add(row)
    else:
        row = _theirs(session, visit_id, by)
        for name, value in fields.items():
            setattr(row, name, value)
    session.flush()
    _record(session, "planned_visit", row.id, by)
    return row.id


def note_heard(session: Session, visit_id: int, heard: str, follows: str, made_on: date | None, by: Keeper) -> None:
    """The visit was made: what was heard, in their words, and what follows. It may be written again."""
    row = _theirs(session, visit_id, by)
    if row.called_off_at is not None:
        raise Conflict("This visit was called off. Plan another one")
    words = _text(heard, "heard", "What was heard")
    if not words:
        raise BadInput("Enter what was heard. If nobody said anything, enter that", field="heard")
    if made_on is None:
        raise BadInput("Enter the day of the visit", field="made_on")
    if made_on > local_day(by.now):
        raise BadInput("The day of the visit must be today or earlier", field="made_on")
    row.heard, row.follows, row.made_on = words, _text(follows, "follows", "What follows"), made_on
    _record(session, "noted_heard", row.id, by)


def call_off(session: Session, visit_id: int, by: Keeper) -> None:
    """It will not be made. Twice is once; one that was made stays made."""
    row = _theirs(session, visit_id, by)
    if row.made_on is None and row.called_off_at is None:
        row.called_off_at = by.now
        _record(session, "called_off_visit", row.id, by)


def take_up(session: Session, visit_id: int, by: Keeper) -> int:
    """What was heard becomes a record of "you said, we did", to be answered in four weeks: its id. Twice is once."""
    row = _theirs(session, visit_id, by)
    if row.made_on is None:
        raise Conflict("Write down what was heard first")
    if row.decision_id is None:
        draft = DecisionDraft(
            title=f"Heard from {row.who}",
            said=row.heard,
            state=State.SAID,
            area=session.get_one(Area, row.area_id).slug,
            due_on=local_day(by.now) + ANSWER_WITHIN,
        )
        row.decision_id = decisions.keep_decision(
            session, None, draft, staff_id=by.staff_id, area_ids=by.area_ids, now=by.now
        )
    return row.decision_id


def link_story(session: Session, visit_id: int, reference: str, by: Keeper) -> None:
    """A story that was told on this visit, by its reference. Twice is once."""
    row = _theirs(session, visit_id, by)
    if row.made_on is None:
        raise Conflict("Write down what was heard first")
    story_id = decisions.story_by_reference(session, reference, by.area_ids)
    session.execute(insert(OutreachStory).values(visit_id=row.id, story_id=story_id).on_conflict_do_nothing())
    _record(session, "linked_story", row.id, by)


def _checked(session: Session, draft: PlanDraft, by: Keeper) -> dict[str, Any]:
    nouns = {"who": "The group", "place": "The place", "by_whom": "Who goes"}
    kept: dict[str, Any] = {
        name: clean_line(getattr(draft, name), LINE_LENGTH, noun=noun, field=name) for name, noun in nouns.items()
    }
    if not kept["who"]:
        raise BadInput("Enter the group as it calls itself", field="who")
    area_id = session.scalar(select(Area.id).where(Area.slug == draft.area, Area.id.in_(by.area_ids)))
    if area_id is None:
        raise BadInput("Select one of your areas", field="area")
    if not kept["by_whom"]:
        raise BadInput("Enter who goes", field="by_whom")
    if draft.planned_on is None:
        raise BadInput("Enter the day of the visit", field="planned_on")
    if abs(draft.planned_on - local_day(by.now)) > FARTHEST:
        raise BadInput("The day must be within two years of today", field="planned_on")
    return {**kept, "area_id": area_id, "planned_on": draft.planned_on, "group_key": _group(session, draft.group)}


def _group(session: Session, key: str) -> str:
    """A group of ours, or one that the council counts."""
    if not key or is_ours(key):
        return key
    known = select(Population.group_key).where(Population.group_key == key, Population.group_key != EVERYONE)
    if session.scalar(known.limit(1)) is None:
        raise BadInput("Select a group from the list", field="group")
    return key


def _text(typed: str, field: str, noun: str) -> str:
    words = clean_text(typed, decisions.TEXT_LENGTH, noun=noun, field=field)
    try:
        refuse_secrets(words)
    except BadInput as error:
        raise BadInput(error.message, field=field) from None
    return words


def _theirs(session: Session, visit_id: int, by: Keeper) -> OutreachVisit:
    row = session.get(OutreachVisit, visit_id, with_for_update=True)
    if row is None or row.area_id not in by.area_ids:
        raise NotFound
    return row


def _record(session: Session, what: str, visit_id: int, by: Keeper) -> None:
    audit.record(session, audit.staff(by.staff_id), what, ("outreach", visit_id), now=by.now)

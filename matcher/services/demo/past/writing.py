"""A drawn past, written, each table in one statement: what was asked for, then who was asked, then the visits."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, func, select, update
from sqlalchemy.orm import Session

from matcher.domain import doorwords
from matcher.domain.lifecycle import ArrangementStatus, NeedStatus, OccurrenceStatus
from matcher.domain.localtime import local_day, to_local
from matcher.domain.recurrence import WEEKLY_RULE, Recurrence
from matcher.engine.explain import NOBODY_LEFT
from matcher.engine.problem import ReasonCode
from matcher.services.demo.past.story import Asking, Occasion, Request, in_brackets
from matcher.services.demo.past.writing_asked import match_row, write_choices, write_rounds
from matcher.services.demo.past.writing_visits import WrittenVisit, write_feedback, write_visits
from matcher.services.needs import REFERENCE_LETTERS
from matcher.store.bulk import given_rows, insert_all
from matcher.store.models import Arrangement, Match, Need, Occurrence, Person


@dataclass(frozen=True, slots=True)
class Written:
    """All rows that messages and questions hang on."""

    needs: Sequence[tuple[int, Request]]
    occurrences: Sequence[tuple[int, Request, Occasion]]
    matches: Sequence[tuple[int, Request, Asking]]
    visits: Sequence[WrittenVisit]


def write_help(
    session: Session,
    rng: random.Random,
    requests: Sequence[Request],
    spells: Mapping[int, int],
    staff_id: int,
) -> Written:
    """Needs, occurrences, rounds, matches, visits and what was said of them. spells: the cold of each area."""
    in_order = sorted(requests, key=lambda one: (one.posted_at, one.getter.person_id, one.kind.slug))
    _be_known_since(session, in_order)
    need_ids = insert_all(session, Need, _needs(session, rng, in_order))
    needs = list(zip(need_ids, in_order, strict=True))
    arrangements = _write_arrangements(session, needs)
    dated = [(need_id, request, one) for need_id, request in needs for one in request.occasions]
    occurrence_ids = insert_all(session, Occurrence, [_occurrence(rng, *one, spells) for one in dated])
    occurrences = [(id_, request, one) for id_, (_, request, one) in zip(occurrence_ids, dated, strict=True)]
    asked = [(id_, request, one) for id_, request, occasion in occurrences for one in occasion.askings]
    rounds = write_rounds(session, asked)
    of_need = {id_: need_id for id_, (need_id, _, _) in zip(occurrence_ids, dated, strict=True)}
    questions = [match_row(id_, request, one, rounds, arrangements.get(of_need[id_])) for id_, request, one in asked]
    match_ids = insert_all(session, Match, questions)
    matches = [(id_, request, one) for id_, (_, request, one) in zip(match_ids, asked, strict=True)]
    write_choices(session, matches, staff_id)
    visits = write_visits(session, asked, match_ids)
    write_feedback(session, visits, staff_id)
    return Written(needs, occurrences, matches, visits)


def _be_known_since(session: Session, requests: Sequence[Request]) -> None:
    """Whoever asked before today was known before today."""
    first: dict[int, datetime] = {}
    for request in requests:
        first.setdefault(request.getter.person_id, request.posted_at)
    since = given_rows(
        {"id": BigInteger(), "since": DateTime(timezone=True)},
        [{"id": person_id, "since": at} for person_id, at in first.items()],
    ).c
    session.execute(
        update(Person)
        .where(Person.id == since.id)
        .values(created_at=func.least(Person.created_at, since.since), is_made_up=True),
        execution_options={"synchronize_session": False},
    )


def _needs(session: Session, rng: random.Random, requests: Sequence[Request]) -> list[dict[str, Any]]:
    taken = set(session.scalars(select(Need.reference)))
    return [_need(_reference(rng, taken), request) for request in requests]


def _need(reference: str, request: Request) -> dict[str, Any]:
    is_once = request.recurrence is Recurrence.ONCE
    called_off = request.occasions[0].status is OccurrenceStatus.CANCELLED
    return {
        "reference": reference,
        "resident_id": request.getter.person_id,
        "area_id": request.getter.area_id,
        "kind_slug": request.kind.slug,
        "details": ["path"] if request.recurrence is Recurrence.WHEN_ICY else [],
        "urgency": request.kind.urgency,
        "minutes": request.kind.minutes,
        "helpers": 1,
        "recurrence": request.recurrence,
        "rrule": WEEKLY_RULE if request.recurrence is Recurrence.WEEKLY else None,
        "first_day": local_day(request.occasions[0].window.start),
        "bands": list(request.bands),
        "contact": request.getter.contact,
        "status": NeedStatus.CLOSED if is_once and not called_off else NeedStatus.CANCELLED,
        "posted_at": request.posted_at,
        "closed_at": request.closed_at,
        "extended_to": None,
    }


def _reference(rng: random.Random, taken: set[str]) -> str:
    while True:
        letters = "".join(rng.choices(REFERENCE_LETTERS, k=6))
        reference = f"{letters[:3]}-{letters[3:]}"
        if reference not in taken:
            taken.add(reference)
            return reference


def _write_arrangements(session: Session, needs: Sequence[tuple[int, Request]]) -> dict[int, int]:
    """Of each need that came round every week, the arrangement that it was somebody's."""
    regular = [(need_id, request) for need_id, request in needs if request.usual is not None]
    rows = [_arrangement(need_id, request) for need_id, request in regular]
    ids = insert_all(session, Arrangement, rows)
    return {need_id: id_ for id_, (need_id, _) in zip(ids, regular, strict=True)}


def _arrangement(need_id: int, request: Request) -> dict[str, Any]:
    assert request.usual is not None
    return {
        "need_id": need_id,
        "resident_id": request.getter.person_id,
        "usual_id": request.usual.person_id,
        "at": to_local(request.occasions[0].window.start).time(),
        "status": ArrangementStatus.ENDED,
        "offered_at": request.posted_at,
        "agreed_at": request.posted_at + timedelta(minutes=1),
        "ended_at": request.closed_at,
    }


def _occurrence(
    rng: random.Random, need_id: int, request: Request, occasion: Occasion, spells: Mapping[int, int]
) -> dict[str, Any]:
    window, area_id = occasion.window, request.getter.area_id
    return {
        "need_id": need_id,
        "area_id": area_id,
        "windows": "{" + in_brackets(window) + "}",
        "starts_at": window.start,
        "ends_at": window.end,
        "helpers": 1,
        "door_word": doorwords.pick(rng),
        "status": occasion.status,
        "open_since": occasion.open_since,
        "considered_at": occasion.askings[0].asked_at if occasion.askings else occasion.open_since,
        "reason_code": occasion.reason,
        "reason": NOBODY_LEFT[ReasonCode(occasion.reason)] if occasion.reason else None,
        "closed_at": occasion.closed_at,
        "cold_spell_id": spells[area_id] if occasion.is_cold else None,
    }

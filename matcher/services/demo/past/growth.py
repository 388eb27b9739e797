"""How ties grew in the past: what was asked after good visits, and the help that was no visit of ours."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.growing import ANSWERS, FOR_THE_TEAM, RESTS, GrowthAbout
from matcher.domain.localtime import at_local
from matcher.services.demo.past.story import Days, Giver, HelpKind
from matcher.services.demo.past.writing_visits import WrittenVisit
from matcher.services.weekly_help import HOLDS
from matcher.store.bulk import insert_rows
from matcher.store.models import GrowthAsk, Home, InformalHelp, WeeklyHelp

_ANSWERED = 0.55
_ANSWERS_AFTER = timedelta(hours=20)
_DEALT_AFTER = timedelta(days=2)
_LEFT_FOR_TODAY = 1
_TOLD, _WEEKLY = 40, 3
_TOLD_AT = time(18)
_DAYS_OF_WEEK = ([0], [2, 4], [6])


def write_growth(
    session: Session, rng: random.Random, visits: Sequence[WrittenVisit], staff_id: int, *, now: datetime
) -> None:
    """One question a month for each, after a visit that went well; the last answer still waits for the team."""
    known = set(session.scalars(select(Home.person_id)))
    rows = [row for row in _asks(rng, visits) if row["person_id"] in known]
    answered = [row for row in rows if row["answer"] in FOR_THE_TEAM]
    answered.sort(key=lambda row: row["answered_at"])
    for row in answered[:-_LEFT_FOR_TODAY]:
        row |= {"dealt_at": min(row["answered_at"] + _DEALT_AFTER, now), "dealt_by": staff_id}
    session.execute(insert_rows(GrowthAsk, rows))


def _asks(rng: random.Random, visits: Sequence[WrittenVisit]) -> Iterator[dict[str, Any]]:
    rests: dict[int, datetime] = {}
    asked: dict[int, set[GrowthAbout]] = {}
    well = [(one.made.said.at, one) for one in visits if one.made.said is not None and one.made.said.answer == "well"]
    for at, visit in sorted(well, key=lambda pair: (pair[0], pair[1].visit_id)):
        resident, helper = visit.request.getter.person_id, visit.asking.giver.person_id
        before = asked.setdefault(resident, set())
        turn_to_give = GrowthAbout.ANYTHING_ELSE in before and GrowthAbout.GIVE_BACK not in before
        about = GrowthAbout.GIVE_BACK if turn_to_give else GrowthAbout.ANYTHING_ELSE
        for person_id, question in ((resident, about), (helper, GrowthAbout.MORE_FOR_THEM)):
            if rests.get(person_id, at) <= at:
                rests[person_id] = at + RESTS
                asked.setdefault(person_id, set()).add(question)
                yield _ask(rng, person_id, visit.visit_id, question, at)


def _ask(rng: random.Random, person_id: int, visit_id: int, about: GrowthAbout, at: datetime) -> dict[str, Any]:
    answer = rng.choice(ANSWERS[about])[0] if rng.random() < _ANSWERED else None
    return {
        "person_id": person_id,
        "visit_id": visit_id,
        "about": about,
        "asked_at": at,
        "rests_until": at + RESTS,
        "answer": answer,
        "answered_at": at + _ANSWERS_AFTER if answer else None,
        "dealt_at": None,
        "dealt_by": None,
    }


def write_informal(
    session: Session, rng: random.Random, givers: Sequence[Giver], kinds: dict[str, HelpKind], days: Days
) -> None:
    """What neighbours told of besides, and what three of them do every week."""
    rows = {}
    for _ in range(_TOLD):
        giver = rng.choice(givers)
        kind = kinds[rng.choice(("errand", "garden", "call"))]
        day = days.last - timedelta(days=rng.randrange(120))
        if giver.since < day:
            rows[giver.person_id, day] = _informal(giver, kind, day, at_local(day, _TOLD_AT))
    session.execute(insert_rows(InformalHelp, list(rows.values())))
    weekly = [one for one in givers if one.since < days.today - HOLDS][:: len(givers) // _WEEKLY][: len(_DAYS_OF_WEEK)]
    first = days.today - timedelta(days=50)
    each_week = [
        {
            "area_id": giver.area_id,
            "helper_id": giver.person_id,
            "kind_slug": "call",
            "weekdays": weekdays,
            "minutes": kinds["call"].minutes,
            "first_day": first,
            "last_day": first + HOLDS,
            "told_at": at_local(first, _TOLD_AT),
        }
        for giver, weekdays in zip(weekly, _DAYS_OF_WEEK, strict=False)
    ]
    session.execute(insert_rows(WeeklyHelp, each_week))


def _informal(giver: Giver, kind: HelpKind, day: Any, at: datetime) -> dict[str, Any]:
    return {
        "area_id": giver.area_id,
        "helper_id": giver.person_id,
        "kind_slug": kind.slug,
        "day": day,
        "minutes": kind.minutes,
        "told_at": at,
    }

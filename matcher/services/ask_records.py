"""Every ask as the learner needs it: plain columns out of the tables, and what was known when it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.geo import Point, chord_m
from matcher.domain.lifecycle import Urgency, VisitStatus
from matcher.engine.learning import AskRecord
from matcher.engine.params import Params
from matcher.store import queries
from matcher.store.models import Feedback, Home, Match, Need, Occurrence, Visit

LOOKED_BACK = timedelta(days=180)
HALF_LIFE_DAYS = Params().fatigue_half_life_days
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def read(session: Session, *, now: datetime, person_id: int | None = None) -> tuple[AskRecord, ...]:
    """The asks of the last half year, oldest first; of one person, if that is said.

    A yes that came when it was over is no answer: of those who were too late only the willing say so, and counting it
    makes everybody look more willing. One that never reached its person tells nothing, and a regular visit was no ask.
    """
    rows = session.execute(_columns(now, person_id)).all()
    return tuple(_rows(rows))


def _rows(rows: Any) -> Iterator[AskRecord]:
    tired: defaultdict[int, float] = defaultdict(float)
    last: dict[int, datetime] = {}
    for row in rows:
        if row.person_id in last:
            days = (row.asked_at - last[row.person_id]) / DAY
            tired[row.person_id] *= 0.5 ** (days / HALF_LIFE_DAYS)
        away = chord_m(Point(row.lat, row.lon), Point(row.to_lat, row.to_lon))
        yield AskRecord(
            person_id=row.person_id,
            asked_at=row.asked_at,
            reach_share=away / max(row.reach_m, 1),
            notice_h=(row.starts_at - row.asked_at) / HOUR,
            recent_asks=tired[row.person_id],
            known=row.known,
            urgent=row.urgency is Urgency.URGENT,
            outcome=row.status,
            ended_at=row.ended_at,
        )
        tired[row.person_id] += 1.0
        last[row.person_id] = row.asked_at


# By message, or on their own page before it came.
_READ_AT = func.least(Match.delivered_at, Match.opened_at)
_ENDED_AT = func.coalesce(Match.answered_at, Match.withdrawn_at, Match.lapsed_at)


def _columns(now: datetime, person_id: int | None) -> Any:
    theirs, residents = aliased(Home), aliased(Home)
    asks = (
        select(
            *(Match.person_id, _READ_AT.label("asked_at"), Match.starts_at, Match.reach_m, Need.urgency),
            *(theirs.lat, theirs.lon, residents.lat.label("to_lat"), residents.lon.label("to_lon")),
            Match.status,
            _had_helped().label("known"),
            _ENDED_AT.label("ended_at"),
        )
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(theirs, theirs.person_id == Match.person_id)
        .join(residents, residents.person_id == Need.resident_id)
        .where(
            Match.asked_at > now - LOOKED_BACK,
            _ENDED_AT.is_(None) | (_ENDED_AT >= _READ_AT),
            _READ_AT.is_not(None),
            Match.arrangement_id.is_(None),
            Match.decline_reason.is_distinct_from("not_me"),  # someone else answered
        )
        .order_by(_READ_AT, Match.id)
    )
    return asks if person_id is None else asks.where(Match.person_id == person_id)


def _had_helped() -> Any:
    """They had helped this resident before the ask, and both were happy, as a round counts it."""
    before, then, earlier = aliased(Visit), aliased(Occurrence), aliased(Need)
    return (
        select(before.id)
        .join(then, then.id == before.occurrence_id)
        .join(earlier, earlier.id == then.need_id)
        .join(Feedback, Feedback.visit_id == before.id)
        .where(
            before.person_id == Match.person_id,
            earlier.resident_id == Need.resident_id,
            before.status == VisitStatus.DONE,
            queries.was_happy(),
            Feedback.said_at < Match.asked_at,
        )
        .exists()
    )

"""What nobody has said yes to though it comes near: for the resident to decide about, and for the team."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import EXPECTED, MatchStatus, NeedStatus, OccurrenceStatus
from matcher.services import batching
from matcher.store.models import Match, Need, Occurrence, StaffArea, Visit

TOLD_AHEAD, LEAST_AHEAD = timedelta(hours=24), timedelta(hours=1)
SOON = timedelta(hours=4)


def is_still_looked_for(session: Session, occurrence_id: int, *, now: datetime) -> bool:
    """Nobody is expected at it and nobody may still say yes, while there is time to choose another."""
    wanted = select(Occurrence.id).join(Need, Need.id == Occurrence.need_id)
    wanted = wanted.where(Occurrence.id == occurrence_id, *still_looked_for(now))
    return session.scalar(wanted) is not None


def count_soon(session: Session, staff_id: int, *, now: datetime) -> int:
    """How many visits of their areas start within four hours and have nobody."""
    return int(session.scalars(of_theirs(func.count(), now).where(StaffArea.staff_id == staff_id)).one())


def of_theirs(what: Any, now: datetime) -> Select[Any]:
    """Of the areas of staff: what starts within four hours and has nobody."""
    return (
        select(what)
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .join(StaffArea, StaffArea.area_id == Occurrence.area_id)
        .where(*_has_nobody(), Occurrence.starts_at <= now + SOON, Occurrence.ends_at > now)
    )


def still_looked_for(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Of an occurrence and its need: a round found nobody, nobody may still say yes, and it is to be within a day."""
    may_say_yes = exists().where(Match.occurrence_id == Occurrence.id, Match.status == MatchStatus.PROPOSED)
    return (
        *_has_nobody(),
        Occurrence.starts_at <= now + TOLD_AHEAD,
        Occurrence.ends_at > now + LEAST_AHEAD,
        Occurrence.reason_code.is_not(None),
        Occurrence.reason_code.not_in(batching.NOT_LOOKED_YET),
        ~may_say_yes,
    )


def _has_nobody() -> tuple[ColumnElement[bool], ...]:
    is_expected = exists().where(Visit.occurrence_id == Occurrence.id, Visit.status.in_(EXPECTED))
    return (Occurrence.status == OccurrenceStatus.OPEN, Need.status == NeedStatus.OPEN, ~is_expected)

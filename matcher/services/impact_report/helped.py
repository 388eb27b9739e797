"""Help that was given: done visits by kind of help, the hours of them, and how many people gave and got it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import VisitStatus
from matcher.services.impact_report.scope import Scope
from matcher.store.models import KindRow, Need, Occurrence, Visit

_DONE = Visit.status == VisitStatus.DONE
HALF_A_YEAR, A_YEAR = timedelta(days=183), timedelta(days=365)


@dataclass(frozen=True, slots=True)
class KindHours:
    """Done visits of a kind of help. Every visit counts once: by the minutes that the volunteer told, else as planned.

    timed_planned_min: what was planned for those that were timed, so that the two can be compared.
    """

    slug: str
    name: str
    visits: int
    timed: int
    timed_min: int
    timed_planned_min: int
    untimed_min: int

    @property
    def minutes(self) -> int:
        """All together."""
        return self.timed_min + self.untimed_min


@dataclass(frozen=True, slots=True)
class People:
    """How many gave help and how many got it in the time of the report."""

    gave: int
    got: int


@dataclass(frozen=True, slots=True)
class StillAtHome:
    """Of people first helped that long before the last day, how many have had help at their home since that time.

    A lower bound: who asked for nothing more may be at home as well.
    """

    months: int
    first_helped: int
    helped_since: int


def by_kind(session: Session, scope: Scope) -> tuple[KindHours, ...]:
    """The done visits that began in the time of the report."""
    is_timed = Visit.minutes_taken.is_not(None)
    planned = func.sum(Need.minutes)
    rows: Any = session.execute(
        select(
            KindRow.slug,
            KindRow.name,
            func.count(),
            func.count(Visit.minutes_taken),
            func.coalesce(func.sum(Visit.minutes_taken), 0),
            func.coalesce(planned.filter(is_timed), 0),
            func.coalesce(planned.filter(~is_timed), 0),
        )
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(_DONE, *_within(scope))
        .group_by(KindRow.slug)
        .order_by(KindRow.position)
    )
    return tuple(KindHours(*row) for row in rows)


def people(session: Session, scope: Scope) -> People:
    """Who gave and who got."""
    gave, got = session.execute(
        select(func.count(Visit.person_id.distinct()), func.count(Need.resident_id.distinct()))
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(_DONE, *_within(scope))
    ).one()
    return People(gave, got)


def still_at_home(session: Session, scope: Scope, *, now: datetime) -> tuple[StillAtHome, ...]:
    """After half a year and after a year, up to the last day of the report."""
    until = min(scope.ends_at, now)
    times = (
        select(
            Need.resident_id,
            func.min(Visit.starts_at).label("first_at"),
            func.max(Visit.starts_at).label("last_at"),
        )
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .where(_DONE, Visit.starts_at < until, Occurrence.area_id.in_(scope.area_ids))
        .group_by(Need.resident_id)
        .subquery()
    )
    found = []
    for months, span in ((6, HALF_A_YEAR), (12, A_YEAR)):
        counted = select(
            func.count().filter(times.c.first_at <= until - span),
            func.count().filter(times.c.last_at >= times.c.first_at + span),
        ).select_from(times)
        first, since = session.execute(counted).one()
        found.append(StillAtHome(months, first, since))
    return tuple(found)


def _within(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        Occurrence.area_id.in_(scope.area_ids),
        Visit.starts_at >= scope.begins_at,
        Visit.starts_at < scope.ends_at,
    )

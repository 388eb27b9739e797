"""Help outside the service, for the report: told, not seen, kept apart from visits, hours and the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.informal_help import Done, Told, Weekly, counted_once, days_of
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import local_day
from matcher.domain.money import to_the_penny
from matcher.services.impact_report.scope import Scope
from matcher.services.prices import PriceView
from matcher.store.models import InformalHelp, Need, Occurrence, Visit, WeeklyHelp


@dataclass(frozen=True, slots=True)
class Informal:
    """times: how often help was told of that can be no visit of ours; minutes: as that kind of help usually takes.

    twice: what was told besides, and may be a visit or the same help told by both sides: it does not count.
    """

    times: int
    minutes: int
    twice: int

    def worth(self, rates: Sequence[PriceView]) -> tuple[Decimal, ...]:
        """What it would cost to buy at each of the rates; it is never added to the sum."""
        return tuple(to_the_penny(Fraction(self.minutes) * Fraction(rate.pounds) / 60) for rate in rates)


def read(session: Session, scope: Scope, *, now: datetime) -> Informal:
    """What was told of the days of the report, and what was told once of each week up to yesterday."""
    told = [
        Told(one.helper_id, one.resident_id, one.area_id, one.kind_slug, one.day, one.minutes)
        for one in session.scalars(
            select(InformalHelp).where(
                InformalHelp.area_id.in_(scope.area_ids), InformalHelp.day.between(scope.first, scope.last)
            )
        )
    ]
    weekly = _weekly(session, scope, min(scope.last, local_day(now) - timedelta(days=1)))
    if not told and not weekly:
        return Informal(0, 0, 0)
    done = _done(session, scope)
    told += [day for one in weekly for day in days_of(one, told, done)]
    counted = counted_once(told, done)
    return Informal(len(counted), sum(one.minutes for one in counted), len(told) - len(counted))


def _weekly(session: Session, scope: Scope, until: date) -> list[Weekly]:
    """What was told once, within the days of the report."""
    rows = session.scalars(
        select(WeeklyHelp).where(
            WeeklyHelp.area_id.in_(scope.area_ids), WeeklyHelp.first_day <= until, WeeklyHelp.last_day >= scope.first
        )
    )
    return [
        Weekly(
            row.helper_id,
            row.area_id,
            row.kind_slug,
            frozenset(row.weekdays),
            max(row.first_day, scope.first),
            min(row.last_day, until),
            row.minutes,
        )
        for row in rows
    ]


def _done(session: Session, scope: Scope) -> list[Done]:
    """Visits of those days, in whatever area: who helped may live in another."""
    rows = session.execute(
        select(Visit.person_id, Need.resident_id, Need.kind_slug, Visit.starts_at)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Visit.status == VisitStatus.DONE)
        .where(Visit.starts_at >= scope.begins_at, Visit.starts_at < scope.ends_at)
    )
    return [Done(helper, resident, kind, local_day(at)) for helper, resident, kind, at in rows]

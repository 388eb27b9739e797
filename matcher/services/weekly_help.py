"""Help outside the service that somebody gives every week: told once, with its days, and asked about again later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.informal_help import WEEKDAYS
from matcher.domain.localtime import local_day
from matcher.services import audit
from matcher.store.models import KindRow, Person, WeeklyHelp

HOLDS = timedelta(days=91)  # a quarter of a year: then they say whether it is still so
ASKED_BEFORE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class WeeklyLine:
    """What somebody told. last: the last day that counts by it. is_asked: they are asked whether it is still so."""

    weekly_id: int
    kind: str
    days: str
    last: date
    is_asked: bool


def tell(session: Session, helper_id: int, kind_slug: str, weekdays: Collection[str], *, now: datetime) -> None:
    """From today on, on these days (`0` is Monday). What they told of that kind of help before ends. BadInput names
    what is missing.
    """
    kind = session.get(KindRow, kind_slug) if "\0" not in kind_slug else None
    if kind is None:
        raise BadInput("Select a kind of help", field="kind")
    days = sorted({int(day) for day in weekdays if day in WEEKDAYS})
    if not days:
        raise BadInput("Select the days you help on", field="days")
    today = local_day(now)
    for row in session.scalars(_of(helper_id, today).where(WeeklyHelp.kind_slug == kind.slug)):
        _end(session, row, today)
    session.flush()
    area_id = session.get_one(Person, helper_id).area_id
    row = WeeklyHelp(
        area_id=area_id,
        helper_id=helper_id,
        kind_slug=kind.slug,
        weekdays=days,
        minutes=kind.minutes,
        first_day=today,
        last_day=today + HOLDS,
        told_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, audit.person(helper_id), "told", ("weekly_help", row.id), now=now)


def is_still_so(session: Session, helper_id: int, weekly_id: int, *, now: datetime) -> None:
    """It holds for another while from today on. NotFound if it is none of theirs, or over."""
    _theirs(session, helper_id, weekly_id, now).last_day = local_day(now) + HOLDS
    audit.record(session, audit.person(helper_id), "told_again", ("weekly_help", weekly_id), now=now)


def no_longer(session: Session, helper_id: int, weekly_id: int, *, now: datetime) -> None:
    """Yesterday was the last day; what they told today is as if untold. NotFound if it is none of theirs, or over."""
    _end(session, _theirs(session, helper_id, weekly_id, now), local_day(now))
    audit.record(session, audit.person(helper_id), "ended", ("weekly_help", weekly_id), now=now)


def end_all(session: Session, helper_id: int, *, now: datetime) -> None:
    """They leave: what they do then is no business of ours."""
    for row in session.scalars(_of(helper_id, local_day(now))):
        _end(session, row, local_day(now))


def lines(session: Session, helper_id: int, *, now: datetime) -> tuple[WeeklyLine, ...]:
    """What they told and holds today, the first first."""
    today = local_day(now)
    rows = session.execute(
        _of(helper_id, today)
        .add_columns(KindRow.name)
        .join(KindRow, KindRow.slug == WeeklyHelp.kind_slug)
        .order_by(WeeklyHelp.id)
    )
    return tuple(
        WeeklyLine(row.id, name, days_words(row.weekdays), row.last_day, is_asked=row.last_day - today <= ASKED_BEFORE)
        for row, name in rows
    )


def days_words(weekdays: Collection[int]) -> str:
    """`every day`, `on Mondays and Thursdays`."""
    if len(weekdays) == len(WEEKDAYS):
        return "every day"
    *first, last = (f"{WEEKDAYS[str(day)]}s" for day in sorted(weekdays))
    return f"on {', '.join(first)} and {last}" if first else f"on {last}"


def _of(helper_id: int, today: date) -> Any:
    return select(WeeklyHelp).where(WeeklyHelp.helper_id == helper_id, WeeklyHelp.last_day >= today)


def _theirs(session: Session, helper_id: int, weekly_id: int, now: datetime) -> WeeklyHelp:
    row: WeeklyHelp | None = session.scalar(_of(helper_id, local_day(now)).where(WeeklyHelp.id == weekly_id))
    if row is None:
        raise NotFound
    return row


def _end(session: Session, row: WeeklyHelp, today: date) -> None:
    if row.first_day == today:
        session.delete(row)
    else:
        row.last_day = today - timedelta(days=1)

"""Weekly help that was told under both records at a time: the days of both count, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.localtime import local_day
from matcher.services.merging.refusals import Two
from matcher.store.models import WeeklyHelp

_A_DAY = timedelta(days=1)


def told_twice(session: Session, two: Two) -> tuple[tuple[WeeklyHelp, ...], ...]:
    """What was told under both of one kind of help, where one holds while the other does."""
    of_a_kind: defaultdict[str, list[WeeklyHelp]] = defaultdict(list)
    for row in session.scalars(
        select(WeeklyHelp).where(WeeklyHelp.helper_id.in_(two.ids)).order_by(WeeklyHelp.first_day, WeeklyHelp.id)
    ):
        of_a_kind[row.kind_slug].append(row)
    return tuple(tuple(told) for told in of_a_kind.values() if any(_hold_at_once(*pair) for pair in pairwise(told)))


def become_one(session: Session, two: Two, *, now: datetime) -> None:
    """Each stretch of time has the days that were told for it. What holds today holds with all its days until the last
    of it would have ended: then they are asked whether it is still so.
    """
    for told in told_twice(session, two):
        stretches = [*_stretches(told, local_day(now))]
        first, newest = told[0], max(told, key=lambda row: row.told_at)
        anew = [
            WeeklyHelp(
                area_id=newest.area_id,
                helper_id=two.kept_id,
                kind_slug=first.kind_slug,
                weekdays=sorted({day for row in told if _holds(row, begins) for day in row.weekdays}),
                minutes=newest.minutes,
                first_day=begins,
                last_day=ends,
                told_at=newest.told_at,
            )
            for begins, ends in stretches
        ]
        for row in told:
            session.delete(row)
        session.flush()
        session.add_all(anew)
        session.flush()


def _hold_at_once(one: WeeklyHelp, next_one: WeeklyHelp) -> bool:
    return next_one.first_day <= one.last_day


def _holds(row: WeeklyHelp, day: date) -> bool:
    return row.first_day <= day <= row.last_day


def _stretches(told: Sequence[WeeklyHelp], today: date) -> Iterator[tuple[date, date]]:
    """The first and last days between which the same of them hold; the one that holds today is the last."""
    begin = {row.first_day for row in told} | {row.last_day + _A_DAY for row in told}
    after = max(row.last_day for row in told) + _A_DAY
    marks = sorted(day for day in begin if day <= today or day == after)
    for begins, next_begins in pairwise(marks):
        if any(_holds(row, begins) for row in told):
            yield begins, next_begins - _A_DAY

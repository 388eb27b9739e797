"""What a volunteer gave this year, for their eyes and their printer: counts, and nobody they helped by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import at_local, local_day
from matcher.services import thanks
from matcher.store import queries
from matcher.store.models import Feedback, KindRow, Need, Occurrence, Person, Visit


@dataclass(frozen=True, slots=True)
class MyYear:
    """A calendar year until now. `kinds`: the safe label of each kind of help and how often, the most often first.

    `thanks`: what residents said, as the team let it through, with no name. `unread`: thanks the team has yet to read.
    """

    year: int
    first_name: str
    visits: int
    people: int
    given: timedelta
    kinds: tuple[tuple[str, int], ...]
    went_well: int
    thanks: tuple[str, ...]
    unread: int
    miles: int


def read(session: Session, person_id: int, *, now: datetime) -> MyYear:
    """Counted from done visits, by London clocks. A visit whose length nobody told counts as long as was planned."""
    year = local_day(now).year
    done = _done(person_id, year)
    planned = func.extract("epoch", Visit.ends_at - Visit.starts_at) / 60
    visits, people, minutes, went_well, unread, miles = session.execute(
        select(
            func.count(),
            func.count(distinct(Need.resident_id)),
            func.coalesce(func.sum(func.coalesce(Visit.minutes_taken, planned)), 0),
            func.count().filter(queries.was_happy()),
            func.count().filter(thanks.is_waiting()),
            func.sum(Visit.miles),
        )
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .outerjoin(Feedback, Feedback.visit_id == Visit.id)
        .where(done)
    ).one()
    return MyYear(
        year=year,
        first_name=session.get_one(Person, person_id).first_name,
        visits=visits,
        people=people,
        given=timedelta(minutes=round(minutes)),
        kinds=_kinds(session, done),
        went_well=went_well,
        thanks=tuple(session.scalars(thanks.shown_to(done))),
        unread=unread,
        miles=miles or 0,
    )


def count_visits(session: Session, person_id: int, *, now: datetime) -> int:
    """How many visits of this year they have done."""
    return session.scalars(select(func.count()).where(_done(person_id, local_day(now).year))).one()


def _kinds(session: Session, done: ColumnElement[bool]) -> tuple[tuple[str, int], ...]:
    times = func.count()
    rows = session.execute(
        select(KindRow.safe_label, times)
        .join(Need, Need.kind_slug == KindRow.slug)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .where(done)
        .group_by(KindRow.safe_label)
        .order_by(times.desc(), KindRow.safe_label)
    )
    return tuple((label, count) for label, count in rows)


def _done(person_id: int, year: int) -> ColumnElement[bool]:
    begins = at_local(date(year, 1, 1), time())
    return (Visit.person_id == person_id) & (Visit.status == VisitStatus.DONE) & (Visit.starts_at >= begins)

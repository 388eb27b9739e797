"""A letter that says what somebody has done for the scheme, for an employer or a school: counted, and nobody named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import local_day
from matcher.store.models import Home, KindRow, Need, Occurrence, Offer, Person, Visit


@dataclass(frozen=True, slots=True)
class ReferenceLetter:
    """What the letter says. No check is told: what was seen, and why, is between them and the scheme."""

    full_name: str
    since: date
    visits: int
    given: timedelta
    kinds: tuple[str, ...]
    written_on: date


def read(session: Session, person_id: int, *, now: datetime) -> ReferenceLetter:
    """Of everything they have done. NotFound before the first visit is done."""
    done = Visit.person_id == person_id, Visit.status == VisitStatus.DONE
    planned = func.extract("epoch", Visit.ends_at - Visit.starts_at) / 60
    minutes = func.coalesce(func.sum(func.coalesce(Visit.minutes_taken, planned)), 0)
    visits, given = session.execute(select(func.count(), minutes).where(*done)).one()
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id))
    if offer is None or not visits:
        raise NotFound
    person, home, today = session.get_one(Person, person_id), session.get_one(Home, person_id), local_day(now)
    return ReferenceLetter(
        full_name=f"{person.first_name} {home.surname}".strip(),
        since=local_day(offer.made_at),
        visits=visits,
        given=timedelta(minutes=round(given)),
        kinds=tuple(
            session.scalars(
                select(KindRow.safe_label)
                .join(Need, Need.kind_slug == KindRow.slug)
                .join(Occurrence, Occurrence.need_id == Need.id)
                .join(Visit, Visit.occurrence_id == Occurrence.id)
                .where(*done)
                .group_by(KindRow.safe_label)
                .order_by(func.count().desc(), KindRow.safe_label)
            )
        ),
        written_on=today,
    )

"""Where to recruit, from the needs whose time has passed. A read: nothing is kept, and no home is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from matcher.domain.geo import Point
from matcher.domain.lifecycle import HOLDING, OccurrenceStatus
from matcher.domain.timewindow import TimeWindow
from matcher.engine.recruiting import PastNeed, Recruit, recruit_words
from matcher.engine.recruiting import where_to_recruit as advise
from matcher.store.bulk import among, grouped
from matcher.store.models import Area, Cell, KindRow, LevelRow, Match, Need, Occurrence, Person, Visit

DAYS = 90
_OVER = (OccurrenceStatus.FILLED, OccurrenceStatus.DONE, OccurrenceStatus.UNMET)


def where_to_recruit(
    session: Session, *, now: datetime, days: int = DAYS, most: int = 5, area_id: int | None = None
) -> tuple[Recruit, ...]:
    """What newcomers would have met most of the last `days` days' needs, of one area if it is named, best first; none
    if nothing was missed.
    """
    return advise(tuple(past_needs(session, now=now, days=days, area_id=area_id)), most=most)


def advice_words(one: Recruit, days: int = DAYS) -> tuple[str, str]:
    """The advice as a sentence, and what they would have to show, empty if nothing."""
    checks = ", ".join(check.replace("_", " ") for check in one.checks)
    return recruit_words(one, days), checks


def past_needs(session: Session, *, now: datetime, days: int = DAYS, area_id: int | None = None) -> Iterator[PastNeed]:
    """Every occurrence whose time passed in the last `days` days, with who came and who would have."""
    rows = session.execute(
        select(
            *(Occurrence.id, Occurrence.windows, Occurrence.helpers, Occurrence.status),
            *(Need.kind_slug, Need.minutes, Need.urgency, Area.name, Cell.lat, Cell.lon, LevelRow.checks),
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(Area, Area.id == Occurrence.area_id)
        .join(Person, Person.id == Need.resident_id)
        .join(Cell, Cell.id == Person.cell_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(LevelRow, LevelRow.code == KindRow.level_code)
        .where(Occurrence.status.in_(_OVER), Occurrence.ends_at > now - timedelta(days=days), Occurrence.ends_at <= now)
        .where(true() if area_id is None else Occurrence.area_id == area_id)
        .order_by(Occurrence.id)
    ).all()
    ids = [row.id for row in rows]
    came = grouped(
        session,
        select(Visit.occurrence_id, Visit.person_id).where(among(Visit.occurrence_id, ids), Visit.status.in_(HOLDING)),
    )
    too_late = grouped(
        session,
        select(Match.occurrence_id, Match.person_id).where(
            among(Match.occurrence_id, ids), Match.late_yes_at.is_not(None)
        ),
    )
    for row in rows:
        yield PastNeed(
            id=row.id,
            area=row.name,
            kind=row.kind_slug,
            windows=tuple(TimeWindow(piece.lower, piece.upper) for piece in row.windows),
            minutes=row.minutes,
            urgency=row.urgency,
            point=Point(row.lat, row.lon),
            required_checks=frozenset(row.checks),
            short=max(row.helpers - len(came[row.id]), 0),
            came=frozenset(came[row.id]),
            too_late=frozenset(too_late[row.id]),
        )

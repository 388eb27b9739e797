"""What a coordinator sees of today: what has nobody and why, who is coming, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import (
    VisitStatus,
)
from matcher.domain.localtime import clock_words, day_words
from matcher.services import board_map, thanks, undelivered, unfilled
from matcher.services.board_map import BoardMap
from matcher.services.thanks import ToldRow
from matcher.services.undelivered import AnotherWayRow, UndeliveredRow
from matcher.services.unfilled import Choice, Unfilled, UnfilledRow
from matcher.store.models import (
    Area,
    KindRow,
    Need,
    Occurrence,
    Person,
    Visit,
)

LATE_AFTER = timedelta(minutes=60)
ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A visit that someone holds: first names only."""

    reference: str
    kind: str
    job: str
    area: str
    resident: str
    volunteer: str
    status: VisitStatus
    day: str
    about: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Today, for the areas of one coordinator. areas: (slug, name). Lists show at most ROWS_SHOWN; the
    counts are whole.
    """

    areas: tuple[tuple[str, str], ...]
    looked_for: Unfilled
    places: BoardMap
    filled: tuple[FilledRow, ...]
    filled_count: int
    undelivered: tuple[UndeliveredRow, ...]
    undelivered_count: int
    by_another_way: tuple[AnotherWayRow, ...]
    told: tuple[ToldRow, ...]
    done_today: int
    late_count: int

    @property
    def unfilled(self) -> tuple[UnfilledRow, ...]:
        """Those of the page that was chosen."""
        return self.looked_for.rows

    @property
    def unfilled_count(self) -> int:
        """All that nobody holds, chosen or not."""
        return self.looked_for.whole


def today(session: Session, area_ids: frozenset[int], *, now: datetime, choice: Choice | None = None) -> Board:
    """The board as it is now; a fixed number of queries whatever the size."""
    areas = session.execute(select(Area.slug, Area.name).where(Area.id.in_(area_ids)).order_by(Area.name)).all()
    looked_for = unfilled.read(session, area_ids, choice or Choice(), now=now)
    filled = session.execute(_filled(area_ids).limit(ROWS_SHOWN)).all()
    return Board(
        areas=tuple((slug, name) for slug, name in areas),
        looked_for=looked_for,
        places=board_map.read(session, area_ids, looked_for),
        filled=tuple(_filled_row(row, now) for row in filled),
        filled_count=_count(session, _filled(area_ids)),
        undelivered=undelivered.to_ring(session, area_ids, now=now),
        undelivered_count=undelivered.count_to_ring(session, area_ids, now=now),
        by_another_way=undelivered.by_another_way(session, area_ids, now=now),
        told=thanks.told(session, area_ids, now=now),
        done_today=_done_since(session, area_ids, now - timedelta(hours=24)),
        late_count=_count(session, _filled(area_ids).where(Visit.ends_at <= now - LATE_AFTER)),
    )


def _filled(area_ids: frozenset[int]) -> Select[Any]:
    resident = Person.__table__.alias("resident")
    volunteer = Person.__table__.alias("volunteer")
    return (
        select(
            Visit,
            Need,
            KindRow,
            Area.name,
            resident.c.first_name.label("resident"),
            volunteer.c.first_name.label("volunteer"),
        )
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .join(resident, resident.c.id == Need.resident_id)
        .join(volunteer, volunteer.c.id == Visit.person_id)
        .where(
            Occurrence.area_id.in_(area_ids),
            Visit.status.in_((VisitStatus.HELD, VisitStatus.ON_WAY)),
        )
        .order_by(Visit.starts_at, Visit.id)
    )


def _filled_row(row: Any, now: datetime) -> FilledRow:
    visit, need, kind, area, resident, volunteer = row
    return FilledRow(
        reference=need.reference,
        kind=kind.slug,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        resident=resident,
        volunteer=volunteer,
        status=visit.status,
        day=day_words(visit.starts_at),
        about=clock_words(visit.starts_at),
        is_late=visit.ends_at + LATE_AFTER <= now,
    )


def _done_since(session: Session, area_ids: frozenset[int], since: datetime) -> int:
    wanted = (
        select(func.count())
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Occurrence.area_id.in_(area_ids), Visit.status == VisitStatus.DONE, Visit.ended_at >= since)
    )
    return session.execute(wanted).scalar_one()


def _count(session: Session, query: Select[Any]) -> int:
    return session.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()

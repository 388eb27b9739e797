"""What a coordinator sees of today: what has nobody and why, who is coming, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import (
    MatchStatus,
    NeedStatus,
    OccurrenceStatus,
    Urgency,
    VisitStatus,
)
from matcher.domain.localtime import clock_words, day_words, window_words
from matcher.services import triage, undelivered
from matcher.services.batching import NOT_YET
from matcher.services.consents import BEST_INTERESTS
from matcher.services.undelivered import AnotherWayRow, UndeliveredRow
from matcher.store import queries
from matcher.store.models import (
    Area,
    Consent,
    Feedback,
    KindRow,
    Match,
    Need,
    Occurrence,
    Person,
    PhoneCheck,
    Visit,
)

LATE_AFTER = timedelta(minutes=60)
ROWS_SHOWN = 200
TOLD_SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall: how many people are left."""

    label: str
    left: int


@dataclass(frozen=True, slots=True)
class UnfilledRow:
    """A need that nobody holds yet, with the reason in one line. is_not_confirmed: it waits until someone has rung.
    is_to_decide: someone acts for a resident who cannot agree; a coordinator decides. is_to_triage: they say
    which kind of help it comes to."""

    need_id: int
    occurrence_id: int
    reference: str
    kind: str
    job: str
    area: str
    urgency: Urgency
    day: str
    times: str
    starts_at: datetime
    hours_left: float
    asked: int
    said_no: int
    silent: int
    why: str
    waterfall: tuple[Step, ...]
    is_paused: bool
    is_not_confirmed: bool
    is_to_decide: bool
    is_to_triage: bool


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
class ToldRow:
    """What a resident told us of a visit: worried, nobody came, partly done, or a word of thanks."""

    reference: str
    resident: str
    answer: str
    thanks: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Today, for the areas of one coordinator. Lists show at most ROWS_SHOWN; the counts are whole."""

    areas: tuple[str, ...]
    unfilled: tuple[UnfilledRow, ...]
    unfilled_count: int
    filled: tuple[FilledRow, ...]
    filled_count: int
    undelivered: tuple[UndeliveredRow, ...]
    undelivered_count: int
    by_another_way: tuple[AnotherWayRow, ...]
    told: tuple[ToldRow, ...]
    done_today: int


def today(session: Session, area_ids: frozenset[int], *, now: datetime) -> Board:
    """The board as it is now; a fixed number of queries whatever the size."""
    names = session.scalars(select(Area.name).where(Area.id.in_(area_ids)).order_by(Area.name)).all()
    unfilled = session.execute(_unfilled(area_ids).limit(ROWS_SHOWN)).all()
    filled = session.execute(_filled(area_ids).limit(ROWS_SHOWN)).all()
    return Board(
        areas=tuple(names),
        unfilled=tuple(_unfilled_row(row, now) for row in unfilled),
        unfilled_count=_count(session, _unfilled(area_ids)),
        filled=tuple(_filled_row(row, now) for row in filled),
        filled_count=_count(session, _filled(area_ids)),
        undelivered=undelivered.to_ring(session, area_ids, now=now),
        undelivered_count=undelivered.count_to_ring(session, area_ids, now=now),
        by_another_way=undelivered.by_another_way(session, area_ids, now=now),
        told=_told(session, area_ids, now),
        done_today=_done_since(session, area_ids, now - timedelta(hours=24)),
    )


def _unfilled(area_ids: frozenset[int]) -> Select[Any]:
    asks = (
        select(
            Match.occurrence_id.label("occurrence_id"),
            func.count().label("asked"),
            func.count(case((Match.status == MatchStatus.DECLINED, 1))).label("said_no"),
            func.count(case((Match.status == MatchStatus.PROPOSED, 1))).label("silent"),
        )
        .group_by(Match.occurrence_id)
        .subquery()
    )
    return (
        select(
            Occurrence,
            Need,
            KindRow,
            Area.name,
            PhoneCheck,
            Consent.given_by,
            asks.c.asked,
            asks.c.said_no,
            asks.c.silent,
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .outerjoin(PhoneCheck, PhoneCheck.need_id == Need.id)
        .outerjoin(Consent, Consent.need_id == Need.id)
        .outerjoin(asks, asks.c.occurrence_id == Occurrence.id)
        .where(
            Occurrence.area_id.in_(area_ids),
            Occurrence.status == OccurrenceStatus.OPEN,
            Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED)),
            Occurrence.reason_code.is_distinct_from(NOT_YET),
        )
        .order_by(Occurrence.starts_at, _BY_URGENCY, Occurrence.id)
    )


_BY_URGENCY = case((Need.urgency == Urgency.URGENT, 0), (Need.urgency == Urgency.NORMAL, 1), else_=2)


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


def _unfilled_row(row: Any, now: datetime) -> UnfilledRow:
    occurrence, need, kind, area, check, given_by, asked, said_no, silent = row
    is_to_decide = need.status is NeedStatus.PAUSED and given_by == BEST_INTERESTS
    first = queries.next_window(occurrence, now)
    return UnfilledRow(
        need_id=need.id,
        occurrence_id=occurrence.id,
        reference=need.reference,
        kind=kind.slug,
        job=job_words(kind.job_words, tuple(need.details)),
        area=area,
        urgency=need.urgency,
        day=day_words(first.start),
        times=window_words(first),
        starts_at=first.start,
        hours_left=max(0.0, (occurrence.ends_at - now).total_seconds() / 3600),
        asked=asked or 0,
        said_no=said_no or 0,
        silent=silent or 0,
        why=_TO_DECIDE if is_to_decide else _why(occurrence, need, check, silent or 0),
        waterfall=tuple(Step(step["label"], step["left"]) for step in occurrence.waterfall or []),
        is_paused=need.status is NeedStatus.PAUSED,
        is_not_confirmed=_is_not_confirmed(need, check),
        is_to_decide=is_to_decide,
        is_to_triage=triage.is_to_triage(need, kind) and not is_to_decide and not _is_not_confirmed(need, check),
    )


_TO_DECIDE = "They cannot agree for themselves. Someone asked in their best interests: you decide."


def _is_not_confirmed(need: Need, check: PhoneCheck | None) -> bool:
    return need.status is NeedStatus.PAUSED and check is not None and check.confirmed_at is None


def _why(occurrence: Occurrence, need: Need, check: PhoneCheck | None, silent: int) -> str:
    if check is not None and _is_not_confirmed(need, check):
        asked_to_be_rung = "They asked to be rung. " if check.ring_me_at else ""
        return f"{asked_to_be_rung}Their number is not confirmed: nobody is asked before that."
    if need.status is NeedStatus.PAUSED:
        return "Someone from the team needs to ring first."
    if occurrence.reason:
        return occurrence.reason
    if silent:
        people = "1 neighbour" if silent == 1 else f"{silent} neighbours"
        return f"Waiting for an answer from {people}."
    return "About to be looked at."


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


def _told(session: Session, area_ids: frozenset[int], now: datetime) -> tuple[ToldRow, ...]:
    """Of the last fortnight, what someone should read: the worried first."""
    rows = session.execute(
        select(Need.reference, Person.first_name, Feedback.answer, Feedback.thanks, Feedback.said_at)
        .join(Visit, Visit.id == Feedback.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .where(
            Occurrence.area_id.in_(area_ids),
            Feedback.said_at > now - TOLD_SHOWN,
            (Feedback.answer != "well") | (Feedback.thanks != ""),
        )
        .order_by(
            case((Feedback.answer == "worried", 0), (Feedback.answer == "nobody", 1), else_=2), Feedback.said_at.desc()
        )
        .limit(ROWS_SHOWN)
    )
    return tuple(ToldRow(*row) for row in rows)


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

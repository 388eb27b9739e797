"""What people see of recurring help: a volunteer their regular visits, a coordinator who goes where every week."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.errors import NotFound
from matcher.domain.geo import Point, chord_m, distance_band
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import ArrangementStatus, NeedStatus, OfferStatus, VisitStatus
from matcher.domain.localtime import at_local, clock_words
from matcher.domain.recurrence import Recurrence
from matcher.services import arrangement_changes, arrangements, told_apart, under_way
from matcher.store import queries
from matcher.store.models import (
    Area,
    Arrangement,
    Home,
    KindRow,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    Visit,
)

CHOICES_SHOWN = 12
LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class RegularLine:
    """A weekly visit of theirs, or one that could become it: `Errand for Eileen`, `Thursdays`, `9:30am`."""

    arrangement_id: int
    label: str
    resident: str
    days: str
    about: str


@dataclass(frozen=True, slots=True)
class Regulars:
    """A volunteer's regular visits, and those they are asked whether they would like."""

    mine: tuple[RegularLine, ...]
    offered: tuple[RegularLine, ...]


@dataclass(frozen=True, slots=True)
class WeeklyNeed:
    """A need that comes round every week, and who goes. Names are None where nobody does."""

    need_id: int
    reference: str
    job: str
    area: str
    resident: str
    days: str
    usual: str | None
    stand_in: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """Someone who could go, in words a coordinator chooses by."""

    person_id: int
    words: str


@dataclass(frozen=True, slots=True)
class SettingUp:
    """The page on which a coordinator says who usually goes."""

    need: WeeklyNeed
    usual_id: int | None
    stand_in_id: int | None
    choices: tuple[Choice, ...]


def of_volunteer(session: Session, person_id: int) -> Regulars:
    """Theirs, and those offered to them that nobody else has taken on; none while the team has stopped them."""
    taken = aliased(Arrangement)
    is_taken = select(taken.id).where(taken.need_id == Arrangement.need_id, taken.status == ArrangementStatus.LIVE)
    rows = session.execute(
        select(Arrangement, KindRow.offer_name, Person.first_name, Need.first_day)
        .join(Need, Need.id == Arrangement.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Person, Person.id == Arrangement.resident_id)
        .where(
            Arrangement.usual_id == person_id,
            Need.status == NeedStatus.OPEN,
            (Arrangement.status == ArrangementStatus.LIVE)
            | ((Arrangement.status == ArrangementStatus.OFFERED) & ~is_taken.exists()),
        )
        .order_by(Arrangement.id)
    ).all()
    lines: dict[ArrangementStatus, list[RegularLine]] = {
        status: [] for status in (ArrangementStatus.LIVE, ArrangementStatus.OFFERED)
    }
    for arrangement, label, resident, first_day in rows:
        about = clock_words(at_local(first_day, arrangement.at))
        line = RegularLine(arrangement.id, label, resident, _days(first_day), about)
        lines[arrangement.status].append(line)
    offered = () if under_way.is_stopped(session, person_id) else tuple(lines[ArrangementStatus.OFFERED])
    return Regulars(tuple(lines[ArrangementStatus.LIVE]), offered)


def give_up(session: Session, arrangement_id: int, person_id: int, *, actor: str, now: datetime) -> None:
    """The usual person would rather not any more. NotFound if it is not theirs."""
    arrangement = session.get(Arrangement, arrangement_id)
    if arrangement is None or arrangement.usual_id != person_id:
        raise NotFound
    arrangement_changes.end(session, arrangement_id, actor=actor, now=now)


def weekly_needs(session: Session, area_ids: Collection[int]) -> tuple[WeeklyNeed, ...]:
    """Every weekly need of these areas: those without a usual person first."""
    rows = session.execute(_weekly_rows(area_ids)).all()
    called = told_apart.names(session, {one for row in rows for one in (row.usual_id, row.stand_in_id) if one})
    return tuple(_weekly(row, called) for row in rows)


def read_setting_up(session: Session, need_id: int, area_ids: Collection[int], *, now: datetime) -> SettingUp:
    """Who could go to a weekly need of these areas. NotFound for any other."""
    row = session.execute(_weekly_rows(area_ids).where(Need.id == need_id)).one_or_none()
    if row is None:
        raise NotFound
    called = told_apart.names(session, [one for one in (row.usual_id, row.stand_in_id) if one])
    return SettingUp(
        need=_weekly(row, called),
        usual_id=row.usual_id,
        stand_in_id=row.stand_in_id,
        choices=_choices(session, session.get_one(Need, need_id), now),
    )


def end_for_need(session: Session, need_id: int, area_ids: Collection[int], *, actor: str, now: datetime) -> None:
    """A coordinator ends what holds for a weekly need of theirs. Twice is once; NotFound for any other need."""
    if session.execute(_weekly_rows(area_ids).where(Need.id == need_id)).one_or_none() is None:
        raise NotFound
    live = arrangements.live_of(session, need_id)
    if live is not None:
        arrangement_changes.end(session, live.id, actor=actor, now=now)


def _weekly_rows(area_ids: Collection[int]) -> Any:
    is_live = (Arrangement.need_id == Need.id) & (Arrangement.status == ArrangementStatus.LIVE)
    return (
        select(
            *(Need.id, Need.reference, Need.details, Need.first_day, KindRow.job_words, Area.name.label("area")),
            *(Person.first_name.label("resident"), Arrangement.usual_id, Arrangement.stand_in_id),
        )
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Need.area_id)
        .join(Person, Person.id == Need.resident_id)
        .outerjoin(Arrangement, is_live)
        .where(Need.area_id.in_(area_ids), Need.recurrence == Recurrence.WEEKLY, Need.status == NeedStatus.OPEN)
        .order_by(Arrangement.usual_id.is_not(None), Need.first_day, Need.id)
    )


def _weekly(row: Any, called: Mapping[int, str]) -> WeeklyNeed:
    return WeeklyNeed(
        need_id=row.id,
        reference=row.reference,
        job=job_words(row.job_words, tuple(row.details)),
        area=row.area,
        resident=row.resident,
        days=_days(row.first_day),
        usual=called.get(row.usual_id),
        stand_in=called.get(row.stand_in_id),
    )


def _choices(session: Session, need: Need, now: datetime) -> tuple[Choice, ...]:
    """Those who may be sent: who has helped here before first, then the nearest."""
    helped = (
        select(Visit.person_id, func.count().label("times"))
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Need.resident_id == need.resident_id, Visit.status == VisitStatus.DONE)
        .group_by(Visit.person_id)
        .subquery()
    )
    rows = session.execute(
        select(
            *(Offer.person_id, Home.lat, Home.lon),
            func.coalesce(helped.c.times, 0).label("times"),
        )
        .join(Home, Home.person_id == Offer.person_id)
        .join(OfferKind, (OfferKind.offer_id == Offer.id) & (OfferKind.kind_slug == need.kind_slug))
        .outerjoin(helped, helped.c.person_id == Offer.person_id)
        .where(Offer.status == OfferStatus.ACTIVE)
    ).all()
    there = queries.told_point(session, need.resident_id)
    away = {row.person_id: chord_m(Point(row.lat, row.lon), there) for row in rows}
    nearest = sorted(rows, key=lambda row: (-row.times, away[row.person_id]))[:LOOKED_AT]
    able = [row for row in nearest if arrangement_changes.may_be_sent(session, need, row.person_id, now=now)]
    shown = able[:CHOICES_SHOWN]
    called = told_apart.names(session, [row.person_id for row in shown])
    return tuple(
        Choice(row.person_id, _choice_words(called[row.person_id], row.times, distance_band(away[row.person_id])))
        for row in shown
    )


def _choice_words(name: str, times: int, band: str) -> str:
    helped = {0: "", 1: ", has helped here once"}.get(times, f", has helped here {times} times")
    return f"{name}, {band} away{helped}"


def _days(first_day: date) -> str:
    return f"{first_day:%A}s"

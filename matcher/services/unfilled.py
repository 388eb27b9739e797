"""Visits that nobody holds yet, soonest first, each with the reason in one line; a page of them at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import MatchStatus, NeedStatus, OccurrenceStatus, Urgency
from matcher.domain.localtime import day_words, window_words
from matcher.services import triage
from matcher.services.batching import NOT_YET
from matcher.services.consents import BEST_INTERESTS
from matcher.services.paging import page_of
from matcher.store import queries
from matcher.store.bulk import among
from matcher.store.models import Area, Cell, Consent, KindRow, Match, Need, Occurrence, Person, PhoneCheck

ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of them to show: of one area, kind or urgency, those that nobody was asked about; and which page."""

    area: str = ""
    kind: str = ""
    urgency: str = ""
    is_unasked: bool = False
    page: int = 1

    @property
    def is_any(self) -> bool:
        """True if some are left out."""
        return bool(self.area or self.kind or self.urgency or self.is_unasked)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall: how many people are left."""

    label: str
    left: int


@dataclass(frozen=True, slots=True)
class UnfilledRow:
    """A need that nobody holds yet, with the reason in one line. number: its place in the whole list, whatever was
    chosen of it. is_not_confirmed: it waits until someone has rung.
    is_to_decide: someone acts for a resident who cannot agree; a coordinator decides. is_to_triage: they say
    which kind of help it comes to. easting, northing: the middle of the square that stands for the home."""

    number: int
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
    unanswered: int
    why: str
    waterfall: tuple[Step, ...]
    is_paused: bool
    is_not_confirmed: bool
    is_to_decide: bool
    is_to_triage: bool
    easting: int
    northing: int


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A page of them. count: chosen ones, on whatever page. whole: all there are. urgent: of all there are."""

    rows: tuple[UnfilledRow, ...]
    page: int
    first: int
    count: int
    whole: int
    urgent: int

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.first + len(self.rows) - 1


def read(session: Session, area_ids: frozenset[int], choice: Choice, *, now: datetime) -> Unfilled:
    """The page that was chosen; the last one, if there are fewer."""
    chosen = chosen_by(choice)
    count, whole, urgent = session.execute(_counts(area_ids, chosen)).one()
    on = page_of(choice.page, count, ROWS_SHOWN)
    ids = session.scalars(_ids(area_ids, chosen, on.skipped)).all()
    number = numbers(session, area_ids, ids) if chosen else {one: nth for nth, one in enumerate(ids, on.first)}
    rows = tuple(_unfilled_row(row, number, now) for row in session.execute(_looked_for(ids)))
    return Unfilled(rows, on.number, on.first, count, whole, urgent)


def numbers(session: Session, area_ids: frozenset[int], occurrence_ids: Collection[int]) -> Mapping[int, int]:
    """The numbers of these in the whole list, by which they are known on every page; of those that are on it."""
    place = func.row_number().over(order_by=SOONEST).label("place")
    last = select(func.max(Occurrence.starts_at)).where(Occurrence.id.in_(occurrence_ids)).scalar_subquery()
    whole = (
        select(Occurrence.id, place)
        .join(Need, Need.id == Occurrence.need_id)
        .where(*is_looked_for(area_ids), Occurrence.starts_at <= last)  # what comes later has no say in it
        .subquery()
    )
    rows = session.execute(select(whole.c.id, whole.c.place).where(whole.c.id.in_(occurrence_ids)))
    return {occurrence_id: number for occurrence_id, number in rows}  # noqa: C416 (a Row is not a pair to dict())


def chosen_by(choice: Choice) -> list[ColumnElement[bool]]:
    """What the chosen ones have in common."""
    chosen: list[ColumnElement[bool]] = []
    if choice.area:
        chosen.append(Occurrence.area_id == select(Area.id).where(Area.slug == choice.area).scalar_subquery())
    if choice.kind:
        chosen.append(Need.kind_slug == choice.kind)
    if choice.urgency in {*Urgency}:
        chosen.append(Need.urgency == Urgency(choice.urgency))
    if choice.is_unasked:
        chosen.append(~select(Match.id).where(Match.occurrence_id == Occurrence.id).exists())
    return chosen


def _counts(area_ids: frozenset[int], chosen: list[ColumnElement[bool]]) -> Any:
    every = func.count()
    return (
        select(every.filter(*chosen) if chosen else every, every, every.filter(Need.urgency == Urgency.URGENT))
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .where(*is_looked_for(area_ids))
    )


def is_looked_for(area_ids: frozenset[int]) -> tuple[ColumnElement[bool], ...]:
    """Nobody holds it and it is on the list; of an occurrence with its need."""
    return (
        Occurrence.area_id.in_(area_ids),
        Occurrence.status == OccurrenceStatus.OPEN,
        Need.status.in_((NeedStatus.OPEN, NeedStatus.PAUSED)),
        Occurrence.reason_code.is_distinct_from(NOT_YET),
    )


def _ids(area_ids: frozenset[int], chosen: list[ColumnElement[bool]], first: int) -> Select[Any]:
    """Which are on the page: found before anything is joined to them, so that the rest costs as much for any number."""
    return (
        select(Occurrence.id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(*is_looked_for(area_ids), *chosen)
        .order_by(*SOONEST)
        .offset(first)
        .limit(ROWS_SHOWN)
    )


def _looked_for(occurrence_ids: Collection[int]) -> Select[Any]:
    asks = (
        select(
            Match.occurrence_id.label("occurrence_id"),
            func.count().label("asked"),
            func.count(case((Match.status == MatchStatus.DECLINED, 1))).label("said_no"),
            func.count(case((Match.status == MatchStatus.PROPOSED, 1))).label("unanswered"),
        )
        .where(among(Match.occurrence_id, occurrence_ids))
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
            asks.c.unanswered,
            Cell.easting + Cell.size_m / 2,
            Cell.northing + Cell.size_m / 2,
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Area, Area.id == Occurrence.area_id)
        .join(Person, Person.id == Need.resident_id)
        .join(Cell, Cell.id == Person.cell_id)
        .outerjoin(PhoneCheck, PhoneCheck.need_id == Need.id)
        .outerjoin(Consent, Consent.need_id == Need.id)
        .outerjoin(asks, asks.c.occurrence_id == Occurrence.id)
        .where(among(Occurrence.id, occurrence_ids))
        .order_by(*SOONEST)
    )


_BY_URGENCY = case((Need.urgency == Urgency.URGENT, 0), (Need.urgency == Urgency.NORMAL, 1), else_=2)
SOONEST = (Occurrence.starts_at, _BY_URGENCY, Occurrence.id)


def _unfilled_row(row: Any, number: Mapping[int, int], now: datetime) -> UnfilledRow:
    occurrence, need, kind, area, check, given_by, asked, said_no, unanswered, easting, northing = row
    is_to_decide = need.status is NeedStatus.PAUSED and given_by == BEST_INTERESTS
    first = queries.next_window(occurrence, now)
    return UnfilledRow(
        number=number.get(occurrence.id, 0),
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
        unanswered=unanswered or 0,
        why=_TO_DECIDE if is_to_decide else _why(occurrence, need, check, unanswered or 0),
        waterfall=tuple(Step(step["label"], step["left"]) for step in occurrence.waterfall or []),
        is_paused=need.status is NeedStatus.PAUSED,
        is_not_confirmed=_is_not_confirmed(need, check),
        is_to_decide=is_to_decide,
        is_to_triage=triage.is_to_triage(need, kind) and not is_to_decide and not _is_not_confirmed(need, check),
        easting=int(easting),
        northing=int(northing),
    )


_TO_DECIDE = "They cannot agree for themselves. Someone asked in their best interests: you decide."


def _is_not_confirmed(need: Need, check: PhoneCheck | None) -> bool:
    return need.status is NeedStatus.PAUSED and check is not None and check.confirmed_at is None


def _why(occurrence: Occurrence, need: Need, check: PhoneCheck | None, unanswered: int) -> str:
    if check is not None and _is_not_confirmed(need, check):
        asked_to_be_rung = "They asked to be rung. " if check.ring_me_at else ""
        return f"{asked_to_be_rung}Their number is not confirmed: nobody is asked before that."
    if need.status is NeedStatus.PAUSED:
        return "Someone from the team needs to ring first."
    if occurrence.reason:
        return occurrence.reason
    if unanswered:
        people = "1 neighbour" if unanswered == 1 else f"{unanswered} neighbours"
        return f"Waiting for an answer from {people}."
    return "About to be looked at."

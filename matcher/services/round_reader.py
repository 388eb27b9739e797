"""Reading a round's question out of the tables: plain columns, never a row object per volunteer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, union
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.geo import Point
from matcher.domain.lifecycle import (
    HOLDING,
    MatchStatus,
    NeedStatus,
    OccurrenceStatus,
    OfferStatus,
    VisitStatus,
)
from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import HeldVisit, LiveAsk, OpenOccurrence, RoundProblem, Volunteer
from matcher.services.need_page import windows_of
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    Cell,
    Check,
    Feedback,
    Home,
    KindRow,
    LevelRow,
    Match,
    Need,
    NeverPair,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    Visit,
)

ASKS_REMEMBERED = timedelta(days=14)


def read_problem(session: Session, area_id: int, *, now: datetime) -> RoundProblem:
    """Every open occurrence of the area that may be asked about now, and every active offer there is."""
    occurrences = _occurrences(session, area_id, now)
    if not occurrences:
        return RoundProblem(now=now)
    horizon = TimeWindow(now, max(window.end for one in occurrences for window in one.windows))
    return RoundProblem(
        now=now,
        occurrences=occurrences,
        volunteers=_volunteers(session, horizon, now),
        live_asks=_live_asks(session, now),
        never_pairs=frozenset(
            frozenset(pair) for pair in session.execute(select(NeverPair.person_a, NeverPair.person_b))
        ),
    )


def _occurrences(session: Session, area_id: int, now: datetime) -> tuple[OpenOccurrence, ...]:
    rows = session.execute(
        select(Occurrence, Need, Home.lat, Home.lon, Cell.lat, Cell.lon, LevelRow.checks)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .join(Home, Home.person_id == Need.resident_id)
        .join(Cell, Cell.id == Person.cell_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(LevelRow, LevelRow.code == KindRow.level_code)
        .where(
            Occurrence.area_id == area_id,
            Occurrence.status == OccurrenceStatus.OPEN,
            Need.status == NeedStatus.OPEN,
            Occurrence.ends_at > now,
            # One that is a week away has no reason yet to be asked about.
            (Occurrence.next_round_at <= now) | Occurrence.considered_at.is_not(None),
        )
        .order_by(Occurrence.id)
    ).all()
    ids = [occurrence.id for occurrence, *_ in rows]
    held_by = _grouped(
        session,
        select(Visit.occurrence_id, Visit.person_id, Visit.starts_at).where(
            Visit.occurrence_id.in_(ids), Visit.status.in_(HOLDING)
        ),
    )
    refused_by = _grouped(session, _refusals(ids))
    usual = _grouped(session, _happy_pairs([need.resident_id for _, need, *_ in rows]))
    return tuple(
        OpenOccurrence(
            id=occurrence.id,
            need_id=need.id,
            resident_id=need.resident_id,
            kind=need.kind_slug,
            windows=windows_of(occurrence),
            minutes=need.minutes,
            helpers_wanted=occurrence.helpers - len(held_by[occurrence.id]),
            urgency=need.urgency,
            point=Point(lat, lon),
            told_point=Point(cell_lat, cell_lon),
            waiting_since=occurrence.open_since,
            required_checks=frozenset(checks),
            usual=frozenset(usual[need.resident_id]),
            held_by=frozenset(person_id for person_id, _ in held_by[occurrence.id]),
            begins_at=min((starts_at for _, starts_at in held_by[occurrence.id]), default=None),
            refused_by=frozenset(refused_by[occurrence.id]),
        )
        for occurrence, need, lat, lon, cell_lat, cell_lon, checks in rows
    )


def _refusals(occurrence_ids: list[int]) -> Any:
    """Offers that said no to it, or handed it back, or did not come."""
    said_no = select(Match.occurrence_id, Match.offer_id).where(
        Match.occurrence_id.in_(occurrence_ids), Match.status == MatchStatus.DECLINED
    )
    gave_up = (
        select(Match.occurrence_id, Match.offer_id)
        .join(Visit, Visit.match_id == Match.id)
        .where(
            Match.occurrence_id.in_(occurrence_ids),
            Visit.status.in_((VisitStatus.HANDED_BACK, VisitStatus.NO_SHOW)),
        )
    )
    return union(said_no, gave_up)


def _happy_pairs(resident_ids: list[int]) -> Any:
    """People who helped these residents before, where the resident said that it went well."""
    return (
        select(Need.resident_id, Visit.person_id)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .join(Feedback, Feedback.occurrence_id == Occurrence.id)
        .where(Need.resident_id.in_(resident_ids), Visit.status == VisitStatus.DONE, Feedback.answer == "well")
        .distinct()
    )


def _volunteers(session: Session, horizon: TimeWindow, now: datetime) -> tuple[Volunteer, ...]:
    rows = session.execute(
        select(
            Offer.id,
            Offer.person_id,
            Offer.travel_mode,
            Offer.reach_m,
            Offer.visits_per_week,
            Home.lat,
            Home.lon,
        )
        .join(Home, Home.person_id == Offer.person_id)
        .where(Offer.status == OfferStatus.ACTIVE)
        .order_by(Offer.id)
    ).all()
    kinds = _grouped(session, select(OfferKind.offer_id, OfferKind.kind_slug))
    checks = _grouped(session, select(Check.person_id, Check.name, Check.expires_on))
    rules = _grouped(
        session,
        select(
            AvailabilityRule.offer_id,
            AvailabilityRule.weekday,
            AvailabilityRule.opens,
            AvailabilityRule.closes,
        ),
    )
    exceptions = _grouped(session, _exceptions(horizon))
    held = _grouped(session, _held_since(_monday(now)))
    asked = _grouped(
        session,
        select(Match.offer_id, Match.asked_at).where(Match.asked_at > now - ASKS_REMEMBERED),
    )
    return tuple(
        Volunteer(
            offer_id=offer_id,
            person_id=person_id,
            kinds=frozenset(kinds[offer_id]),
            checks=dict(checks[person_id]),
            free=_free(rules[offer_id], exceptions[offer_id], horizon),
            point=Point(lat, lon),
            reach_m=reach,
            travel_mode=mode,
            visits_per_week=per_week,
            held=tuple(HeldVisit(TimeWindow(starts, ends), Point(at, on)) for starts, ends, at, on in held[person_id]),
            asked_at=tuple(asked[offer_id]),
        )
        for offer_id, person_id, mode, reach, per_week, lat, lon in rows
    )


def _exceptions(horizon: TimeWindow) -> Any:
    return select(AvailabilityException.offer_id, AvailabilityException.during, AvailabilityException.is_free).where(
        AvailabilityException.during.op("&&")(Range(horizon.start, horizon.end))
    )


def _held_since(since: datetime) -> Any:
    return (
        select(Visit.person_id, Visit.starts_at, Visit.ends_at, Home.lat, Home.lon)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Visit.status.in_(HOLDING), Visit.ends_at > since)
    )


def _free(rules: list[Any], exceptions: list[Any], horizon: TimeWindow) -> tuple[TimeWindow, ...]:
    windows = [(TimeWindow(during.lower, during.upper), is_free) for during, is_free in exceptions]
    availability = Availability(
        weekly=tuple(WeeklyRule(*rule) for rule in rules),
        extra=tuple(window for window, is_free in windows if is_free),
        paused=tuple(window for window, is_free in windows if not is_free),
    )
    return availability.windows(horizon)


def _live_asks(session: Session, now: datetime) -> tuple[LiveAsk, ...]:
    rows = session.execute(
        select(
            Match.occurrence_id,
            Match.offer_id,
            Match.starts_at,
            Match.ends_at,
            Match.asked_at,
            Home.lat,
            Home.lon,
        )
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Match.status == MatchStatus.PROPOSED, Match.ends_at > now)
        .order_by(Match.id)
    )
    return tuple(
        LiveAsk(
            occurrence_id=occurrence_id,
            offer_id=offer_id,
            visit=TimeWindow(starts_at, ends_at),
            asked_at=asked_at,
            point=Point(lat, lon),
        )
        for occurrence_id, offer_id, starts_at, ends_at, asked_at, lat, lon in rows
    )


def _grouped(session: Session, query: Any) -> defaultdict[int, list[Any]]:
    """Rows by their first column; the rest as a value, or a tuple where there are several."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    rows: Iterable[Any] = session.execute(query)
    for key, *rest in rows:
        groups[key].append(rest[0] if len(rest) == 1 else tuple(rest))
    return groups


def _monday(now: datetime) -> datetime:
    today: date = local_day(now)
    return at_local(today - timedelta(days=today.weekday()), time())

"""Reading those who offer help out of the tables: plain columns, and each distinct week expanded once.

Every active offer is read, near or not and of whatever kind: the reasons a round gives count those who are too far
away and those who do other things.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Subquery, func, literal, select
from sqlalchemy.dialects.postgresql import Range, aggregate_order_by
from sqlalchemy.orm import Session

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.geo import Point
from matcher.domain.lifecycle import HOLDING, OfferStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import HeldVisit, Volunteer
from matcher.store.bulk import grouped
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    Check,
    Home,
    Match,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    Visit,
)

ASKS_REMEMBERED = timedelta(days=14)


def read_volunteers(session: Session, horizon: TimeWindow, *, now: datetime) -> tuple[Volunteer, ...]:
    """Every active offer, free when it is free inside `horizon`."""
    rows = session.execute(_offer_columns()).all()
    kinds_of = {kinds: frozenset(kinds.split()) for kinds in {row.kinds for row in rows}}
    free_in = {week: _week(week).windows(horizon) for week in {row.week for row in rows}}
    exceptions = grouped(session, _exceptions(horizon))
    checks = grouped(session, select(Check.person_id, Check.name, Check.expires_on))
    held = grouped(session, _held_since(_monday(now)))
    asked = grouped(session, select(Match.offer_id, Match.asked_at).where(Match.asked_at > now - ASKS_REMEMBERED))
    return tuple(
        Volunteer(
            offer_id=row.id,
            person_id=row.person_id,
            kinds=kinds_of[row.kinds],
            checks=dict(checks.get(row.person_id, ())),
            free=_free(row.week, exceptions[row.id], horizon) if row.id in exceptions else free_in[row.week],
            point=Point(row.lat, row.lon),
            reach_m=row.reach_m,
            travel_mode=row.travel_mode,
            visits_per_week=row.visits_per_week,
            held=tuple(
                HeldVisit(TimeWindow(starts, ends), Point(at, on))
                for starts, ends, at, on in held.get(row.person_id, ())
            ),
            asked_at=tuple(asked.get(row.id, ())),
        )
        for row in rows
    )


def _offer_columns() -> Any:
    """Of each active offer, its kinds and its week as text: most are the same as others', and are read once."""
    rule = func.concat_ws("/", *(AvailabilityRule.weekday, AvailabilityRule.opens, AvailabilityRule.closes))
    kinds = _words_by_offer(OfferKind.offer_id, OfferKind.kind_slug)
    weeks = _words_by_offer(AvailabilityRule.offer_id, rule)
    return (
        select(
            *(Offer.id, Offer.person_id, Offer.travel_mode, Offer.reach_m, Offer.visits_per_week, Home.lat, Home.lon),
            func.coalesce(kinds.c.words, "").label("kinds"),
            func.coalesce(weeks.c.words, "").label("week"),
        )
        .join(Home, Home.person_id == Offer.person_id)
        .outerjoin(kinds, kinds.c.offer_id == Offer.id)
        .outerjoin(weeks, weeks.c.offer_id == Offer.id)
        .where(Offer.status == OfferStatus.ACTIVE)
        .order_by(Offer.id)
    )


def _words_by_offer(offer_id: Any, word: Any) -> Subquery:
    """For each offer its words, sorted, with spaces between."""
    words = func.string_agg(word, aggregate_order_by(literal(" "), word))
    return select(offer_id.label("offer_id"), words.label("words")).group_by(offer_id).subquery()


def _week(week: str) -> Availability:
    """The rules of a week from their text: `0/08:00:00/12:00:00 3/17:00:00/20:00:00`."""
    rules = (rule.split("/") for rule in week.split())
    return Availability(
        weekly=tuple(
            WeeklyRule(int(weekday), time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in rules
        )
    )


def _free(week: str, exceptions: list[Any], horizon: TimeWindow) -> tuple[TimeWindow, ...]:
    windows = [(TimeWindow(during.lower, during.upper), is_free) for during, is_free in exceptions]
    availability = Availability(
        weekly=_week(week).weekly,
        extra=tuple(window for window, is_free in windows if is_free),
        paused=tuple(window for window, is_free in windows if not is_free),
    )
    return availability.windows(horizon)


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


def _monday(now: datetime) -> datetime:
    today: date = local_day(now)
    return at_local(today - timedelta(days=today.weekday()), time())

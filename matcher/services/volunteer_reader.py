"""Reading those who offer help out of the tables: COPY writes columns of fixed width, and the engine decodes them.

Every active offer is read, near or not and of whatever kind: the reasons a round gives count those who are too far
away and those who do other things. No row becomes an object here, but for the few with an exception to their week.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Date, Double, Integer, Subquery, any_, case, cast, exists, func, literal, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from matcher.domain.geo import TravelMode
from matcher.domain.lifecycle import HOLDING, OfferStatus
from matcher.domain.localtime import LONDON, at_local, local_day, to_local
from matcher.domain.preferences import Hours, told_at
from matcher.domain.timewindow import TimeWindow
from matcher.domain.traits import Trait
from matcher.engine.offers_copied import CopiedOffers, snapshot_from
from matcher.engine.params import Params
from matcher.engine.snapshot import AT_ONCE, NO_LIMIT, THE_SCHEME_S, Snapshot, instant
from matcher.services import learned
from matcher.services.cold_spells import AT_NIGHT_TOO, is_on
from matcher.store.bulk import among, copied, grouped
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    Check,
    ColdSpell,
    Home,
    KindRow,
    Leaning,
    Match,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    OfferTrait,
    Person,
    Visit,
)

ASKS_REMEMBERED = timedelta(days=Params().idle_days)  # for longer nobody counts as asked of late
SNOW_REACH = Params().snow_reach


def read_volunteers(
    session: Session,
    horizon: TimeWindow,
    *,
    is_cold: bool = False,
    now: datetime,
    only: Collection[int] | None = None,
    quiet: Hours | None = None,
) -> Snapshot:
    """Every active offer, free when it is free inside `horizon`; or those with `only` these ids.

    While it is cold nobody reaches as far, and whoever agreed to it may make more visits a week and be asked more a
    day. quiet: the scheme's quiet hours, None where it keeps none; what somebody chose counts anyway.
    """
    kinds = select(KindRow.slug.label("word"), _place(KindRow.slug))
    checks = select(Check.name.label("word"), _place(Check.name)).where(*_of_whom(Check.person_id, only))
    checks = checks.group_by(Check.name)

    def read(query: Any, offer_id: Any = Offer.id) -> bytes:
        return copied(session, query if only is None else query.where(among(offer_id, only)))

    offers = _offers(told_at(None, quiet, now), is_cold=is_cold, now=now)
    found = CopiedOffers(
        offers=read(offers.where(*_of_whom(Home.person_id, only))),
        kinds=read(_kinds(kinds.subquery()), OfferKind.offer_id),
        kind_names=_words(session, kinds),
        traits=read(_traits(), OfferTrait.offer_id),
        trait_names=tuple(Trait),
        rules=read(_rules(horizon), AvailabilityRule.offer_id),
        checks=read(_checks(checks.subquery()).where(*_of_whom(Check.person_id, only))),
        check_names=_words(session, checks),
        held=read(_held_since(_monday(now))),
        asked=read(_asked_since(now - ASKS_REMEMBERED), Match.offer_id),
        exceptions=_exceptions(session, horizon, only),
    )
    return snapshot_from(found, horizon)


def _of_whom(person_id: Any, only: Collection[int] | None) -> tuple[Any, ...]:
    """Of who made one of `only` these offers. Their numbers are found first: joined, everybody's rows would be read."""
    if only is None:
        return ()
    return (person_id == any_(func.array(select(Offer.person_id).where(among(Offer.id, only)).scalar_subquery())),)


def _place(word: Any) -> Any:
    """From 0, in alphabetical order: a word as a number."""
    return cast(func.row_number().over(order_by=word) - 1, Integer).label("place")


def _words(session: Session, words: Any) -> tuple[str, ...]:
    return tuple(row.word for row in session.execute(words.order_by("place")))


def _offers(usually_told_at: datetime, *, is_cold: bool, now: datetime) -> Any:
    reach: Any = Offer.reach_m
    limit: Any = Offer.visits_per_week
    asks: Any = literal(THE_SCHEME_S)
    if is_cold:
        reach = cast(func.floor(reach * SNOW_REACH), Integer)
        limit = case((limit.is_not(None), func.greatest(limit, Offer.cold_visits_per_week)))
        asks = func.coalesce(Offer.cold_asks_per_day, asks)
    asks = _within_the_week(asks, is_cold=is_cold, now=now)
    leaning = func.coalesce(Leaning.leaning, literal(0.0, Double))
    mode = case(*((Offer.travel_mode == mode, place) for place, mode in enumerate(TravelMode)))
    return (
        select(
            *(Offer.id, Offer.person_id, mode, reach),
            *(func.coalesce(limit, literal(NO_LIMIT)), asks, _told(usually_told_at, now), _is_woken(now)),
            *(leaning, Home.lat, Home.lon),
        )
        .join(Home, Home.person_id == Offer.person_id)
        .outerjoin(Leaning, (Leaning.person_id == Offer.person_id) & (Leaning.model_id == learned.newest_id()))
        .where(Offer.status == OfferStatus.ACTIVE)
        .order_by(Offer.id)
    )


def _told(usually: datetime, now: datetime) -> Any:
    """When a question of now reaches them: as `preferences.told_at` has it, and at once as the engine has it."""
    today, clock, at_once = local_day(now), to_local(now).time(), instant(AT_ONCE)

    def ends_on(day: date) -> Any:
        return func.timezone(LONDON.key, cast(literal(day), Date) + Offer.quiet_until)

    return case(
        (Offer.quiet_from.is_(None), literal(usually if usually > now else at_once)),
        (Offer.quiet_from == Offer.quiet_until, literal(at_once)),
        (Offer.quiet_until > clock, ends_on(today)),
        (Offer.quiet_from <= clock, ends_on(today + timedelta(days=1))),
        else_=literal(at_once),
    )


def _is_woken(now: datetime) -> Any:
    """1 for whoever agreed to be asked at night too while it is cold, where it is."""
    is_cold_there = exists().where(Person.id == Offer.person_id, ColdSpell.area_id == Person.area_id, is_on(now))
    return case(((Offer.cold_wording >= AT_NIGHT_TOO) & is_cold_there, 1), else_=0)


def _within_the_week(asks: Any, *, is_cold: bool, now: datetime) -> Any:
    """The most asks in a day that keep to the most in seven, if they gave that; else `asks`.

    What they agreed to for the cold goes before it.
    """
    in_a_day = _count_asked(now - timedelta(days=1))
    left = func.greatest(Offer.asks_per_week - _count_asked(now - timedelta(days=7)), 0)
    the_scheme_s = case((asks == THE_SCHEME_S, Params().asks_per_day_max), else_=asks)
    holds: Any = Offer.asks_per_week.is_not(None)
    if is_cold:
        holds &= Offer.cold_asks_per_day.is_(None)
    return case((holds, cast(func.least(in_a_day + left, the_scheme_s), Integer)), else_=asks)


def _count_asked(since: datetime) -> Any:
    asked = select(func.count()).where(
        Match.offer_id == Offer.id, Match.asked_at > since, Match.arrangement_id.is_(None)
    )
    return asked.correlate(Offer).scalar_subquery()


def _kinds(kinds: Subquery) -> Any:
    return select(OfferKind.offer_id, kinds.c.place).join(kinds, kinds.c.word == OfferKind.kind_slug)


def _traits() -> Any:
    place = case(*((OfferTrait.trait == trait, place) for place, trait in enumerate(Trait)))
    return select(OfferTrait.offer_id, place)


def _rules(horizon: TimeWindow) -> Any:
    """The rules of those weekdays on which the horizon has a moment."""
    first, last = local_day(horizon.start), local_day(horizon.end)
    weekdays = {(first + timedelta(days=day)).weekday() for day in range(min((last - first).days, 6) + 1)}
    rule = AvailabilityRule
    return select(rule.offer_id, rule.weekday, rule.opens, rule.closes).where(rule.weekday.in_(sorted(weekdays)))


def _checks(checks: Subquery) -> Any:
    last_day = func.coalesce(Check.expires_on, cast(literal(date.max), Check.expires_on.type))
    return (
        select(Offer.id, checks.c.place, last_day)
        .join(checks, checks.c.word == Check.name)
        .join(Offer, Offer.person_id == Check.person_id)
    )


def _held_since(since: datetime) -> Any:
    return (
        select(Offer.id, Visit.starts_at, Visit.ends_at, Home.lat, Home.lon)
        .join(Offer, Offer.person_id == Visit.person_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Visit.status.in_(HOLDING), Visit.ends_at > since)
        .order_by(Visit.starts_at)
    )


def _asked_since(since: datetime) -> Any:
    """Of a regular visit nobody is asked."""
    asked = select(Match.offer_id, Match.asked_at).where(Match.asked_at > since, Match.arrangement_id.is_(None))
    return asked.order_by(Match.asked_at)


def _exceptions(
    session: Session, horizon: TimeWindow, only: Collection[int] | None
) -> dict[int, list[tuple[TimeWindow, bool]]]:
    during = AvailabilityException.during
    rows = select(AvailabilityException.offer_id, during, AvailabilityException.is_free).where(
        during.op("&&")(Range(horizon.start, horizon.end))
    )
    if only is not None:
        rows = rows.where(among(AvailabilityException.offer_id, only))
    found = grouped(session, rows)
    return {
        offer_id: [(TimeWindow(when.lower, when.upper), is_free) for when, is_free in some]
        for offer_id, some in found.items()
    }


def _monday(now: datetime) -> datetime:
    today: date = local_day(now)
    return at_local(today - timedelta(days=today.weekday()), time())

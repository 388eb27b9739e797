"""Who is in the past: the demo's volunteers, most of its residents, others who asked before, and some erased."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import hypot
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.geo import TravelMode
from matcher.domain.kinds import SNOW
from matcher.domain.localtime import local_day
from matcher.services import people
from matcher.services.demo.eileen import HILL
from matcher.services.demo.past.story import Days, Getter, Giver, HelpKind
from matcher.services.demo.tour import read_tour
from matcher.services.erasure import NOBODYS_NAME
from matcher.services.people import PersonDraft
from matcher.store import queries
from matcher.store.bulk import grouped, insert_all, insert_rows
from matcher.store.models import (
    AvailabilityRule,
    Cell,
    Check,
    Home,
    KindRow,
    LevelRow,
    Need,
    Offer,
    OfferKind,
    Person,
)

USUAL_VISITS = 3  # a week at most, of who set no limit
_ERASED = 24
_BOTH_WAYS = 24
_LONG_HERE = timedelta(days=200)
_ASKED_BEFORE = 0.7  # of those who ask today
_KEPT_FOR = 85  # days: whoever asked for nothing in a longer time would have been erased
_WANTED = {"errand": 30, "prescription": 24, "lift": 16, "garden": 12, "call": 10, "indoor": 8}
_OF_EILEEN = (SNOW, "prescription", "errand")
_RESTED = timedelta(days=35)


def read_kinds(session: Session) -> dict[str, HelpKind]:
    """The kinds of help, with what each asks to be seen."""
    rows = session.execute(
        select(KindRow.slug, KindRow.minutes, KindRow.urgency, LevelRow.checks).join(
            LevelRow, LevelRow.code == KindRow.level_code
        )
    )
    return {slug: HelpKind(slug, minutes, urgency, frozenset(checks)) for slug, minutes, urgency, checks in rows}


def read_givers(session: Session, days: Days) -> list[Giver]:
    """Everyone who offers help, by offer. Those on Eileen's hill have been asked nothing of late: today one is."""
    kinds = grouped(session, select(OfferKind.offer_id, OfferKind.kind_slug))
    checks = grouped(session, select(Check.person_id, Check.name, Check.seen_on))
    rules = (AvailabilityRule.offer_id, AvailabilityRule.weekday, AvailabilityRule.opens, AvailabilityRule.closes)
    hours = grouped(session, select(*rules).order_by(AvailabilityRule.id))
    offers = session.execute(
        select(Offer, Home, Person.area_id)
        .join(Home, Home.person_id == Offer.person_id)
        .join(Person, Person.id == Offer.person_id)
        .order_by(Offer.id)
    ).all()
    channels = queries.channels_of(session, [offer.person_id for offer, _, _ in offers])
    return [
        Giver(
            person_id=offer.person_id,
            offer_id=offer.id,
            area_id=area_id,
            since=local_day(offer.made_at),
            until=days.today - (_RESTED if _is_on_the_hill(home) else timedelta()),
            reach_m=offer.reach_m,
            per_week=offer.visits_per_week or USUAL_VISITS,
            easting=home.easting,
            northing=home.northing,
            channel=channels[offer.person_id],
            is_driver=offer.travel_mode is TravelMode.CAR,
            kinds=frozenset(kinds[offer.id]),
            checks=dict(checks[offer.person_id]),
            hours=_by_weekday(hours[offer.id]),
        )
        for offer, home, area_id in offers
    ]


def _is_on_the_hill(home: Home) -> bool:
    return hypot(home.easting - HILL.easting, home.northing - HILL.northing) < 2 * HILL.around_m


def _by_weekday(rules: Sequence[tuple[int, time, time]]) -> Mapping[int, tuple[tuple[int, int], ...]]:
    days: dict[int, tuple[tuple[int, int], ...]] = {}
    for weekday, opens, closes in rules:
        span = (opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)
        days[weekday] = (*days.get(weekday, ()), span)
    return days


def draw_getters(
    session: Session, rng: random.Random, earlier: Sequence[PersonDraft], days: Days, *, now: datetime
) -> list[Getter]:
    """Everyone who asked in the past, by person."""
    before = set(_settle(session, earlier, now))
    today = set(session.scalars(select(Need.resident_id)))
    long_here = select(Offer.person_id).where(Offer.made_at < now - _LONG_HERE).order_by(Offer.id)
    both = set(rng.sample([one for one in session.scalars(long_here) if one not in today], _BOTH_WAYS))
    rows = session.execute(
        select(Person.id, Person.area_id, Home.easting, Home.northing, Home.phone)
        .join(Home, Home.person_id == Person.id)
        .where(Person.id.in_(before | today | both))
        .order_by(Person.id)
    )
    tour = read_tour(session)
    eileen = session.scalar(select(Need.resident_id).where(Need.id == tour.need_id))
    known = [row for row in rows if row.id in before | both | {eileen} or rng.random() < _ASKED_BEFORE]
    getters = [_known(rng, row, before, days) for row in known]
    theirs = [_eileen(one, tour.volunteer_id, days) if one.person_id == eileen else one for one in getters]
    return [*theirs, *_erased(session, rng, days, now=now)]


def _eileen(getter: Getter, friend: int | None, days: Days) -> Getter:
    """She has asked since the beginning, and Christopher goes first."""
    return replace(getter, kinds=_OF_EILEEN, since=days.first, often=4, friend=friend)


def _settle(session: Session, drafts: Sequence[PersonDraft], now: datetime) -> list[int]:
    """Make them known, at postcodes where somebody is known already: their ids, in the same order."""
    if not drafts:
        return []
    columns = (Home.postcode, Home.easting, Home.northing, Home.lat, Home.lon, Person.area_id, Person.cell_id)
    rows = session.execute(select(*columns).join(Person, Person.id == Home.person_id).order_by(Person.id))
    at = {row.postcode: row for row in rows}
    ids = insert_all(
        session,
        Person,
        [
            {
                "first_name": draft.first_name,
                "area_id": at[draft.postcode].area_id,
                "cell_id": at[draft.postcode].cell_id,
                "is_made_up": True,
                "created_at": now,
            }
            for draft in drafts
        ],
    )
    homes = [_home(person_id, draft, at[draft.postcode]) for person_id, draft in zip(ids, drafts, strict=True)]
    session.execute(insert_rows(Home, homes))
    return ids


def _home(person_id: int, draft: PersonDraft, at: Any) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "surname": draft.surname,
        "phone": people.check_phone(draft.phone),
        "email": draft.email,
        "house": draft.house,
        **{name: getattr(at, name) for name in ("postcode", "easting", "northing", "lat", "lon")},
    }


def _known(rng: random.Random, row: Any, before: set[int], days: Days) -> Getter:
    ago = (days.today - days.first).days
    began = rng.randint(_KEPT_FOR + 5 if rng.random() < 0.7 else 20, ago)
    until = rng.randint(8, min(_KEPT_FOR, began - 10)) if row.id in before else 8
    return Getter(
        person_id=row.id,
        area_id=row.area_id,
        easting=row.easting,
        northing=row.northing,
        contact=people.usual_way(row.phone),
        kinds=_draw_kinds(rng),
        since=days.today - timedelta(days=began),
        until=days.today - timedelta(days=until),
        often=rng.choice((1, 1, 2, 4)),
    )


def _draw_kinds(rng: random.Random) -> tuple[str, ...]:
    """What they ask for, most often the first of it."""
    wanted = rng.choices(list(_WANTED), list(_WANTED.values()), k=rng.choice((1, 2, 2, 3)))
    return tuple(dict.fromkeys(wanted))


def _erased(session: Session, rng: random.Random, days: Days, *, now: datetime) -> Iterator[Getter]:
    """Who asked for nothing any more: their details went in time, what was done for them still counts."""
    cells = session.execute(
        select(Cell, func.min(Person.area_id))
        .join(Person, Person.cell_id == Cell.id)
        .group_by(Cell.id)
        .order_by(Cell.id)
    ).all()
    chosen = [rng.choice(cells) for _ in range(_ERASED)]
    gone = [rng.randint(_KEPT_FOR + 40, (days.today - days.first).days - 60) for _ in chosen]
    rows = [
        {
            "first_name": NOBODYS_NAME,
            "area_id": area_id,
            "cell_id": cell.id,
            "is_made_up": True,
            "created_at": now,
            "erased_at": now - timedelta(days=ago - _KEPT_FOR),
        }
        for (cell, area_id), ago in zip(chosen, gone, strict=True)
    ]
    ids = insert_all(session, Person, rows)
    for person_id, (cell, area_id), ago in zip(ids, chosen, gone, strict=True):
        yield Getter(
            person_id=person_id,
            area_id=area_id,
            easting=cell.easting + cell.size_m / 2,
            northing=cell.northing + cell.size_m / 2,
            contact="phone",
            kinds=_draw_kinds(rng),
            since=_between(rng, days.first, days.today - timedelta(days=ago + 30)),
            until=days.today - timedelta(days=ago),
            often=rng.choice((1, 2)),
        )


def _between(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))

"""Whom a broadcast would reach: never who has stopped our texts, paused, left or wants no news; each once a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from matcher.domain.audience import Audience, Duty, Lately, read_back
from matcher.domain.lifecycle import NotificationStatus, OfferStatus
from matcher.domain.localtime import local_day
from matcher.domain.preferences import NO_NEWS, About, SendingLimits, quiet_until
from matcher.services import prices, spending
from matcher.store import queries
from matcher.store.models import (
    Area,
    AvailabilityException,
    KindRow,
    Match,
    Notification,
    Offer,
    OfferKind,
    Person,
)

LATELY = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Reached:
    """One of them: by which way, and the day on which it goes. Nobody is woken by it."""

    person_id: int
    channel: str
    day: date


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a broadcast comes to, before anything is sent. price: of a text, None where none is known. texts_left: of
    those that are paid for today, None without a limit. later: how many wait for tomorrow's end of quiet hours.
    had_one: how many are left out, as they are written to with many others on that day already.
    """

    people: int
    texts: int
    price: Decimal | None
    texts_left: int | None
    later: int
    had_one: int

    @property
    def pounds(self) -> Decimal | None:
        """What the texts cost, at most."""
        return self.price * self.texts if self.price is not None else None

    @property
    def is_too_dear(self) -> bool:
        """More texts than are left to pay for: some would not go on their day."""
        return self.texts_left is not None and self.texts > self.texts_left


def area_names(session: Session, area_ids: frozenset[int]) -> Mapping[int, str]:
    """These areas by name."""
    rows = session.execute(select(Area.id, Area.name).where(Area.id.in_(area_ids)).order_by(Area.name))
    return {area_id: name for area_id, name in rows}  # noqa: C416 (a Row is not a pair to dict())


def sentence(session: Session, audience: Audience) -> str:
    """Who they are, read back in one sentence."""
    areas = tuple(area_names(session, audience.area_ids).values())
    kinds = session.scalars(
        select(KindRow.offer_name).where(KindRow.slug.in_(audience.kinds)).order_by(KindRow.position)
    ).all()
    left_out = select(Area.id).where(Area.id.not_in(audience.area_ids), Area.closed_at.is_(None))
    is_everywhere = session.scalar(left_out.limit(1)) is None
    return read_back(audience, () if is_everywhere else areas, kinds)


def find(
    session: Session, audience: Audience, limits: SendingLimits | None, *, now: datetime
) -> tuple[tuple[Reached, ...], int]:
    """Who would be written to now, and how many are left out since they have had such a message on that day."""
    rows = session.execute(_listeners(audience, now).order_by(Offer.person_id)).all()
    channels = queries.channels_of(session, [row.person_id for row in rows], About.NEWS)
    found = [Reached(row.person_id, channels[row.person_id], _day(row, limits, now)) for row in rows]
    taken = _taken(session, local_day(now))
    free = [one for one in found if channels[one.person_id] != NO_NEWS and (one.person_id, one.day) not in taken]
    had_one = sum((one.person_id, one.day) in taken for one in found if one.channel != NO_NEWS)
    return tuple(free), had_one


def estimate(
    session: Session, audience: Audience, limits: SendingLimits | None, *, now: datetime
) -> tuple[tuple[Reached, ...], Estimate]:
    """Who they are, and what writing to them comes to."""
    found, had_one = find(session, audience, limits, now=now)
    texts = sum(one.channel == "text" for one in found)
    price = prices.by_key(session).get(prices.TEXT_KEY)
    left = max(0, limits.texts_a_day - spending.texts_today(session, now=now)) if limits else None
    later = sum(one.day > local_day(now) for one in found)
    return found, Estimate(len(found), texts, price.pounds if price else None, left, later, had_one)


def _listeners(audience: Audience, now: datetime) -> Any:
    wanted = (
        select(Offer.person_id, Offer.quiet_from, Offer.quiet_until)
        .join(Person, Person.id == Offer.person_id)
        .where(
            Offer.status == OfferStatus.ACTIVE,
            Person.texts_stopped_at.is_(None),
            Person.erased_at.is_(None),
            Person.area_id.in_(audience.area_ids),
        )
    )
    for condition in _conditions(audience, now):
        wanted = wanted.where(condition)
    return wanted


def _conditions(audience: Audience, now: datetime) -> list[ColumnElement[bool]]:
    on_duty = exists().where(
        AvailabilityException.offer_id == Offer.id,
        AvailabilityException.is_free,
        AvailabilityException.during.contains(now),
    )
    asked = exists().where(Match.offer_id == Offer.id, Match.asked_at > now - LATELY)
    conditions: list[ColumnElement[bool]] = []
    if audience.kinds:
        conditions.append(exists().where(OfferKind.offer_id == Offer.id, OfferKind.kind_slug.in_(audience.kinds)))
    if audience.travel:
        conditions.append(Offer.travel_mode.in_(audience.travel))
    if audience.duty is not Duty.EITHER:
        conditions.append(on_duty if audience.duty is Duty.ON else ~on_duty)
    if audience.lately is not Lately.EITHER:
        conditions.append(asked if audience.lately is Lately.ASKED else ~asked)
    return conditions


def _day(row: Any, limits: SendingLimits | None, now: datetime) -> date:
    """The day on which it would go: that on which the quiet hours that hold for them end."""
    own = (row.quiet_from, row.quiet_until) if row.quiet_from is not None else None
    hours = own or (limits.quiet if limits else None)
    return local_day((quiet_until(hours, now) if hours else None) or now)


def _taken(session: Session, today: date) -> set[tuple[int, date]]:
    wanted = select(Notification.person_id, Notification.broadcast_day).where(
        Notification.broadcast_day >= today, Notification.status != NotificationStatus.DROPPED
    )
    return {(row.person_id, row.broadcast_day) for row in session.execute(wanted)}

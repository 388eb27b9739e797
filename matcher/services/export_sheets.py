"""The sheets that can be saved: their names, what they hold, and the query that fills each. Columns are its labels."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, String, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute

from matcher.domain.lifecycle import OccurrenceStatus, VisitStatus
from matcher.domain.small_numbers import FEWEST_SHOWN, count_words
from matcher.domain.timewindow import TimeWindow
from matcher.store.models import (
    Area,
    Home,
    KindRow,
    Match,
    Need,
    Notification,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    Visit,
)

Query = Callable[[Collection[int], TimeWindow], Select[Any]]
Moment = ColumnElement[datetime] | InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. has_names: it tells who people are. goes_by: which day counts; empty if all are in it, whenever."""

    key: str
    name: str
    says: str
    query: Query
    goes_by: str = ""
    has_names: bool = False


def _day(moment: Moment) -> ColumnElement[Any]:
    return cast(func.timezone("Europe/London", moment), Date)


def _within(moment: Moment, days: TimeWindow) -> ColumnElement[bool]:
    return moment.is_not(None) & (moment >= days.start) & (moment < days.end)


def _kinds(offer: type[Offer]) -> ColumnElement[Any]:
    names = func.string_agg(KindRow.name, aggregate_order_by(literal("; "), KindRow.position))
    wanted = select(names).join(OfferKind, OfferKind.kind_slug == KindRow.slug).where(OfferKind.offer_id == offer.id)
    return wanted.correlate(offer).scalar_subquery().label("kinds")


def _requests(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    return (
        select(
            Area.name.label("area"),
            KindRow.name.label("kind"),
            _day(Need.posted_at).label("asked_on"),
            Need.first_day,
            Need.bands.label("times_of_day"),
            Need.recurrence,
            Need.urgency,
            Need.helpers,
            Need.contact.label("told_by"),
            Need.status,
            _day(Need.closed_at).label("closed_on"),
        )
        .join(Area, Area.id == Need.area_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Need.area_id.in_(area_ids), _within(Need.posted_at, days))
        .order_by(Need.posted_at, Need.id)
    )


def _visits(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    planned = func.extract("epoch", Visit.ends_at - Visit.starts_at) / 60
    return (
        select(
            Area.name.label("area"),
            KindRow.name.label("kind"),
            _day(Visit.starts_at).label("day"),
            Visit.status,
            cast(planned, Integer).label("minutes_planned"),
            Visit.minutes_taken,
            Visit.miles,
            Match.arrangement_id.is_not(None).label("is_regular"),
        )
        .join(Match, Match.id == Visit.match_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Area, Area.id == Need.area_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Need.area_id.in_(area_ids), _within(Visit.starts_at, days))
        .order_by(Visit.starts_at, Visit.id)
    )


def _asks(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    hours = func.extract("epoch", Match.answered_at - Match.asked_at) / 3600
    return (
        select(
            Area.name.label("area"),
            KindRow.name.label("kind"),
            _day(Match.asked_at).label("asked_on"),
            Match.distance_band.label("distance"),
            Match.status,
            func.round(hours, 1).label("hours_to_answer"),
            Match.decline_reason.label("why_not"),
        )
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Area, Area.id == Need.area_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Need.area_id.in_(area_ids), Match.arrangement_id.is_(None), _within(Match.asked_at, days))
        .order_by(Match.asked_at, Match.id)
    )


def _offers(area_ids: Collection[int], _: TimeWindow) -> Select[Any]:
    done = select(func.count()).where(Visit.person_id == Offer.person_id, Visit.status == VisitStatus.DONE)
    return (
        select(
            Area.name.label("area"),
            func.to_char(func.timezone("Europe/London", Offer.made_at), "YYYY-MM").label("since"),
            Offer.status,
            _kinds(Offer),
            Offer.travel_mode,
            Offer.travel_minutes,
            Offer.visits_per_week,
            done.scalar_subquery().label("visits_done"),
        )
        .join(Person, Person.id == Offer.person_id)
        .join(Area, Area.id == Person.area_id)
        .where(Person.area_id.in_(area_ids))
        .order_by(Area.name, Offer.made_at, Offer.id)
    )


def _messages(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    return (
        select(
            Area.name.label("area"),
            Notification.template.label("message"),
            Notification.channel,
            _day(Notification.owed_at).label("owed_on"),
            Notification.status,
            Notification.parts.label("paid_for_as"),
        )
        .join(Person, Person.id == Notification.person_id)
        .join(Area, Area.id == Person.area_id)
        .where(Person.area_id.in_(area_ids), _within(Notification.owed_at, days))
        .order_by(Notification.owed_at, Notification.id)
    )


def _counts(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    """Whatever anyone may read: how many were asked for and how many were met, few of them never exactly."""
    month = func.to_char(func.timezone("Europe/London", Occurrence.starts_at), "YYYY-MM")
    met = func.count().filter(Occurrence.status == OccurrenceStatus.DONE)
    return (
        select(
            month.label("month"),
            Area.name.label("area"),
            KindRow.name.label("kind"),
            _as_shown(func.count()).label("asked_for"),
            _met_as_shown(met, func.count()).label("met"),
        )
        .join(Need, Need.id == Occurrence.need_id)
        .join(Area, Area.id == Occurrence.area_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(
            Occurrence.area_id.in_(area_ids),
            Occurrence.status != OccurrenceStatus.CANCELLED,
            _within(Occurrence.starts_at, days),
        )
        .group_by(month, Area.name, KindRow.name, KindRow.position)
        .order_by(month, Area.name, KindRow.position)
    )


def _as_shown(count: ColumnElement[int]) -> ColumnElement[str]:
    return case((count < FEWEST_SHOWN, count_words(0)), else_=cast(count, String))


def _met_as_shown(met: ColumnElement[int], asked_for: ColumnElement[int]) -> ColumnElement[str]:
    """A few that were not met are not told by subtraction either."""
    few, rest = count_words(0), asked_for - met
    return case(
        (met < FEWEST_SHOWN, few), (rest.between(1, FEWEST_SHOWN - 1), f"all but {few}"), else_=cast(met, String)
    )


def _residents(area_ids: Collection[int], days: TimeWindow) -> Select[Any]:
    return (
        select(
            *_who(),
            func.count().label("requests"),
            _day(func.max(Need.posted_at)).label("last_asked_on"),
        )
        .join(Home, Home.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .join(Need, Need.resident_id == Person.id)
        .where(Need.area_id.in_(area_ids), Person.erased_at.is_(None), _within(Need.posted_at, days))
        .group_by(Person.id, Home.person_id, Area.id)
        .order_by(Area.name, Person.first_name, Person.id)
    )


def _volunteers(area_ids: Collection[int], _: TimeWindow) -> Select[Any]:
    return (
        select(*_who(), Offer.status, _kinds(Offer), _day(Offer.made_at).label("since"))
        .join(Home, Home.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .join(Offer, Offer.person_id == Person.id)
        .where(Person.area_id.in_(area_ids), Person.erased_at.is_(None))
        .order_by(Area.name, Person.first_name, Person.id)
    )


def _who() -> tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...]:
    address = (Home.phone, Home.email, Home.house, Home.postcode)
    return (Area.name.label("area"), Person.first_name, Home.surname, *address)


SHEETS: tuple[Sheet, ...] = (
    Sheet("counts", "Counts to publish", "asked for and met, by month, area and kind of help", _counts, "visits due"),
    Sheet("requests", "Requests", "what was asked for, when, and what became of it", _requests, "asked"),
    Sheet("visits", "Visits", "what was done when, and how long it took", _visits, "visits"),
    Sheet("asks", "Questions to volunteers", "how far away, what they said, and how soon", _asks, "asked"),
    Sheet("offers", "Offers of help", "what volunteers do, how far they go, and how often they went", _offers),
    Sheet("messages", "Messages", "which, by which way, and whether they arrived", _messages, "owed"),
    Sheet(
        "residents",
        "Residents, with names",
        "name, telephone, e-mail and address of whoever asked for help",
        _residents,
        "asked",
        has_names=True,
    ),
    Sheet(
        "volunteers",
        "Volunteers, with names",
        "name, telephone, e-mail and address of whoever offers help",
        _volunteers,
        has_names=True,
    ),
)

"""A volunteer changes what they offer: what they do, when, how far, and how they are written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.availability import WeeklyRule, boxes_of, pattern_of, weekly_rules
from matcher.domain.errors import BadInput
from matcher.domain.geo import TravelMode
from matcher.domain.lifecycle import MatchStatus
from matcher.domain.localtime import local_day
from matcher.domain.motives import Motive
from matcher.domain.preferences import CHANNELS, NO_NEWS, About, Hours
from matcher.domain.timewindow import TimeWindow
from matcher.domain.traits import Trait
from matcher.services import audit, matches, motives, offers, quiet_hours, wishes
from matcher.store import queries
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    ChannelChoice,
    Home,
    Match,
    Offer,
    OfferKind,
    Person,
)


@dataclass(frozen=True, slots=True)
class Times:
    """When they are free: a pattern or `choose`, its boxes, days away (both ends included), and the weekly limit."""

    pattern: str
    boxes: frozenset[str]
    away: tuple[tuple[date, date], ...]
    visits_per_week: int | None


@dataclass(frozen=True, slots=True)
class Writing:
    """How they are written to. `asks_per_week` None: at the scheme's pace. `quiet` None: in the scheme's hours."""

    asks_per_week: int | None
    quiet: Hours | None
    channels: Mapping[About, str]


@dataclass(frozen=True, slots=True)
class Own:
    """Everything they have settled, as their settings page shows it. `usual_quiet`: the scheme's hours."""

    kinds: frozenset[str]
    traits: frozenset[Trait]
    times: Times
    travel_mode: TravelMode
    travel_minutes: int
    writing: Writing
    usual_quiet: Hours
    has_email: bool
    wants_no_texts: bool
    motives: frozenset[Motive]


def read(session: Session, person_id: int, *, now: datetime) -> Own:
    """What they have settled until now."""
    offer = session.scalars(select(Offer).where(Offer.person_id == person_id)).one()
    usual = quiet_hours.standing(session)
    return Own(
        kinds=frozenset(session.scalars(select(OfferKind.kind_slug).where(OfferKind.offer_id == offer.id))),
        traits=wishes.told(session, offer.id),
        times=_times(session, offer, now),
        travel_mode=offer.travel_mode,
        travel_minutes=offer.travel_minutes,
        writing=Writing(
            asks_per_week=offer.asks_per_week,
            quiet=_own_quiet(offer, usual),
            channels={about: queries.channel_of(session, person_id, about) for about in About},
        ),
        usual_quiet=usual,
        has_email=_has_email(session, person_id),
        wants_no_texts=_wants_no_texts(session, person_id),
        motives=motives.told(session, offer.id),
    )


def change_kinds(session: Session, person_id: int, slugs: frozenset[str], *, now: datetime) -> None:
    """What they could do, from now on."""
    offer = offers.offer_of(session, person_id)
    chosen = offers.check_kinds(session, slugs)
    session.execute(delete(OfferKind).where(OfferKind.offer_id == offer.id))
    session.add_all(OfferKind(offer_id=offer.id, kind_slug=slug) for slug in sorted(chosen))
    _changed(session, offer, "kinds", now)


def change_traits(session: Session, person_id: int, traits: frozenset[str], *, now: datetime) -> None:
    """What is true of them that may matter to whoever asks for help, from now on."""
    offer = offers.offer_of(session, person_id)
    wishes.tell(session, offer.id, traits)
    _changed(session, offer, "traits", now)


def change_times(session: Session, person_id: int, times: Times, *, now: datetime) -> None:
    """When they are free, from now on. Being on duty today stays as it is."""
    offer = offers.offer_of(session, person_id)
    rules = weekly_rules(offers.check_week(times.pattern, times.boxes))
    away = [offers.check_away(first, last, local_day(now)) for first, last in times.away]
    offer.visits_per_week = offers.check_visits_per_week(times.visits_per_week)
    session.execute(delete(AvailabilityRule).where(AvailabilityRule.offer_id == offer.id))
    session.execute(
        delete(AvailabilityException).where(
            AvailabilityException.offer_id == offer.id, AvailabilityException.is_free.is_(False)
        )
    )
    offers.add_times(session, offer.id, rules, away)
    for days in away:
        _step_aside(session, offer, days.window, now)
    _changed(session, offer, "times", now)


def want_texts_again(session: Session, person_id: int, *, now: datetime) -> None:
    """They take back their STOP, by a step that says so. Twice is once."""
    person = session.get_one(Person, person_id, with_for_update={"key_share": True})
    if person.texts_stopped_at is not None:
        person.texts_stopped_at = None
        audit.record(session, audit.person(person_id), "started_texts", ("person", person_id), now=now)


def change_reach(session: Session, person_id: int, travel_mode: str, travel_minutes: int, *, now: datetime) -> None:
    """How far they would go, from now on."""
    offer = offers.offer_of(session, person_id)
    offer.travel_mode, offer.reach_m = offers.check_reach(travel_mode, travel_minutes)
    offer.travel_minutes = travel_minutes
    _changed(session, offer, "reach", now)


def change_writing(session: Session, person_id: int, writing: Writing, *, now: datetime) -> None:
    """How often, when and by which way we write, from now on."""
    offer = offers.offer_of(session, person_id)
    if writing.asks_per_week is not None and writing.asks_per_week < 1:
        raise BadInput("Select how often we may ask you", field="asks_per_week")
    _check_channels(writing.channels, has_email=_has_email(session, person_id))
    if "text" in writing.channels.values() and _wants_no_texts(session, person_id) and _has_email(session, person_id):
        raise BadInput("You texted STOP. Press “Send me texts again” first", field="asks")
    offer.asks_per_week = writing.asks_per_week
    usual = quiet_hours.standing(session)
    if writing.quiet != _own_quiet(offer, usual):  # whoever once chose hours that the scheme has now keeps them
        offer.quiet_from, offer.quiet_until = writing.quiet or (None, None)
    for about, channel in writing.channels.items():
        row = insert(ChannelChoice).values(person_id=person_id, about=about, channel=channel)
        session.execute(row.on_conflict_do_update(index_elements=["person_id", "about"], set_={"channel": channel}))
    _changed(session, offer, "writing", now)


def pause_until(session: Session, person_id: int, back_on: date, *, now: datetime) -> None:
    """Ask nothing before that day; it ends by itself. What is being asked about those days ends quietly.

    Whoever is away already is so until that day from now on, be it later or sooner.
    """
    offer = offers.offer_of(session, person_id)
    today = local_day(now)
    if back_on <= today:
        raise BadInput("The day must be after today", field="back_on")
    away = offers.check_away(today, back_on - timedelta(days=1), today)
    session.execute(
        delete(AvailabilityException).where(
            AvailabilityException.offer_id == offer.id,
            AvailabilityException.is_free.is_(False),
            AvailabilityException.during.contains(now),
        )
    )
    offers.add_times(session, offer.id, (), [away])
    _step_aside(session, offer, away.window, now)
    _changed(session, offer, "away", now)


def _own_quiet(offer: Offer, usual: Hours) -> Hours | None:
    """The hours that they chose, where those are not the scheme's."""
    if offer.quiet_from is None or offer.quiet_until is None or (offer.quiet_from, offer.quiet_until) == usual:
        return None
    return offer.quiet_from, offer.quiet_until


def _times(session: Session, offer: Offer, now: datetime) -> Times:
    rules = session.scalars(select(AvailabilityRule).where(AvailabilityRule.offer_id == offer.id))
    boxes = boxes_of(WeeklyRule(rule.weekday, rule.opens, rule.closes) for rule in rules)
    away = session.scalars(
        select(AvailabilityException.during)
        .where(AvailabilityException.offer_id == offer.id, AvailabilityException.is_free.is_(False))
        .order_by(AvailabilityException.during)
    )
    days = (
        (local_day(during.lower), local_day(during.upper - timedelta(seconds=1)))
        for during in away
        if during.lower and during.upper and during.upper > now
    )
    return Times(pattern_of(boxes), boxes, tuple(days), offer.visits_per_week)


def _step_aside(session: Session, offer: Offer, window: TimeWindow, now: datetime) -> None:
    """They are asked nothing about a time when they are away."""
    asked = select(Match).where(Match.offer_id == offer.id, Match.status == MatchStatus.PROPOSED)
    for match in session.scalars(asked.order_by(Match.occurrence_id)).all():
        if TimeWindow(match.starts_at, match.ends_at).overlaps(window):
            matches.step_aside(session, match.id, now=now)


def _check_channels(channels: Mapping[About, str], *, has_email: bool) -> None:
    for about, channel in channels.items():
        allowed = {*CHANNELS, NO_NEWS} if about is About.NEWS else {*CHANNELS}
        if channel not in allowed or (channel == "email" and not has_email):
            raise BadInput("Select how we should write to you", field=about.value)


def _wants_no_texts(session: Session, person_id: int) -> bool:
    return session.get_one(Person, person_id).texts_stopped_at is not None


def _has_email(session: Session, person_id: int) -> bool:
    return bool(session.scalar(select(Home.email).where(Home.person_id == person_id)))


def _changed(session: Session, offer: Offer, what: str, now: datetime) -> None:
    offers.look_again(session, offer, now)
    audit.record(session, audit.person(offer.person_id), "changed_offer", ("offer", offer.id), what, now=now)

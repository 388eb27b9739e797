"""Standing offers of help: made, paused, taken up again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from matcher.domain.availability import PATTERNS, DaysAway, WeeklyRule, weekly_rules
from matcher.domain.errors import BadInput
from matcher.domain.geo import TravelMode, reach_m
from matcher.domain.kinds import CHECK_WORDS
from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus
from matcher.domain.localtime import local_day
from matcher.services import audit, batching, kinds, matches, page_links, people, stopped_before, wishes
from matcher.services.outbox import Owed, owe
from matcher.services.people import PersonDraft
from matcher.store import queries
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    Check,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    StandDown,
)

TRAVEL_MINUTES = (10, 20, 30, 45)
FURTHEST_AWAY = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class OfferDraft:
    """What a volunteer answered. `pattern` is a key of PATTERNS or `choose`; then `times` are boxes like `MO-am`."""

    kinds: frozenset[str]
    pattern: str
    times: frozenset[str]
    travel_mode: str
    travel_minutes: int
    person: PersonDraft
    has_promised: bool
    away: tuple[tuple[date, date], ...] = ()
    visits_per_week: int | None = None
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """What the volunteer is told at once. `token` opens their own page.

    It is None for someone who had an offer before: whoever knows as much of them may not read their page, so the
    link goes to their own phone or mail only.
    """

    offer_id: int
    person_id: int
    token: str | None
    waiting_for: tuple[str, ...]


def make_offer(session: Session, draft: OfferDraft, *, now: datetime) -> MadeOffer:
    """Write the offer, or bring the one they made before up to date. BadInput names the field that is wrong."""
    chosen = check_kinds(session, draft.kinds)
    rules = weekly_rules(check_week(draft.pattern, draft.times))
    mode, reach = check_reach(draft.travel_mode, draft.travel_minutes)
    away = [check_away(first, last, local_day(now)) for first, last in draft.away]
    check_visits_per_week(draft.visits_per_week)
    if not draft.has_promised:
        raise BadInput("Agree to the promises to go on", field="promises")
    if draft.person.born_on is None:
        raise BadInput("Enter your date of birth", field="date_of_birth")
    people.check_adult(draft.person.born_on, local_day(now))
    person = people.settle(session, draft.person, now=now)
    offer, is_new = _own_offer(session, person.id, now)
    offer.travel_mode, offer.travel_minutes, offer.reach_m = mode, draft.travel_minutes, reach
    offer.visits_per_week = draft.visits_per_week
    offer.promised_at = now
    session.flush()
    if is_new:
        stopped_before.hold(session, offer, now=now)
    session.add_all(OfferKind(offer_id=offer.id, kind_slug=slug) for slug in sorted(chosen))
    wishes.tell(session, offer.id, draft.traits)
    add_times(session, offer.id, rules, away)
    look_again(session, offer, now)
    audit.record(session, audit.person(person.id), "offered", ("offer", offer.id), now=now)
    channel = queries.channel_of(session, person.id)
    owe(
        session,
        # Told each time, so that nobody's offer is changed behind their back.
        Owed(
            "offer_made", ("person_id", person.id), person_id=person.id, channel=channel, occasion=f"{now:%Y%m%d%H%M%S}"
        ),
        now=now,
    )
    waiting_for = missing_words(session, person.id, chosen, now)
    token = page_links.own_page_link(session, person.id, now=now) if is_new else None
    return MadeOffer(offer.id, person.id, token, waiting_for)


def own_link(session: Session, person_id: int, *, now: datetime) -> str:
    """A new token for a volunteer's own page."""
    return page_links.own_page_link(session, person_id, now=now)


def check_week(pattern: str, times: frozenset[str]) -> frozenset[str]:
    """The boxes that a pattern stands for, or those chosen one by one. BadInput if none."""
    if pattern in PATTERNS:
        return PATTERNS[pattern]
    if pattern != "choose":
        raise BadInput("Select when you are usually free", field="pattern")
    if not times or not times <= PATTERNS["any"]:
        raise BadInput("Select the times you are usually free", field="times")
    return times


def missing_words(session: Session, person_id: int, slugs: frozenset[str], now: datetime) -> tuple[str, ...]:
    """Checks still to be seen before some of the chosen kinds can be asked of them, in words."""
    missing = queries.missing_checks(session, slugs, person_id, local_day(now))
    return tuple(words for name, words in CHECK_WORDS.items() if name in missing)


def record_check(
    session: Session,
    person_id: int,
    name: str,
    seen_on: date,
    *,
    expires_on: date | None,
    staff_id: int | None = None,
    now: datetime,
) -> None:
    """A check was seen, by this member of staff. BadInput for a check there is not, or days that cannot be."""
    if name not in CHECK_WORDS:
        raise BadInput("Select a check", field="check")
    if seen_on > local_day(now):
        raise BadInput("The day you saw it must be today or before", field="seen_on")
    if expires_on is not None and expires_on <= seen_on:
        raise BadInput("It must run out after the day you saw it", field="expires_on")
    session.execute(delete(Check).where(Check.person_id == person_id, Check.name == name))
    session.add(Check(person_id=person_id, name=name, seen_on=seen_on, expires_on=expires_on, staff_id=staff_id))
    actor = audit.SYSTEM if staff_id is None else audit.staff(staff_id)
    audit.record(session, actor, "recorded_check", ("person", person_id), name, now=now)


def check_kinds(session: Session, slugs: frozenset[str]) -> frozenset[str]:
    """Kinds that can be offered. BadInput if there are none, or others."""
    offered = {kind.slug for kind in kinds.list_kinds(session) if not kind.is_triaged}
    if not slugs or not slugs <= offered:
        raise BadInput("Select at least one thing you could do", field="kinds")
    return slugs


def check_reach(travel_mode: str, travel_minutes: int) -> tuple[TravelMode, int]:
    """The way of going, and how far it gets them in metres. BadInput names the field that is wrong."""
    if travel_mode not in set(TravelMode):
        raise BadInput("Select how you will travel", field="travel_mode")
    if travel_minutes not in TRAVEL_MINUTES:
        raise BadInput("Select how far you would go", field="travel_minutes")
    mode = TravelMode(travel_mode)
    return mode, reach_m(mode, travel_minutes)


def check_away(first: date, last: date, today: date) -> DaysAway:
    """A stretch of days, both ends included. BadInput if it ends before it begins, or is years away."""
    if last < first:
        raise BadInput("The last day must be after the first day", field="away")
    if first < today - FURTHEST_AWAY or last > today + FURTHEST_AWAY:
        raise BadInput("Choose dates within the next 2 years", field="away")
    return DaysAway(first, last)


def check_visits_per_week(most: int | None) -> int | None:
    """The most visits in a week; None for as many as they are free for. BadInput for fewer than one."""
    if most is not None and most < 1:
        raise BadInput("Select how often you could help", field="visits_per_week")
    return most


def add_times(session: Session, offer_id: int, rules: Iterable[WeeklyRule], away: Iterable[DaysAway]) -> None:
    """Write when an offer holds."""
    session.add_all(
        AvailabilityRule(offer_id=offer_id, weekday=rule.weekday, opens=rule.opens, closes=rule.closes)
        for rule in rules
    )
    session.add_all(_exception(offer_id, days) for days in away)


def _own_offer(session: Session, person_id: int, now: datetime) -> tuple[Offer, bool]:
    """Their offer, emptied of kinds and times so that the new answers stand alone; and whether it is new."""
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id).with_for_update(key_share=True))
    if offer is None:
        offer = Offer(person_id=person_id, status=OfferStatus.ACTIVE, made_at=now)
        session.add(offer)
        return offer, True
    for table in (OfferKind, AvailabilityRule, AvailabilityException):
        session.execute(delete(table).where(table.offer_id == offer.id))
    if offer.status is not OfferStatus.ACTIVE:  # whoever offers again wants to be asked again
        is_stood_down = offer.stood_down_at is not None
        offer.status, offer.stopped_at = OfferStatus.PAUSED if is_stood_down else OfferStatus.ACTIVE, None
        wish_after_stop(session, person_id, is_active=True)
    return offer, False


def wish_after_stop(session: Session, person_id: int, *, is_active: bool) -> None:
    """If the team has stopped them: whether they wish to be asked again, once it lets them go on."""
    stops = StandDown.person_id == person_id, StandDown.lifted_at.is_(None)
    session.execute(update(StandDown).where(*stops).values(was_active=is_active))


def _exception(offer_id: int, days: DaysAway) -> AvailabilityException:
    window = days.window
    return AvailabilityException(offer_id=offer_id, during=Range(window.start, window.end), is_free=False)


def look_again(session: Session, offer: Offer, now: datetime) -> None:
    """Someone new is free: what found nobody, of the kinds they offer, is looked at again at once."""
    session.flush()
    found_nobody = session.scalars(
        select(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .join(OfferKind, OfferKind.kind_slug == Need.kind_slug)
        .where(
            OfferKind.offer_id == offer.id,
            Occurrence.status == OccurrenceStatus.OPEN,
            Occurrence.reason_code.is_not(None),
            Occurrence.reason_code.not_in(batching.NOT_LOOKED_YET),  # its time to be asked about has not come
        )
        .order_by(Occurrence.id)
        .with_for_update(of=Occurrence, key_share=True)
    )
    for occurrence in found_nobody:
        matches.look_again(occurrence, now)


def offer_of(session: Session, person_id: int) -> Offer:
    """Their offer, its row locked."""
    return session.scalars(select(Offer).where(Offer.person_id == person_id).with_for_update(key_share=True)).one()

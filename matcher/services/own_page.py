"""A volunteer's own page: what they are asked, what they hold, what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import EXPECTED, MatchStatus, OfferStatus, VisitStatus
from matcher.domain.localtime import at_local, clock_words, day_words, local_day
from matcher.services import answers, check_tracker, matches, offer_changes, offers, on_duty, own_codes, page_links
from matcher.services.check_tracker import CheckLine
from matcher.services.offer_changes import Times
from matcher.store.models import KindRow, Match, Need, Occurrence, Offer, OfferKind, Person, Visit

PAST_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AskLine:
    """A question that waits for an answer."""

    match_id: int
    kind: str
    label: str
    day: str
    starts_at: datetime
    about: str
    distance: str


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A visit they hold or held. No address: that is on the visit's own page."""

    visit_id: int
    kind: str
    label: str
    resident: str
    status: VisitStatus
    day: str
    about: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class OwnPage:
    """The page of one volunteer."""

    first_name: str
    status: OfferStatus
    is_stood_down: bool
    on_duty_until: str | None
    kinds: tuple[str, ...]
    times: frozenset[str]
    away_until: str | None
    asks: tuple[AskLine, ...]
    coming: tuple[VisitLine, ...]
    past: tuple[VisitLine, ...]
    waiting_for: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    waits_for_code: bool


def read(session: Session, person_id: int, *, now: datetime) -> OwnPage:
    """The page as it is now. NotFound if they have made no offer."""
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id))
    if offer is None:
        raise NotFound
    chosen = session.execute(
        select(KindRow.slug, KindRow.offer_name)
        .join(OfferKind, OfferKind.kind_slug == KindRow.slug)
        .where(OfferKind.offer_id == offer.id)
        .order_by(KindRow.position)
    ).all()
    visits = _visits(session, person_id, now)
    until = on_duty.until(session, offer.id, now)
    times = offer_changes.read(session, person_id, now=now).times
    return OwnPage(
        first_name=session.get_one(Person, person_id).first_name,
        status=offer.status,
        is_stood_down=offer.stood_down_at is not None,
        on_duty_until=_moment_words(until, now) if until else None,
        kinds=tuple(name for _, name in chosen),
        times=times.boxes,
        away_until=_away_until(times, now),
        asks=_asks(session, person_id, now),
        coming=tuple(line for line in visits if line.status in EXPECTED),
        past=tuple(line for line in reversed(visits) if line.status is VisitStatus.DONE),
        checks=check_tracker.track(session, person_id, [slug for slug, _ in chosen], now=now),
        waits_for_code=own_codes.is_out(session, person_id, now=now),
        waiting_for=offers.missing_words(session, person_id, frozenset(slug for slug, _ in chosen), now),
    )


def open_ask(session: Session, person_id: int, match_id: int, *, now: datetime) -> str:
    """A token for the page of one of their own asks. NotFound for anyone else's."""
    match = session.get(Match, match_id)
    if match is None or match.person_id != person_id:
        raise NotFound
    return matches.open_ask(session, match_id, now=now)


def open_visit(session: Session, person_id: int, visit_id: int, *, now: datetime) -> str:
    """A token for the page of one of their own visits. NotFound for anyone else's."""
    visit = session.get(Visit, visit_id)
    if visit is None or visit.person_id != person_id:
        raise NotFound
    return page_links.visit_link(session, visit, now=now)


def _away_until(times: Times, now: datetime) -> str | None:
    """The day they are back, if they are away now: `Friday 25 December`."""
    today = local_day(now)
    ends = [last for first, last in times.away if first <= today <= last]
    return day_words(at_local(max(ends) + timedelta(days=1), time(12))) if ends else None


def _moment_words(at: datetime, now: datetime) -> str:
    """`8pm`, or `8pm on Tuesday 24 November` when that is not today."""
    return clock_words(at) if day_words(at) == day_words(now) else f"{clock_words(at)} on {day_words(at)}"


def _asks(session: Session, person_id: int, now: datetime) -> tuple[AskLine, ...]:
    """What they may still say yes to, each with the time that a yes would come to now."""
    rows = session.execute(
        select(Match, Occurrence, KindRow)
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Match.person_id == person_id, Match.status == MatchStatus.PROPOSED, Occurrence.ends_at > now)
        .order_by(Match.starts_at)
    ).all()
    return tuple(
        AskLine(
            match_id=match.id,
            kind=kind.slug,
            label=kind.safe_label,
            day=day_words(visit.start),
            starts_at=visit.start,
            about=clock_words(visit.start),
            distance=match.distance_band,
        )
        for match, occurrence, kind in rows
        if (visit := answers.visit_if_yes(session, occurrence, match, now)) is not None
    )


def _visits(session: Session, person_id: int, now: datetime) -> list[VisitLine]:
    rows = session.execute(
        select(Visit, KindRow, Person.first_name)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .join(Person, Person.id == Need.resident_id)
        .where(Visit.person_id == person_id, Visit.starts_at > now - PAST_SHOWN)
        .order_by(Visit.starts_at)
    )
    return [
        VisitLine(
            visit_id=visit.id,
            kind=kind.slug,
            label=kind.offer_name,
            resident=name,
            status=visit.status,
            day=day_words(visit.starts_at),
            about=clock_words(visit.starts_at),
            starts_at=visit.starts_at,
        )
        for visit, kind, name in rows
    ]

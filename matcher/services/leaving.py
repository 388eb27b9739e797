"""Leaving the scheme as a volunteer: nothing more is asked or sent, and others take over what was promised."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import (
    EXPECTED,
    ArrangementStatus,
    MatchStatus,
    NotificationStatus,
    OfferStatus,
    check_move,
)
from matcher.domain.roles import LinkPurpose
from matcher.services import arrangement_changes, audit, links, matches, under_way, visits, weekly_help
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import (
    Arrangement,
    AvailabilityException,
    AvailabilityRule,
    Match,
    Notification,
    Offer,
    OfferKind,
    OfferMotive,
    OfferTrait,
    Visit,
)

# What opens a volunteer's pages. Whoever leaves may still be asking for help: those links stay.
_LINKS = (LinkPurpose.ME, LinkPurpose.MATCH, LinkPurpose.VISIT, LinkPurpose.CALENDAR)


def held_by(session: Session, person_id: int) -> int:
    """How many visits would be handed back if they left now."""
    return len(_held(session, person_id))


def leave(session: Session, person_id: int, *, now: datetime) -> None:
    """They leave: what they were being asked ends, their visits are handed back, and of all that is owed to them as a
    volunteer only the word that they have left still goes. Twice is once.
    """
    offer = session.scalars(select(Offer).where(Offer.person_id == person_id)).one()
    if offer.status is OfferStatus.STOPPED:
        return
    stop_offering(session, person_id, now=now)
    _stop_messages(session, person_id, now)
    for purpose in _LINKS:
        links.revoke(session, now=now, person_id=person_id, purpose=purpose)
    channel = queries.channel_of(session, person_id)
    # Told each time: they may offer again one day, and leave again.
    owed = Owed("offer_ended", ("person_id", person_id), person_id=person_id, channel=channel, occasion=f"{now:%Y%m%d}")
    owe(session, owed, now=now)
    audit.record(session, audit.person(person_id), "left", ("offer", offer.id), now=now)


def stop_offering(session: Session, person_id: int, *, now: datetime) -> None:
    """If they help others, that ends: others are asked in their place."""
    under_way.lock(session, (person_id,))
    offer = session.scalar(select(Offer).where(Offer.person_id == person_id).with_for_update(key_share=True))
    if offer is None or offer.status is OfferStatus.STOPPED:
        return
    theirs = select(Match.id).where(Match.offer_id == offer.id, Match.status == MatchStatus.PROPOSED)
    for match_id in session.scalars(theirs.order_by(Match.occurrence_id)).all():
        matches.step_aside(session, match_id, now=now)
    _end_arrangements(session, person_id, now)
    weekly_help.end_all(session, person_id, now=now)
    for visit_id in _held(session, person_id):
        visits.hand_back(session, visit_id, now=now)
    check_move(offer.status, OfferStatus.STOPPED)
    offer.status, offer.stopped_at = OfferStatus.STOPPED, now
    for table in (OfferKind, OfferMotive, OfferTrait, AvailabilityRule, AvailabilityException):
        session.execute(delete(table).where(table.offer_id == offer.id))


def _held(session: Session, person_id: int) -> list[int]:
    held = select(Visit.id).where(Visit.person_id == person_id, Visit.status.in_(EXPECTED))
    return list(session.scalars(held.order_by(Visit.occurrence_id)))


def _end_arrangements(session: Session, person_id: int, now: datetime) -> None:
    usual = select(Arrangement.id).where(
        Arrangement.usual_id == person_id, Arrangement.status == ArrangementStatus.LIVE
    )
    for arrangement_id in session.scalars(usual.order_by(Arrangement.id)).all():
        arrangement_changes.end(session, arrangement_id, actor=audit.person(person_id), now=now)
    session.execute(update(Arrangement).where(Arrangement.stand_in_id == person_id).values(stand_in_id=None))


def _stop_messages(session: Session, person_id: int, now: datetime) -> None:
    """Drop what is owed to them of their own asks, visits, arrangements and offer."""
    own = or_(
        Notification.match_id.in_(select(Match.id).where(Match.person_id == person_id)),
        Notification.visit_id.in_(select(Visit.id).where(Visit.person_id == person_id)),
        Notification.arrangement_id.in_(select(Arrangement.id).where(Arrangement.usual_id == person_id)),
        Notification.template == "offer_made",
    )
    session.execute(
        update(Notification)
        .where(Notification.person_id == person_id, Notification.status == NotificationStatus.PENDING, own)
        .values(status=NotificationStatus.DROPPED, ended_at=now),
        execution_options={"synchronize_session": False},
    )

"""On duty, off duty, paused: when a standing offer is asked about whatever its week says, and when it is not.

Visits already held stay, whichever it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.lifecycle import MatchStatus, OfferStatus, check_move
from matcher.domain.localtime import at_local, local_day
from matcher.services import audit, matches
from matcher.services.offers import look_again, offer_of, wish_after_stop
from matcher.store.models import AvailabilityException, Match


def pause(session: Session, person_id: int, *, actor: str | None = None, now: datetime) -> None:
    """Pause everything: nothing more is asked, and what is being asked ends quietly. Visits already held stay. Whom the
    team has stopped meanwhile is asked nothing after that either.

    actor: who does it, if it is not they themselves.
    """
    offer = offer_of(session, person_id)
    if offer.status is not OfferStatus.ACTIVE:
        wish_after_stop(session, person_id, is_active=False)  # it was their own wish, too
        return
    check_move(offer.status, OfferStatus.PAUSED)
    for match_id in session.scalars(
        select(Match.id)
        .where(Match.offer_id == offer.id, Match.status == MatchStatus.PROPOSED)
        .order_by(Match.occurrence_id)
    ).all():
        matches.step_aside(session, match_id, now=now)
    offer.status = OfferStatus.PAUSED
    audit.record(session, actor or audit.person(person_id), "paused", ("offer", offer.id), now=now)


def resume(session: Session, person_id: int, *, actor: str | None = None, now: datetime) -> None:
    """Be asked again. Not while the team has stopped them: then nothing changes, and their page says so."""
    offer = offer_of(session, person_id)
    if offer.status is not OfferStatus.PAUSED or offer.stood_down_at is not None:
        return
    check_move(offer.status, OfferStatus.ACTIVE)
    offer.status = OfferStatus.ACTIVE
    look_again(session, offer, now)
    audit.record(session, actor or audit.person(person_id), "resumed", ("offer", offer.id), now=now)


def turn_on(session: Session, person_id: int, *, now: datetime) -> None:
    """Free from now until the end of the day's bands, whatever the week says; it ends by itself."""
    offer = offer_of(session, person_id)
    turn_off(session, person_id, now=now)
    upto = ends_at(now)
    session.add(AvailabilityException(offer_id=offer.id, during=Range(now, upto), is_free=True))
    session.flush()
    look_again(session, offer, now)
    audit.record(session, audit.person(person_id), "turned_on", ("offer", offer.id), now=now)


def turn_off(session: Session, person_id: int, *, now: datetime) -> None:
    """No longer on duty: the week holds again. Visits already held stay."""
    offer = offer_of(session, person_id)
    session.execute(
        delete(AvailabilityException).where(
            AvailabilityException.offer_id == offer.id,
            AvailabilityException.is_free,
            AvailabilityException.during.contains(now),
        )
    )


def ends_at(now: datetime) -> datetime:
    """When being on duty ends by itself: the end of the evening band, today or, after it, tomorrow."""
    closes = BANDS["eve"][1]
    ends = at_local(local_day(now), closes)
    return ends if ends > now else at_local(local_day(now) + timedelta(days=1), closes)


def until(session: Session, offer_id: int, now: datetime) -> datetime | None:
    """Until when they have turned themselves on, or None."""
    during = session.scalar(
        select(AvailabilityException.during).where(
            AvailabilityException.offer_id == offer_id,
            AvailabilityException.is_free,
            AvailabilityException.during.contains(now),
        )
    )
    return during.upper if during is not None else None

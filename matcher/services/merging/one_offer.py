"""Two standing offers of one person become one: its kinds, times and limits are those of the one that was chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus
from matcher.services import on_duty
from matcher.services.merging.refusals import Two
from matcher.store.models import (
    AvailabilityException,
    AvailabilityRule,
    HandChoice,
    Match,
    Offer,
    OfferKind,
    OfferMotive,
    OfferTrait,
)

# What somebody chose for their offer: it comes as a whole from one of the two.
_CHOSEN = (
    *("travel_mode", "travel_minutes", "reach_m", "visits_per_week", "asks_per_week", "quiet_from", "quiet_until"),
    *("cold_visits_per_week", "cold_asks_per_day", "cold_agreed_at", "cold_wording", "promised_at"),
)
_TOLD_OF_THEMSELVES = (OfferTrait, OfferMotive)


def pause_both(session: Session, two: Two, *, actor: str, now: datetime) -> None:
    """Whoever paused, or was stopped, under either record is asked nothing under the other until they, or the team, say
    so: what they are being asked there ends as in every pause.
    """
    offers = session.scalars(select(Offer).where(Offer.person_id.in_(two.ids)).order_by(Offer.id)).all()
    if any(offer.status is OfferStatus.PAUSED or offer.stood_down_at is not None for offer in offers):
        for offer in offers:
            if offer.status is OfferStatus.ACTIVE:  # to pause anew whom the team has stopped would be a wish of theirs
                on_duty.pause(session, offer.person_id, actor=actor, now=now)
        session.flush()


def become(session: Session, two: Two, *, prefers_gone: bool) -> int | None:
    """The number of the offer that is no more; None if there were not two."""
    offers = {offer.person_id: offer for offer in session.scalars(select(Offer).where(Offer.person_id.in_(two.ids)))}
    kept, gone = offers.get(two.kept_id), offers.get(two.gone_id)
    if gone is None:
        return None
    if kept is None:
        _run(session, update(Offer).where(Offer.id == gone.id).values(person_id=two.kept_id))
        return None
    if takes_gone(kept.status, gone.status, prefers_gone=prefers_gone):
        _take(session, kept, gone)
    kept.stood_down_at = _earliest((kept.stood_down_at, gone.stood_down_at))
    kept.made_at = min(kept.made_at, gone.made_at)
    session.flush()
    _lead_over(session, kept.id, gone.id)
    return gone.id


def takes_gone(kept: OfferStatus, gone: OfferStatus, *, prefers_gone: bool) -> bool:
    """Whether kinds, times and limits come from who goes: as it was chosen, but never from an offer that has ended."""
    if OfferStatus.STOPPED in (kept, gone):
        return kept is OfferStatus.STOPPED and gone is not OfferStatus.STOPPED
    return prefers_gone


def _take(session: Session, kept: Offer, gone: Offer) -> None:
    for name in _CHOSEN:
        setattr(kept, name, getattr(gone, name))
    if kept.status is OfferStatus.STOPPED:
        kept.status, kept.stopped_at = gone.status, gone.stopped_at
    for table in (OfferKind, AvailabilityRule):
        _run(session, delete(table).where(table.offer_id == kept.id))
        _run(session, update(table).where(table.offer_id == gone.id).values(offer_id=kept.id))


def _lead_over(session: Session, kept_id: int, gone_id: int) -> None:
    """What led to the one leads to the other. Days away count whichever record they were told under."""
    for table in _TOLD_OF_THEMSELVES:
        (told,) = (one for one in table.__table__.primary_key if one.name != "offer_id")
        theirs = select(literal(kept_id), told).where(table.offer_id == gone_id)
        _run(session, insert(table).from_select(["offer_id", told.name], theirs).on_conflict_do_nothing())
    for led in (AvailabilityException, Match):
        _run(session, update(led).where(led.offer_id == gone_id).values(offer_id=kept_id))
    _run(session, update(HandChoice).where(HandChoice.engine_offer_id == gone_id).values(engine_offer_id=kept_id))
    _run(session, delete(Offer).where(Offer.id == gone_id))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _run(session: Session, statement: Any) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})

"""What made a volunteer want to help, if they like to say: kept with the offer, and gone with it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matcher.domain.motives import Motive
from matcher.services import audit, offers
from matcher.store.models import OfferMotive


def told(session: Session, offer_id: int) -> frozenset[Motive]:
    """What they have told."""
    return frozenset(session.scalars(select(OfferMotive.motive).where(OfferMotive.offer_id == offer_id)))


def tell(session: Session, person_id: int, chosen: frozenset[str], *, now: datetime) -> None:
    """These, in place of what they told before; none is an answer too."""
    offer = offers.offer_of(session, person_id)
    session.execute(delete(OfferMotive).where(OfferMotive.offer_id == offer.id))
    session.add_all(OfferMotive(offer_id=offer.id, motive=Motive(motive)) for motive in sorted(chosen))
    audit.record(session, audit.person(person_id), "changed", ("offer", offer.id), "motives", now=now)

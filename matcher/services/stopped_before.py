"""Signing up anew is no way round a stop: it holds for whoever it has stopped under another record, too.

That is somebody of the same first name with the same telephone or e-mail: a couple who share one have two names. The
team sees both beside the worry, lifts either, and may merge them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus
from matcher.services import audit
from matcher.store.models import Home, Offer, Person, StandDown


def hold(session: Session, offer: Offer, *, now: datetime) -> None:
    """Let this offer, which was made just now, begin stopped where its person is stopped already."""
    for concern_id, staff_id in _stops(session, offer.person_id):
        row = StandDown(concern_id=concern_id, person_id=offer.person_id, staff_id=staff_id, set_at=now)
        row.was_active, row.handed_back = True, 0
        session.add(row)
        if offer.stood_down_at is None:
            offer.status, offer.stood_down_at = OfferStatus.PAUSED, now
            audit.record(session, audit.SYSTEM, "stopped", ("person", offer.person_id), now=now)
    session.flush()


def _stops(session: Session, person_id: int) -> list[tuple[int, int]]:
    """(worry, who set it) of each stop that holds for them under another record, once for each worry."""
    person, home = session.get_one(Person, person_id), session.get_one(Home, person_id)
    is_reached_so = (Home.phone == home.phone) | ((func.lower(Home.email) == home.email.lower()) & (Home.email != ""))
    rows = session.execute(
        select(StandDown.concern_id, func.min(StandDown.staff_id))
        .join(Person, Person.id == StandDown.person_id)
        .join(Home, Home.person_id == Person.id)
        .where(
            StandDown.lifted_at.is_(None),
            Person.id != person_id,
            func.lower(Person.first_name) == person.first_name.lower(),
            is_reached_so,
        )
        .group_by(StandDown.concern_id)
        .order_by(StandDown.concern_id)
    )
    return [(concern_id, staff_id) for concern_id, staff_id in rows]

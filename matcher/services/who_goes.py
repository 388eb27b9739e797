"""Who said yes to a visit, on the page of who could help with it: nobody is asked, and it may have to be another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import HOLDING
from matcher.services import parting, told_apart
from matcher.services.about_one import About, why_apart
from matcher.store import queries
from matcher.store.models import Match, Visit


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who said yes to it."""

    offer_id: int
    name: str


def holders(session: Session, occurrence_id: int) -> dict[int, int]:
    """Who said yes and goes, or went, in the order of their places; with their offers."""
    held = select(Visit.person_id, Match.offer_id).join(Match, Match.id == Visit.match_id)
    of_it = held.where(Visit.occurrence_id == occurrence_id, Visit.status.in_(HOLDING))
    return dict(session.execute(of_it.order_by(Visit.place)).all())


def about(
    session: Session, occurrence_id: int, offer_id: int | None, going: Mapping[int, int], *, now: datetime
) -> About | None:
    """More of the one with this offer; None if they are not of those who are `going`. Nothing is written."""
    person_id = next((who for who, offer in going.items() if offer == offer_id), None)
    if person_id is None or offer_id is None:
        return None
    helped = queries.need_of_occurrence(session, occurrence_id).resident_id
    return About(
        offer_id=offer_id,
        name=told_apart.names(session, going)[person_id],
        is_possible=False,
        goes=True,
        looked_at=0,
        lacking=(),
        changed=(),
        apart=why_apart(session, person_id, helped),
        between=parting.between(session, person_id, helped, now=now),
    )

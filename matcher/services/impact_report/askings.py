"""How evenly willing people are asked: the other side of how many needs were met."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OfferStatus
from matcher.services.impact_report.scope import Scope
from matcher.store.models import Match, Occurrence, Offer, Person

LOOKED_BACK = timedelta(days=28)
OFTEN = 9


@dataclass(frozen=True, slots=True)
class Askings:
    """people: how many were asked at all in the time of the report. times: how often in the 28 days up to its last day
    -> how many of the willing; who has come to them by arrangement was not asked.
    """

    people: int
    times: dict[int, int]

    @property
    def willing(self) -> int:
        """Whose offers stood on the last day."""
        return sum(self.times.values())

    @property
    def never(self) -> int:
        """The willing who were not asked once."""
        return self.times.get(0, 0)

    @property
    def asked(self) -> int:
        """The willing who were asked."""
        return self.willing - self.never

    @property
    def often(self) -> int:
        """Those asked nine times or more."""
        return sum(count for times, count in self.times.items() if times >= OFTEN)


def read(session: Session, scope: Scope, *, now: datetime) -> Askings:
    """Who was asked, and how often. Pauses are known as they stand today only: who pauses is not among the willing."""
    until = min(scope.ends_at, now)
    by_asking = Match.arrangement_id.is_(None)
    asked_at_all = session.scalars(
        select(func.count(Match.person_id.distinct()))
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .where(Occurrence.area_id.in_(scope.area_ids), by_asking)
        .where(Match.asked_at >= scope.begins_at, Match.asked_at < scope.ends_at)
    ).one()
    is_recent = by_asking & (Match.asked_at >= until - LOOKED_BACK) & (Match.asked_at < until)
    stands = (Offer.status == OfferStatus.ACTIVE) | (Offer.stopped_at > until)
    each = session.scalars(
        select(func.count(Match.id))
        .select_from(Offer)
        .join(Person, Person.id == Offer.person_id)
        .outerjoin(Match, (Match.offer_id == Offer.id) & is_recent)
        .where(Person.area_id.in_(scope.area_ids), Offer.made_at < until, stands)
        .group_by(Offer.id)
    )
    return Askings(asked_at_all, dict(sorted(Counter(each).items())))

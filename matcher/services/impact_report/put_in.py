"""What the council put in for the cold beside what neighbours gave: salt and bins, paths cleared and hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.kinds import SNOW
from matcher.domain.places import WITH_SALT
from matcher.domain.worth import CostOf
from matcher.services import scheme_costs
from matcher.services.impact_report.helped import KindHours
from matcher.services.impact_report.scope import Scope
from matcher.store.models import Place


@dataclass(frozen=True, slots=True)
class PutIn:
    """tonnes and pounds: of the salt typed in as a cost; stores: grit bins and salt stores that stood there in that
    time. snow_*: visits done to clear snow and ice. The one stands beside the other: it is not the cause of it.
    """

    tonnes: Decimal
    pounds: Decimal
    stores: int
    snow_visits: int
    snow_minutes: int

    @property
    def is_nothing(self) -> bool:
        """Neither salt nor anywhere to keep it."""
        return not self.tonnes and not self.stores


def read(session: Session, scope: Scope, hours: Sequence[KindHours]) -> PutIn:
    """What was put in and given in the time of the report."""
    costs = scheme_costs.rows(session, scope.area_ids, scope.first, scope.last)
    salt = [row for row in costs if row.what is CostOf.SALT]
    stood = select(func.count()).where(
        Place.area_id.in_(scope.area_ids),
        Place.kind.in_(WITH_SALT),
        Place.added_at < scope.ends_at,
        Place.gone_at.is_(None) | (Place.gone_at >= scope.begins_at),
    )
    snow = next((one for one in hours if one.slug == SNOW), None)
    return PutIn(
        tonnes=sum((row.quantity for row in salt), Decimal(0)),
        pounds=sum((row.pounds for row in salt), Decimal(0)),
        stores=session.scalars(stood).one(),
        snow_visits=snow.visits if snow else 0,
        snow_minutes=snow.minutes if snow else 0,
    )

"""What help an area still looks for, by kind, for everyone: rounded to 5, and a kind of fewer than five is not told.

As things stand, and not as of last midnight: somebody who could help must not come for what is taken. What turns while
one watches is how much is asked for in a whole area, and nothing of anyone who was helped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus
from matcher.domain.small_numbers import rounded
from matcher.store.models import KindRow, Need, Occurrence


@dataclass(frozen=True, slots=True)
class NeededNow:
    """A kind of help, and about how many visits of it have nobody yet."""

    kind: str
    name: str
    about: int


def read(session: Session, area_id: int, *, now: datetime) -> tuple[NeededNow, ...]:
    """The kinds of which five visits or more have nobody, the most wanted first; as shown, not as counted."""
    count = func.count()
    rows = session.execute(
        select(KindRow.slug, KindRow.name, count)
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(
            Occurrence.area_id == area_id,
            Occurrence.status == OccurrenceStatus.OPEN,
            Occurrence.ends_at > now,
            Need.status == NeedStatus.OPEN,
        )
        .group_by(KindRow.slug, KindRow.name, KindRow.position)
        .order_by(KindRow.position)
    )
    told = [NeededNow(slug, name, about) for slug, name, found in rows if (about := rounded(found)) is not None]
    return tuple(sorted(told, key=lambda one: -one.about))

"""What was done, counted from done visits and never stored."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from math import ceil

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, VisitStatus
from matcher.domain.localtime import at_local, last_midnight, local_day
from matcher.domain.recurrence import Recurrence
from matcher.store.models import Match, Need, Occurrence, Visit

WAITS_COUNTED = timedelta(days=180)
FEWEST_WAITS, MOST_WAITS = 20, 500
_MOST = 0.75  # what is true of "most"


def usual_wait(session: Session, kind_slug: str, *, now: datetime) -> timedelta | None:
    """In what time three in four requests of this kind got a yes, of late; None where too few tell, or fewer got one.

    A request that nobody was found for counts as one that waits for ever.
    """
    said_yes = (
        select(func.min(Visit.held_at))
        .join(Match, Match.id == Visit.match_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Occurrence.need_id == Need.id, Match.arrangement_id.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Need.posted_at, said_yes)
        .where(
            Need.kind_slug == kind_slug,
            Need.recurrence == Recurrence.ONCE,
            Need.posted_at > now - WAITS_COUNTED,
            or_(said_yes.is_not(None), Need.status == NeedStatus.CLOSED),
        )
        .order_by(Need.posted_at.desc())
        .limit(MOST_WAITS)
    ).all()
    waits = sorted(yes_at - posted_at if yes_at else timedelta.max for posted_at, yes_at in rows)
    if len(waits) < FEWEST_WAITS:
        return None
    found = waits[ceil(_MOST * len(waits)) - 1]
    return None if found == timedelta.max else found


def done_this_month(session: Session, *, now: datetime) -> int:
    """Visits done from the first of the month to last midnight, by London clocks."""
    first, until = at_local(local_day(now).replace(day=1), time()), last_midnight(now)
    is_of_it = (Visit.ended_at >= first) & (Visit.ended_at < until)
    wanted = select(func.count()).where(Visit.status == VisitStatus.DONE, is_of_it)
    return session.execute(wanted).scalar_one()

"""Nobody has said yes, and it comes near: told to the resident once, and to the coordinators while they can still act.

The resident hears of it on the day before, when those who were asked have all said no or are none: then there is
something to decide, such as another time. Coordinators hear of what starts within four hours, at most once an hour, and
only when there is something that they were not told of before.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from matcher.services.nobody_yet import SOON, of_theirs, still_looked_for
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries
from matcher.store.models import Need, Notification, Occurrence, StaffArea

STILL_LOOKING, TEAM = "need_still_looking", "starts_soon"
# A while for the first who are asked to answer, before anybody else hears of it.
RESIDENT_AFTER, TEAM_AFTER = timedelta(hours=2), timedelta(minutes=30)
AT_MOST_EVERY = timedelta(hours=1)
BATCH = 100


def tell(session: Session, *, now: datetime) -> int:
    """Owe what is due about what has nobody yet; how much. A second pass owes none."""
    return _tell_residents(session, now) + _tell_team(session, now)


def _tell_residents(session: Session, now: datetime) -> int:
    told = exists().where(Notification.occurrence_id == Occurrence.id, Notification.template == STILL_LOOKING)
    rows = session.execute(
        select(Occurrence.id, Need.resident_id, Need.contact)
        .join(Need, Need.id == Occurrence.need_id)
        .where(
            *still_looked_for(now),
            Occurrence.open_since <= now - RESIDENT_AFTER,
            Need.contact != "letter",  # it would come when all is over
            ~told,
        )
        .order_by(Occurrence.id)
        .limit(BATCH)
        .with_for_update(of=Occurrence, skip_locked=True, key_share=True)
    ).all()
    owed = [
        Owed(STILL_LOOKING, ("occurrence_id", occurrence_id), person_id=resident_id, channel=contact)
        for occurrence_id, resident_id, contact in rows
    ]
    owe_all(session, owed, now=now)
    return len(owed)


def _tell_team(session: Session, now: datetime) -> int:
    # Since when each has been one of those that are told of.
    since = func.greatest(Occurrence.starts_at - SOON, Occurrence.open_since + TEAM_AFTER)
    told_at = (
        select(func.max(Notification.owed_at))
        .where(Notification.staff_id == StaffArea.staff_id, Notification.template == TEAM)
        .correlate(StaffArea)
        .scalar_subquery()
    )
    new = (
        of_theirs(StaffArea.staff_id, now)
        .where(
            StaffArea.staff_id.in_(queries.coordinators()),
            Occurrence.open_since <= now - TEAM_AFTER,
            told_at.is_(None) | ((told_at <= now - AT_MOST_EVERY) & (since > told_at)),
        )
        .distinct()
        .order_by(StaffArea.staff_id)
    )
    owed = [
        Owed(TEAM, ("staff_id", staff_id), staff_id=staff_id, channel="email", occasion=f"{now:%Y%m%d%H%M}")
        for staff_id in session.scalars(new)
    ]
    owe_all(session, owed, now=now)
    return len(owed)

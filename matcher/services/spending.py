"""What texts cost: how many went today, as they are paid for, and word to the team when a day's are used up."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy.orm import Session

from matcher.domain.localtime import at_local, local_day
from matcher.domain.preferences import SendingLimits
from matcher.services.outbox import Owed, owe_all
from matcher.store import queries


def texts_today(session: Session, *, now: datetime) -> int:
    """How many texts went since midnight; one that is sent in two parts is two."""
    return queries.texts_since(session, at_local(local_day(now), time()))


def tell_if_spent(session: Session, limits: SendingLimits | None, *, now: datetime) -> bool:
    """Tell every coordinator by e-mail, once a day, that only what must arrive still goes. False if it all may."""
    if limits is None or texts_today(session, now=now) < limits.texts_a_day:
        return False
    day, values = f"{local_day(now)}", {"n": f"{limits.texts_a_day:,}"}
    owe_all(
        session,
        [
            Owed("texts_spent", ("staff_id", staff_id), staff_id=staff_id, channel="email", values=values, occasion=day)
            for staff_id in session.scalars(queries.coordinators())
        ],
        now=now,
    )
    return True

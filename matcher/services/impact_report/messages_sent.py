"""Texts that the scheme paid for. E-mail costs nothing; calls and letters are in the staff hours."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.services.impact_report.scope import Scope
from matcher.store.models import Notification, Person


def texts(session: Session, scope: Scope) -> int:
    """How many went to people of these areas in the time of the report, as they are paid for: two parts are two."""
    return session.scalars(
        select(func.coalesce(func.sum(Notification.parts), 0))
        .select_from(Notification)
        .join(Person, Person.id == Notification.person_id)
        .where(Person.area_id.in_(scope.area_ids), Notification.channel == "text")
        .where(Notification.sent_at >= scope.begins_at, Notification.sent_at < scope.ends_at)
    ).one()

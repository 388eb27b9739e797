"""The outcome, to who asked for someone else: posted, matched, done or not met, and no other word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.services.outbox import Owed, owe
from matcher.store.models import Referral


def tell(
    session: Session, need_id: int, template: str, *, occasion: str = "", due_at: datetime | None = None, now: datetime
) -> None:
    """Owe the news, if somebody asked for the resident and would like to hear it. Twice is once for each occasion."""
    referral = session.scalar(select(Referral).where(Referral.need_id == need_id, Referral.is_told))
    if referral is not None:
        owed = Owed(
            template,
            ("need_id", need_id),
            referral_id=referral.id,
            channel="email" if referral.email else "text",
            occasion=occasion,
            due_at=due_at,
        )
        owe(session, owed, now=now)

"""The outcome, to who asked for someone else: posted, matched, done or not met, and no other word."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.services.outbox import Owed, owe
from matcher.store.models import Referral


def tell(session: Session, need_id: int, template: str, *, occasion: str = "", now: datetime) -> None:
    """Owe the news, if somebody asked for the resident and would like to hear it. Twice is once for each occasion."""
    referral = session.scalar(select(Referral).where(Referral.need_id == need_id, Referral.is_told))
    if referral is not None:
        channel = "email" if referral.email else "text"
        thing = ("need_id", need_id)
        owe(session, Owed(template, thing, referral_id=referral.id, channel=channel, occasion=occasion), now=now)

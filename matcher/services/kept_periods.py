"""How long things are kept in this scheme at a moment: as they come, but where the team has set another period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.retention import USUAL, Kept
from matcher.store.models import KeptPeriod


def in_force(session: Session, *, now: datetime) -> Kept:
    """What is gone by now."""
    rows = session.scalars(select(KeptPeriod).where(KeptPeriod.holds_from <= now).order_by(KeptPeriod.holds_from))
    return replace(USUAL, **{row.name: timedelta(days=row.days) for row in rows})  # of one name, the last


def to_come(session: Session, *, now: datetime) -> Mapping[str, tuple[int, datetime]]:
    """Name -> days, and from when on: what was set and does not hold yet."""
    rows = session.scalars(select(KeptPeriod).where(KeptPeriod.holds_from > now).order_by(KeptPeriod.holds_from))
    return {row.name: (row.days, row.holds_from) for row in rows}

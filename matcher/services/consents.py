"""Consent to be asked for: written once, with who gave it, who asked for it, how, when and to which words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.store.models import Consent

# The words that were read out or shown. Change them, and this changes too.
WORDING = "2026-11"
SELF, BEST_INTERESTS = "self", "best_interests"


@dataclass(frozen=True, slots=True)
class Given:
    """A yes. `given_by`: self or best_interests; `asked_by`: staff, relative, professional; `how`: spoken, written."""

    given_by: str
    asked_by: str
    how: str
    staff_id: int | None = None


def record(session: Session, need_id: int, given: Given, *, now: datetime) -> None:
    """Write down who agreed to this need."""
    session.add(
        Consent(
            need_id=need_id,
            given_by=given.given_by,
            asked_by=given.asked_by,
            staff_id=given.staff_id,
            how=given.how,
            wording=WORDING,
            given_at=now,
        )
    )


def of_need(session: Session, need_id: int) -> Consent | None:
    """Who agreed; None if the resident asked for themself."""
    return session.scalar(select(Consent).where(Consent.need_id == need_id))

"""Answers of a form that is not finished: kept a day in a row, under a random key that only its writer has."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.store.models import Draft

KEPT_FOR = timedelta(hours=24)


def start(session: Session, purpose: str, *, now: datetime) -> str:
    """An empty draft; its key."""
    key = secrets.token_urlsafe(16)
    session.add(Draft(key_hash=_hash(key), purpose=purpose, answers={}, expires_at=now + KEPT_FOR))
    return key


def load(session: Session, key: str, purpose: str, *, now: datetime) -> dict[str, Any] | None:
    """The answers so far, or None if there is no such draft any more."""
    found = session.scalar(
        select(Draft.answers).where(Draft.key_hash == _hash(key), Draft.purpose == purpose, Draft.expires_at > now)
    )
    return None if found is None else dict(found)


def save(session: Session, key: str, purpose: str, answers: dict[str, Any], *, now: datetime) -> None:
    """Put these answers in place of the earlier ones."""
    row = {"purpose": purpose, "answers": answers, "expires_at": now + KEPT_FOR}
    session.execute(
        insert(Draft).values(key_hash=_hash(key), **row).on_conflict_do_update(index_elements=["key_hash"], set_=row)
    )


def claim(session: Session, key: str, purpose: str, *, now: datetime) -> bool:
    """True for the first to come with this key; a second waits until the first is done, and then is told False."""
    row = {"key_hash": _hash(key), "purpose": purpose, "answers": {}, "expires_at": now + KEPT_FOR}
    claimed = insert(Draft).values(row).on_conflict_do_nothing().returning(Draft.key_hash)
    return session.execute(claimed).first() is not None


def take(session: Session, key: str, purpose: str, *, now: datetime) -> dict[str, Any]:
    """The answers, and the end of the draft: a form sent twice finds nothing the second time (NotFound)."""
    taken = session.execute(
        delete(Draft)
        .where(Draft.key_hash == _hash(key), Draft.purpose == purpose, Draft.expires_at > now)
        .returning(Draft.answers)
    ).scalar()
    if taken is None:
        raise NotFound
    return dict(taken)


def erase_old(session: Session, *, now: datetime) -> int:
    """Erase drafts past their day; how many."""
    gone = session.execute(delete(Draft).where(Draft.expires_at <= now).returning(Draft.purpose)).all()
    return len(gone)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()

"""Who did what: ids and names of fields, never values."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matcher.store.models import AuditRow

SYSTEM = "system"


def person(person_id: int) -> str:
    """How a person stands in the audit."""
    return f"person:{person_id}"


def staff(staff_id: int) -> str:
    """How a member of staff stands in the audit."""
    return f"staff:{staff_id}"


def record(session: Session, actor: str, action: str, thing: tuple[str, int], *fields: str, now: datetime) -> None:
    """Add a row. `thing` is a table's noun and an id, such as ("visit", 7)."""
    noun, thing_id = thing
    session.add(AuditRow(at=now, actor=actor, action=action, thing=noun, thing_id=thing_id, fields=[*fields]))

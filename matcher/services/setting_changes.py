"""A change as it is looked at before it is made, and kept afterwards: each field, from what to what, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.store.models import SettingChange, Staff

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its name in the audit and in words, what it is and what it would be."""

    field: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field as somebody changed it."""

    field: str
    before: str
    after: str
    by: str
    changed_at: datetime


def differences(fields: Iterable[tuple[str, str, str, str]]) -> tuple[Difference, ...]:
    """Those of the fields (name in the audit, in words, before, after) that would not stay as they are."""
    return tuple(Difference(*one) for one in fields if one[2] != one[3])


def mark(changes: Iterable[Difference], *touched: object) -> str:
    """A mark of exactly these changes: who sends it back has read them, and nothing has changed since. touched: whom
    they touch, where that is part of what was agreed to: words, numbers and lists of them.
    """
    return hashlib.sha256(json.dumps([[astuple(one) for one in changes], *touched]).encode()).hexdigest()


def keep(
    session: Session, thing: str, key: str, changes: Iterable[Difference], *, staff_id: int, now: datetime
) -> None:
    """Keep what was changed."""
    session.add_all(
        SettingChange(
            thing=thing,
            key=key,
            field=one.name,
            before=one.before,
            after=one.after,
            changed_by=staff_id,
            changed_at=now,
        )
        for one in changes
    )


def history(session: Session, thing: str, *keys: str) -> tuple[Changed, ...]:
    """The last changes of one thing, or of several of a sort, the newest first."""
    wanted = (
        select(SettingChange, Staff.name)
        .join(Staff, Staff.id == SettingChange.changed_by)
        .where(SettingChange.thing == thing, SettingChange.key.in_(keys))
        .order_by(SettingChange.id.desc())
        .limit(SHOWN)
    )
    return tuple(Changed(row.field, row.before, row.after, by, row.changed_at) for row, by in session.execute(wanted))

"""Settings that the team changes while the scheme runs. Most are the operator's, and stand in the environment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict
from matcher.domain.wording import clean_line
from matcher.services import audit, setting_changes
from matcher.services.setting_changes import Difference, differences, mark
from matcher.store.models import SettingRow

CLOSED = "closed"
LONGEST_CLOSED = 200
OPEN_WORDS = "open: requests are taken"
_NUMBER = 1  # of this setting, in the audit


def closed_words(session: Session) -> str:
    """Why no new requests are taken over the web; empty while they are."""
    return session.scalar(select(SettingRow.value).where(SettingRow.name == CLOSED)) or ""


def preview_closed(session: Session, typed: str) -> tuple[Difference, ...]:
    """What would change. BadInput for words that are too long or cannot be kept."""
    before, after = closed_words(session), _clean(typed)
    return differences([("closed", "New requests over the web", before or OPEN_WORDS, after or OPEN_WORDS)])


def change_closed(session: Session, typed: str, looked_at: str, *, staff_id: int, now: datetime) -> None:
    """Take no new requests, with words that say why, or take them again if there are none.

    Conflict if it is otherwise by now than when it was looked at.
    """
    row = {"name": CLOSED, "value": "", "set_by": staff_id, "set_at": now}
    session.execute(insert(SettingRow).values(row).on_conflict_do_nothing())
    held = session.get_one(SettingRow, CLOSED, with_for_update=True)
    changes = preview_closed(session, typed)
    if mark(changes) != looked_at:
        raise Conflict("Somebody has changed this since you looked at it.")
    if changes:
        held.value, held.set_by, held.set_at = _clean(typed), staff_id, now
        setting_changes.keep(session, "setting", CLOSED, changes, staff_id=staff_id, now=now)
        audit.record(session, audit.staff(staff_id), "changed", ("setting", _NUMBER), CLOSED, now=now)


def _clean(typed: str) -> str:
    return clean_line(typed, LONGEST_CLOSED, noun="What people read", field="words")

"""Settings that the team changes while the scheme runs: what holds, and how each is looked at before it is changed.

A setting of the scheme is a row of `settings`: its name, and a value that the database checks by that name. Without a
row it is as the operator gave it, or as it came. Each has a module of its own that says what its values may be, what a
change of it touches, and makes it by `change`: looked at first, under one lock, kept in words and in the audit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict
from matcher.services import audit, setting_changes
from matcher.services.setting_changes import Changed, Difference, mark
from matcher.store.models import SettingRow

THING = "setting"  # in the audit, and in what is kept of changes
CLOSED, PHONE, HOURS, QUIET = "closed", "phone", "hours", "quiet"
DOOR_WORDS, NEXT_DOOR = "door_words", "next_door"  # these have tables of their own
KEPT = "kept"  # and so has how long things are kept: `kept_periods`
_NUMBERS = {
    CLOSED: 1,
    PHONE: 2,
    HOURS: 3,
    QUIET: 4,
    DOOR_WORDS: 5,
    KEPT: 6,
    NEXT_DOOR: 7,
}  # in the audit, which knows things by number
_LOCK = 7_413


@dataclass(frozen=True, slots=True)
class Preview:
    """What would change, and in sentences whom and what that touches. is_agreed_to: what it touches is what somebody
    agrees to by the second press, and not only how things stand: another number is looked at again.
    """

    changes: tuple[Difference, ...]
    touches: tuple[str, ...] = ()
    is_agreed_to: bool = False

    @property
    def mark(self) -> str:
        """Of exactly these changes."""
        return mark(self.changes, self.touches if self.is_agreed_to else ())


def standing(session: Session) -> Mapping[str, str]:
    """The value of each setting that the team has set, by its name."""
    return dict(session.execute(select(SettingRow.name, SettingRow.value)).all())


def looked_at(session: Session, preview: Callable[[], Preview], mark_sent: str) -> tuple[Difference, ...]:
    """The changes that somebody has looked at, to be made now. Conflict if `preview` shows others by now.

    One writer of settings at a time, until the transaction ends.
    """
    session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    seen = preview()
    if seen.mark != mark_sent:
        raise Conflict("Somebody has changed this since you looked at it.")
    return seen.changes


def change(
    session: Session,
    values: Mapping[str, str],
    preview: Callable[[], Preview],
    mark_sent: str,
    *,
    staff_id: int,
    now: datetime,
) -> None:
    """Let these values hold, by the name of each setting. The field of each change in `preview` is such a name."""
    changes = looked_at(session, preview, mark_sent)
    for one in changes:
        row = {"name": one.field, "value": values[one.field], "set_by": staff_id, "set_at": now}
        session.execute(insert(SettingRow).values(row).on_conflict_do_update(index_elements=["name"], set_=row))
    keep(session, changes, staff_id=staff_id, now=now)


def keep(session: Session, changes: Iterable[Difference], *, staff_id: int, now: datetime) -> None:
    """Keep what was changed, in words and in the audit."""
    for one in changes:
        setting_changes.keep(session, THING, one.field, [one], staff_id=staff_id, now=now)
        note(session, one.field, one.field, staff_id=staff_id, now=now)


def note(session: Session, name: str, *changed: str, staff_id: int, now: datetime) -> None:
    """Audit that somebody changed this setting; `changed`: which of it."""
    audit.record(session, audit.staff(staff_id), "changed", (THING, _NUMBERS[name]), *changed, now=now)


def history(session: Session, *names: str) -> tuple[Changed, ...]:
    """The last changes of these settings, the newest first."""
    return setting_changes.history(session, THING, *names)

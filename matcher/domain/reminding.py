"""When somebody is reminded of a visit, and which time of the visit a reminder speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Reminder:
    """Due so long before a visit, and of use until so long before it."""

    template: str
    before: timedelta
    until: timedelta


REMINDERS = {
    reminder.template: reminder
    for reminder in (
        Reminder("visit_tomorrow", timedelta(hours=24), timedelta(hours=3)),
        Reminder("visit_soon", timedelta(hours=2), timedelta()),
    )
}
SQL_STAMP = 'YYYY-MM-DD"T"HH24MI"Z"'  # the same in PostgreSQL


def time_stamp(starts_at: datetime) -> str:
    """The end of a reminder's event: a visit that has moved is reminded of anew."""
    return f"{starts_at.astimezone(UTC):%Y-%m-%dT%H%MZ}"

"""Sheets saved as CSV: without names by whoever runs the scheme; with names by few, for a reason that is kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.localtime import at_local
from matcher.domain.timewindow import TimeWindow
from matcher.services import audit
from matcher.services.export_sheets import SHEETS, Sheet
from matcher.services.spreadsheets import write_rows
from matcher.store.models import Export, Staff

SHORTEST_WHY, LONGEST_WHY = 10, 300
LONGEST_DAYS = 366 * 5
SHOWN = 20
_AT_ONCE = 2_000  # rows that are held in memory


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day, both included, by clocks in London."""

    first: date
    last: date

    def check(self) -> None:
        """BadInput if they are no stretch of time that can be saved."""
        if self.last < self.first:
            raise BadInput("The last day must not be before the first", field="last")
        if (self.last - self.first).days > LONGEST_DAYS:
            raise BadInput("Choose five years or less", field="first")

    @property
    def window(self) -> TimeWindow:
        """The same in instants."""
        return TimeWindow(at_local(self.first, time()), at_local(self.last + timedelta(days=1), time()))


@dataclass(frozen=True, slots=True)
class SavedWithNames:
    """Somebody saved a file with names."""

    name: str
    why: str
    people: int
    by: str
    saved_at: datetime


def find_sheet(key: str, *, has_names: bool) -> Sheet:
    """The sheet of that name. NotFound if there is none of that sort."""
    for sheet in SHEETS:
        if sheet.key == key and sheet.has_names is has_names:
            return sheet
    raise NotFound


def write(session: Session, key: str, days: Days, out: TextIO, *, area_ids: Collection[int]) -> int:
    """A sheet without names; how many rows. NotFound if there is no such sheet; BadInput for days that cannot be."""
    return _write(session, find_sheet(key, has_names=False), days, out, area_ids)


def write_with_names(
    session: Session,
    key: str,
    days: Days,
    out: TextIO,
    *,
    why: str,
    area_ids: Collection[int],
    staff_id: int,
    now: datetime,
) -> int:
    """A sheet with names; it is written down who saved it, and why. BadInput without a reason or for wrong days."""
    sheet = find_sheet(key, has_names=True)
    if not SHORTEST_WHY <= len(why.strip()) <= LONGEST_WHY:
        raise BadInput(f"Say why you need the names, in {SHORTEST_WHY} to {LONGEST_WHY} characters", field="why")
    people = _write(session, sheet, days, out, area_ids)
    row = Export(what=key, why=why.strip(), people=people, staff_id=staff_id, saved_at=now)
    session.add(row)
    session.flush()
    audit.record(session, audit.staff(staff_id), "exported", ("export", row.id), key, now=now)
    return people


def saved_with_names(session: Session) -> tuple[SavedWithNames, ...]:
    """The last files with names, the newest first."""
    names = {sheet.key: sheet.name for sheet in SHEETS}
    wanted = select(Export, Staff.name).join(Staff, Staff.id == Export.staff_id).order_by(Export.id.desc())
    return tuple(
        SavedWithNames(names.get(row.what, row.what), row.why, row.people, by, row.saved_at)
        for row, by in session.execute(wanted.limit(SHOWN))
    )


def _write(session: Session, sheet: Sheet, days: Days, out: TextIO, area_ids: Collection[int]) -> int:
    days.check()
    query = sheet.query(area_ids, days.window)
    columns = [column.key for column in query.selected_columns if column.key]
    found = session.execute(query, execution_options={"yield_per": _AT_ONCE})
    return write_rows(out, columns, _cells(found))


def _cells(rows: Any) -> Iterator[list[str]]:
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)

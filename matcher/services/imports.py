"""Volunteers and requests out of a coordinator's spreadsheet: tried whole and undone first, written once confirmed.

Every rule stands where it stands for a form: each row is put through `offers.make_offer` or `needs.post_need`, inside a
savepoint that is rolled back, and what they refuse is told with its line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.services import audit, drafts
from matcher.services.import_rows import COLUMNS, Importer, add_need, add_volunteer
from matcher.services.spreadsheets import BadCell, Row, Sheet, read_bytes

MOST_ROWS = 500
MOST_SHOWN = 200
NAME_LENGTH = 80
_ADD: Mapping[str, Callable[[Session, Row, Importer, datetime], None]] = {
    "volunteers": add_volunteer,
    "needs": add_need,
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be written: so many rows. bad: what is wrong with the others, which are left out; its first lines."""

    what: str
    file: str
    good: int
    bad: tuple[BadCell, ...]
    bad_count: int
    ignored: tuple[str, ...]


def try_out(session: Session, key: str, what: str, file: str, content: bytes, who: Importer, *, now: datetime) -> None:
    """Put every row to the test, write none, and keep the file for a day with what was found.

    BadInput if it holds no rows, or too many.
    """
    if what not in _ADD:
        raise BadInput("Select what is in the file", field="what")
    sheet = read_bytes(file[:NAME_LENGTH], content, *COLUMNS[what])
    if not sheet.rows and not sheet.bad:
        raise BadInput("There is no row below the names of the columns", field="file")
    if len(sheet.rows) > MOST_ROWS:
        raise BadInput(f"Choose a file of at most {MOST_ROWS} rows. This one has {len(sheet.rows)}", field="file")
    aside = session.begin_nested()
    try:
        good = _add_all(session, sheet, what, who, now)
    finally:
        aside.rollback()
        session.expunge_all()
    bad = sorted(sheet.bad)
    found = {
        "what": what,
        "file": sheet.file,
        "content": content.decode("latin-1"),
        "good": good,
        "bad": [[cell.line, cell.column, cell.expected, cell.found[:NAME_LENGTH]] for cell in bad[:MOST_SHOWN]],
        "bad_count": len(bad),
        "ignored": [*sheet.ignored],
    }
    drafts.save(session, key, _purpose(who), found, now=now)


def preview(session: Session, key: str, who: Importer, *, now: datetime) -> Preview:
    """What was found. NotFound if it was written since, is a day old, or somebody else's."""
    kept = drafts.load(session, key, _purpose(who), now=now)
    if kept is None:
        raise NotFound
    bad = tuple(BadCell(kept["file"], *cell) for cell in kept["bad"])
    return Preview(kept["what"], kept["file"], kept["good"], bad, kept["bad_count"], tuple(kept["ignored"]))


def confirm(session: Session, key: str, who: Importer, *, now: datetime) -> int:
    """Write every row that can be used; how many. NotFound the second time."""
    kept = drafts.take(session, key, _purpose(who), now=now)
    sheet = read_bytes(kept["file"], kept["content"].encode("latin-1"), *COLUMNS[kept["what"]])
    written = _add_all(session, sheet, kept["what"], who, now)
    audit.record(session, audit.staff(who.staff_id), "imported", ("staff", who.staff_id), kept["what"], now=now)
    return written


def _add_all(session: Session, sheet: Sheet, what: str, who: Importer, now: datetime) -> int:
    """Add every row that can be used, each in a savepoint of its own; what is wrong with the others is in the sheet."""
    good = 0
    for row in sheet.rows:
        try:
            with session.begin_nested():
                _ADD[what](session, row, who, now)
        except BadInput:
            continue
        good += 1
    return good


def _purpose(who: Importer) -> str:
    """Whoever brought the file confirms it, and nobody else."""
    return f"import:{who.staff_id}"

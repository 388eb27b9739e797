"""A coordinator's spreadsheet, of whatever there is a reader for: tried whole and undone first, written once confirmed.

Every rule stands where it stands for a form: each row is put through the service that the form calls, in a savepoint
that is rolled back, and what it refuses is told with its line and column.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.services import audit, drafts, duplicates, import_rows, place_sheets, population
from matcher.services.spreadsheets import BadCell, Sheet, read_bytes, visible
from matcher.services.taken_in import Importer, Kind, Taken

MOST_SHOWN = 200
NAME_LENGTH = 80
_ONE_AT_A_TIME = 6_174_222
KINDS: Mapping[str, Kind] = {
    "volunteers": import_rows.VOLUNTEERS,
    "needs": import_rows.NEEDS,
    "places": place_sheets.PLACES,
    "population": population.POPULATION,
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be written: so many rows, the first of them in `rows`, by line.

    bad: what is wrong with the others, which are left out; its first lines.
    """

    what: str
    file: str
    good: int
    new: int
    rows: tuple[tuple[int, Taken], ...]
    bad: tuple[BadCell, ...]
    bad_count: int
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: so many rows. left_out: what is wrong by now with others that could be used when they were
    looked at.
    """

    what: str
    file: str
    rows: int
    left_out: tuple[BadCell, ...]


def try_out(session: Session, key: str, what: str, file: str, content: bytes, who: Importer, *, now: datetime) -> None:
    """Put every row to the test, write none, and keep the file for a day with what was found.

    BadInput if it holds no rows, or too many.
    """
    if what not in KINDS:
        raise BadInput("Select what is in the file", field="what")
    sheet, most = _read(what, file[:NAME_LENGTH], content), KINDS[what].most_rows
    if not sheet.rows and not sheet.bad:
        raise BadInput("There is no row below the names of the columns", field="file")
    if len(sheet.rows) > most:
        raise BadInput(f"Choose a file of at most {most} rows. This one has {len(sheet.rows)}", field="file")
    aside = session.begin_nested()
    try:
        taken = _add_all(session, sheet, what, who, now)
        alike = _alike(session, [one for _, one in taken], who)
    finally:
        aside.rollback()
        session.expunge_all()
    bad = sorted(sheet.bad)
    found = {
        "what": what,
        "file": visible(sheet.file),
        "content": b64encode(content).decode(),  # it may hold what no text in the database may
        "good": len(taken),
        "new": sum(one.is_new for _, one in taken),
        "rows": [
            [line, one.name, one.told, one.is_new, alike.get(one.person_id, "")] for line, one in taken[:MOST_SHOWN]
        ],
        "bad": _cells_kept(bad),
        "bad_count": len(bad),
        "bad_lines": sorted({cell.line for cell in bad}),
        "ignored": [*map(visible, sheet.ignored)],
    }
    drafts.save(session, key, _purpose(who), found, now=now)


def preview(session: Session, key: str, who: Importer, *, now: datetime) -> Preview:
    """What was found. NotFound if it was written since, is a day old, or somebody else's."""
    kept = drafts.load(session, key, _purpose(who), now=now)
    if kept is None:
        raise NotFound
    bad = tuple(BadCell(kept["file"], *cell) for cell in kept["bad"])
    return Preview(
        what=kept["what"],
        file=kept["file"],
        good=kept["good"],
        new=kept["new"],
        rows=tuple((line, Taken(*told)) for line, *told in kept["rows"]),
        bad=bad,
        bad_count=kept["bad_count"],
        ignored=tuple(kept["ignored"]),
    )


def confirm(session: Session, key: str, who: Importer, *, now: datetime) -> Written:
    """Write every row that can be used. Twice is once. NotFound as `preview`.

    Files are written one after the other: the same people in two of them are known to whoever comes second.
    """
    session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    if (before := written(session, key, who, now=now)) is not None:
        return before
    kept = drafts.take(session, key, _purpose(who), now=now)
    sheet = _read(kept["what"], kept["file"], b64decode(kept["content"]))
    rows = len(_add_all(session, sheet, kept["what"], who, now))
    left_out = [cell for cell in sorted(sheet.bad) if cell.line not in kept["bad_lines"]]
    audit.record(session, audit.staff(who.staff_id), "imported", ("staff", who.staff_id), kept["what"], now=now)
    done = {"what": kept["what"], "file": kept["file"], "rows": rows, "left_out": _cells_kept(left_out)}
    drafts.save(session, key, _written(who), done, now=now)
    return Written(kept["what"], kept["file"], rows, tuple(left_out))


def written(session: Session, key: str, who: Importer, *, now: datetime) -> Written | None:
    """What was written of this file; None if it was not, or a day ago, or by somebody else."""
    kept = drafts.load(session, key, _written(who), now=now)
    if kept is None:
        return None
    left_out = tuple(BadCell(kept["file"], *cell) for cell in kept["left_out"])
    return Written(kept["what"], kept["file"], kept["rows"], left_out)


def _cells_kept(cells: Sequence[BadCell]) -> list[list[int | str]]:
    """The first of them, as they are kept."""
    return [
        [cell.line, *map(visible, (cell.column, cell.expected, cell.found[:NAME_LENGTH]))]
        for cell in cells[:MOST_SHOWN]
    ]


def _read(what: str, name: str, content: bytes) -> Sheet:
    return read_bytes(name, content, KINDS[what].required, KINDS[what].optional)


def _add_all(session: Session, sheet: Sheet, what: str, who: Importer, now: datetime) -> list[tuple[int, Taken]]:
    """Write every row that can be used, each in a savepoint of its own: (line, what it comes to).

    What is wrong with the others is in the sheet.
    """
    taken: list[tuple[int, Taken]] = []
    for row in sheet.rows:
        try:
            with session.begin_nested():
                taken.append((row.line, KINDS[what].add(session, row, who, now)))
        except BadInput:
            continue
    return taken


def _alike(session: Session, taken: Sequence[Taken], who: Importer) -> Mapping[int | None, str]:
    """Why somebody of the file is perhaps on the list already, or in it twice: without a word of whom."""
    written = [one.person_id for one in taken if one.person_id is not None]
    signs = duplicates.signs_of(session, written, who.area_ids) if written else {}
    return {
        person_id: f"Looks like somebody here already: {duplicates.signs_words(shared)}"
        for person_id, shared in signs.items()
    }


def _purpose(who: Importer) -> str:
    """Whoever brought the file confirms it, and nobody else."""
    return f"import:{who.staff_id}"


def _written(who: Importer) -> str:
    return f"imported:{who.staff_id}"

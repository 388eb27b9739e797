"""Places in and out as a spreadsheet: read whole and shown, with every row that cannot be used, before any is kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.places import KIND_WORDS, RULE_WORDS, STOCK_WORDS, PlaceKind
from matcher.services import place_list, places
from matcher.services.place_list import PlaceRow
from matcher.services.places import CheckedPlace, PlaceDraft
from matcher.services.plan.cells import label
from matcher.services.spreadsheets import BadCell, BadCells, Row, read_bytes, written

NEEDED = ("kind", "name")
POINT = ("where", "postcode", "easting", "northing", "lat", "lon")
TOLD = ("landmark", "looked_after_by", "use_rule", "agreed_by", "refill_round", "stock")
COLUMNS = ("kind", "name", "where", *TOLD)
MOST_BYTES = 90_000  # what of it, in letters, still fits into a form
MOST_ROWS = 2_000
_ALSO = {"salt store": PlaceKind.SALT_STORE, "shovel": PlaceKind.SHOVELS, "aed": PlaceKind.DEFIBRILLATOR}
_KINDS = {
    **{words: kind.value for kind, words in KIND_WORDS.items()},
    **{one: kind.value for one, kind in _ALSO.items()},
}
_RULES = {words: rule.value for rule, words in RULE_WORDS.items()}
_STOCKS = {words: stock.value for stock, words in STOCK_WORDS.items()}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row that can be kept. place_id: of the place that it changes; None for a new one."""

    line: int
    draft: PlaceDraft
    kind_words: str
    rule_words: str
    stock_words: str
    place_id: int | None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What a file would do. bad: every cell that stands in the way; while there is one nothing can be kept."""

    rows: tuple[ImportRow, ...]
    bad: tuple[BadCell, ...]
    ignored: tuple[str, ...]

    @property
    def new_count(self) -> int:
        """How many places it adds."""
        return sum(row.place_id is None for row in self.rows)


def plan_import(session: Session, name: str, content: bytes, area_ids: Collection[int]) -> ImportPlan:
    """What the file would do; it writes nothing. BadInput for one that is too large to be shown."""
    if len(content) > MOST_BYTES:
        raise BadInput(f"The file is too large: send {MOST_BYTES // 1000} kB at most, in several files", field="file")
    sheet = read_bytes(name, content, NEEDED, (*POINT, *TOLD))
    if len(sheet.rows) > MOST_ROWS:
        raise BadInput(f"Send {MOST_ROWS} rows at most, in several files", field="file")
    kept: list[ImportRow] = []
    first_line: dict[tuple[int, PlaceKind, str], int] = {}
    for row in sheet.rows:
        draft = _draft(row)
        checked = _check(session, row, draft, area_ids)
        if checked is None:
            continue
        twin = first_line.setdefault((checked.area_id, checked.kind, checked.name.lower()), row.line)
        if twin != row.line:
            row.refuse("name", f"a name of its own (line {twin} has the same)")
            continue
        there = places.same_place(session, checked)
        kept.append(_import_row(row.line, draft, checked, there.id if there else None))
    bad = sorted(sheet.bad, key=lambda cell: cell.line)
    if not kept and not bad:
        bad = [BadCell(name, sheet.header_line + 1, "", "at least one place", "")]
    return ImportPlan(tuple(kept), tuple(bad), sheet.ignored)


def import_places(
    session: Session, name: str, content: bytes, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> int:
    """Keep every row: how many. BadCells if one of them cannot be used; then none is kept."""
    plan = plan_import(session, name, content, area_ids)
    if plan.bad:
        raise BadCells(plan.bad)
    left = {row.place_id: row.stock for row in place_list.rows(session, area_ids)}
    for row in plan.rows:
        draft = row.draft
        if row.place_id is None:
            places.add_place(session, draft, now=now, area_ids=area_ids, staff_id=staff_id)
        else:
            # What is only read in again is not a new look into the bin.
            is_news = bool(draft.stock) and left[row.place_id] != draft.stock
            draft = draft if is_news else replace(draft, stock="")
            places.change_place(session, row.place_id, draft, now=now, area_ids=area_ids, staff_id=staff_id)
    return len(plan.rows)


def exported(session: Session, area_ids: Collection[int]) -> bytes:
    """The places of these areas, as they can be read in again."""
    columns = ("area", *COLUMNS, "last_checked")
    return written(columns, (_cells(row) for row in place_list.rows(session, area_ids)))


def _cells(row: PlaceRow) -> tuple[str, ...]:
    return (
        row.area,
        row.kind_words,
        row.name,
        row.where,
        row.landmark,
        row.looked_after_by,
        RULE_WORDS[row.use_rule] if row.use_rule else "",
        row.agreed_by,
        row.refill_round,
        row.stock_words,
        f"{row.checked_at:%Y-%m-%d}" if row.checked_at else "",
    )


def _draft(row: Row) -> PlaceDraft:
    return PlaceDraft(
        kind=_known(row.text("kind"), _KINDS),
        name=_as_typed(row.text("name")),
        where=_where(row),
        use_rule=_known(row.text("use_rule"), _RULES),
        stock=_known(row.text("stock"), _STOCKS),
        **{field: _as_typed(row.text(field)) for field in ("landmark", "looked_after_by", "agreed_by", "refill_round")},
    )


def _known(cell: str, values: dict[str, str]) -> str:
    """The value that these words stand for; else the cell, to be refused as it stands."""
    if not cell:
        return ""
    words = label(cell.replace("_", " "))
    return values.get(words, words.replace(" ", "_"))


def _as_typed(cell: str) -> str:
    """Without the sign by which an export keeps a cell from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in ("=", "+", "-", "@") else cell


def _where(row: Row) -> str:
    pairs = (("easting", "northing"), ("lat", "lon"))
    typed = (
        row.text("where"),
        *(f"{row.text(a)}, {row.text(b)}" for a, b in pairs if row.text(a)),
        row.text("postcode"),
    )
    return next((one for one in typed if one), "")


def _check(session: Session, row: Row, draft: PlaceDraft, area_ids: Collection[int]) -> CheckedPlace | None:
    """None, and noted, for a row that cannot be used."""
    if {"kind", "name"} & row.sheet.missing:
        return None
    try:
        return places.check(session, draft, area_ids)
    except BadInput as error:
        column = error.field or ""
        row.refuse(column, error.message)
        return None


def _import_row(line: int, draft: PlaceDraft, checked: CheckedPlace, place_id: int | None) -> ImportRow:
    return ImportRow(
        line=line,
        draft=draft,
        kind_words=KIND_WORDS[checked.kind],
        rule_words=RULE_WORDS[checked.use_rule] if checked.use_rule else "",
        stock_words=STOCK_WORDS[checked.stock] if checked.stock else "",
        place_id=place_id,
    )

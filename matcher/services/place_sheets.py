"""Places in and out as a spreadsheet: what one row of it says, and the same again as it goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.places import KIND_WORDS, RULE_WORDS, STOCK_WORDS, PlaceKind, rule_words
from matcher.services import place_list, places
from matcher.services.place_list import PlaceRow
from matcher.services.places import CheckedPlace, PlaceDraft
from matcher.services.plan.cells import label
from matcher.services.spreadsheets import Row, has_control_characters, written
from matcher.services.taken_in import Importer, Kind, Taken

NEEDED = ("kind", "name")
POINT = ("where", "postcode", "easting", "northing", "lat", "lon")
TOLD = ("landmark", "looked_after_by", "use_rule", "agreed_by", "refill_round", "stock")
COLUMNS = ("kind", "name", "where", *TOLD)
_ALSO = {"salt store": PlaceKind.SALT_STORE, "shovel": PlaceKind.SHOVELS, "aed": PlaceKind.DEFIBRILLATOR}
_KINDS = {
    **{words: kind.value for kind, words in KIND_WORDS.items()},
    **{one: kind.value for one, kind in _ALSO.items()},
}
_RULES = {words: rule.value for rule, words in RULE_WORDS.items()}
_STOCKS = {words: stock.value for stock, words in STOCK_WORDS.items()}


def _add(session: Session, row: Row, who: Importer, now: datetime) -> Taken:
    """Add the place, or change the one of its kind and name."""
    if {*NEEDED} & row.sheet.missing:
        raise BadInput
    draft = _draft(row)
    _check_words(row, draft)
    with row.noting():
        checked = places.check(session, draft, who.area_ids)
    row.refuse_twin("name", (checked.area_id, checked.kind, checked.name.lower()))
    there = places.same_place(session, checked)
    areas, by = who.area_ids, who.staff_id
    if there is None:
        places.add_place(session, draft, area_ids=areas, staff_id=by, now=now)
    else:
        # What is only read in again is not a new look into the bin.
        is_news = draft.stock and place_list.row(session, there.id, areas).stock != draft.stock
        draft = draft if is_news else replace(draft, stock="")
        places.change_place(session, there.id, draft, area_ids=areas, staff_id=by, now=now)
    return Taken(checked.name, _told(checked), is_new=there is None)


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


def _check_words(row: Row, draft: PlaceDraft) -> None:
    """BadInput, and noted with the words that there are, for a cell that is none of them."""
    for field, values in (("kind", _KINDS), ("use_rule", _RULES), ("stock", _STOCKS)):
        typed = getattr(draft, field)
        if typed and typed not in values.values():
            row.refuse(field, f"one of: {', '.join(sorted(values))}")
            raise BadInput


def _known(cell: str, values: dict[str, str]) -> str:
    """The value that these words stand for; else the cell, to be refused as it stands."""
    if not cell or has_control_characters(cell):
        return cell
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


def _told(checked: CheckedPlace) -> str:
    rule = rule_words(checked.use_rule, checked.agreed_by) if checked.use_rule else ""
    words = (KIND_WORDS[checked.kind], rule, STOCK_WORDS[checked.stock] if checked.stock else "")
    return "; ".join(word for word in words if word)


PLACES = Kind(NEEDED, (*POINT, *TOLD), _add, most_rows=2_000)

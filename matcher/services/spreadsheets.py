"""A spreadsheet saved as CSV, read kindly: rows of named cells, and a list of every cell that cannot be used."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, TypeVar
from unicodedata import bidirectional, category

from matcher.domain.errors import BadInput

Value = TypeVar("Value")

_DELIMITERS = ",;\t"
_WORKBOOK = b"PK\x03\x04"
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_LONGEST_SHOWN = 40
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LINES_ABOVE = 10  # of a title, before the line that names the columns


def has_control_characters(text: str) -> bool:
    """Whether it holds what no one types into a cell: a NUL, an escape for a terminal, a line break, a turn of the
    direction in which what follows is read.
    """
    return any(category(one) == "Cc" or bidirectional(one) in _TURNS for one in text)


def visible(text: str) -> str:
    """The same with a mark for each character that no one types."""
    return "".join("�" if has_control_characters(one) else one for one in text)


@dataclass(frozen=True, slots=True, order=True)
class BadCell:
    """What is wrong where. column: empty if the whole line is meant. expected continues "expected ..."."""

    file: str
    line: int
    column: str
    expected: str
    found: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        found = visible(self.found[:_LONGEST_SHOWN])
        found += "..." if len(self.found) > _LONGEST_SHOWN else ""
        return f"{where}: expected {self.expected}, found {f'“{found}”' if found else 'nothing'}"


class BadCells(BadInput):
    """Spreadsheets that cannot be used. `cells` names every bad cell of all of them."""

    def __init__(self, cells: Sequence[BadCell]) -> None:
        self.cells = tuple(cells)
        super().__init__("\n".join(str(cell) for cell in self.cells))


@dataclass(slots=True)
class Sheet:
    """One file's rows. columns: those of its header. bad: its bad cells so far. ignored: columns nobody asked for.

    missing: columns that it should have and has not, which are noted once and not in every row.
    lines: where what its rows are about stands first.
    """

    file: str
    columns: tuple[str, ...] = ()
    header_line: int = 1
    headings: str = ""
    missing: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    lines: dict[Hashable, int] = field(default_factory=dict)

    def refuse(self, line: int, column: str, expected: str, found: str = "") -> None:
        """Note a bad cell."""
        self.bad.append(BadCell(self.file, line, column, expected, found))

    def lacks(self, column: str, expected: str = "a column of that name") -> None:
        """Note a column that is not there."""
        self.missing.add(column)
        self.refuse(self.header_line, column, expected, self.headings)


@dataclass(slots=True)
class Row:
    """One line's cells by column, without the blanks around them; a column that is not there is empty."""

    sheet: Sheet
    line: int
    cells: dict[str, str]
    is_good: bool = True

    def text(self, column: str) -> str:
        """The cell as it stands."""
        return self.cells.get(column, "")

    def refuse(self, column: str, expected: str) -> None:
        """Note that this cell cannot be used."""
        self.is_good = False
        self.sheet.refuse(self.line, column, expected, self.text(column))

    def refuse_twin(self, column: str, key: Hashable) -> None:
        """BadInput, and noted, if an earlier row is about the same."""
        if (first := self.sheet.lines.setdefault(key, self.line)) != self.line:
            self.refuse(column, f"something of its own (line {first} has the same)")
            raise BadInput

    @contextmanager
    def noting(self, column_of: Mapping[str, str] | None = None) -> Iterator[None]:
        """What is refused within is noted, in the column of the field that the error names, and refused all the same.

        column_of: where a column has another name than the field.
        """
        try:
            yield
        except BadInput as error:
            field_name = error.field or ""
            self.refuse((column_of or {}).get(field_name, field_name), error.message)
            raise

    def read(self, column: str, parse: Callable[[str], Value], default: Value | None = None) -> Value | None:
        """What the cell says; the default if it is empty and there is one; None, and noted, if it cannot be used.

        `parse` raises ValueError with the words that continue "expected ...".
        """
        text = self.text(column)
        if column in self.sheet.missing:
            self.is_good = False
            return None
        if not text and default is not None:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(column, str(error))
            return None


def read_sheet(path: Path, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """The rows of a CSV file with a header line, perhaps below a title. Blank lines are passed over.

    Columns are known by their letters and digits: `Reach (km)` is reach_km, `Post Code` is postcode.

    Commas, semicolons or tabs; UTF-8 with or without a byte order mark, UTF-16, or what Windows calls ANSI.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        sheet = Sheet(path.name)
        sheet.refuse(1, "", f"a file that can be read ({error.strerror})", path.name)
        return sheet
    return read_bytes(path.name, content, required, optional)


def read_bytes(name: str, content: bytes, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """The same of a file that is here already: its name, and what it holds."""
    sheet = Sheet(name)
    try:
        text = _decoded(content)
    except ValueError as error:
        sheet.refuse(1, "", str(error), "a workbook")
    else:
        _read_into(sheet, text, required, optional)
    return sheet


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that a spreadsheet opens as it is: UTF-8 with a mark that says so, and no cell a formula."""
    text = io.StringIO(newline="")
    write_rows(text, columns, rows)
    return text.getvalue().encode()


def write_rows(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """The same, row by row into a file that was opened with newline=""; how many rows."""
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([as_text(cell) for cell in row])
        count += 1
    return count


def as_text(cell: str) -> str:
    """What a spreadsheet would take for a formula is told to be text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _decoded(content: bytes) -> str:
    if content.startswith(_WORKBOOK):
        raise ValueError("a CSV file: open the workbook and save it as CSV (UTF-8)")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")  # one that was cut short has half a letter at its end
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _read_into(sheet: Sheet, text: str, required: Sequence[str], optional: Sequence[str]) -> None:
    lines = list(_lines(sheet, text))
    if not lines:
        if not sheet.bad:
            sheet.refuse(1, "", f"a first line that names the columns: {', '.join(required)}")
        return
    known = {_letters(name): name for name in (*required, *optional)}
    above = _header_at(lines, required, known)
    sheet.header_line, names = lines[above]
    columns = [known.get(_letters(name), "_".join(name.lower().split())) for name in names]
    sheet.columns, sheet.headings = tuple(columns), ", ".join(name.strip() for name in names if name.strip())
    for name in sorted({*required} - {*columns}):
        sheet.lacks(name)
    for name in sorted(name for name, times in Counter(columns).items() if name and times > 1):
        sheet.refuse(sheet.header_line, name, "one column of that name", sheet.headings)
    sheet.ignored = tuple(
        name.strip() for name, column in zip(names, columns, strict=True) if column and column not in known.values()
    )
    for line, cells in lines[above + 1 :]:
        if any(cell.strip() for cell in cells[len(columns) :]):
            sheet.refuse(line, "", f"{len(columns)} cells, as in the header", f"{len(cells)} cells")
        else:
            values = (cell.strip() for cell in cells)
            sheet.rows.append(Row(sheet, line, dict(zip(columns, values, strict=False))))


def _header_at(lines: Sequence[tuple[int, list[str]]], required: Sequence[str], known: Mapping[str, str]) -> int:
    """Which line names the columns: the first, unless all of those required stand on one a little further down."""
    for nth, (_, cells) in enumerate(lines[:_LINES_ABOVE]):
        if {*required} <= {known.get(_letters(cell), "") for cell in cells}:
            return nth
    return 0


def _lines(sheet: Sheet, text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that has any, and where it begins."""
    first = text.split("\n", 1)[0]
    skipped = 1 if first.strip().lower().startswith("sep=") else 0  # Excel's way to name the delimiter
    body = text.split("\n", 1)[1] if skipped and "\n" in text else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=_delimiter(body), strict=True)
    begins = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        sheet.refuse(begins, "", "cells in which every quotation mark is closed", str(error))


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=header.count)


def _letters(name: str) -> str:
    return "".join(one for one in name.casefold() if one.isalnum())

import pytest

from matcher.services.spreadsheets import BadCell, read_sheet


@pytest.fixture
def sheet(tmp_path):
    """`sheet(content, required, optional)`: what is read from a file of that content."""

    def read(content, required=("id",), optional=("kind",)):
        file = tmp_path / "needs.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_sheet(file, required, optional)

    return read


def cells(sheet):
    assert sheet.bad == []
    return [row.cells for row in sheet.rows]


@pytest.mark.parametrize(
    "content",
    [
        "id,kind\nN1,a lift\n",
        "id;kind\r\nN1;a lift\r\n",
        "id\tkind\nN1\ta lift",
        "sep=;\nid;kind\nN1;a lift\n",
        b"\xef\xbb\xbfid,kind\nN1,a lift\n",
        "id,kind\nN1,a lift\n".encode("utf-16"),
        ' ID , Kind \n\n,\n"N1"," a lift "\n',
    ],
)
def test_however_a_spreadsheet_saves_it_the_cells_are_the_same(sheet, content):
    assert cells(sheet(content)) == [{"id": "N1", "kind": "a lift"}]


def test_a_file_that_was_cut_short_or_has_endless_columns_is_read_as_far_as_it_goes(sheet):
    assert cells(sheet("id,kind\nN1,a lift\n".encode("utf-16")[:-1]))[0]["id"] == "N1"
    wide = sheet(",".join(["id", *["strange"] * 100_000]))  # seconds, not hours
    assert [(cell.column, cell.expected) for cell in wide.bad] == [("strange", "one column of that name")]


def test_what_windows_calls_ansi_is_read(sheet):
    assert cells(sheet("id,kind\nN1,café\n".encode("cp1252")))[0]["kind"] == "café"


def test_columns_nobody_asked_for_are_named(sheet):
    read = sheet("id,Phone,kind,\nN1,01225,lift,\n")
    assert read.ignored == ("Phone",)
    assert cells(read)[0]["kind"] == "lift"


def test_a_line_is_counted_where_it_begins_even_after_a_cell_of_two_lines(sheet):
    read = sheet('sep=,\nid,kind\n"N\n1",lift\n\nN2,lift\n')
    assert [row.line for row in read.rows] == [3, 6]


def test_a_short_line_has_empty_cells(sheet):
    (row,) = sheet("id,kind\nN1\n").rows
    assert row.text("kind") == ""


@pytest.mark.parametrize(
    ("content", "line", "column", "expected"),
    [
        ("", 1, "", "a first line that names the columns: id"),
        ("kind\nlift\n", 1, "id", "a column of that name"),
        ("id,ID\nN1,N2\n", 1, "id", "one column of that name"),
        ("id,kind\nN1,lift,more\n", 2, "", "2 cells, as in the header"),
        ('id,kind\nN1,"lift\n', 2, "", "cells in which every quotation mark is closed"),
        (b"PK\x03\x04 a workbook", 1, "", "a CSV file: open the workbook and save it as CSV (UTF-8)"),
    ],
)
def test_what_cannot_be_read_is_named(sheet, content, line, column, expected):
    (bad,) = sheet(content).bad
    assert (bad.file, bad.line, bad.column, bad.expected) == ("needs.csv", line, column, expected)


def test_a_file_that_is_not_there_is_named(tmp_path):
    (bad,) = read_sheet(tmp_path / "gone.csv", ("id",), ()).bad
    assert "No such file" in str(bad)


def test_a_bad_cell_is_told_in_one_sentence_however_long_it_is():
    assert str(BadCell("n.csv", 3, "end", "a time", "x" * 50)) == (
        f"n.csv, line 3, column end: expected a time, found “{'x' * 40}...”"
    )
    assert str(BadCell("n.csv", 3, "end", "a time")).endswith("found nothing")

"""The bytes of a binary COPY, and bytes that are none."""

import struct

import numpy as np
import pytest

from matcher.engine.copied import DAY_ZERO, instants_us, numbers, rows_of_copy
from tests.copies import copy_of

COLUMNS = {"id": ">i8", "lat": ">f8", "size": ">i4"}


def test_each_column_is_an_array_in_the_order_of_the_rows() -> None:
    rows = rows_of_copy(copy_of(COLUMNS, [(7, 51.5, -1), (2**40, -0.0, 2**31 - 1)]), COLUMNS)
    assert numbers(rows["id"]).tolist() == [7, 2**40]
    assert rows["lat"].tolist() == [51.5, -0.0]
    assert numbers(rows["size"]).tolist() == [-1, 2**31 - 1]


def test_no_rows_are_no_rows() -> None:
    assert rows_of_copy(copy_of(COLUMNS, []), COLUMNS).size == 0


def test_instants_count_from_1970_and_days_from_their_own_zero() -> None:
    assert instants_us(np.array([0])).tolist() == [946_684_800_000_000]
    assert np.datetime64("2000-01-01").astype(object).toordinal() == DAY_ZERO


@pytest.mark.parametrize("cut", [1, 2, 20, 40])
def test_bytes_that_end_too_soon_are_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="not the bytes of a binary COPY"):
        rows_of_copy(copy_of(COLUMNS, [(1, 1.0, 1)])[:-cut], COLUMNS)


def test_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not the bytes of a binary COPY"):
        rows_of_copy(b"1\t51.5\t2\n", COLUMNS)


def test_another_number_of_fields_is_refused_by_its_row() -> None:
    """Two rows of three fields of 4 bytes are as long as one of six."""
    three = copy_of({"a": ">i4", "b": ">i4", "c": ">i4"}, [(1, 2, 3)])
    with pytest.raises(ValueError, match=r"row 0 of the copy has 3 where 2 was expected \(#\)"):
        rows_of_copy(three, {"a": ">i4", "b": ">V12"})


def test_a_null_is_refused_by_its_row() -> None:
    whole = copy_of({"a": ">i4"}, [(1,), (2,)])
    null = struct.pack(">hi", 1, -1)  # the length of a null is -1, and nothing follows: bytes from the next make it up
    second = whole[:-12] + null + bytes(4) + b"\xff\xff"
    with pytest.raises(ValueError, match=r"row 1 of the copy has -1 where 4 was expected \(#a\)"):
        rows_of_copy(second, {"a": ">i4"})

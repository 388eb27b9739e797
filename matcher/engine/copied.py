"""The bytes of a PostgreSQL COPY in its binary format, as an array: one look at each column, none at each row.

The format is PostgreSQL's own (its manual, under COPY, "Binary Format"): a header, then for each row the number of its
fields and each field after its length, then a trailer. Where every field has a fixed width and none is null, rows are
all of one size, and the whole is an array already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.engine.clock import Ints

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)  # the signature, no flags, nothing more in the header
_TRAILER = b"\xff\xff"

# PostgreSQL counts instants from 2000-01-01 UTC, in microseconds, and days from the same day.
INSTANT_ZERO_US = 946_684_800_000_000
DAY_ZERO = 730_120


def rows_of_copy(copied: bytes, columns: Mapping[str, str]) -> npt.NDArray[Any]:
    """The rows as a structured array, of these names and big-endian types (`>i8`, `>f8` ...).

    ValueError for bytes of another format, or for a row with another number of fields, a null or another width.
    """
    lengths = {name: np.dtype(of_type).itemsize for name, of_type in columns.items()}
    fields = [("#", ">i2")]
    for name, of_type in columns.items():
        fields += [(f"#{name}", ">i4"), (name, of_type)]
    row = np.dtype(fields)
    body = len(copied) - len(_HEADER) - len(_TRAILER)
    if not (copied.startswith(_HEADER) and copied.endswith(_TRAILER)) or body % row.itemsize:
        raise ValueError("these are not the bytes of a binary COPY with those columns")
    rows = np.frombuffer(copied, row, count=body // row.itemsize, offset=len(_HEADER))
    _refuse_others(rows, "#", len(columns))
    for name, length in lengths.items():
        _refuse_others(rows, f"#{name}", length)
    return rows[list(columns)]


def numbers(column: npt.NDArray[Any]) -> Ints:
    """A column of whole numbers in this machine's own order of bytes."""
    return column.astype(np.int64)


def instants_us(column: npt.NDArray[Any]) -> Ints:
    """A column of instants as microseconds since 1970."""
    return numbers(column) + INSTANT_ZERO_US


def _refuse_others(rows: npt.NDArray[Any], field: str, wanted: int) -> None:
    other = rows[field] != wanted
    if other.any():
        first = int(np.argmax(other))
        raise ValueError(f"row {first} of the copy has {rows[field][first]} where {wanted} was expected ({field})")

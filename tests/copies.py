"""The bytes that PostgreSQL's COPY would write of some rows, in its binary format."""

import struct
from collections.abc import Iterable, Mapping, Sequence

LETTER = {">i4": "i", ">i8": "q", ">f8": "d"}


def copy_of(columns: Mapping[str, str], rows: Iterable[Sequence[float]]) -> bytes:
    """A header, the rows, a trailer; `columns` maps a name to `>i4`, `>i8` or `>f8`."""
    fields = [LETTER[of_type] for of_type in columns.values()]
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(_row(fields, row) for row in rows) + b"\xff\xff"


def _row(fields: Sequence[str], row: Sequence[float]) -> bytes:
    values = (struct.pack(f">{letter}", value) for letter, value in zip(fields, row, strict=True))
    return struct.pack(">h", len(fields)) + b"".join(struct.pack(">i", len(value)) + value for value in values)

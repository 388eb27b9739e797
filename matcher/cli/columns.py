"""Plain lines in columns, for a terminal of any width and for a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines with columns as wide as they need to be; the last one is never padded or cut."""
    shown = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*shown, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]


def plain(text: str) -> str:
    """One line without signs that a terminal would obey, or cannot show."""
    encoding = sys.stdout.encoding or "utf-8"
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    return shown.encode(encoding, "replace").decode(encoding)

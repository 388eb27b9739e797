"""Who brings a file, what one row of it comes to, and the kinds of files that there are readers for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.services.spreadsheets import Row


@dataclass(frozen=True, slots=True)
class Importer:
    """Who brings a file, and the areas that they look after."""

    staff_id: int
    area_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a row that can be used comes to: whose or which, what is said of it, and whether it is new here.

    alike: in words, why it is perhaps somebody who is here already. person_id: of a row that is about somebody.
    """

    name: str
    told: str = ""
    is_new: bool = True
    alike: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. required, optional: its columns. most_rows: of one file.

    add: write what one row says; it notes in the row what cannot be used, and then raises BadInput.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    add: Callable[[Session, Row, Importer, datetime], Taken]
    most_rows: int = 500

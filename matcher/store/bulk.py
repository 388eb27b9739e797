"""Many rows in one statement, however many there are: in as one document, not as thousands of values; out as bytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import methodcaller
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, Select, Text, any_, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import BigInteger, TypeEngine

from matcher.store.models import Declared


def among(row_id: InstrumentedAttribute[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """`row_id` is one of `ids`: one parameter, where IN would have one for each."""
    # The cast gives an empty array its type where it stands in the words of a COPY.
    return row_id == any_(cast(literal(sorted(set(ids)), ARRAY(BigInteger)), ARRAY(BigInteger)))


def given_rows(types: Mapping[str, TypeEngine[Any]], rows: Iterable[Mapping[str, Any]]) -> TableValuedAlias:
    """A table of these rows to select from or to join: `types` by column, and `nth`, the place of each row.

    A column that a row does not name is null. Values are what JSON holds, enums by value, dates and datetimes.
    """
    document = json.dumps([{**row, "nth": nth} for nth, row in enumerate(rows)], default=methodcaller("isoformat"))
    columns = (column(name, of_type) for name, of_type in {**types, "nth": BigInteger()}.items())
    rows_in_it = func.jsonb_to_recordset(cast(literal(document, Text), JSONB))
    return rows_in_it.table_valued(*columns, name="given").render_derived(with_types=True)


def insert_rows(model: type[Declared], rows: Sequence[Mapping[str, Any]]) -> Insert:
    """INSERT these rows, in their order, so that ids follow it."""
    names = list({name: None for row in rows for name in row})
    given = given_rows({name: model.__table__.c[name].type for name in names}, rows)
    return insert(model).from_select(names, select(*(given.c[name] for name in names)).order_by(given.c.nth))


def insert_all(session: Session, model: type[Declared], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert these rows in one statement, if there are any; their ids, in the same order."""
    if not rows:
        return []
    return sorted(session.scalars(insert_rows(model, rows).returning(model.__table__.c.id)))


def copied(session: Session, query: Select[Any]) -> bytes:
    """The rows of this query as PostgreSQL's COPY writes them in binary: no row becomes an object."""
    connection = session.connection()
    words = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor, cursor.copy(f"COPY ({words}) TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(copy)


def grouped(session: Session, query: Any) -> defaultdict[int, list[Any]]:
    """Rows by their first column; the rest as a value, or a tuple where there are several."""
    groups: defaultdict[int, list[Any]] = defaultdict(list)
    for key, *rest in session.execute(query):
        groups[key].append(rest[0] if len(rest) == 1 else tuple(rest))
    return groups

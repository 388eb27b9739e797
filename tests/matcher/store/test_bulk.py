"""Many rows in one statement: as they were given, in their order, and as many as there are."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import DateTime, Float, Text, select
from sqlalchemy.dialects.postgresql import JSONB

from matcher.store.bulk import among, copied, given_rows, insert_rows
from matcher.store.models import Area
from tests.copies import copy_of

ROWS = [
    {"name": "b; drop table people --", "share": 0.1 + 0.2, "at": datetime(2026, 1, 14, 7, 30, 0, 123456, UTC)},
    {"name": 'a "quoted" Ĉ', "share": 1e-300, "steps": [{"left": 1}, None]},
    {"name": None, "at": datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=1))), "steps": {}},
]
TYPES = {"name": Text(), "share": Float(), "at": DateTime(timezone=True), "steps": JSONB()}


def test_rows_come_back_as_they_were_given_and_what_is_not_named_is_null(session):
    given = given_rows(TYPES, ROWS)
    rows = session.execute(select(given).order_by(given.c.nth)).mappings().all()
    assert [dict(row) for row in rows] == [{**dict.fromkeys(TYPES), **row, "nth": nth} for nth, row in enumerate(ROWS)]


def test_no_rows_are_no_rows(session):
    assert session.execute(select(given_rows(TYPES, []))).all() == []


def test_ids_follow_the_order_of_the_rows_though_there_are_thousands(session):
    slugs = [f"area-{number * 7919 % 5000}" for number in range(5000)]
    rows = [{"slug": slug, "name": slug, "easting": 1, "northing": 2, "covers_m": 3} for slug in slugs]
    session.execute(insert_rows(Area, rows))
    assert list(session.scalars(select(Area.slug).order_by(Area.id))) == slugs


def test_any_number_of_ids_is_one_parameter(session):
    session.execute(insert_rows(Area, [{"slug": "a", "name": "A", "easting": 1, "northing": 2, "covers_m": 3}]))
    area_id = session.scalar(select(Area.id))
    assert session.scalars(select(Area.id).where(among(Area.id, range(area_id + 100_000)))).all() == [area_id]
    assert session.scalars(select(Area.id).where(among(Area.id, []))).all() == []


def test_a_copy_is_the_bytes_of_the_rows_with_values_in_the_query(session):
    session.execute(insert_rows(Area, [{"slug": "a", "name": "A", "easting": 1, "northing": 2, "covers_m": 3}]))
    query = select(Area.easting, Area.northing).where(Area.slug == "a", Area.covers_m < 4)
    assert copied(session, query) == copy_of({"easting": ">i4", "northing": ">i4"}, [(1, 2)])
    assert copied(session, query.where(Area.slug == "it's 100% none")) == copy_of({}, [])

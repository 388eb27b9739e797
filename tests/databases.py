"""Databases for the tests: cloned from a migrated template once, and emptied before the next test that wants one.

Emptying takes about 10 ms where a clone takes half a second. A test that changed more than rows, or left thousands of
them, gets a new clone all the same.
"""

from __future__ import annotations

from typing import LiteralString, NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from matcher.store.roles import driver_url

MANY_ROWS = 5_000  # dead ones that the next tests would have to step over

_NAMES: LiteralString = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"
# Whatever is not a row: columns, constraints, indexes, triggers, functions, rights, and how far it is migrated. A
# change of any is another version of its line in PostgreSQL's own tables, by a later transaction: to count them and to
# add up the transactions takes 2 ms, to write out all that they say takes ten times that.
_SHAPE: LiteralString = """
    with ours as (select oid, xmin from pg_class where relnamespace = 'public'::regnamespace),
        every(lines, changes) as (
            select count(*), sum(xmin::text::bigint) from ours
            union all
            select count(*), sum(xmin::text::bigint) from pg_attribute where attrelid in (select oid from ours)
            union all
            select count(*), sum(xmin::text::bigint) from pg_constraint where connamespace = 'public'::regnamespace
            union all
            select count(*), sum(xmin::text::bigint) from pg_trigger
            union all
            select count(*), sum(xmin::text::bigint) from pg_proc where pronamespace = 'public'::regnamespace
        )
    select string_agg(format('%s:%s', lines, changes), ' '), (select string_agg(version_num, ' ') from alembic_version)
        from every
"""
_OTHERS: LiteralString = """
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
"""
_COUNTERS: LiteralString = (
    "select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    " from pg_sequences where last_value is not null"
)


class Addresses(NamedTuple):
    """One test's database, for the role that owns it and for the role that serves."""

    owner_url: str
    serving_url: str


class Databases:
    """Those of one process of the tests: `databases.fresh(name)` is as the template is, whatever it held before."""

    def __init__(self, owner_url: str, serving_url: str, template: str) -> None:
        self._owner_url, self._serving_url, self._template = owner_url, serving_url, template
        self._kept: dict[str, _Kept] = {}

    def fresh(self, name: str) -> Addresses:
        """A database of that name without a row, in place of an old one."""
        addresses = Addresses(_renamed(self._owner_url, name), _renamed(self._serving_url, name))
        if name not in self._kept or not self._emptied(name, addresses.owner_url):
            self._clone(name)
            self._kept[name] = _Kept(addresses.owner_url)
        return addresses

    def _emptied(self, name: str, owner_url: str) -> bool:
        """Whether emptying it was enough."""
        try:
            return self._kept[name].is_emptied()
        except psycopg.OperationalError:  # a test ended our connection, as those that try that do with all
            shape = self._kept[name].shape
            self._kept[name] = _Kept(owner_url)
            return self._kept[name].shape == shape and self._kept[name].is_emptied()

    def _clone(self, name: str) -> None:
        if name in self._kept:
            self._kept.pop(name).close()
        with psycopg.connect(driver_url(_renamed(self._owner_url, "postgres")), autocommit=True) as owner:
            owner.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            owner.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(self._template)
                )
            )


class _Kept:
    """A database of ours and the owner's one connection to it, which stays: a new one has every statement planned anew
    and every catalogue read again, which took ten times as long as the emptying.
    """

    def __init__(self, owner_url: str) -> None:
        self._owner = psycopg.connect(driver_url(owner_url), autocommit=True, prepare_threshold=1)
        # Rows go in any order, and those that nobody may delete go too.
        self._owner.execute("set session_replication_role = replica")
        self.shape = self._shape_now()
        one = sql.SQL("select {} where exists (select from {})")
        tables = [one.format(sql.Literal(name), sql.Identifier(name)) for (name,) in self._owner.execute(_NAMES)]
        self._with_rows = sql.SQL(" union all ").join(tables).as_string(self._owner).encode()

    def is_emptied(self) -> bool:
        """Whether it has no row any more and is as the template is, but for rows."""
        self._owner.execute(_OTHERS)
        if self._shape_now() != self.shape:
            return False
        names = [name for (name,) in self._owner.execute(self._with_rows)]
        gone = sum(self._owner.execute(_delete_from(name)).rowcount for name in names)
        self._owner.execute(_COUNTERS)
        return gone < MANY_ROWS

    def close(self) -> None:
        self._owner.close()

    def _shape_now(self) -> tuple[str, ...]:
        (found,) = self._owner.execute(_SHAPE)
        return tuple(map(str, found))


def _delete_from(name: str) -> sql.Composed:
    return sql.SQL("delete from {}").format(sql.Identifier(name))


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)

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
# Whatever is not a row: columns, constraints, indexes, triggers, functions, rights, and how far it is migrated.
_SHAPE: LiteralString = """
    select md5(string_agg(line, '|' order by line)) from (
        select format('%s %s %s', relname, relkind, relacl) from pg_class where relnamespace = 'public'::regnamespace
        union all
        select format('%s %s %s %s %s', attrelid, attname, atttypid, attnotnull, atthasdef) from pg_attribute
            join pg_class on pg_class.oid = attrelid and relnamespace = 'public'::regnamespace where attnum > 0
        union all
        select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint
            where connamespace = 'public'::regnamespace
        union all
        select format('%s %s %s', tgrelid, tgname, tgenabled) from pg_trigger where not tgisinternal
        union all
        select format('%s %s', proname, md5(prosrc)) from pg_proc where pronamespace = 'public'::regnamespace
        union all
        select version_num from alembic_version
    ) as every(line)
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
        self._shapes: dict[str, str] = {}

    def fresh(self, name: str) -> Addresses:
        """A database of that name without a row, in place of an old one."""
        addresses = Addresses(_renamed(self._owner_url, name), _renamed(self._serving_url, name))
        if name not in self._shapes or not self._emptied(addresses.owner_url, self._shapes[name]):
            self._clone(name)
            with _owner_of(addresses.owner_url) as owner:
                self._shapes[name] = _shape(owner)
        return addresses

    def _clone(self, name: str) -> None:
        with _owner_of(_renamed(self._owner_url, "postgres")) as owner:
            owner.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            owner.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(self._template)
                )
            )

    def _emptied(self, owner_url: str, shape: str) -> bool:
        """Whether emptying it was enough."""
        with _owner_of(owner_url) as owner:
            owner.execute(_OTHERS)
            if _shape(owner) != shape:
                return False
            # Rows go in any order, and those that nobody may delete go too.
            owner.execute("set session_replication_role = replica")
            gone = sum(owner.execute(_delete_from(name)).rowcount for name in _with_rows(owner))
            owner.execute(_COUNTERS)
            return gone < MANY_ROWS


def _owner_of(url: str) -> psycopg.Connection:
    return psycopg.connect(driver_url(url), autocommit=True)


def _shape(owner: psycopg.Connection) -> str:
    ((found,),) = owner.execute(_SHAPE)
    return str(found)


def _with_rows(owner: psycopg.Connection) -> list[str]:
    one = sql.SQL("select {} where exists (select from {})")
    tables = [one.format(sql.Literal(name), sql.Identifier(name)) for (name,) in owner.execute(_NAMES)]
    return [name for (name,) in owner.execute(sql.SQL(" union all ").join(tables))]


def _delete_from(name: str) -> sql.Composed:
    return sql.SQL("delete from {}").format(sql.Identifier(name))


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)

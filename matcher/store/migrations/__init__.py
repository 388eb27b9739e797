"""Migrations: run once, under an advisory lock, by the release step or `gritbin up`; never inside `create_app`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

APP_ROLE = "gritbin_app"
_GRANTS = (
    "grant usage on schema public to {role}",
    "grant select, insert, update, delete on all tables in schema public to {role}",
    "grant usage on all sequences in schema public to {role}",
    "revoke update, delete on audit from {role}",
    "revoke insert, update, delete on alembic_version from {role}",
)
# Only functions of the owner's write these; an older revision has none of them.
_SEALED = ("audit_chain", "audit_waiting")

# Any number will do, as long as everyone who migrates takes the same one.
_LOCK = 6_174_213


def migrate(owner_url: str, revision: str = "head") -> None:
    """Bring the database at `owner_url` to `revision`; whoever comes second waits, then finds nothing to do."""
    with _locked(owner_url) as connection:
        command.upgrade(_config(connection), revision)
        _grant_to_app(connection)
        connection.commit()


def downgrade(owner_url: str, revision: str) -> None:
    """Take the database back to `revision` (`base` empties it)."""
    with _locked(owner_url) as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def is_current(connection: Connection) -> bool:
    """True if the database is at the newest revision this code knows."""
    head = ScriptDirectory.from_config(_config(connection)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _grant_to_app(connection: Connection) -> None:
    """Let the serving role read and write rows, but never change an audit row or a table."""
    if not connection.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": APP_ROLE}):
        return
    for statement in _GRANTS:
        connection.execute(text(statement.format(role=APP_ROLE)))
    for table in _SEALED:
        if connection.scalar(text("select to_regclass(:table)"), {"table": table}):
            connection.execute(text(f"revoke insert, update, delete on {table} from {APP_ROLE}"))


class _locked:  # noqa: N801 (reads as a phrase where it is used)
    def __init__(self, owner_url: str) -> None:
        self._engine = create_engine(owner_url)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        self._connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
        self._connection.commit()  # a session lock outlives the transaction that took it
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config

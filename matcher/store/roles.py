"""The two database roles: the owner migrates, the serving role reads and writes rows."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import make_url


def driver_url(database_url: str) -> str:
    """SQLAlchemy's address in the form that psycopg and libpq read."""
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)


def ensure_serving_role(owner_url: str, serving_url: str) -> None:
    """Make the role that `serving_url` names, with its password, if the owner's is another one.

    Rights on tables are given by the migrations. Raises psycopg.Error if the owner may not make roles.
    """
    owner, serving = make_url(owner_url), make_url(serving_url)
    if serving.username in (None, owner.username):
        return
    role = sql.Identifier(serving.username or "")
    with psycopg.connect(driver_url(owner_url), autocommit=True) as connection:
        known = connection.execute("select 1 from pg_roles where rolname = %s", [serving.username]).fetchone()
        verb = sql.SQL("alter" if known else "create")
        connection.execute(
            sql.SQL("{} role {} login nosuperuser nocreatedb nocreaterole password {}").format(
                verb, role, sql.Literal(str(serving.password) if serving.password else None)
            )
        )

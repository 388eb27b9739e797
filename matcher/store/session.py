"""The only commit. `unit_of_work()` writes, `reading()` reads; both roll back on an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from sqlalchemy import Engine, Select, create_engine, event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker

from matcher.domain.errors import Conflict, Unavailable
from matcher.store.models.areas import AREA_CLOSED


@event.listens_for(Session, "do_orm_execute")
def _what_is_locked_is_read_again(state: ORMExecuteState) -> None:
    """A row that this session had read before it locked it may have changed while it waited: SQLAlchemy would keep what
    it read first, and decide by that.
    """
    if isinstance(state.statement, Select) and state.statement._for_update_arg is not None:
        state.update_execution_options(populate_existing=True)


class _Where:
    """The database this process talks to: set once by the edge at start-up."""

    url: str | None = None


def configure(database_url: str) -> None:
    """Name the database. Safe to call again; connections to another one are closed."""
    if _Where.url != database_url:
        dispose()
        _Where.url = database_url


def dispose(*, close: bool = True) -> None:
    """Start with a fresh pool. A forked child passes `close=False`: the old connections are its parent's to close.

    The engine stays, and with it the statements that it has put into words.
    """
    if _Where.url is not None and _engine.cache_info().currsize:
        _engine(_Where.url).dispose(close=close)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises. Unavailable without a database.

    Conflict for who comes to live, or asks, in an area that was closed meanwhile.
    """
    with _database_or_unavailable(), _sessions()() as session, session.begin():
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A read-only transaction: PostgreSQL itself refuses a write in it. Unavailable without a database."""
    with _database_or_unavailable(), _sessions()() as session, session.begin():
        session.connection(execution_options={"postgresql_readonly": True})
        yield session


@contextmanager
def _database_or_unavailable() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable from error
    except IntegrityError as error:
        if AREA_CLOSED in str(error.orig):  # by someone else, since this transaction looked for the area
            raise Conflict("The area was closed just now. Go back and send this again") from error
        raise


def _sessions() -> sessionmaker[Session]:
    if _Where.url is None:
        raise RuntimeError("call matcher.store.session.configure(database_url) first")
    return sessionmaker(_engine(_Where.url), expire_on_commit=False)


@lru_cache(maxsize=1)
def _engine(url: str) -> Engine:
    # An error names its statement and never the values in it: they may be someone's home.
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, pool_timeout=10, hide_parameters=True)

"""The made-up Wiltshire, filled once for all its tests: on a winter morning, and late on a summer evening."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from matcher.services import areas, demo, kinds, rates
from matcher.store.postcodes import load_postcodes
from tests.databases import Addresses

MORNING = datetime(2026, 1, 14, 7, 30, tzinfo=UTC)
LATE_IN_SUMMER = datetime(2026, 7, 18, 22, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Filled:
    """A session on a filled demo, and the moment it was filled."""

    session: Session
    now: datetime


@pytest.fixture(scope="session", params=[MORNING, LATE_IN_SUMMER], ids=["morning", "late in summer"])
def filled(
    request: pytest.FixtureRequest, fresh_database: Callable[[str], Addresses], worker_name: str
) -> Iterator[Filled]:
    """Those who use it say `xdist_group("demo")`, so that one worker makes it."""
    addresses = with_postcodes(fresh_database(f"demo_{worker_name}"))
    engine = create_engine(addresses.serving_url)
    with Session(engine) as session:
        with session.begin():
            fill(session, request.param)
        yield Filled(session, request.param)
    engine.dispose()


def with_postcodes(addresses: Addresses) -> Addresses:
    """The postcodes that the demo's people live at."""
    load_postcodes(addresses.owner_url, ("BA", "SN"), today=date(2026, 1, 1), progress=_say_nothing)
    return addresses


def fill(session: Session, now: datetime, progress: demo.Progress | None = None) -> bool:
    """The demo's day, without a past."""
    kinds.load_starting_rows(session)
    areas.load_starting_rows(session)
    rates.load_starting_rows(session, now=now)
    return demo.fill_once(session, now=now, progress=progress or _say_nothing)


def _say_nothing(_done: int, _total: int) -> None:
    """No bar."""

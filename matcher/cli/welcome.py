"""The first start's made-up people, and the pages worth opening: the one seam between `up` and what it starts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from matcher.cli.progress import bar
from matcher.config import Config
from matcher.services import areas, demo, kinds, needs, offers, rates, staff
from matcher.services.demo.tour import Tour, read_tour
from matcher.store import session as store


class Place(NamedTuple):
    """A page worth opening, in words, and its address."""

    words: str
    address: str


def load_starting_rows(config: Config) -> None:
    """Put the starting areas, levels, kinds of help and prices in; what the scheme has changed stays as it is."""
    with _at_work(config) as session:
        kinds.load_starting_rows(session)
        areas.load_starting_rows(session)
        rates.load_starting_rows(session, now=datetime.now(UTC))


def fill_demo_once(config: Config, *, is_snow_day: bool = False) -> bool:
    """Fill the demo if nobody is known yet: all of it or, when interrupted, nothing. True if it was filled now."""
    now = datetime.now(UTC)
    with bar("Making up neighbours") as show, _at_work(config) as session:
        return demo.fill_once(session, now=now, progress=show, is_snow_day=is_snow_day, has_past=True)


def places_to_go(config: Config) -> tuple[Place, ...]:
    """Where a newcomer may go first. Every start makes fresh links."""
    with _at_work(config) as session:
        tour = read_tour(session)
        places = [
            Place("The home page", f"{config.origin}/"),
            *_demo_pages(session, tour, config.origin),
            *_coordinators_way_in(session, tour, config),
        ]
    if config.embedded:
        places.append(Place("Every message, as it was sent", f"{config.origin}/outbox"))
    return tuple(places)


def _demo_pages(session: Session, tour: Tour, origin: str) -> Iterator[Place]:
    now = datetime.now(UTC)
    if tour.need_id is not None:
        token = needs.status_link(session, tour.need_id, now=now)
        yield Place("Eileen, who has asked for help", f"{origin}/r/{token}")
    if tour.volunteer_id is not None:
        token = offers.own_link(session, tour.volunteer_id, now=now)
        yield Place("Christopher, her neighbour", f"{origin}/me/{token}")


def _coordinators_way_in(session: Session, tour: Tour, config: Config) -> Iterator[Place]:
    if tour.coordinator_email is None:
        yield Place("To add a coordinator", 'gritbin staff add EMAIL --name "NAME"')
    elif config.embedded:  # where messages go out, a code is sent; a link on a screen would be one more key
        token = staff.sign_in_link(session, tour.coordinator_email, now=datetime.now(UTC))
        yield Place("The coordinator (works once, within 12 hours)", f"{config.origin}/sign-in/{token}")


@contextmanager
def _at_work(config: Config) -> Iterator[Session]:
    """A unit of work; afterwards no connection is kept, so that the database may end when it is told to."""
    store.configure(config.database_url)
    try:
        with store.unit_of_work() as session:
            yield session
    finally:
        store.dispose()

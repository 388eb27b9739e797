"""What a first start fills, and where it sends people."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from matcher.cli.welcome import Place, fill_demo_once, load_starting_rows, places_to_go
from matcher.config import Config
from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.roles import LinkPurpose, StaffRoleName
from matcher.services import links, staff
from matcher.store import session as store
from matcher.store.models import Area, KindRow, Need, Offer, Person, Staff, Visit
from matcher.store.postcodes import load_postcodes
from tests.databases import Addresses


@pytest.fixture
def config(database: Addresses) -> Config:
    return _config(database, embedded="1")


def _config(database: Addresses, embedded: str) -> Config:
    return Config.from_env({"DATABASE_URL": database.serving_url, "GRITBIN_EMBEDDED": embedded})


def _token(places: tuple[Place, ...], path: str) -> str:
    (address,) = (place.address for place in places if f"/{path}/" in place.address)
    return address.rpartition("/")[2]


def test_the_demo_is_filled_once_and_every_start_has_links_that_open(database: Addresses, config: Config) -> None:
    load_postcodes(database.owner_url, ("BA", "SN"), today=date(2026, 1, 1), progress=lambda _done, _total: None)
    load_starting_rows(config)
    fill_demo_once(config)
    fill_demo_once(config)

    first, second = places_to_go(config), places_to_go(config)

    assert [place.address.split("/")[3] for place in first] == ["", "r", "me", "sign-in", "outbox"]
    assert _token(first, "r") != _token(second, "r")
    store.configure(config.database_url)
    now = datetime.now(UTC)
    with store.unit_of_work() as session:
        assert session.execute(select(func.count()).select_from(Offer)).scalar_one() == 300
        assert session.scalars(select(Visit.status).distinct()).all() == [VisitStatus.DONE], "with its past"
        need = session.get_one(Need, links.open_link(session, _token(first, "r"), LinkPurpose.STATUS, now=now).need_id)
        assert session.get_one(Person, need.resident_id).first_name == "Eileen"
        own = links.open_link(session, _token(second, "me"), LinkPurpose.ME, now=now)
        assert session.get_one(Person, own.person_id).first_name == "Christopher"
        staff_id = links.take_sign_in(session, _token(first, "sign-in"), now=now)
        assert session.get_one(Staff, staff_id).name == "Demo coordinator"
        with pytest.raises(NotFound):
            links.take_sign_in(session, _token(first, "sign-in"), now=now)


def test_an_empty_start_has_kinds_and_areas_and_says_how_to_add_a_coordinator(config: Config) -> None:
    load_starting_rows(config)
    load_starting_rows(config)

    assert places_to_go(config) == (
        Place("The home page", "http://127.0.0.1:8000/"),
        Place("To add a coordinator", 'gritbin staff add EMAIL --name "NAME"'),
        Place("Every message, as it was sent", "http://127.0.0.1:8000/outbox"),
    )
    store.configure(config.database_url)
    with store.reading() as session:
        assert session.scalar(select(Area.name).where(Area.slug == "bradford-on-avon")) == "Bradford on Avon"
        assert session.scalar(select(KindRow.slug).where(KindRow.slug == "snow")) == "snow"


def test_a_coordinator_of_ones_own_may_sign_in_by_link(config: Config) -> None:
    _add_priya(config)

    assert [place.address.split("/")[3] for place in places_to_go(config)] == ["", "sign-in", "outbox"]


def test_with_a_database_of_ones_own_no_key_is_printed(database: Addresses) -> None:
    config = _config(database, embedded="")
    _add_priya(config)

    assert [place.words for place in places_to_go(config)] == ["The home page"]


def _add_priya(config: Config) -> None:
    load_starting_rows(config)
    store.configure(config.database_url)
    with store.unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "priya@example.org", "Priya", roles, areas=None, now=datetime.now(UTC))

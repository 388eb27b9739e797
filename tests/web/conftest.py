"""A small world behind real pages: Eileen on her steep street, Christopher round the corner, Sam at the desk."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import ChainableUndefined
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Map
from werkzeug.test import TestResponse

from matcher.config import Config
from matcher.domain.roles import StaffRoleName
from matcher.domain.timewindow import TimeWindow
from matcher.services import addresses, areas, kinds, matches, needs, offers, page_links, staff
from matcher.services.addresses import Located
from matcher.services.people import PersonDraft
from matcher.store.models import Cell, Match, Occurrence
from matcher.store.roles import driver_url
from matcher.store.session import unit_of_work
from tests.databases import Addresses
from tests.every_table import NAMES, of_every_table
from web import create_app
from web.limits import limiter

HOUSE, NOTE, PHONE = "2 Plough Cottages", "Please ring the side bell.", "07700900982"
POSTCODE = "BA15 1LF"


class FailingUndefined(ChainableUndefined):
    """A name that our own templates misspell fails; the macros' missing keys stay quiet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._undefined_name == "caller":  # how Jinja says that a macro was not called with a block
            return
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.endswith(".html"):
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None and "govuk_frontend_jinja" not in frame.f_code.co_filename:
            raise AssertionError(f"{frame.f_code.co_filename}:{frame.f_lineno} {self._undefined_message}")


@dataclass(frozen=True)
class World:
    """What the tests act on: a need that Christopher is asked about."""

    need_id: int
    status: str
    ask: str
    me: str
    match_id: int
    person_id: int


def config_for(url: str, **settings: str) -> Config:
    return Config.from_env({"DATABASE_URL": url, "GRITBIN_SECRET_KEY": "a secret for tests only", **settings})


@pytest.fixture
def seeded(database: Any) -> str:
    """A database with kinds, areas and three postcodes of Bradford on Avon."""
    engine = create_engine(database.owner_url)
    with engine.begin() as owner:
        for code, easting, northing, gone in (
            ("BA151LF", 382600, 161000, None),
            ("BA151DE", 382900, 161200, None),
            ("BA151ZZ", 382900, 161200, date(2020, 1, 1)),
            ("BA11AA", 375000, 164000, None),
        ):
            owner.execute(
                text(
                    "insert into postcodes (code, easting, northing, lat, lon, withdrawn_on)"
                    " values (:code, :easting, :northing, 51.35, -2.25, :gone)"
                ),
                {"code": code, "easting": easting, "northing": northing, "gone": gone},
            )
    engine.dispose()
    with unit_of_work() as session:
        kinds.load_starting_rows(session)
        areas.load_starting_rows(session)
    url: str = database.serving_url
    return url


@cache
def app_for(url: str) -> Flask:
    """One application for each database address: it is made once and holds nothing of a test."""
    app = create_app(config_for(url))
    app.jinja_env.undefined = FailingUndefined
    return app


@pytest.fixture
def app(seeded: str) -> Flask:
    app = app_for(seeded)
    limiter.reset()
    return app


@pytest.fixture
def app_with(seeded: str) -> Iterator[Callable[..., Flask]]:
    """`app_with(GRITBIN_AREA="Powys")`: an application with other settings. Its rate limits are its own."""
    app_for(seeded)
    usual = dict(vars(limiter))
    yield lambda **settings: create_app(config_for(seeded, **settings))
    vars(limiter).update(usual)


def routes_of(config: Config) -> Map:
    """Every address of an application with these settings. The rate limits of others are left as they are."""
    usual = dict(vars(limiter))
    routes = create_app(config).url_map
    vars(limiter).update(usual)
    return routes


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def cookieless(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.fixture
def world(app: Flask) -> World:
    """Eileen asked for her path to be cleared tomorrow; Christopher has been asked."""
    return make_world()


def make_world(now: datetime | None = None) -> World:
    now = now or datetime.now(UTC)
    with unit_of_work() as session:
        posted = needs.post_need(session, eileen(), now=now)
        made = offers.make_offer(session, christopher(), now=now)
        occurrence = session.scalars(select(Occurrence).where(Occurrence.need_id == posted.need_id)).one()
        start = occurrence.starts_at + timedelta(hours=1)
        matches.propose(session, None, [proposal(occurrence.id, made, start)], now=now)
        match = session.scalars(select(Match).where(Match.occurrence_id == occurrence.id)).one()
        ask = page_links.match_link(session, match, now=now)
        return World(posted.need_id, posted.token, ask, made.token, match.id, made.person_id)


def eileen(**changes: Any) -> needs.NeedDraft:
    person = PersonDraft(first_name="Eileen", phone=PHONE, house=HOUSE, postcode=POSTCODE)
    draft: dict[str, Any] = {
        "kind": "snow",
        "when": "tomorrow",
        "times": frozenset({"am"}),
        "person": person,
        "contact": "text",
        "details": ("path", "steps"),
        "note": NOTE,
    }
    return needs.NeedDraft(**{**draft, **changes})


def christopher(phone: str = "07700900111", name: str = "Christopher") -> offers.OfferDraft:
    person = PersonDraft(
        first_name=name,
        surname="Barnes",
        phone=phone,
        email="christopher@example.com",
        house="7",
        postcode="BA15 1DE",
        born_on=date(1970, 3, 31),
    )
    return offers.OfferDraft(
        kinds=frozenset({"snow"}),
        pattern="any",
        times=frozenset(),
        travel_mode="foot",
        travel_minutes=20,
        person=person,
        has_promised=True,
        visits_per_week=2,
    )


def proposal(occurrence_id: int, made: offers.MadeOffer, start: datetime) -> matches.Proposal:
    return matches.Proposal(
        occurrence_id=occurrence_id,
        offer_id=made.offer_id,
        person_id=made.person_id,
        visit=TimeWindow(start, start + timedelta(minutes=30)),
        distance_band="under half a mile",
        reach_m=1000,
        weight_min=1.0,
        breakdown=[],
        sentence="You are near.",
    )


def sign_in(
    client: FlaskClient, *roles: StaffRoleName, name: str = "Sal", areas: frozenset[str] | None = None
) -> FlaskClient:
    """A new member of staff of that name, of every area unless some are named, signed in."""
    email, now = f"{name.lower()}@example.org", datetime.now(UTC)
    with unit_of_work() as session:
        staff.add_staff(session, email, name, frozenset(roles), areas=areas, now=now)
        token = staff.sign_in_link(session, email, now=now)
    press(client, f"/sign-in/{token}")
    return client


SignIn = Callable[..., FlaskClient]


@pytest.fixture
def signed_in(client: FlaskClient, world: World) -> SignIn:
    """`signed_in(role)`: Sal, a member of staff; an administrator unless it says otherwise."""
    return lambda role=StaffRoleName.ADMINISTRATOR: sign_in(client, role)


@pytest.fixture
def sign_in_token(app: Flask) -> str:
    """Sam's sign-in link."""
    now = datetime.now(UTC)
    with unit_of_work() as session:
        coordinator = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "sam@example.org", "Sam", coordinator, areas=None, now=now)
        return staff.sign_in_link(session, "sam@example.org", now=now)


def press(client: FlaskClient, shown_at: str, to: str | None = None, **typed: Any) -> TestResponse:
    """Open a page, take its form token as a browser would, and send the form."""
    shown = client.get(shown_at)
    assert shown.status_code in (200, 422), shown.status_code
    found = re.search(r'name="form_token" value="([^"]+)"', shown.text)
    assert found, f"{shown_at} has no form"
    return client.post(to or shown_at, data={"form_token": found[1], **typed})


def error_beside(body: str, name: str) -> str:
    """The message that stands beside a field, whichever of its words are kept on one line."""
    found = re.search(rf'id="{name}-error".*?Error:</span>\s*(.*?)</span>', body, re.DOTALL)
    return found[1].strip().replace("\u00a0", " ") if found else ""


def rows_everywhere(url: str) -> dict[str, int]:
    """A fingerprint of every table that holds facts: what a reading must leave as it is."""
    engine = create_engine(url)
    with engine.begin() as connection:
        names = connection.scalars(text(NAMES)).all()
        fingerprint = "select coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t"
        but = [name for name in names if name.startswith("audit")]
        found = of_every_table(lambda sql: connection.execute(text(sql)), fingerprint, but=but)
    engine.dispose()
    return {table: row[0] for table, (row,) in found.items()}


@pytest.fixture
def close_the_area_meanwhile(database: Addresses, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on somebody closes the area of whatever is sent, once it was looked up and before it is written."""
    really_for = addresses.cell_for

    def closed_meanwhile(session: Session, located: Located) -> Cell:
        with psycopg.connect(driver_url(database.owner_url)) as owner:
            owner.execute("update areas set closed_at = now() where id = %s", [located.area_id])
        return really_for(session, located)

    return lambda: monkeypatch.setattr(addresses, "cell_for", closed_meanwhile)

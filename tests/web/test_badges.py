"""The number on a badge: given by a coordinator, told to whoever expects its wearer, and before a yes to nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.roles import LinkPurpose
from matcher.services import outbox, visits
from matcher.services.wordings import Scheme
from matcher.store.models import Need, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import PHONE, World, error_beside, press
from tests.web.test_desk import move_visit
from web.guard import declared_of

CANARY = "914237"


@pytest.fixture
def staff(app: Flask, client: FlaskClient, sign_in_token: str) -> FlaskClient:
    """Sam, signed in, in a browser of his own."""
    browser = app.test_client()
    press(browser, f"/sign-in/{sign_in_token}")
    return browser


@pytest.fixture
def worn(world: World, staff: FlaskClient) -> World:
    """Christopher, who has been asked and has not answered, wears a badge with a mark on it."""
    at = f"/team/badges/{world.person_id}"
    assert press(staff, at, number=CANARY).location == "/team/badges"
    return world


def test_a_coordinator_gives_a_badge_from_the_list(staff: FlaskClient, worn: World) -> None:
    shown = staff.get("/team/badges").text
    assert "Every volunteer has a badge" in shown
    assert CANARY in shown
    assert f'value="{CANARY}"' in staff.get(f"/team/badges/{worn.person_id}").text


def test_a_badge_is_found_by_its_number_in_no_address(staff: FlaskClient, worn: World) -> None:
    found = press(staff, "/team/badges", wanted=CANARY)
    assert "1 volunteer found" in found.text
    assert "Nobody found" in press(staff, "/team/badges", wanted="Zebedee").text
    nothing = press(staff, "/team/badges", wanted=" ")
    assert (nothing.status_code, error_beside(nothing.text, "wanted")) == (422, "Enter a first name or a badge number")


def test_what_is_no_number_is_said_beside_the_field_and_kept(staff: FlaskClient, world: World) -> None:
    answer = press(staff, f"/team/badges/{world.person_id}", number="two hundred")
    assert answer.status_code == 422
    assert error_beside(answer.text, "number") == "The badge number must be a number from 1 to 999 999"
    assert 'value="two hundred"' in answer.text


def test_before_a_yes_the_number_leaves_the_server_in_no_byte(app: Flask, client: FlaskClient, worn: World) -> None:
    """Every address that residents, neighbours and anyone can read, and every message that is owed."""
    tokens = {LinkPurpose.STATUS: worn.status, LinkPurpose.MATCH: worn.ask, LinkPurpose.ME: worn.me}
    read = 0
    for rule in app.url_map.iter_rules():
        declared = declared_of(app, rule.endpoint)
        if "GET" not in (rule.methods or ()) or declared is None or rule.rule.startswith("/static"):
            continue
        address = rule.rule.replace("<token:token>", tokens.get(declared.link, "x" * 22))
        answer = client.get(re.sub(r"<[^>]+>", "1", address))
        assert CANARY not in f"{answer.headers}{answer.get_data(as_text=True)}", address
        read += answer.status_code == 200
    assert read > 30
    assert CANARY not in "".join(messages())
    assert CANARY not in checked(client, worn)


def test_after_a_yes_the_resident_has_it_on_their_page_and_their_letter(client: FlaskClient, worn: World) -> None:
    press(client, f"/m/{worn.ask}", f"/m/{worn.ask}/yes")
    assert f"Badge number {CANARY}" in client.get(f"/r/{worn.status}").text
    assert f"The badge number is <b>{CANARY}</b>" in client.get(f"/r/{worn.status}/print").text
    assert CANARY not in checked(client, worn), "four figures and a reference are no proof of who asks"
    assert CANARY not in "".join(messages()), "it is no secret that travels by text"


def test_and_no_longer_once_it_is_handed_back(client: FlaskClient, worn: World) -> None:
    press(client, f"/m/{worn.ask}", f"/m/{worn.ask}/yes")
    with unit_of_work() as session:
        visit = session.scalars(select(Visit)).one()
        visits.hand_back(session, visit.id, now=datetime.now(UTC))
    for page in ("", "/print"):
        assert CANARY not in client.get(f"/r/{worn.status}{page}").text


def test_the_desk_compares_it_with_what_the_caller_reads_out(
    client: FlaskClient, staff: FlaskClient, worn: World
) -> None:
    assert CANARY not in press(staff, "/desk/door", wanted=PHONE, name="Christopher").text
    press(client, f"/m/{worn.ask}", f"/m/{worn.ask}/yes")
    with unit_of_work() as session:
        move_visit(session, datetime.now(UTC))
    assert f"The number on their badge is <b>{CANARY}</b>" in press(
        staff, "/desk/door", wanted=PHONE, name="Christopher"
    ).text.replace("\n", "")
    assert CANARY not in press(staff, "/desk/door", wanted=PHONE, name="Robert").text


def messages() -> list[str]:
    """The words of everything that is owed now."""
    scheme = Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")
    now, ways = datetime.now(UTC), frozenset({"text", "email", "phone", "letter"})
    with unit_of_work() as session:
        claimed = outbox.claim_due(session, scheme, ways, now=now, limit=100)
    assert claimed
    return [str(envelope) for envelope in claimed]


def checked(client: FlaskClient, world: World) -> str:
    """What a reference and four figures show."""
    with reading() as session:
        reference = session.get_one(Need, world.need_id).reference
    answer = press(client, "/check", reference=reference, last_digits=PHONE[-4:])
    assert answer.status_code == 200
    return answer.text

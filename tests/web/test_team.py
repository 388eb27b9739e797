from __future__ import annotations

from datetime import UTC, datetime

from flask.testing import FlaskClient

from matcher.services import needs
from matcher.store.session import unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, eileen, press


def test_the_board_says_what_has_nobody_and_why(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "1 visit has nobody yet" in shown
    assert "Clear the path and the steps, Bradford on Avon" in shown
    assert "Waiting for an answer from 1 neighbour" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))


def test_the_board_says_who_is_coming(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "Every visit has someone coming" in shown
    assert "Christopher to Eileen" in shown


def test_what_needs_a_call_first_stands_out(client: FlaskClient, sign_in_token: str) -> None:
    with unit_of_work() as session:
        needs.post_need(session, eileen(kind="other", details=()), now=datetime.now(UTC))
    press(client, f"/sign-in/{sign_in_token}")
    assert "Ring first" in client.get("/team").text


def test_an_empty_board_says_so(client: FlaskClient, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "Every visit has someone coming" in client.get("/team").text

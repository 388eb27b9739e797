"""Writing to many, on its pages: read back before it goes, kept on an error, tried, sent and stopped."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from matcher.services import offers
from matcher.services.staff import StaffRoleName
from matcher.store.session import unit_of_work
from tests.web.conftest import World, christopher, error_beside, press, sign_in

HOME = "/team/broadcasts"
CHOSEN = {"template": "call_hands", "kinds": ["snow"], "duty": "either", "lately": "either"}


def owed() -> int:
    with unit_of_work() as session:
        return session.execute(text("select count(*) from notifications where broadcast_day is not null")).scalar_one()


def read_of(client: FlaskClient, path: str) -> str:
    """The number of people that the page shows."""
    (number,) = set(re.findall(r'name="read" value="(\d+)"', client.get(path).text))
    return number


def test_it_is_read_back_tried_agreed_to_by_another_and_sent(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "BROADCAST_ALONE", 1)
    with unit_of_work() as session:
        offers.make_offer(session, christopher("07700900123", "Ann"), now=datetime.now(UTC))
    ruth, sal = (sign_in(app.test_client(), StaffRoleName.COORDINATOR, name=name) for name in ("Ruth", "Sal"))
    written = press(ruth, f"{HOME}/new", **CHOSEN)
    path = written.headers["Location"]
    shown = ruth.get(path).text
    assert "who do “Clear snow or ice”" in shown
    assert "2 people" in shown
    assert "of 160 characters" in shown
    assert "so it cannot be you" in shown
    assert press(ruth, path, f"{path}/send", read="2").status_code == 409
    assert owed() == 0
    assert press(ruth, path, f"{path}/test").status_code == 303
    assert press(ruth, path, f"{path}/agree", read="2").status_code == 409
    assert press(sal, path, f"{path}/agree", read=read_of(sal, path)).status_code == 303
    assert press(ruth, path, f"{path}/send", read=read_of(ruth, path)).status_code == 303
    assert owed() == 2
    assert "Stop: take back what has not gone" in ruth.get(path).text
    assert press(sal, path, f"{path}/stop").status_code == 303
    assert "Stopped" in ruth.get(path).text
    assert "Stopped" in ruth.get(HOME).text


def test_what_cannot_be_is_said_beside_it_and_kept(client: FlaskClient, world: World) -> None:
    ruth = sign_in(client, StaffRoleName.COORDINATOR, name="Ruth")
    refused = press(ruth, f"{HOME}/new", **{**CHOSEN, "template": "visit_done_volunteer", "travel": ["car"]})
    assert (refused.status_code, bool(error_beside(refused.text, "template"))) == (422, True)
    assert re.search(r'value="car"[^>]* checked', refused.text)
    nobody = press(ruth, f"{HOME}/new", **{**CHOSEN, "travel": ["car"]})
    assert "That is nobody today" in error_beside(nobody.text, "areas")
    for odd in ({"areas": ["9" * 30]}, {"kinds": ["x"]}, {"travel": ["rocket"]}, {"duty": "x"}, {"lately": ""}):
        assert press(ruth, f"{HOME}/new", **{**CHOSEN, **odd}).status_code == 422
    assert ruth.get(f"{HOME}/99").status_code == 404


def test_who_does_not_coordinate_finds_none_of_it(client: FlaskClient, world: World) -> None:
    sal = sign_in(client, StaffRoleName.CALL_HANDLER)
    for path in (HOME, f"{HOME}/new", f"{HOME}/1"):
        assert sal.get(path).status_code == 404

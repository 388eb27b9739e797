"""A connector has postcards printed, and sees which way of inviting was answered."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words

PILE = {
    "title": "Post office <b>",
    "channel": "postcard",
    "area": "bradford-on-avon",
    "connector": "Pat from the village hall",
    "because": "nobody here should be snowed in",
    "copies": "400",
}


def test_postcards_are_made_printed_scanned_and_counted(app: Flask, client: FlaskClient, world: World) -> None:
    pat = as_(app, StaffRoleName.CONNECTOR)
    assert "No invitation has been made yet" in pat.get("/team/invitations").text
    sheet = press(pat, "/team/invitations/new", **PILE).location
    printed = words(pat.get(sheet))
    (code,) = set(re.findall(r'gn-cards__code">(\w+)<', printed))
    assert (
        printed.count(f'<p class="gn-cards__code">{code}</p>')
        == printed.count('<img class="gn-qr" src="data:image/svg+xml')
        == 4
    )
    assert "<b>Pat from the village hall</b> asks you to take part, because nobody here should be snowed in." in printed
    assert "Pat from the village hall" in client.get(f"/i/{code}").text
    for choice in ("ask", "offer"):
        press(client, f"/i/{code}", choice=choice)
    shown = words(pat.get("/team/invitations"))
    assert "<h1>Both answers came by postcards</h1>" in shown
    assert "400, 2 answered (0.5%)" in shown
    assert "2 answers: 1 to ask, 1 to offer" in shown
    assert press(pat, "/team/invitations", "/team/invitations/1/end").location == "/team/invitations"
    assert "ended on" in words(pat.get("/team/invitations"))
    assert "This invitation is over" in client.get(f"/i/{code}").text
    assert press(client, f"/i/{code}", choice="ask").location == "/ask"
    assert press(pat, "/team/invitations", "/team/invitations/1/again").location == "/team/invitations"
    assert "Answers: </span>2 of 400" in words(pat.get("/team/invitations"))


def test_what_is_missing_stands_beside_its_field_and_the_rest_stays(app: Flask, world: World) -> None:
    pat = as_(app, StaffRoleName.CONNECTOR)
    for field, wrong, says in (
        ("title", "", "Enter what you will know it by"),
        ("channel", "x", "Select how it reaches people"),
        ("area", "", "Select one of your areas"),
        ("copies", "3", "Enter how many you print, from 20"),
        ("connector", "", "Enter who invites"),
    ):
        refused = press(pat, "/team/invitations/new", **{**PILE, field: wrong})
        assert refused.status_code == 422
        assert error_beside(refused.text, field).startswith(says)
        assert 'value="nobody here should be snowed in"' in refused.text


def test_nobody_else_of_the_team_prints_or_reads_them(app: Flask, world: World) -> None:
    someone = as_(app, StaffRoleName.BOARD_MEMBER)
    for path in ("/team/invitations", "/team/invitations/new", "/team/invitations/1/print"):
        assert someone.get(path).status_code == 404
    assert as_(app, StaffRoleName.CONNECTOR).get("/team/invitations/1/print").status_code == 404

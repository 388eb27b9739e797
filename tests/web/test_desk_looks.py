"""What the desk is shown while a request is still typed: open ones from the same number, and how many could do it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.services import needs
from matcher.store.models import Need
from matcher.store.session import unit_of_work
from tests.web.conftest import PHONE, World
from tests.web.test_desk import CALL, audited, count, handler, hidden, signed_in, words

__all__ = ["handler"]


def look(client: FlaskClient, part: str, **typed: Any) -> str:
    """What that part of the page is filled with."""
    answer = client.post(f"/desk/new/{part}", data={**hidden(client.get("/desk/new").text), **typed})
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", "", words(answer)).strip()


@pytest.mark.parametrize("typed", [PHONE, "07700 900 982", "+44 7700 900982"])
def test_a_number_that_is_known_shows_what_is_open_from_it(handler: FlaskClient, world: World, typed: str) -> None:
    shown = look(handler, "alike", phone=typed)
    assert "Is it one of these? 1 request from this number is open already" in shown
    assert "Eileen: clear the path and the steps, asked on" in shown
    assert audited()[-1][1:] == ("found_caller", "need")


@pytest.mark.parametrize("typed", ["", "0770090098", "07700 900 983", "x" * 5000])
def test_while_it_is_typed_or_nobody_has_it_nothing_is_shown(handler: FlaskClient, world: World, typed: str) -> None:
    before = audited()
    assert look(handler, "alike", phone=typed) == ""
    assert audited() == before


def test_what_is_over_is_not_shown(handler: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        needs.cancel_need(session, world.need_id, actor="person:1", now=datetime.now(UTC))
    assert look(handler, "alike", phone=PHONE) == ""


def test_nothing_of_another_area_is_shown(app: Flask, world: World) -> None:
    elsewhere = signed_in(app, "hal@example.org", areas=frozenset({"devizes"}))
    assert look(elsewhere, "alike", phone=PHONE) == ""
    assert look(elsewhere, "could", **CALL) == ""


def test_nobody_looks_who_is_not_signed_in(client: FlaskClient, handler: FlaskClient, world: World) -> None:
    typed = {**hidden(handler.get("/desk/new").text), "phone": PHONE}
    for part in ("alike", "could"):
        assert client.post(f"/desk/new/{part}", data=typed).location == "/sign-in"
        assert handler.post(f"/desk/new/{part}", data={"phone": PHONE}).status_code == 400, "without the form's token"


def test_how_many_could_do_it_is_said_before_the_rest_is_typed(handler: FlaskClient, world: World) -> None:
    typed = {"postcode": "ba15 1lf", "kind": "snow", "when": "day", "times": "any"}
    day = {"day-day": "1", "day-month": "2", "day-year": "2027"}
    assert look(handler, "could", **typed, **day) == "1 neighbour could do this on Monday 1 February."


@pytest.mark.parametrize("missing", ["postcode", "kind", "when", "times"])
def test_until_it_is_known_what_where_and_when_nothing_is_said(
    handler: FlaskClient, world: World, missing: str
) -> None:
    assert look(handler, "could", **{**CALL, missing: ""}) == ""


def test_who_does_not_do_it_is_not_counted(handler: FlaskClient, world: World) -> None:
    typed = {"postcode": "ba15 1lf", "kind": "garden", "when": "tomorrow", "times": "any"}
    assert look(handler, "could", **typed).startswith("Nobody near there could do this on ")


def test_who_is_not_as_they_must_be_is_not_counted(handler: FlaskClient, world: World) -> None:
    typed = {"postcode": "ba15 1lf", "kind": "snow", "when": "tomorrow", "times": "any", "wishes": "calm_with_dogs"}
    assert look(handler, "could", **typed).startswith("1 neighbour could do this")
    assert look(handler, "could", **typed, is_must="yes").startswith("Nobody near there could do this")


def test_what_the_team_looks_at_first_is_said_to_be(handler: FlaskClient, world: World) -> None:
    typed = {"postcode": "ba15 1lf", "kind": "other", "when": "tomorrow", "times": "any"}
    assert look(handler, "could", **typed) == "The team looks at this first. They ring the caller."


@pytest.mark.parametrize("field", ["postcode", "kind", "when", "day-day", "times", "helpers", "wishes", "note"])
@pytest.mark.parametrize("typed", ["\x00", "\ud800", "９" * 30, "x" * 5000, "{{7*7}}"], ids=range(5))
def test_whatever_is_typed_nothing_fails_and_nothing_is_kept(handler: FlaskClient, field: str, typed: str) -> None:
    sendable = {**CALL, "when": "day", field: typed.encode("utf-8", "surrogatepass")}
    answer = handler.post("/desk/new/could", data={**hidden(handler.get("/desk/new").text), **sendable})
    assert answer.status_code in (200, 400)
    assert count(Need) == 0

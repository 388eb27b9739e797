"""A scheme that takes no new requests just now."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.databases import Addresses
from tests.web.conftest import World, press, rows_everywhere
from tests.web.test_needs import answer_all
from web.limits import limiter

WORDS = "We are back on Monday 4 January."


@pytest.fixture
def closed(app_with: Callable[..., Flask]) -> FlaskClient:
    browser = app_with(GRITBIN_CLOSED=WORDS).test_client()
    limiter.reset()
    return browser


def test_the_first_page_and_the_first_question_say_so_and_give_the_number(closed: FlaskClient) -> None:
    for path in ("/", "/ask", "/ask/for-someone"):
        shown = closed.get(path)
        assert shown.status_code == 200
        assert "We take no new requests just now" in shown.text
        assert WORDS in shown.text
        assert 'href="tel:01632960100"' in shown.text


def test_who_was_half_way_is_not_taken_and_loses_nothing(
    client: FlaskClient, app_with: Callable[..., Flask], database: Addresses
) -> None:
    answer_all(client)
    cookie = client.get_cookie("gritbin_ask")
    assert cookie is not None
    later = app_with(GRITBIN_CLOSED=WORDS).test_client()
    later.set_cookie("gritbin_ask", cookie.value)
    before = rows_everywhere(database.owner_url)
    answer = press(later, "/ask/check")
    assert answer.status_code == 503
    assert "Your request was not sent." in answer.text
    assert rows_everywhere(database.owner_url) == before
    assert press(client, "/ask/check").status_code == 303  # open again: nothing is typed twice


def test_what_is_planned_goes_on_and_help_may_be_offered(closed: FlaskClient, world: World) -> None:
    for path in (f"/r/{world.status}", f"/m/{world.ask}", "/offer", "/check"):
        assert "We take no new requests just now" not in closed.get(path).text
    again = closed.get(f"/r/{world.status}/again")
    assert "We take no new requests just now" in again.text


def test_nor_is_the_same_asked_for_again_in_one_tap(closed: FlaskClient, world: World) -> None:
    assert press(closed, f"/r/{world.status}/cancel").status_code == 303
    answer = press(closed, f"/r/{world.status}", f"/r/{world.status}/again/same")
    assert answer.status_code == 503
    assert "We take no new requests just now" in answer.text
    assert "/again/same" not in answer.text, "that address cannot be read"


def test_an_open_scheme_says_nothing_of_it(client: FlaskClient) -> None:
    assert "no new requests" not in client.get("/").text + client.get("/ask").text

"""A phone that is not known is asked for a code before it shows an address; one that said yes is known."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from matcher.services import replies
from matcher.services.replies import Inbound
from matcher.store.models import AuditRow, Notification, Person
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, error_beside, make_world, press

PRIVATE = (HOUSE, POSTCODE, NOTE, "07700 900982", "Eileen")


@pytest.fixture
def asking(app_with: Callable[..., Flask]) -> Flask:
    """The pages of a scheme that asks phones it does not know."""
    return app_with(GRITBIN_DEVICE_CODE="on")


@pytest.fixture
def world(asking: Flask) -> World:
    return make_world()


@pytest.fixture
def his(asking: Flask, world: World) -> tuple[FlaskClient, str]:
    """Christopher's phone, and the page of the visit that it said yes to."""
    phone = asking.test_client()
    return phone, press(phone, f"/m/{world.ask}", f"/m/{world.ask}/yes").location.partition("?")[0]


def sent_code() -> str:
    with reading() as session:
        wanted = select(Notification.values).where(Notification.template == "own_code").order_by(Notification.id.desc())
        values: dict[str, Any] = session.scalars(wanted.limit(1)).one()
        return str(values["code"])


def test_the_phone_that_said_yes_is_known(his: tuple[FlaskClient, str]) -> None:
    phone, visit = his
    assert HOUSE in phone.get(visit).text


def test_another_shows_nothing_before_a_code(asking: Flask, his: tuple[FlaskClient, str]) -> None:
    _, visit = his
    other = asking.test_client()
    for _ in range(2):
        shown = other.get(visit).text
        assert "Is this your phone?" in shown
        assert not [private for private in PRIVATE if private in shown]
    with reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.action == "read_door")).all() == []
    assert press(other, visit, f"{visit}/code/again").location == f"{visit}?said=sent"
    asked = other.get(f"{visit}?said=sent").text
    assert "07*** ***111" in asked
    code = sent_code()
    wrong = press(other, visit, f"{visit}/code", code=f"{(int(code) + 1) % 10**5:05}")
    assert "2 tries left" in error_beside(wrong.text, "code")
    assert not [private for private in PRIVATE if private in wrong.text]
    assert error_beside(press(other, visit, f"{visit}/code", code="x").text, "code") == "The code must be 5 numbers"
    assert HOUSE in other.get(press(other, visit, f"{visit}/code", code=code).location).text
    assert HOUSE in other.get(visit).text
    kept = other.get_cookie("gritbin_known")
    assert kept is not None
    assert kept.http_only


def test_a_cookie_of_ones_own_making_is_none(asking: Flask, his: tuple[FlaskClient, str]) -> None:
    phone, visit = his
    known = phone.get_cookie("gritbin_known")
    assert known is not None
    for forged in ("", "[1,2,3]", known.value[:-2], known.value[5:], f"WzFd{known.value[4:]}"):
        other = asking.test_client()
        other.set_cookie("gritbin_known", forged)
        assert "Is this your phone?" in other.get(visit).text, forged


def test_the_phone_of_somebody_else_is_not_known_for_him(asking: Flask, his: tuple[FlaskClient, str]) -> None:
    _, visit = his
    with asking.test_request_context():
        strangers = URLSafeTimedSerializer(asking.config["SECRET_KEY"], salt="known device").dumps([10_000])
    other = asking.test_client()
    other.set_cookie("gritbin_known", strangers)
    assert "Is this your phone?" in other.get(visit).text


def test_handing_back_and_done_do_not_wait_for_a_code(asking: Flask, his: tuple[FlaskClient, str]) -> None:
    _, visit = his
    other = asking.test_client()
    assert press(other, f"{visit}/hand-back").status_code == 303
    assert "You handed this back" in other.get(visit).text


def test_who_has_no_cookies_says_yes_all_the_same(asking: Flask, world: World) -> None:
    bare = asking.test_client(use_cookies=False)
    way_on = press(bare, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    visit = way_on.partition("?")[0]
    assert HOUSE in bare.get(way_on).text
    assert "Is this your phone?" in bare.get(visit).text
    press(bare, visit, f"{visit}/code/again")
    assert HOUSE in bare.get(press(bare, visit, f"{visit}/code", code=sent_code()).location).text
    assert "Is this your phone?" in bare.get(visit).text


@pytest.mark.parametrize(
    ("person", "salt", "later"),
    [
        pytest.param(0, "has just pressed", 16, id="a quarter of an hour ago"),
        pytest.param(1, "has just pressed", 0, id="somebody else"),
        pytest.param(0, "known device", 0, id="a cookie put into an address"),
    ],
)
def test_an_address_does_not_show_the_door_to_who_did_not_just_press(
    asking: Flask, his: tuple[FlaskClient, str], world: World, person: int, salt: str, later: int
) -> None:
    _, visit = his
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=later)):
        pressed = URLSafeTimedSerializer(asking.config["SECRET_KEY"], salt=salt).dumps([world.person_id + person])
    shown = asking.test_client(use_cookies=False).get(f"{visit}?pressed={pressed}").text
    assert "Is this your phone?" in shown
    assert not [private for private in PRIVATE if private in shown]


def test_after_signing_up_a_code_shows_that_the_number_is_theirs(asking: Flask, world: World) -> None:
    phone = asking.test_client()
    me = f"/me/{world.me}"
    press(phone, f"{me}/code", f"{me}/code/again")
    assert "Enter the code" in phone.get(f"{me}/welcome").text
    assert press(phone, f"{me}/code", code=sent_code()).location == me
    assert "Yes, a code has shown it" in phone.get(f"{me}/code").text
    assert "Enter the code" not in phone.get(f"{me}/welcome").text
    with reading() as session:
        assert session.get_one(Person, world.person_id).phone_confirmed_at is not None


def test_where_no_texts_go_out_the_link_is_the_key(client: FlaskClient, app: Flask) -> None:
    world = make_world()
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    assert HOUSE in app.test_client().get(visit).text
    assert client.get_cookie("gritbin_known") is None


def test_why_they_help_is_asked_and_may_be_left_out(client: FlaskClient, app: Flask) -> None:
    me = f"/me/{make_world().me}"
    assert "You did not say" in client.get(f"{me}/settings").text
    press(client, f"{me}/settings/why", motives=["lives_here", "nonsense"])
    shown = client.get(f"{me}/settings").text
    assert "I live here" in shown
    assert re.search("nonsense", shown) is None
    press(client, f"{me}/settings/why")
    assert "You did not say" in client.get(f"{me}/settings").text


def test_who_texted_stop_has_texts_again_only_by_a_button_that_says_so(client: FlaskClient, app: Flask) -> None:
    world = make_world()
    me = f"/me/{world.me}"
    assert "You texted STOP" not in client.get(f"{me}/settings/writing").text
    with unit_of_work() as session:
        replies.receive(session, Inbound("stop", "07700900111", "STOP"), now=datetime.now(UTC))
    shown = client.get(f"{me}/settings/writing").text
    assert "You texted STOP" in shown
    assert 'value="text"' not in shown
    everything = {"asks_per_week": "any", "quiet": "any", "asks": "text", "visits": "text", "news": "text"}
    refused = press(client, f"{me}/settings/writing", **everything)
    assert refused.status_code == 422
    assert press(client, f"{me}/settings/writing", f"{me}/texts").location == f"{me}/settings/writing"
    assert press(client, f"{me}/settings/writing", **everything).status_code == 303


def test_a_letter_of_reference_holds_their_name_and_nobody_else_s(client: FlaskClient, app: Flask) -> None:
    world = make_world()
    me = f"/me/{world.me}/year"
    assert client.get(f"{me}/letter").status_code == 404
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    press(client, visit, f"{visit}/done")
    letter = client.get(f"{me}/letter").text
    assert "<b>Christopher Barnes</b> has been a volunteer neighbour" in letter
    assert "1 visit to neighbours" in letter
    assert not [private for private in PRIVATE if private in letter + client.get(f"{me}/card").text]


def test_a_phone_that_is_not_known_shows_no_letter(asking: Flask, his: tuple[FlaskClient, str], world: World) -> None:
    phone, visit = his
    press(phone, visit, f"{visit}/done")
    assert "Barnes" in phone.get(f"/me/{world.me}/year/letter").text
    assert asking.test_client().get(f"/me/{world.me}/year/letter").location == f"/me/{world.me}/code"


def test_a_card_is_theirs_to_make_and_tells_of_a_few_visits_only_that_there_are_some(
    client: FlaskClient, app: Flask
) -> None:
    world = make_world()
    me = f"/me/{world.me}/year/card"

    def drawn(path: str) -> str:
        found = re.search(r"base64,([^\"]+)", client.get(path).text)
        assert found is not None
        return b64decode(found[1]).decode()

    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    press(client, visit, f"{visit}/done")
    assert "Christopher" not in drawn(me)
    assert "Christopher" in drawn(f"{me}?name=1")
    assert "I help people near me" in drawn(me)
    assert "1 visit" not in drawn(me)

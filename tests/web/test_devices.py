"""A phone that is not known is asked for a code before it shows an address; one that said yes is known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from matcher.store.models import AuditRow, Notification, Person
from matcher.store.session import reading
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
    return phone, press(phone, f"/m/{world.ask}", f"/m/{world.ask}/yes").location


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
    assert press(other, visit, f"{visit}/code", code=code).location == visit
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
    visit = press(bare, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    assert "Is this your phone?" in bare.get(visit).text


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
    assert f"{me}/settings/why" in client.get(f"{me}/welcome").text
    assert "You did not say" in client.get(f"{me}/settings").text
    press(client, f"{me}/settings/why", motives=["lives_here", "nonsense"])
    shown = client.get(f"{me}/settings").text
    assert "I live here" in shown
    assert re.search("nonsense", shown) is None
    press(client, f"{me}/settings/why")
    assert "You did not say" in client.get(f"{me}/settings").text

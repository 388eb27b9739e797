from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.conftest import World, press


@pytest.mark.parametrize("path", ["/", "/ask", "/r/{status}", "/m/{ask}", "/me/{me}", "/nowhere", "/health"])
def test_every_answer_is_kept_by_nobody_and_told_to_nobody(client: FlaskClient, world: World, path: str) -> None:
    answer = client.get(path.format(status=world.status, ask=world.ask, me=world.me))
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/ask", "/offer", "/safe", "/r/{status}", "/m/{ask}", "/me/{me}"])
def test_no_page_has_a_style_or_script_inside_it(client: FlaskClient, world: World, path: str) -> None:
    shown = client.get(path.format(status=world.status, ask=world.ask, me=world.me)).text
    assert "<style" not in shown
    assert " style=" not in shown
    assert " onclick" not in shown
    assert shown.count("<script") == shown.count("<script src=") == 1


def test_what_is_named_by_its_content_is_kept_for_a_year(client: FlaskClient) -> None:
    at = client.get("/").text.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(at)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


def test_over_https_cookies_and_transport_are_strict(app_with: Callable[..., Flask]) -> None:
    client = app_with(GRITBIN_ORIGIN="https://help.example.org").test_client()
    answer = client.get("/ask", base_url="https://help.example.org")
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    for manner in ("__Host-gritbin_ask=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert manner in cookie
    signing_in = client.get("/sign-in", base_url="https://help.example.org").headers["Set-Cookie"]
    assert "__Host-gritbin_team=" in signing_in
    assert "Secure" in signing_in


def test_over_plain_http_nothing_promises_https(client: FlaskClient) -> None:
    answer = client.get("/ask")
    assert "Strict-Transport-Security" not in answer.headers
    assert "Secure" not in answer.headers["Set-Cookie"]


def test_reading_sets_no_cookie_on_pages_that_need_none(client: FlaskClient, world: World) -> None:
    for path in ("/", "/safe", f"/r/{world.status}", f"/m/{world.ask}", f"/me/{world.me}"):
        assert "Set-Cookie" not in client.get(path).headers


def test_links_come_from_the_settings_and_never_from_the_host_header(app: Flask, world: World) -> None:
    browser = app.test_client()
    answer = browser.get(f"/m/{world.ask}", headers={"Host": "evil.example"})
    assert "evil.example" not in answer.text
    pressed = press(browser, f"/m/{world.ask}", f"/m/{world.ask}/no")
    assert pressed.location.startswith("/")

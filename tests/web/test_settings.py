"""The settings on their page: the team's own is looked at, changed and kept; the others say whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.config import Config
from matcher.services.staff import StaffRoleName
from tests.web.conftest import error_beside, press, sign_in
from web.limits import limiter
from web.setting_lines import setting_lines

SETTINGS, CLOSE = "/team/settings", "/team/settings/closed"
WORDS = "We are back on Monday 4 January."


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    return sign_in(app.test_client(), StaffRoleName.ADMINISTRATOR)


def close(client: FlaskClient, words: str) -> int:
    looked = press(client, SETTINGS, CLOSE, words=words)
    (read,) = re.findall(r'name="read" value="([^"]+)"', looked.text)
    return press(client, SETTINGS, CLOSE, words=words, read=read).status_code


def test_the_team_closes_the_scheme_and_opens_it_again(administrator: FlaskClient, client: FlaskClient) -> None:
    shown = press(administrator, SETTINGS, CLOSE, words=WORDS).text
    assert f"<b>{WORDS}</b>" in shown
    assert WORDS not in client.get("/").text, "it was only looked at"
    assert close(administrator, WORDS) == 303
    for path in ("/", "/ask"):
        assert WORDS in client.get(path).text
    assert close(administrator, "") == 303
    assert "no new requests" not in client.get("/").text + client.get("/ask").text
    past = administrator.get(SETTINGS).text
    assert past.count(WORDS) == 2
    assert "open: requests are taken" in past


def test_what_cannot_be_said_there_is_refused_and_kept(administrator: FlaskClient) -> None:
    long = "x" * 201
    refused = press(administrator, SETTINGS, CLOSE, words=long)
    assert (refused.status_code, bool(error_beside(refused.text, "words")), long in refused.text) == (422, True, True)
    overtaken = press(administrator, SETTINGS, CLOSE, words=WORDS, read="something else")
    assert "Somebody has changed this meanwhile" in overtaken.text
    assert "Nothing would change" in press(administrator, SETTINGS, CLOSE, words="").text


def test_what_the_operator_has_set_is_said_and_cannot_be_changed(app_with: Callable[..., Flask]) -> None:
    app = app_with(GRITBIN_CLOSED="Shut for good.", GRITBIN_PHONE="01632 960 777")
    limiter.reset()
    shown = sign_in(app.test_client(), StaffRoleName.ADMINISTRATOR).get(SETTINGS).text
    assert "Set by the operator: GRITBIN_CLOSED" in shown
    assert 'name="words"' not in shown
    assert re.search(r"01632 960 777</td><td>Set by the operator: GRITBIN_PHONE", shown)
    assert "As it came; the operator can set GRITBIN_HOURS" in shown


def test_no_key_and_no_password_is_among_them() -> None:
    secrets = {
        "GRITBIN_SECRET_KEY": "hunter2hunter2hunter2",
        "GRITBIN_NOTIFY_KEY": "name-12345678-1234-1234-1234-123456789012-12345678-1234-1234-1234-123456789012",
        "GRITBIN_NOTIFY_TEXT_TEMPLATE": "text",
        "GRITBIN_NOTIFY_EMAIL_TEMPLATE": "email",
        "GRITBIN_NOTIFY_TOKEN": "a token that is long",
        "GRITBIN_SMTP_URL": "smtp://someone:hunter2@mail.example.org:25",
        "GRITBIN_WARNINGS_KEY": "a key of theirs",
        "GRITBIN_WARNINGS_URL": "https://warnings.example.org/?token=hunter2",
        "DATABASE_URL": "postgresql://gritbin:hunter2@db/gritbin",
    }
    lines = [line for _, group in setting_lines(Config.from_env(secrets)) for line in group]
    said = " ".join(f"{line.value} {line.fixed_by}" for line in lines)
    assert "Set by the operator: GRITBIN_SMTP_URL" in said
    assert not [value for value in secrets.values() if value in said]
    assert "hunter2" not in said

"""The settings on their pages: the team's own are looked at, changed and kept; the others say whose they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from matcher.config import Config
from matcher.domain.retention import USUAL, days_of, next_night
from matcher.services.staff import StaffRoleName
from matcher.store.session import configure
from tests.web.conftest import World, error_beside, press, sign_in
from web.limits import limiter
from web.setting_lines import TeamHas, setting_lines

SETTINGS, CLOSE, NUMBER = "/team/settings", "/team/settings/closed", "/team/settings/number"
COVERAGE = "/team/settings/coverage"
QUIET, WORDS_PAGE = "/team/settings/quiet-hours", "/team/door-words"
WORDS = "We are back on Monday 4 January."
OUR_NUMBER = {"phone": "01632 960 555", "hours": "9am to 5pm"}


@pytest.fixture
def own_app(app_with: Callable[..., Flask]) -> Flask:
    """An application of this test's own: what it last read of the settings is nobody else's."""
    limiter.reset()
    return app_with()


@pytest.fixture
def administrator(own_app: Flask) -> FlaskClient:
    return sign_in(own_app.test_client(), StaffRoleName.ADMINISTRATOR)


@pytest.fixture
def anyone(own_app: Flask) -> FlaskClient:
    return own_app.test_client()


def change(client: FlaskClient, path: str, **typed: str) -> int:
    """Look at it, then press again."""
    looked = press(client, path, **typed)
    (read,) = re.findall(r'name="read" value="([^"]+)"', looked.text)
    return press(client, path, **typed, read=read).status_code


def test_the_team_closes_the_scheme_and_opens_it_again(administrator: FlaskClient, anyone: FlaskClient) -> None:
    shown = press(administrator, CLOSE, words=WORDS).text
    assert f"<b>{WORDS}</b>" in shown
    assert WORDS not in anyone.get("/").text, "it was only looked at"
    assert change(administrator, CLOSE, words=WORDS) == 303
    for path in ("/", "/ask"):
        assert WORDS in anyone.get(path).text
    assert WORDS in administrator.get(SETTINGS).text
    assert change(administrator, CLOSE, words="") == 303
    assert "no new requests" not in anyone.get("/").text + anyone.get("/ask").text
    past = administrator.get(CLOSE).text
    assert past.count(WORDS) == 2
    assert "open: requests are taken" in past


def test_what_cannot_be_said_there_is_refused_and_kept(administrator: FlaskClient) -> None:
    long = "x" * 201
    refused = press(administrator, CLOSE, words=long)
    assert (refused.status_code, bool(error_beside(refused.text, "words")), long in refused.text) == (422, True, True)
    overtaken = press(administrator, CLOSE, words=WORDS, read="something else")
    assert "Somebody has changed this meanwhile" in overtaken.text
    assert "Nothing would change" in press(administrator, CLOSE, words="").text


def test_what_the_operator_has_set_is_said_and_cannot_be_changed(app_with: Callable[..., Flask]) -> None:
    app = app_with(GRITBIN_CLOSED="Shut for good.", GRITBIN_PHONE="01632 960 777")
    limiter.reset()
    administrator = sign_in(app.test_client(), StaffRoleName.ADMINISTRATOR)
    closed = administrator.get(CLOSE).text
    assert "Set by the operator: GRITBIN_CLOSED" in closed
    assert 'name="words"' not in closed
    shown = administrator.get(SETTINGS).text.replace("\u00a0", " ")
    assert re.search(r"01632 960 777</td><td>Set by the operator: GRITBIN_PHONE", shown)
    assert "As it came; the operator can set GRITBIN_HOURS" in shown


def test_the_team_sets_the_number_and_every_page_and_card_has_it(
    administrator: FlaskClient, anyone: FlaskClient, world: World
) -> None:
    shown = press(administrator, NUMBER, **OUR_NUMBER).text.replace("\u00a0", " ")
    assert "<b>01632 960 555</b>" in shown
    assert "messages on their way still name 01632 960 100" in shown
    assert "960 555" not in anyone.get("/").text, "it was only looked at"
    assert change(administrator, NUMBER, **OUR_NUMBER) == 303
    for path in ("/", "/contact", "/nowhere", f"/r/{world.status}", f"/r/{world.status}/print", f"/m/{world.ask}"):
        page = anyone.get(path).text.replace("\u00a0", " ")
        assert "01632 960 555" in page, path
        assert "01632 960 100" not in page, path
    assert "9am\u00a0to\u00a05pm" in anyone.get("/").text
    assert "TEL;TYPE=WORK,VOICE:01632 960 555" in anyone.get(f"/r/{world.status}/contact.vcf").text
    settled = administrator.get(SETTINGS).text.replace("\u00a0", " ")
    assert re.search(r"01632 960 555</td><td>Set by the team", settled)
    assert administrator.get(NUMBER).text.count("<td>Sal</td>") == 2


def test_a_number_that_cannot_be_called_is_refused_and_kept(administrator: FlaskClient) -> None:
    refused = press(administrator, NUMBER, phone="0909 879 0000", hours="9am to 5pm")
    assert (refused.status_code, 'value="0909 879 0000"' in refused.text) == (422, True)
    assert "cost extra" in error_beside(refused.text, "phone")


def test_the_number_of_the_team_is_there_without_a_database_too(
    administrator: FlaskClient, anyone: FlaskClient
) -> None:
    assert change(administrator, NUMBER, **OUR_NUMBER) == 303
    anyone.get("/")
    configure("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    asked = anyone.get("/ask")
    assert asked.status_code == 503
    assert "01632 960 555" in asked.text
    assert "01632 960 100" not in asked.text


def test_the_team_sets_the_quiet_hours_and_volunteers_are_shown_them(
    administrator: FlaskClient, anyone: FlaskClient, world: World
) -> None:
    writing = f"/me/{world.me}/settings/writing"
    assert re.search(r'value="usual" checked.*?9pm to 8am, as for everyone', anyone.get(writing).text, re.DOTALL)
    late = {"begins": "22", "ends": "7"}
    assert "<b>10pm to 7am</b>" in press(administrator, QUIET, **late).text.replace("10pm To", "10pm to")
    assert change(administrator, QUIET, **late) == 303
    shown = anyone.get(writing).text
    assert re.search(r'value="usual" checked.*?10pm to 7am, as for everyone', shown, re.DOTALL)
    assert re.search(r">\s*9pm to 8am\s*<", shown), "what was everyone's is now a choice of one's own"
    assert "10pm to 7am, as for everyone" in anyone.get(f"/me/{world.me}/settings").text
    assert re.search(r"10pm to 7am</td><td>Set by the team", administrator.get(SETTINGS).text)
    refused = press(administrator, QUIET, begins="12", ends="7")
    assert (refused.status_code, bool(error_beside(refused.text, "begins"))) == (422, True)


def test_a_coordinator_takes_a_door_word_out_and_puts_another_in(own_app: Flask) -> None:
    coordinator = sign_in(own_app.test_client(), StaffRoleName.COORDINATOR)
    looked = press(coordinator, WORDS_PAGE, out="acorn", into="Quokka").text
    assert "acorn taken out; quokka put in" in looked
    assert ", quokka" not in coordinator.get(WORDS_PAGE).text, "it was only looked at"
    assert change(coordinator, WORDS_PAGE, out="acorn", into="Quokka") == 303
    shown = coordinator.get(WORDS_PAGE).text
    assert ", quokka" in shown
    assert ", acorn," not in shown
    refused = press(coordinator, WORDS_PAGE, out="", into="lanterns")
    assert (refused.status_code, ">lanterns</textarea>" in refused.text) == (422, True)
    assert "too like “lantern”" in error_beside(refused.text, "into")
    administrator = sign_in(own_app.test_client(), StaffRoleName.ADMINISTRATOR, name="Ada")
    assert re.search(r"400, from \w+ to \w+</td><td>Set by the team", administrator.get(SETTINGS).text)
    handler = sign_in(own_app.test_client(), StaffRoleName.CALL_HANDLER, name="Hal")
    assert handler.get(WORDS_PAGE).status_code == 404


def test_who_asks_from_outside_is_told_whom_the_team_named_there(
    administrator: FlaskClient, anyone: FlaskClient
) -> None:
    left = {"part": "ba15", "name": "Avon Helpers", "phone": "01632 960 502", "taken": "no"}
    looked = press(administrator, COVERAGE, **left).text.replace("\u00a0", " ")
    assert "<b>Avon Helpers 01632 960 502</b>" in looked
    assert change(administrator, COVERAGE, **left) == 303
    press(anyone, "/ask", kind="snow", details="path")
    press(anyone, "/ask/when", when="tomorrow", times="am")
    refused = press(anyone, "/ask/where", postcode="BA15 1LF", house="2").text
    assert "We do not cover BA15 1LF yet" in refused
    assert "Call Avon Helpers 01632\u00a0960\u00a0502. Or call us" in refused
    shown = administrator.get(f"{COVERAGE}?part=BA15").text
    assert re.search(r'name="part"[^>]*value="BA15"|value="BA15"[^>]*name="part"', shown)
    assert "<b>Left to others</b>" in shown
    assert "Avon Helpers" in administrator.get(SETTINGS).text


@pytest.mark.parametrize("path", [SETTINGS, CLOSE, NUMBER, QUIET, COVERAGE])
def test_nobody_else_of_the_team_opens_them(own_app: Flask, path: str) -> None:
    coordinator = sign_in(own_app.test_client(), StaffRoleName.COORDINATOR)
    assert coordinator.get(path).status_code == 404


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
    lines = [line for _, group in setting_lines(Config.from_env(secrets), TeamHas()) for line in group]
    said = " ".join(f"{line.value} {line.fixed_by}" for line in lines)
    assert "Set by the operator: GRITBIN_SMTP_URL" in said
    assert not [value for value in secrets.values() if value in said]
    assert "hunter2" not in said


KEPT = "/team/settings/kept"


def test_how_long_things_are_kept_is_set_for_the_next_night_and_promised_then(
    administrator: FlaskClient, client: FlaskClient
) -> None:
    typed = {name: str(days) for name, days in days_of(USUAL).items()}
    assert "90 days" in client.get("/privacy").text
    assert "why this is kept longer" in error_beside(
        press(administrator, KEPT, **{**typed, "person": "120"}).text, "why"
    )
    for wrong in ("", "many", "29", "366", "9" * 300):
        refused = press(administrator, KEPT, **{**typed, "person": wrong})
        assert (refused.status_code, bool(error_beside(refused.text, "person"))) == (422, True)
    shorter = {**typed, "person": "45", "photo": "1"}
    shown = press(administrator, KEPT, **shorter)
    assert "that night erases 0" in shown.text
    (read,) = re.findall(r'name="read" value="([^"]+)"', shown.text)
    changed = press(administrator, KEPT, **shorter, read=read)
    page = administrator.get(changed.headers["Location"]).text
    assert "It holds from the next night on" in page
    assert "Set, and not yet in force" in page
    assert 'value="45"' in page
    assert "90 days after your last request is over" in client.get("/privacy").text
    with time_machine.travel(next_night(datetime.now(UTC)) + timedelta(minutes=1)):
        privacy = client.get("/privacy").text
        assert "45 days after your last request is over" in privacy
        assert "1 day after somebody has looked again" in privacy


def test_how_long_things_are_kept_is_not_a_coordinators(app: Flask) -> None:
    coordinator = sign_in(app.test_client(), StaffRoleName.COORDINATOR)
    assert coordinator.get(KEPT).status_code == 404
    assert press(coordinator, "/team/badges", KEPT).status_code == 404

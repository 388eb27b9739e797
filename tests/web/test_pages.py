"""Pages anyone reads, the error pages, the outbox, health, the log and the bell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.reading import grade, sentences
from matcher.services import impact, matches, outbox, sent_copies, wordings
from matcher.store.session import configure, unit_of_work
from tests.web.conftest import World, press
from tests.web.test_reading import Lines
from web import bell
from web.accesslog import masked
from web.errors import PAGES, error_page
from web.public import READING
from web.templating import without_indents

PUBLIC = ("/", *READING, "/check", "/check/sent", "/deleted")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_has_one_heading_and_the_telephone(client: FlaskClient, path: str) -> None:
    shown = client.get(path)
    assert shown.status_code == 200
    assert shown.text.count("<h1") == 1
    assert shown.text.count("01632 960 100") >= 2
    assert 'href="tel:999"' in shown.text
    assert '<html lang="en-GB"' in shown.text


def test_every_public_page_has_a_title_of_its_own(client: FlaskClient) -> None:
    titles = [client.get(path).text.split("<title>")[1].split("</title>")[0] for path in PUBLIC]
    assert len(set(titles)) == len(titles)


def test_the_home_page_counts_what_was_done_once_that_points_at_nobody(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of two days nobody can tell that there was one more; of very many a window stands for several.
    for done, about, each in ((4, 0, 1), (61, 60, 1), (62, 60, 1), (120, 120, 1), (204, 205, 5), (1203, 1205, 15)):
        monkeypatch.setattr(impact, "done_this_month", lambda *_args, done=done, **_kwargs: done)
        shown = client.get("/").text
        assert ("done near here this month" in shown) == bool(about)
        assert (f"About {about:,} jobs done near here this month" in shown) == bool(about)
        assert shown.count("<i></i>") == about // each <= 120
        assert (f"One lit window for each {each}," in shown) == (each > 1)


@pytest.mark.parametrize("path", ["/what-we-do", "/safe", "/contact", "/concern"])
def test_who_acts_when_an_adult_is_harmed_stands_beside_999(app_with: Callable[..., Flask], path: str) -> None:
    number = 'Call adult social care, <a class="gn-nowrap" href="tel:01632960200">01632 960 200</a>'
    shown = app_with(GRITBIN_ADULT_CARE="01632 960 200").test_client().get(path).text
    assert number in shown
    assert 'href="tel:999"' in shown.split(number)[0]


def test_where_nobody_else_is_named_we_pass_it_on(client: FlaskClient) -> None:
    assert "and say so. We pass it on at once." in client.get("/what-we-do").text


def test_five_pictures_say_who_is_at_the_door(client: FlaskClient) -> None:
    signals = client.get("/safe").text.split('<ol class="gn-signals">')[1].split("</ol>")[0]
    rows = re.findall(r"<li><svg.*?<h2>(.*?)</h2>", signals, re.DOTALL)
    assert [title.split()[-1] for title in rows] == ["name", "first", "badge", "money", "check"]


def test_the_hours_of_a_day_stay_on_one_line(app_with: Callable[..., Flask]) -> None:
    shown = app_with(GRITBIN_HOURS="Monday to Friday, 8.30am to 5pm").test_client().get("/").text
    assert "Monday to Friday, 8.30am\u00a0to\u00a05pm" in shown


def test_every_cookie_that_a_form_puts_down_is_on_the_page_about_cookies(client: FlaskClient) -> None:
    for path in ("/ask", "/ask/for-someone", "/offer", "/tell"):
        client.get(path)
    told = set(re.findall(r"<dt>(gritbin_\w+)</dt>", client.get("/cookies").text))
    put_down = {cookie.key for cookie in client._cookies.values()}
    assert len(put_down) == 4
    assert put_down <= told


def test_the_sources_of_data_are_named(client: FlaskClient) -> None:
    shown = client.get("/about").text
    for words in ("Contains OS data © Crown copyright and database right", "Royal Mail", "Open Government Licence"):
        assert words in shown


def test_the_scheme_s_own_words_are_on_every_page(app_with: Callable[..., Flask]) -> None:
    settings = {"GRITBIN_SCHEME": "Helping Hands", "GRITBIN_AREA": "Powys", "GRITBIN_PHONE": "01632 960 777"}
    shown = app_with(**settings).test_client().get("/").text
    for words in ("Helping Hands", "Neighbours helping neighbours in Powys", 'href="tel:01632960777"'):
        assert words in shown


def test_public_pages_and_the_telephone_are_there_without_a_database(app: Flask, client: FlaskClient) -> None:
    configure("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert client.get("/").status_code == 200
    asked = client.get("/ask")
    assert asked.status_code == 503
    assert re.search(r"Go back and try again, or call us: <a[^>]*>01632 960 100</a>", asked.text)
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    health = client.get("/health")
    assert (health.status_code, health.json["status"]) == (503, "down")


def test_health_names_every_part(client: FlaskClient) -> None:
    found = client.get("/health").json
    assert {"database", "broker", "worker", "beat", "sweep", "outbox"} <= found["checks"].keys()
    assert found["checks"]["database"]["ok"]
    assert not found["checks"]["worker"]["ok"]
    assert found["status"] == "degraded"
    assert client.get("/health/ready").status_code == 200


def test_the_outbox_is_there_in_a_trial_only(app_with: Callable[..., Flask], client: FlaskClient, world: World) -> None:
    nowhere = client.get("/nowhere")
    assert client.get("/outbox").data == nowhere.data
    with unit_of_work() as session:
        scheme = wordings.Scheme("Good Neighbours", "01632 960 100", "http://127.0.0.1:8000")
        for envelope in outbox.claim_due(session, scheme, frozenset(), now=datetime.now(UTC)):
            sent_copies.keep_console_copy(session, envelope, now=datetime.now(UTC))
    shown = app_with(GRITBIN_EMBEDDED="1").test_client().get("/outbox").text
    assert 'href="http://127.0.0.1:8000/m/' in shown
    assert "07700" not in shown


def test_an_unexpected_error_is_a_page_and_its_words_stay_out_of_the_log(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ValueError("Eileen lives at 2 Plough Cottages")

    monkeypatch.setattr(matches, "accept", fail)
    with structlog.testing.capture_logs() as lines:
        answer = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    assert answer.status_code == 500
    assert "01632 960 100" in answer.text
    assert "Plough" not in answer.text + repr(lines)
    assert any(line["event"] == "page_failed" for line in lines)


@pytest.mark.parametrize("status", sorted(PAGES))
def test_every_error_is_a_plain_page_with_the_number(app: Flask, status: int) -> None:
    with app.test_request_context("/ask"):
        answer = error_page(status)
    body = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert body.count("<h1") == 1
    main = body[body.index("<main") : body.index("</main")]
    assert "call" in main
    assert 'href="tel:01632960100"' in main
    assert grade(sentences(Lines(body).lines)) <= 5
    assert str(status) not in main  # a number says nothing to Eileen


def test_each_error_has_a_title_of_its_own_and_another_is_like_its_kind(app: Flask) -> None:
    with app.test_request_context("/ask"):
        bodies = [error_page(status).get_data(as_text=True) for status in sorted(PAGES)]
        assert error_page(418).get_data() == error_page(400).get_data()
        assert error_page(504).get_data() == error_page(500).get_data()
    assert len({re.search("<title>(.*?)</title>", body)[1] for body in bodies}) == len(PAGES)  # type: ignore[index]


def test_the_page_without_a_signal_gives_the_number_and_may_stand_in_for_any(client: FlaskClient) -> None:
    script = re.search(r'data-stands-in="([^"]+)"', client.get("/").text)
    assert script
    assert client.get(script[1]).headers["Service-Worker-Allowed"] == "/"
    assert "Service-Worker-Allowed" not in client.get("/offline").headers


def test_no_token_reaches_the_log(client: FlaskClient, world: World) -> None:
    with structlog.testing.capture_logs() as lines:
        visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
        client.get(visit)
        client.get("/ask/when?d=" + "k" * 22)
    logged = repr(lines)
    assert not any(token in logged for token in (world.ask, visit[-22:], "k" * 22))
    assert "/m/***/yes" in logged


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/m/AAAAAAAAAAAAAAAAAAAAAA/yes", "/m/***/yes"),
        ("/visits/a-_aaaaaaaaaaaaaaaaaaa", "/visits/***"),
        ("/accessibility", "/accessibility"),
        ("/nowhere/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/nowhere/***"),
    ],
)
def test_a_path_is_masked(path: str, shown: str) -> None:
    assert masked(path) == shown


def test_a_broker_that_is_away_costs_a_yes_neither_its_effect_nor_much_time(
    app_with: Callable[..., Flask], world: World
) -> None:
    app = app_with(REDIS_URL="redis://127.0.0.1:1/0")
    began = time.monotonic()
    answer = press(app.test_client(), f"/m/{world.ask}", f"/m/{world.ask}/yes")
    spent_s = time.monotonic() - began
    with app.app_context():
        assert not bell.is_heard()
    assert answer.location.startswith("/visits/")
    assert spent_s < 5


def test_a_ring_reaches_the_broker(app_with: Callable[..., Flask], redis_url: str) -> None:
    app = app_with(REDIS_URL=redis_url)
    with app.app_context(), structlog.testing.capture_logs() as lines:
        assert bell.is_heard()
        bell.ring(bell.RUN_DUE_ROUNDS)
    assert lines == []


def test_limits_hold_in_this_process_while_the_store_is_away(app_with: Callable[..., Flask]) -> None:
    browser = app_with(REDIS_URL="redis://127.0.0.1:1/0").test_client()
    answers = [press(browser, "/sign-in", email="stranger@example.org").status_code for _ in range(7)]
    assert answers[:5] == [303] * 5
    assert answers[-1] == 429


def test_too_often_is_a_page_with_the_telephone(client: FlaskClient) -> None:
    for _ in range(6):
        answer = press(client, "/sign-in", email="stranger@example.org")
    assert answer.status_code == 429
    assert "Please wait a little" in answer.text


def test_a_page_goes_without_the_indents_of_macros_and_what_was_typed_stays() -> None:
    typed = "<textarea>One.\n   Two.\n\n   Three.</textarea>"
    assert without_indents(f"<p>\n\n  \n  A</p>\n    {typed}\n  \n</body>") == f"<p>\nA</p>\n{typed}\n</body>"

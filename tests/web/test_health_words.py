"""Health on its page: the words with their ages, for coordinators."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from matcher.services import health, health_words
from matcher.store.session import unit_of_work
from tests.web.conftest import World, press


def test_a_coordinator_reads_how_it_is_and_what_to_do(client: FlaskClient, world: World, sign_in_token: str) -> None:
    assert client.get("/team/health").headers["Location"] == "/sign-in"
    press(client, f"/sign-in/{sign_in_token}")
    with unit_of_work() as session:
        health.beat(session, health_words.BACKUP, now=datetime.now(UTC) - timedelta(hours=50))
    shown = client.get("/team/health").text
    assert "things need you now" in shown
    assert "Act now:</b> the last is 2 days old" in shown
    assert "Nobody is asked and nothing is sent." in shown
    assert "{age}" not in shown
    assert "Tell whoever runs the server, today." in shown

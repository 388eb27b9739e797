"""`gritbin invite`: an address for a postcard, and the counts."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from matcher.cli import gritbin
from matcher.services import invitations
from matcher.store.session import unit_of_work


@pytest.fixture
def run(database, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", database.serving_url)
    monkeypatch.setenv("GRITBIN_ORIGIN", "https://help.example.org")
    return lambda *words: CliRunner().invoke(gritbin, ["invite", *words], catch_exceptions=False).output


def test_an_invitation_is_made_and_its_answers_are_counted(run):
    address = run("make", "--from", "Pat", "--because", "nobody should be snowed in", "--channel", "postcard").strip()
    assert address.startswith("https://help.example.org/i/")
    with unit_of_work() as session:
        invitations.choose(session, address.rpartition("/")[2], "offer", now=datetime(2026, 1, 14, 9, tzinfo=UTC))
    assert run("counts") == "2026-01  postcard   offer  1\n"

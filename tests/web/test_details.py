"""The messages of a request, and the end of someone's details, behind their private link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from matcher.services import handed_over, outbox, wordings
from matcher.store.session import unit_of_work
from tests.web.conftest import HOUSE, NOTE, PHONE, World, press


@pytest.fixture
def sent(world: World) -> World:
    """Everything that is due has gone."""
    scheme = wordings.Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")
    now = datetime.now(UTC)
    with unit_of_work() as session:
        for envelope in outbox.claim_due(session, scheme, frozenset(), now=now):
            handed_over.mark_sent(session, envelope.notification_id, now=now)
    return world


def test_the_messages_are_listed_and_go_again(cookieless: FlaskClient, sent: World) -> None:
    at = f"/r/{sent.status}/messages"
    shown = cookieless.get(at).text
    assert "We have your request" in shown
    assert "Send it again" not in shown
    assert not any(mark in shown for mark in (HOUSE, NOTE, PHONE))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11), tick=False):
        to = cookieless.get(at).text.split('action="')[1].split('"')[0]
        assert press(cookieless, at, to).location == f"{at}?said=sent"
        assert "We are sending it again" in cookieless.get(f"{at}?said=sent").text
        answer = press(cookieless, f"/r/{sent.status}/cancel", to)
        assert answer.location == f"{at}?said=wait"
        assert "We cannot send that again just now" in cookieless.get(answer.location).text


def test_a_message_there_is_not_is_nowhere(client: FlaskClient, sent: World) -> None:
    for number in (0, 99, 2**63 - 1, 2**70):
        answer = press(client, f"/r/{sent.status}/cancel", f"/r/{sent.status}/messages/{number}/again")
        assert answer.status_code == 404


def test_details_are_deleted_after_one_question_and_the_page_is_gone(cookieless: FlaskClient, world: World) -> None:
    visit = press(cookieless, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    asked = cookieless.get(f"/r/{world.status}/delete").text
    assert "Christopher will be told not to come." in asked
    assert "Your request ends." in asked
    answer = press(cookieless, f"/r/{world.status}/delete")
    assert (answer.status_code, answer.location) == (303, "/deleted")
    assert "Your details are deleted" in cookieless.get("/deleted").text
    assert cookieless.get(f"/r/{world.status}").status_code == 404
    assert HOUSE not in cookieless.get(visit).text


def test_the_status_page_leads_to_both(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/r/{world.status}").text
    assert f'href="/r/{world.status}/messages"' in shown
    assert f'href="/r/{world.status}/delete"' in shown

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import NotificationStatus
from matcher.services import outbox
from matcher.services.outbox import Owed
from matcher.store.models import InboundText, Notification
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import make_world

TOKEN = "a bearer token for tests"


@pytest.fixture
def notify(app_with: Callable[..., Flask]) -> FlaskClient:
    return app_with(GRITBIN_NOTIFY_TOKEN=TOKEN).test_client()


@pytest.fixture
def sent(notify: FlaskClient) -> int:
    """A message that was handed over and of which nothing is known yet."""
    world = make_world()
    with unit_of_work() as session:
        owed = Owed("offer_made", ("need_id", world.need_id), person_id=world.person_id)
        outbox.owe(session, owed, now=datetime.now(UTC))
        row = session.scalars(select(Notification).order_by(Notification.id.desc())).first()
        assert row is not None
        row.status = NotificationStatus.SENT
        return row.id


def told(client: FlaskClient, body: Any, token: str = TOKEN) -> int:
    return client.post("/notify/delivery", json=body, headers={"Authorization": f"Bearer {token}"}).status_code


def state(notification_id: int) -> tuple[NotificationStatus, str | None]:
    with reading() as session:
        row = session.get_one(Notification, notification_id)
        return row.status, row.last_error


def test_delivered(notify: FlaskClient, sent: int) -> None:
    for _ in range(2):
        assert told(notify, {"reference": f"gritbin-{sent}", "status": "delivered"}) == 204
    assert state(sent) == (NotificationStatus.DELIVERED, None)
    for late in ("sending", "sent", "permanent-failure"):
        assert told(notify, {"reference": f"gritbin-{sent}", "status": late}) == 204
        assert state(sent) == (NotificationStatus.DELIVERED, None)


@pytest.mark.parametrize("status", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_what_never_arrived_is_on_the_list(notify: FlaskClient, sent: int, status: str) -> None:
    assert told(notify, {"reference": f"gritbin-{sent}", "status": status}) == 204
    now_is, why = state(sent)
    assert now_is is NotificationStatus.FAILED
    assert why is not None
    assert "reach them another way" in why


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "é"])
def test_without_the_token_nothing_is_believed(notify: FlaskClient, sent: int, token: str) -> None:
    assert told(notify, {"reference": f"gritbin-{sent}", "status": "delivered"}, token) == 400
    assert state(sent)[0] is NotificationStatus.SENT


def test_without_a_token_in_the_settings_nobody_is_believed(client: FlaskClient) -> None:
    assert told(client, {"reference": "gritbin-1", "status": "delivered"}, "") == 400


@pytest.mark.parametrize("path", ["/notify/delivery", "/notify/inbound"])
@pytest.mark.parametrize("body", ["[]", '{"id": ', pytest.param('{"a":' * 10_000, id="without end")])
def test_what_is_no_told_thing_is_refused_and_breaks_nothing(notify: FlaskClient, path: str, body: str) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    assert notify.post(path, data=body, headers=headers).status_code == 400


@pytest.mark.parametrize("reference", [None, "", "gritbin-0", "gritbin-" + "9" * 19, "gritbin-1x", "other-1", 7, ["a"]])
def test_what_we_do_not_know_of_changes_nothing(notify: FlaskClient, sent: int, reference: Any) -> None:
    assert told(notify, {"reference": reference, "status": "delivered"}) == 204
    assert state(sent)[0] is NotificationStatus.SENT


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_a_receipt_that_is_none_is_refused(notify: FlaskClient, sent: int, body: Any) -> None:
    assert told(notify, body) == 400


def texted(client: FlaskClient, body: Any, token: str = TOKEN) -> int:
    return client.post("/notify/inbound", json=body, headers={"Authorization": f"Bearer {token}"}).status_code


TEXT = {"id": "a-1", "source_number": "447700900111", "message": "Eileen has fallen", "date_received": "today"}


def test_a_text_is_kept_once(notify: FlaskClient) -> None:
    for _ in range(2):
        assert texted(notify, TEXT) == 204
    with reading() as session:
        (row,) = session.scalars(select(InboundText)).all()
        assert (row.words, row.sender) == ("Eileen has fallen", "+447700900111")


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "é"])
def test_without_the_token_no_text_is_believed(notify: FlaskClient, token: str) -> None:
    assert texted(notify, TEXT, token) == 400
    with reading() as session:
        assert session.scalars(select(InboundText)).all() == []


@pytest.mark.parametrize("change", [{"id": 7}, {"id": "a b"}, {"message": None}, {"source_number": None}], ids=str)
def test_a_text_that_is_none_is_refused(notify: FlaskClient, change: dict[str, Any]) -> None:
    assert texted(notify, {**TEXT, **change}) == 400


@pytest.mark.parametrize("change", [{"message": "\0 \ud83d"}, {"source_number": "Pizza"}, {"message": "x" * 5000}])
def test_odd_texts_are_kept_as_far_as_they_can_be(notify: FlaskClient, change: dict[str, Any]) -> None:
    assert texted(notify, {**TEXT, **change}) == 204


def test_in_the_trial_set_up_a_text_can_be_tried_out(app_with: Callable[..., Flask]) -> None:
    client = app_with(GRITBIN_EMBEDDED="1").test_client()
    (token,) = re.findall(r'name="form_token" value="([^"]+)"', client.get("/outbox").text)
    answer = client.post("/outbox/text-back", data={"form_token": token, "sender": "07700900111", "words": "hello"})
    assert answer.status_code == 303
    with reading() as session:
        assert session.scalars(select(InboundText.words)).one() == "hello"


def test_elsewhere_nobody_can_play_a_phone(client: FlaskClient) -> None:
    assert client.post("/outbox/text-back", data={"sender": "07700900111", "words": "STOP"}).status_code == 404

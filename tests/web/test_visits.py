from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matcher.services import needs
from matcher.store.models import AuditRow, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, error_beside, press

PRIVATE = (HOUSE, POSTCODE, NOTE, "07700 900982")


@pytest.fixture
def visit(client: FlaskClient, world: World) -> str:
    return press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location


def test_the_holder_reads_where_whom_and_what_to_say(client: FlaskClient, visit: str) -> None:
    shown = client.get(visit).text
    for words in (*PRIVATE, "At the door, say this first", "I am Christopher, from Good Neighbours", "Stay outside"):
        assert words in shown


def test_each_showing_of_the_address_is_written_down_and_head_shows_nothing(client: FlaskClient, visit: str) -> None:
    def showings() -> int:
        with reading() as session:
            wanted = select(func.count()).select_from(AuditRow).where(AuditRow.action == "read_door")
            return session.execute(wanted).scalar_one()

    client.head(visit)
    assert showings() == 0
    client.get(visit)
    client.get(visit)
    assert showings() == 2


def test_on_my_way_then_done_then_how_long(client: FlaskClient, visit: str) -> None:
    gone = press(client, visit, f"{visit}/on-way")
    assert "You are on your way to Eileen" in client.get(gone.location).text
    done = press(client, visit, f"{visit}/done")
    thanked = client.get(done.location).text
    assert "Thank you, Christopher" in thanked
    nothing = press(client, visit, f"{visit}/minutes")
    assert error_beside(nothing.text, "minutes") == "Select how long it took"
    press(client, visit, f"{visit}/minutes", minutes="45")
    assert "about 45 minutes" in client.get(visit).text


def test_how_long_is_no_answer_to_a_page_that_does_not_ask_it(client: FlaskClient, visit: str) -> None:
    early = press(client, visit, f"{visit}/minutes", minutes="soon")
    assert (early.status_code, early.location) == (303, visit)
    token = client.get(visit).text.split('form_token" value="')[1].split('"')[0]
    press(client, visit, f"{visit}/done")
    press(client, visit, f"{visit}/minutes", minutes="45")
    late = client.post(f"{visit}/minutes", data={"form_token": token, "minutes": "soon"})
    assert (late.status_code, late.location) == (303, visit)


def test_done_waits_until_the_visit_is_soon(client: FlaskClient, world: World, visit: str) -> None:
    with reading() as session:
        starts = session.scalars(select(Visit)).one().starts_at
    for before, is_there in ((timedelta(hours=2, minutes=1), False), (timedelta(hours=2), True)):
        with time_machine.travel(starts - before, tick=False):
            shown = client.get(visit).text
            assert f"{visit}/on-way" in shown
            assert (f"{visit}/done" in shown) is is_there


@pytest.mark.parametrize("way", ["done", "hand-back", "cancelled"])
def test_the_address_is_gone_by_the_next_request(client: FlaskClient, world: World, visit: str, way: str) -> None:
    if way == "cancelled":
        with unit_of_work() as session:
            needs.cancel_need(session, world.need_id, actor="test", now=datetime.now(UTC))
    else:
        press(client, visit, f"{visit}/{way}")
    for path in ("", "/hand-back"):
        shown = client.get(visit + path).text
        assert not any(mark in shown for mark in PRIVATE)


def test_handing_back_asks_first(client: FlaskClient, visit: str) -> None:
    assert "No need to explain" in client.get(f"{visit}/hand-back").text
    with reading() as session:
        assert session.scalars(select(Visit.status)).one() == "held"
    press(client, f"{visit}/hand-back")
    assert "You handed this back" in client.get(visit).text


def test_pressing_done_on_a_visit_handed_back_says_that_it_changed(client: FlaskClient, visit: str) -> None:
    shown = client.get(visit).text
    token = shown.split('form_token" value="')[1].split('"')[0]
    press(client, f"{visit}/hand-back")
    late = client.post(f"{visit}/done", data={"form_token": token})
    assert late.status_code == 409
    assert "This has changed" in late.text

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matcher.domain.geo import TravelMode
from matcher.services import needs
from matcher.store.models import AuditRow, Concern, Offer, Visit, VisitReport
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


def test_how_long_is_suggested_and_miles_are_asked_of_who_drives(client: FlaskClient, visit: str) -> None:
    press(client, visit, f"{visit}/done")
    shown = client.get(visit).text
    assert re.search(r'value="30"[^>]* checked', shown)
    assert "Miles by car" not in shown
    with unit_of_work() as session:
        session.scalars(select(Offer)).one().travel_mode = TravelMode.CAR
    assert "Miles by car" in client.get(visit).text
    for typed in ("many", "-1", "301", "\u0663"):
        wrong = press(client, visit, f"{visit}/minutes", minutes="30", miles=typed)
        assert error_beside(wrong.text, "miles") == "Miles must be a number from 0 to 300"
    press(client, visit, f"{visit}/minutes", minutes="30", miles="12", words="Her gate sticks.")
    with reading() as session:
        done, report = session.scalars(select(Visit)).one(), session.scalars(select(VisitReport)).one()
        assert (done.minutes_taken, done.miles, report.kind, report.words) == (30, 12, "word", "Her gate sticks.")


def test_done_can_be_undone_for_five_minutes_and_nobody_was_told(client: FlaskClient, visit: str) -> None:
    press(client, visit, f"{visit}/on-way")
    press(client, visit, f"{visit}/done")
    token = re.search(r'form_token" value="(\w+)"', client.get(visit).text)[1]  # type: ignore[index]
    undone = press(client, visit, f"{visit}/undo")
    assert "You are on your way to Eileen" in client.get(undone.location).text
    assert HOUSE in client.get(visit).text
    press(client, visit, f"{visit}/done")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5, seconds=1)):
        assert "Not done yet" not in client.get(visit).text
        assert client.post(f"{visit}/undo", data={"form_token": token}).status_code == 409


def test_a_problem_is_on_the_board_at_once_until_it_is_dealt_with(
    client: FlaskClient, visit: str, sign_in_token: str
) -> None:
    asked = client.get(f"{visit}/problem").text
    assert asked.index("In danger?") < asked.index("<h1")
    nothing = press(client, f"{visit}/problem")
    assert error_beside(nothing.text, "kind") == "Select what the problem is"
    assert client.get(f"{visit}/told").location == f"{visit}/problem"  # reading it says nothing
    for words in ("A dog is loose.", ""):
        told = press(client, f"{visit}/problem", kind="unsafe", words=words)
    assert "ring you within 15 minutes" in client.get(told.location).text
    press(client, f"/sign-in/{sign_in_token}")
    board = client.get("/team").text
    assert board.count("I feel unsafe</b>") == 1
    assert "Christopher on 07700\u00a0900111" in board
    assert "A dog is loose." not in board  # only those who act on worries open it, and each opening is written down
    with reading() as session:
        concern = session.scalars(select(Concern)).one()
        assert "A dog is loose." in concern.words
        assert (concern.name, concern.reach) == ("Christopher", "+447700900111")
    report = re.search(r"/team/reports/\d+/closed", board)[0]  # type: ignore[index]
    for _ in range(2):
        assert press(client, "/team", report).status_code == 303
    assert "I feel unsafe" not in client.get("/team").text
    assert press(client, "/team", "/team/reports/999/closed").status_code == 404


def test_how_long_is_no_answer_to_a_page_that_does_not_ask_it(client: FlaskClient, visit: str) -> None:
    early = press(client, visit, f"{visit}/minutes", minutes="soon")
    assert (early.status_code, early.location) == (303, visit)
    token = client.get(visit).text.split('form_token" value="')[1].split('"')[0]
    press(client, visit, f"{visit}/done")
    press(client, visit, f"{visit}/minutes", minutes="45")
    late = client.post(f"{visit}/minutes", data={"form_token": token, "minutes": "soon"})
    assert (late.status_code, late.location) == (303, visit)


def test_done_and_the_large_on_my_way_wait_until_the_visit_is_soon(
    client: FlaskClient, world: World, visit: str
) -> None:
    with reading() as session:
        starts = session.scalars(select(Visit)).one().starts_at
    for before, is_there in ((timedelta(hours=2, minutes=1), False), (timedelta(hours=2), True)):
        with time_machine.travel(starts - before, tick=False):
            page, _, bar = client.get(visit).text.partition('class="gn-bar"')
            assert (f"{visit}/done" in page + bar) is is_there
            # One stray tap a week before would tell the resident that somebody comes now.
            assert (f"{visit}/on-way" in bar) is is_there
            assert (f"{visit}/on-way" in page) is not is_there
            assert ("Agree it with Eileen first" in page) is not is_there


@pytest.mark.parametrize("way", ["done", "hand-back", "cancelled"])
def test_the_address_is_gone_by_the_next_request(client: FlaskClient, world: World, visit: str, way: str) -> None:
    if way == "cancelled":
        with unit_of_work() as session:
            needs.cancel_need(session, world.need_id, actor="system", now=datetime.now(UTC))
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


def test_why_it_was_handed_back_may_be_said_and_how_many_are_asked_instead(client: FlaskClient, visit: str) -> None:
    press(client, f"{visit}/hand-back")
    assert "We are looking for someone else" in client.get(visit).text
    assert "Select a reason" in error_beside(press(client, visit, f"{visit}/why", reason="spite").text, "reason")
    press(client, visit, f"{visit}/why", reason="weather")
    assert "Thank you for telling us why" in client.get(visit).text
    with reading() as session:
        assert session.scalars(select(Visit.why_handed_back)).one() == "weather"


def test_why_is_no_answer_to_a_visit_that_is_kept(client: FlaskClient, visit: str) -> None:
    assert press(client, visit, f"{visit}/why", reason="busy").status_code == 409
    assert press(client, visit, f"{visit}/why").location == visit


def test_pressing_done_on_a_visit_handed_back_says_that_it_changed(client: FlaskClient, visit: str) -> None:
    shown = client.get(visit).text
    token = shown.split('form_token" value="')[1].split('"')[0]
    press(client, f"{visit}/hand-back")
    late = client.post(f"{visit}/done", data={"form_token": token})
    assert late.status_code == 409
    assert "This has changed" in late.text

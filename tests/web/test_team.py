from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import NeedStatus, NotificationStatus
from matcher.services import feedback, learned, needs, visits
from matcher.store.models import Need, Notification, PhoneCheck, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, eileen, press
from web import filters


def test_the_board_says_what_has_nobody_and_why(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "1 visit has nobody yet" in shown
    assert "Clear the path and the steps, Bradford on Avon" in shown
    assert "Waiting for an answer from 1 neighbour" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))


def test_who_was_asked_just_now_has_not_answered_yet_and_is_not_called_silent(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    tally = re.search(r'gn-need__tally">(.*?)</p>', client.get("/team").text)[1]  # type: ignore[index]
    assert re.sub(r"<[^>]+>", "", tally).endswith("Asked 1: 0 no, 1 not answered yet")


def test_the_board_says_who_is_coming(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "Every visit has someone coming" in shown
    assert "Christopher to Eileen" in shown


def test_what_needs_a_call_first_stands_out(client: FlaskClient, sign_in_token: str) -> None:
    with unit_of_work() as session:
        needs.post_need(session, eileen(kind="other", details=()), now=datetime.now(UTC))
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "Ring first" in shown
    (way,) = re.findall(r'href="(/desk/needs/\d+)">Their number and their words', shown)
    assert "07700 900982" in client.get(way).text.replace("\xa0", " ")
    (path,) = re.findall(r"/team/needs/\d+/kind", shown)
    shown = press(client, "/team", path, kind="")
    assert shown.status_code == 422
    assert "Select the kind of help it comes to" in shown.text
    assert press(client, "/team", path, kind="snow").location == "/team"
    assert "Ring first" not in client.get("/team").text


def test_an_empty_board_says_so(client: FlaskClient, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "No visit is to come" in client.get("/team").text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("worried", "Something worried me"),
        ("nobody", "Nobody came"),
        ("partly", "It was partly done"),
        ("well", "It went well"),
    ],
)
def test_the_team_reads_what_residents_said(
    client: FlaskClient, world: World, sign_in_token: str, answer: str, words: str
) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    now = datetime.now(UTC)
    with unit_of_work() as session:
        visits.complete(session, session.scalars(select(Visit.id)).one(), now=now)
        feedback.say_how_it_went(session, world.need_id, answer, "Thank <b>you</b>", now=now)
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "What residents told us" in shown
    assert words in shown
    assert "“Thank &lt;b&gt;you&lt;/b&gt;”" in shown


def test_thanks_that_were_read_are_folded_away(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    now = datetime.now(UTC)
    with unit_of_work() as session:
        visits.complete(session, session.scalars(select(Visit.id)).one(), now=now)
        feedback.say_how_it_went(session, world.need_id, "well", "So kind", now=now)
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "that the team has read" not in shown
    keep = re.search(r"/team/thanks/\d+/keep", shown)
    assert keep is not None
    press(client, "/team", keep[0])
    assert "1 word of thanks that the team has read" in client.get("/team").text


def test_what_nobody_said_has_no_place_on_the_board(client: FlaskClient, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "What residents told us" not in client.get("/team").text


def test_whom_to_ring_and_about_what_when_a_message_did_not_get_there(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        reference = session.get_one(Need, world.need_id).reference
        for row in session.scalars(select(Notification).where(Notification.need_id == world.need_id)):
            row.status, row.ended_at, row.last_error = NotificationStatus.FAILED, now, "No such number"
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "1 message did not get there" in shown
    assert f"Ring Eileen about {filters.no_break(reference)}" in shown
    assert "No such number" in shown


def test_expected_and_given_answers_are_a_picture_with_its_finding_and_its_numbers(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "Nothing has been learned yet" in client.get("/team/answers").text
    night = learned.Fitted(
        asks=600,
        coefficients={},
        leaning={},
        resolved=500,
        mean_predicted=0.4,
        mean_said_yes=0.41,
        slope=1.04,
        is_open=True,
        bins=((0.2, 0.18, 250), (0.6, 0.64, 250)),
    )
    with unit_of_work() as session:
        learned.keep(session, night, now=datetime.now(UTC))
    shown = client.get("/team/answers").text
    said = "We expected 40 in 100 to say yes, and 41 did: that is close."
    assert shown.count(said) == 3  # the title, and the picture for a wide page and for a narrow one
    assert "<svg" in shown
    assert "Expected 60, said yes 64 in 100" in shown
    assert re.sub("<span.*?</span>", "", shown).count("<td>60</td><td>64</td><td>250 questions</td>") == 1
    assert "It passed its test" in shown


def test_one_whose_number_is_not_confirmed_is_rung_and_then_neighbours_are_asked(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    with unit_of_work() as session:
        need = session.get_one(Need, world.need_id)
        need.status = NeedStatus.PAUSED
        session.add(PhoneCheck(need_id=need.id, tries_left=3))
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team").text
    assert "Their number is not confirmed" in shown
    button = re.search(r'action="(/team/needs/[0-9]+/confirmed)"', shown)
    assert button
    assert press(client, "/team", button[1]).location == "/team"
    with reading() as session:
        assert session.get_one(Need, world.need_id).status is NeedStatus.OPEN
    assert "/confirmed" not in client.get("/team").text


def test_a_need_that_is_not_there_cannot_be_confirmed(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert press(client, "/team", "/team/needs/999999/confirmed").status_code == 404


def test_the_numbers_of_the_map_are_those_of_the_list_whatever_is_chosen(
    client: FlaskClient, sign_in_token: str
) -> None:
    with unit_of_work() as session:
        for band in ("am", "pm", "eve"):
            needs.post_need(session, eileen(times=frozenset({band})), now=datetime.now(UTC))
    press(client, f"/sign-in/{sign_in_token}")
    for chosen, count in (
        ("", 3),
        ("?kind=snow", 3),
        ("?asked=nobody", 3),
        ("?kind=lift", 0),
        ("?urgency=x&page=٣", 3),
    ):
        shown = client.get(f"/team{chosen}").text
        numbers = re.findall(r'data-number="(\d+)"', shown)
        assert numbers == re.findall(r'<li class="gn-need" id="need-\d+" value="(\d+)"', shown)
        assert len(numbers) == count
    assert "0 visits of 3 chosen" in client.get("/team?kind=lift").text

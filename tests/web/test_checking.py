"""Checking a request, and the page of an invitation: what anyone may read and send."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import checking, invitations
from matcher.services.need_page import NeedState
from matcher.store.models import Need, Notification, Occurrence
from matcher.store.session import reading, unit_of_work
from tests.databases import Addresses
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, error_beside, press, rows_everywhere
from web.limits import limiter

FAULT = "We cannot find a request with that reference and phone number. Check both, or call 01632 960 100"


@pytest.fixture
def reference(world: World) -> str:
    with reading() as session:
        return session.execute(select(Need.reference).where(Need.id == world.need_id)).scalar_one()


STATES = {
    "not_confirmed": "Waiting for your code",
    "looking": "Looking for a neighbour",
    "still_looking": "Still looking",
    "looking_again": "Looking again",
    "coming": "A neighbour is coming",
    "on_way": "A neighbour is on the way",
    "done": "Done",
    "unmet": "We could not find anyone",
    "cancelled": "Cancelled",
    "word_first": "We need a word first",
}


def test_the_reference_and_four_digits_tell_how_it_stands(cookieless: FlaskClient, reference: str) -> None:
    answer = press(cookieless, "/check", reference=reference.lower(), last_digits="0982")
    assert answer.status_code == 200
    assert reference.replace("-", "\u2011") in answer.text
    assert STATES["looking"] in answer.text
    assert "01632 960 100" in answer.text


def test_what_is_shown_holds_no_way_to_change_it_and_nothing_private(
    client: FlaskClient, world: World, reference: str
) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    with reading() as session:
        word = session.execute(select(Occurrence.door_word)).scalars().first()
    shown = press(client, "/check", reference=reference, last_digits="0982").text
    assert STATES["coming"] in shown
    main = shown[shown.index("<main") : shown.index("</main")]
    assert set(re.findall(r'(?:action|href)="([^"]*)"', main)) == {"/check", "/check/link", "tel:01632960100"}
    assert [private for private in (word, "Christopher", "Eileen", HOUSE, NOTE, POSTCODE) if private in main] == []


@pytest.mark.parametrize("state", NeedState)
def test_each_state_has_words_without_a_name(
    client: FlaskClient, reference: str, monkeypatch: pytest.MonkeyPatch, state: NeedState
) -> None:
    coming = int(state in (NeedState.COMING, NeedState.ON_WAY))
    glance = checking.Glance(reference, state, ("Thursday 24 December", "Friday 25 December"), coming)
    monkeypatch.setattr(checking, "look", lambda *_args, **_named: glance)
    shown = press(client, "/check", reference=reference, last_digits="0982").text
    assert f"<title>{STATES[state]}: check a request" in shown
    assert "Thursday 24 December or Friday 25 December" in shown


def test_the_link_goes_by_text_and_the_answer_is_the_same_where_there_is_nothing_to_send(
    client: FlaskClient, reference: str
) -> None:
    answers = [
        press(client, "/check", "/check/link", reference=typed, last_digits=digits)
        for typed, digits in ((reference, "0982"), (reference, "0983"), ("AAA-AAA", "0982"))
    ]
    assert {(answer.status_code, answer.location, answer.data) for answer in answers} == {
        (303, "/check/sent", answers[0].data)
    }
    with reading() as session:
        owed = session.scalars(select(Notification.channel).where(Notification.template == "need_link")).all()
    assert owed == ["text"]


def test_every_link_asked_for_is_counted_so_that_the_count_tells_nobody_which_was_right(
    client: FlaskClient, reference: str
) -> None:
    for typed in (reference, "AAA-AAA"):
        limiter.reset()
        sent = [press(client, "/check", "/check/link", reference=typed, last_digits="0982") for _ in range(6)]
        assert [answer.status_code for answer in sent] == [303] * 5 + [429]


def test_a_link_is_not_asked_for_with_nothing(client: FlaskClient, reference: str) -> None:
    answer = press(client, "/check", "/check/link", reference="", last_digits="12")
    assert answer.status_code == 422
    assert error_beside(answer.text, "reference") == "Enter your reference, like K7Q-4MX"
    assert 'value="12"' in answer.text


def test_either_fault_says_the_same_and_keeps_what_was_typed(client: FlaskClient, reference: str) -> None:
    shown = []
    for typed_reference, digits in ((reference, "0983"), ("AAA-AAA", "0982")):
        answer = press(client, "/check", reference=typed_reference, last_digits=digits)
        assert answer.status_code == 422
        assert error_beside(answer.text, "reference") == FAULT
        assert f'value="{typed_reference}"' in answer.text
        assert f'value="{digits}"' in answer.text
        shown.append(answer.text.replace(typed_reference, "*").replace(digits, "*"))
    assert shown[0] == shown[1]


def test_after_five_misses_it_waits_and_hits_are_not_counted(client: FlaskClient, reference: str) -> None:
    for _ in range(7):
        assert press(client, "/check", reference=reference, last_digits="0982").status_code == 200
        assert press(client, "/check", reference="", last_digits="").status_code == 422
    misses = [press(client, "/check", reference=f"AAA-AA{n}", last_digits="0982").status_code for n in range(6)]
    assert misses == [422] * 5 + [429]
    assert press(client, "/check", reference=reference, last_digits="0982").status_code == 429


def test_one_request_is_not_guessed_at_from_many_addresses(client: FlaskClient, reference: str) -> None:
    token = re.search(r'form_token" value="(\w+)"', client.get("/check").text)[1]  # type: ignore[index]
    answers = [
        client.post(
            "/check",
            data={"form_token": token, "reference": reference, "last_digits": f"{number:04}"},
            environ_overrides={"REMOTE_ADDR": f"192.0.2.{number + 1}"},
        ).status_code
        for number in range(6)
    ]
    assert answers == [422] * 5 + [429]


# Invitations --------------------------------------------------------------------------------------------------


@pytest.fixture
def code(seeded: str) -> str:
    with unit_of_work() as session:
        return invitations.invite(
            session, "Pat <Smith>", "nobody should be snowed in", "postcard", now=datetime.now(UTC)
        )


def test_an_invitation_says_who_asks_and_why(client: FlaskClient, code: str) -> None:
    for typed in (code, code.lower()):
        shown = client.get(f"/i/{typed}").text
        assert "Pat &lt;Smith&gt; asked you to take part" in shown
        assert "Because nobody should be snowed in." in shown
    assert client.get("/i/NOPE3").data == client.get("/no-such-page").data


@pytest.mark.parametrize(
    ("choice", "leads_to"),
    [("ask", "/ask"), ("offer", "/offer"), ("story", "/tell"), ("read", "/what-we-do")],
)
def test_each_choice_leads_on_and_is_counted(cookieless: FlaskClient, code: str, choice: str, leads_to: str) -> None:
    answer = press(cookieless, f"/i/{code}", choice=choice)
    assert (answer.status_code, answer.location) == (303, leads_to)
    assert cookieless.get(leads_to).status_code == 200
    with reading() as session:
        assert [row[1:] for row in invitations.counts(session)] == [("postcard", choice, 1)]


def test_a_choice_that_is_none_counts_nothing(client: FlaskClient, code: str, database: Addresses) -> None:
    before = rows_everywhere(database.owner_url)
    assert press(client, f"/i/{code}", choice="win a prize").status_code == 404
    assert rows_everywhere(database.owner_url) == before


def test_reading_an_invitation_leaves_no_cookie(client: FlaskClient, code: str) -> None:
    limiter.reset()
    assert "Set-Cookie" not in client.get(f"/i/{code}").headers

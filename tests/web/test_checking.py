"""Checking a request, and the page of an invitation: what anyone may read and send."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import invitations
from matcher.store.models import Need
from matcher.store.session import reading, unit_of_work
from tests.conftest import Addresses
from tests.web.conftest import World, error_beside, press, rows_everywhere
from web.limits import limiter

FAULT = "We cannot find a request with that reference and phone number. Check both, or call 01632 960 100"


@pytest.fixture
def reference(world: World) -> str:
    with reading() as session:
        return session.execute(select(Need.reference).where(Need.id == world.need_id)).scalar_one()


def test_the_reference_and_four_digits_lead_to_the_request(cookieless: FlaskClient, reference: str) -> None:
    answer = press(cookieless, "/check", reference=reference.lower(), last_digits="0982")
    assert answer.status_code == 303
    assert reference.replace("-", "\u2011") in cookieless.get(answer.location).text


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
        assert press(client, "/check", reference=reference, last_digits="0982").status_code == 303
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
    [("ask", "/ask"), ("offer", "/offer"), ("story", "/contact#story"), ("read", "/what-we-do")],
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

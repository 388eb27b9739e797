"""A receptionist asks on one page, with a code that a coordinator gave; of what comes of it they see the outcome."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matcher.domain.roles import StaffRoleName
from matcher.store.models import Consent, Need, Referral
from matcher.store.session import reading
from tests.web.conftest import HOUSE, NOTE, PHONE, POSTCODE, error_beside, press, sign_in
from tests.web.test_desk import words
from tests.web.test_for_someone import live_through, one, owed
from web.limits import limiter

SURGERY = {"name": "Market Street Surgery", "phone": "01632 960 300", "email": "", "area": "bradford-on-avon"}
ASKED = {
    "agreed": "spoken",
    "first_name": "Eileen",
    "phone": PHONE,
    "postcode": POSTCODE,
    "house": HOUSE,
    "kind": "snow",
    "details": ["path"],
    "when": "tomorrow",
    "times": "any",
    "contact": "phone",
    "note": NOTE,
    "asker_name": "Nora",
    "asker_role": "receptionist",
}


@pytest.fixture
def ruth(app: Flask) -> FlaskClient:
    return sign_in(app.test_client(), StaffRoleName.COORDINATOR, name="Ruth")


def code_given(staff: FlaskClient, **changes: str) -> str:
    shown = staff.get(press(staff, "/team/organisations/new", **{**SURGERY, **changes}).location).text
    found = re.search(r'gn-panel__reference">([^<]+)<', shown)
    assert found
    return found[1]


def opened(client: FlaskClient, code: str) -> str:
    answer = press(client, "/at-work", code=code)
    assert answer.status_code == 303, error_beside(answer.text, "code")
    return str(answer.location)


def ask(client: FlaskClient, at: str, **changes: Any) -> Any:
    shown = client.get(at).text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', shown))
    return client.post(at, data={**hidden, **ASKED, **changes})


def test_with_the_code_everything_is_asked_on_one_page_and_kept_with_who_asked(
    client: FlaskClient, ruth: FlaskClient
) -> None:
    at = opened(client, code_given(ruth).lower())
    answer = ask(client, at)
    need, consent, referral = one(Need), one(Consent), one(Referral)
    assert answer.location == f"{at}?asked={need.reference}"
    assert (consent.given_by, consent.asked_by, consent.how) == ("self", "professional", "spoken")
    assert (referral.first_name, referral.role, referral.organisation) == ("Nora", "receptionist", SURGERY["name"])
    shown = client.get(answer.location).text
    assert "We have your request" in shown
    assert "tell them that we will ring" in shown
    assert "Market Street Surgery" in ruth.get(f"/desk/needs/{need.id}").text
    assert "Eileen" in ruth.get("/desk").text  # to be rung before anyone is asked


def test_gone_back_to_and_filled_in_for_the_next_person_it_is_asked_for_both_and_twice_the_same_is_once(
    client: FlaskClient, ruth: FlaskClient
) -> None:
    at = opened(client, code_given(ruth))
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', client.get(at).text))
    for changes in ({}, {}, {"first_name": "Gwen", "house": "4 Plough Cottages"}):
        assert client.post(at, data={**hidden, **ASKED, **changes}).status_code == 303
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Need)) == 2


def test_not_yet_is_asked_first_and_nothing_is_sent(client: FlaskClient, ruth: FlaskClient) -> None:
    refused = ask(client, opened(client, code_given(ruth)), agreed="not_yet")
    assert refused.status_code == 422
    assert error_beside(refused.text, "agreed") == "Please ask them first"
    assert "We have sent nothing" in refused.text
    assert HOUSE in refused.text
    assert owed() == []


def test_every_answer_that_is_missing_is_named_beside_its_field_at_once(client: FlaskClient, ruth: FlaskClient) -> None:
    at = opened(client, code_given(ruth))
    wanted = ("agreed", "first_name", "phone", "postcode", "house", "kind", "when", "asker_name", "asker_role")
    refused = ask(client, at, **dict.fromkeys(wanted, ""))
    assert refused.status_code == 422
    assert [name for name in wanted if not error_beside(refused.text, name)] == []


def test_an_address_that_is_not_covered_says_who_helps_there(client: FlaskClient, ruth: FlaskClient) -> None:
    refused = ask(client, opened(client, code_given(ruth)), postcode="BA1 1AA")
    assert refused.status_code == 422
    assert error_beside(refused.text, "postcode")
    assert "We know of nobody who helps there" in refused.text


def test_it_is_shown_the_outcome_of_its_own_requests_and_no_other_byte(
    client: FlaskClient, app: Flask, ruth: FlaskClient
) -> None:
    at, elsewhere = opened(client, code_given(ruth)), opened(app.test_client(), code_given(ruth, name="Ward 4"))
    reference = ask(client, at).location[-7:]
    seen: list[str] = [client.get(at).text]
    live_through(one(Need), seen, lambda: client.get(at).text)
    told = words(client.get(at))
    assert re.search(r"Asked: .*?A neighbour said yes: Yes.*?Done: Yes", re.sub(r"<[^>]+>", "", told), re.DOTALL)
    private = (HOUSE, POSTCODE, NOTE, PHONE, "900982", "Christopher", "Barnes", "/r/", "/visits/", "Eileen")
    assert [mark for page in seen for mark in private if mark in page] == []
    assert reference in told
    assert reference not in words(client.get(elsewhere))
    assert reference not in client.get(f"{elsewhere}?asked={reference}").text


def test_a_wrong_code_is_kept_and_named_and_the_eleventh_try_waits(client: FlaskClient, ruth: FlaskClient) -> None:
    code_given(ruth)
    refused = press(client, "/at-work", code="K7Q-4MX-RT9")
    assert error_beside(refused.text, "code") == "We cannot find that code. Check it, or ask us for a new one"
    assert 'value="K7Q-4MX-RT9"' in refused.text
    assert error_beside(press(client, "/at-work", code="").text, "code") == "Enter your organisation’s code"
    tries = [press(client, "/at-work", code="K7Q-4MX-RT9").status_code for _ in range(9)]
    assert tries == [422] * 8 + [429]


def test_ended_it_opens_nothing_and_the_page_is_gone_and_a_new_code_is_another(
    client: FlaskClient, ruth: FlaskClient
) -> None:
    first = code_given(ruth)
    at = opened(client, first)
    press(ruth, "/team/organisations", "/team/organisations/1/end")
    gone = client.get(at)
    assert gone.status_code == 404
    assert "Type your organisation’s code" in gone.text
    assert press(client, "/at-work", code=first).status_code == 422
    assert "Ended today" in ruth.get("/team/organisations").text
    given = press(ruth, "/team/organisations", "/team/organisations/1/code").location
    assert first not in ruth.get(given).text
    assert press(client, "/at-work", code=first).status_code == 422


def test_nobody_but_a_coordinator_of_the_area_gives_ends_or_reads_a_code(app: Flask, ruth: FlaskClient) -> None:
    given = press(ruth, "/team/organisations/new", **SURGERY).location
    for role in (StaffRoleName.CALL_HANDLER, StaffRoleName.CONNECTOR, StaffRoleName.ADMINISTRATOR):
        other = sign_in(app.test_client(), role, name=role.value)
        assert {other.get(path).status_code for path in ("/team/organisations", given)} == {404}
    far = sign_in(app.test_client(), StaffRoleName.COORDINATOR, name="Far", areas=frozenset({"salisbury"}))
    assert far.get(given).status_code == 404
    assert SURGERY["name"] not in far.get("/team/organisations").text
    assert press(far, "/team/organisations", "/team/organisations/1/end").status_code == 404


def test_while_no_requests_are_taken_it_says_so_and_takes_none(
    client: FlaskClient, ruth: FlaskClient, app_with: Callable[..., Flask]
) -> None:
    at = opened(client, code_given(ruth))
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', client.get(at).text))
    closed = app_with(GRITBIN_CLOSED="We are back on Monday.").test_client()
    limiter.reset()
    for path in ("/at-work", at):
        assert "We are back on Monday." in closed.get(path).text
    assert closed.post(at, data={**hidden, **ASKED}).status_code == 503
    assert owed() == []


def test_pressed_twice_one_code_is_made(ruth: FlaskClient) -> None:
    shown = ruth.get("/team/organisations/new").text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', shown))
    answers = [ruth.post("/team/organisations/new", data=SURGERY | hidden) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert ruth.get("/team/organisations").text.count("Code given: ") == 1


def test_a_coordinator_corrects_it_and_sees_what_is_wrong_beside_what_was_typed(
    client: FlaskClient, ruth: FlaskClient
) -> None:
    at = opened(client, code_given(ruth))
    path = "/team/organisations/1/correct"
    assert f'value="{SURGERY["name"]}"' in ruth.get(path).text
    wrong = press(ruth, path, **{**SURGERY, "name": "Bridge Street", "phone": "12"})
    assert error_beside(wrong.text, "phone")
    assert 'value="Bridge Street"' in wrong.text
    press(ruth, path, **{**SURGERY, "name": "Bridge Street"})
    assert "Bridge Street" in client.get(at).text

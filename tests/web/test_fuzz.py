"""Whatever is typed, the answer is a page that says what to do: never a fault."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.services import needs
from matcher.store.session import unit_of_work
from tests.web import test_needs, test_offers
from tests.web.conftest import World, eileen, press
from web.limits import limiter

TYPED = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            " ",
            "0",
            "-1",
            "99999999999999999999",
            "1e309",
            "١٢",
            "\ud800",
            "’; drop table needs; --",
            "{{7*7}}",
            "\u202e",
        ]
    ),
)
FIELDS = {
    "/ask": ("kind", "details"),
    "/ask/when": ("when", "times", "day-day", "day-month", "day-year", "is_weekly"),
    "/ask/where": ("postcode", "house"),
    "/ask/who": ("first_name", "phone", "contact", "email", "note"),
    "/offer": ("kinds",),
    "/offer/times": ("pattern", "avail", "away", "away_from-day", "away_from-month", "away_from-year", "do"),
    "/offer/reach": ("postcode", "house", "travel_mode", "travel_minutes"),
    "/offer/about-you": ("first_name", "surname", "phone", "email", "date_of_birth-day", "date_of_birth-year"),
    "/offer/why": ("motives",),
    "/offer/promises": ("promises",),
    "/sign-in": ("email",),
}
KNOWN = {"when": "day", "contact": "email", "pattern": "choose", "do": "add"}


@pytest.mark.parametrize("at", FIELDS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_no_form_fails_on_anything_typed(client: FlaskClient, at: str, data: st.DataObject) -> None:
    limiter.reset()
    if client.get(at).status_code != 200:
        (test_needs if at.startswith("/ask") else test_offers).answer_all(client)
    typed = {name: data.draw(TYPED) for name in FIELDS[at]}
    if data.draw(st.booleans()):
        typed |= {name: value for name, value in KNOWN.items() if name in typed}
    sendable = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
    answer = press(client, at, **sendable)
    assert answer.status_code in (303, 400, 422), (at, typed)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(answer=TYPED, thanks=TYPED)
def test_nor_does_how_it_went(client: FlaskClient, world: World, answer: str, thanks: str) -> None:
    token = client.get(f"/r/{world.status}/cancel").text.split('form_token" value="')[1].split('"')[0]
    said = client.post(
        f"/r/{world.status}/how",
        data={
            "form_token": token,
            "answer": answer.encode("utf-8", "surrogatepass"),
            "thanks": thanks.encode("utf-8", "surrogatepass"),
        },
    )
    assert said.status_code in (303, 400, 409, 422)


# Forms of a resident's own pages, and those anyone may send: page -> where it goes, and answers that can be used.
WHEN = {"when": "day", "times": "am", "day-day": "1", "day-month": "2", "day-year": "2027"}
FORMS = {
    "/check": ("/check", {"reference": "K7Q-4MX", "last_digits": "0982"}),
    "/r/*/change": ("/r/*/change/time", WHEN),
    "/r/*/change ": ("/r/*/change/note", {"note": "Ring the bell."}),
    "/r/*/again": ("/r/*/again", {**WHEN, "helpers": "1", "is_weekly": ""}),
    "/r/+/code": ("/r/+/code", {"code": "12345"}),
    "/r/+/number": ("/r/+/number", {"phone": "01632 960901"}),
}
BY_HAND = ("reference", "last_digits", "note", "code", "phone", "day-day", "day-month", "day-year")


@pytest.mark.parametrize("at", FORMS)
def test_forms_of_one_page_take_it_or_say_what_is_wrong_and_keep_what_was_typed(
    client: FlaskClient, world: World, at: str
) -> None:
    with unit_of_work() as session:
        draft = eileen(person=replace(eileen().person, first_name="Una", phone="01632960901"), must_confirm=True)
        unsure = needs.post_need(session, draft, now=datetime.now(UTC))
    page, to = (path.strip().replace("*", world.status).replace("+", unsure.token) for path in (at, FORMS[at][0]))
    shown = client.get(page)
    assert shown.status_code == 200
    token = shown.text.split('form_token" value="')[1].split('"')[0]

    @settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(field=st.sampled_from(sorted(FORMS[at][1])), typed=st.one_of(TYPED, st.sampled_from(["x" * 20_000, "\0"])))
    def try_it(field: str, typed: str) -> None:
        limiter.reset()
        sent = {"form_token": token, **FORMS[at][1], field: typed.encode("utf-8", "surrogatepass")}
        answer = client.post(to, data=sent)
        assert answer.status_code in (303, 400, 422), (field, typed)
        if answer.status_code == 422:
            assert "govuk-error-summary" in answer.text
            assert "Error:" in answer.text.split("<title>")[1][:7]
            beside = "".join(html.unescape(answer.text).split())
            assert field not in BY_HAND or "\ud800" in typed or "".join(typed.split())[:60] in beside, (field, typed)

    try_it()

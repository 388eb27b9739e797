"""Whatever is typed, the answer is a page that says what to do: never a fault."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web import test_needs, test_offers
from tests.web.conftest import World, press
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

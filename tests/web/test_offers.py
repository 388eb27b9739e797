from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.store.models import AvailabilityException, AvailabilityRule, Offer, OfferKind, OfferMotive
from matcher.store.session import reading
from tests.web.conftest import error_beside, press
from web import filters

KINDS = {"kinds": ["snow", "errand"]}
TIMES = {"pattern": "choose", "avail": ["MO-am", "MO-pm", "SA-early"], "visits_per_week": "2"}
REACH = {"postcode": "ba15 1de", "house": "7", "travel_mode": "foot", "travel_minutes": "20"}
ABOUT = {
    "first_name": "Christopher",
    "surname": "Barnes",
    "phone": "07700 900111",
    "email": "christopher@example.com",
    "date_of_birth-day": "31",
    "date_of_birth-month": "March",
    "date_of_birth-year": "1970",
}
WHY = {"motives": ["lives_here", "was_asked"]}
PROMISES = {"promises": "yes"}


def answer_all(client: FlaskClient, **of_yourself: list[str]) -> str:
    at = "/offer"
    for typed in ({**KINDS, **of_yourself}, TIMES, REACH, ABOUT, WHY, PROMISES):
        answered = press(client, at, **typed)
        assert answered.status_code == 303, answered.text
        at = answered.location
    return at


@pytest.mark.parametrize("has_cookies", [True, False])
def test_an_offer_is_made_and_leads_to_their_own_page(
    client: FlaskClient, cookieless: FlaskClient, has_cookies: bool
) -> None:
    browser = client if has_cookies else cookieless
    check_at = answer_all(browser)
    check = browser.get(check_at).text
    for words in (
        "Clear snow or ice",
        "Monday mornings and afternoons",
        "Saturday early mornings",
        "On foot",
        "31 March 1970",
        "I live here",
        "This covers Bradford on Avon.",
        "In the last 30 days there were fewer than 5 requests for help within about a mile of you",
    ):
        assert words in check
    sent = press(browser, check_at)
    assert re.fullmatch(r"/me/[\w-]{22}/welcome", sent.location)
    assert "You are on the list" in browser.get(sent.location).text
    with reading() as session:
        offer = session.scalars(select(Offer)).one()
        rules = session.execute(select(AvailabilityRule.weekday, AvailabilityRule.opens)).all()
        kinds = set(session.scalars(select(OfferKind.kind_slug)))
        told = set(session.scalars(select(OfferMotive.motive)))
    assert told == set(WHY["motives"])
    assert (offer.travel_minutes, offer.visits_per_week, kinds) == (20, 2, {"snow", "errand"})
    assert sorted((day, opens.hour) for day, opens in rules) == [(0, 8), (5, 6)]


def test_an_area_that_closes_as_it_is_sent_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, close_the_area_meanwhile: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    check_at = answer_all(client)
    shown = client.get(check_at).text
    typed = {"form_token": re.search(r'form_token" value="(\w+)"', shown)[1]}  # type: ignore[index]
    close_the_area_meanwhile()
    refused = client.post(check_at, data=typed)
    assert refused.status_code == 409
    assert "The area was closed just now" in refused.text
    with reading() as session:
        assert session.scalars(select(Offer)).all() == []
    monkeypatch.undo()
    assert "31 March 1970" in client.get(check_at).text


def test_checks_still_to_be_seen_are_said(client: FlaskClient) -> None:
    answer_all(client)
    sent = press(client, "/offer/check")
    assert "Photo ID seen: not yet" in client.get(sent.location).text


def test_one_tap_stands_for_a_whole_week(client: FlaskClient) -> None:
    press(client, "/offer", **KINDS)
    assert press(client, "/offer/times", pattern="weekends", visits_per_week="any").location == "/offer/reach"


def test_monday_is_copied_to_every_weekday_by_the_server(client: FlaskClient) -> None:
    press(client, "/offer", **KINDS)
    copied = press(client, "/offer/times", **TIMES, do="weekdays")
    assert copied.location == "/offer/times"
    shown = client.get("/offer/times").text
    ticked = re.findall(r'value="(\w\w-\w+)" checked', shown)
    assert ticked == [f"{day}-{band}" for day in ("MO", "TU", "WE", "TH", "FR") for band in ("am", "pm")] + ["SA-early"]
    assert "You are usually free weekday mornings and afternoons" in shown


def test_dates_away_are_added_and_removed_by_the_server(client: FlaskClient) -> None:
    press(client, "/offer", **KINDS)
    year = datetime.now(UTC).year + 1
    away = {f"away_{end}-{part}": value for end, value in (("from", "2"), ("to", "10")) for part in ("day",)}
    away |= {f"away_{end}-month": "1" for end in ("from", "to")}
    away |= {f"away_{end}-year": str(year) for end in ("from", "to")}
    press(client, "/offer/times", **TIMES, **away, do="add")
    shown = client.get("/offer/times").text
    assert f"{filters.day(date(year, 1, 2))} to {filters.day(date(year, 1, 10))} {year}" in shown
    kept = {"away": f"{year}-01-02/{year}-01-10"}
    press(client, "/offer/times", **TIMES, **kept, do=f"remove-{year}-01-02/{year}-01-10")
    assert "10 January" not in client.get("/offer/times").text
    press(client, "/offer/times", **TIMES, **kept)
    for at, typed in (("reach", REACH), ("about-you", ABOUT), ("why", {}), ("promises", PROMISES)):
        press(client, f"/offer/{at}", **typed)
    press(client, "/offer/check")
    with reading() as session:
        assert session.scalars(select(OfferMotive)).all() == []
        assert len(session.scalars(select(AvailabilityException)).all()) == 1


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ({"to-day": "", "to-month": "", "to-year": ""}, "Enter the last day"),
        ({"to-day": "1"}, "must be after the first"),
        ({"to-year": "2039"}, "within the next 2 years"),
    ],
)
def test_dates_away_that_are_none_are_said_beside_them(client: FlaskClient, to: dict[str, str], words: str) -> None:
    press(client, "/offer", **KINDS)
    typed = {
        f"away_{end}-{part}": value
        for end in ("from", "to")
        for part, value in (("day", "2"), ("month", "1"), ("year", "2031"))
    }
    typed |= {f"away_{name}": value for name, value in to.items()}
    answered = press(client, "/offer/times", **TIMES, **typed, do="add")
    assert answered.status_code == 422
    assert words in error_beside(answered.text, "away_to")


def test_the_early_band_is_for_those_who_clear_snow(client: FlaskClient) -> None:
    press(client, "/offer", kinds=["errand"])
    assert "MO-early" not in client.get("/offer/times").text
    press(client, "/offer", **KINDS)
    assert "MO-early" in client.get("/offer/times").text


@pytest.mark.parametrize(
    ("at", "typed", "field", "message"),
    [
        ("", {}, "kinds", "Select at least one thing you could do"),
        ("", {"kinds": ["other"]}, "kinds", "Select at least one thing you could do"),
        ("times", {"visits_per_week": "2"}, "pattern", "Select the times you are usually free"),
        ("times", {"pattern": "choose", "visits_per_week": "2"}, "avail", "Select at least one time"),
        ("times", {"pattern": "any", "visits_per_week": "7000"}, "visits_per_week", "Select how many visits"),
        ("reach", {**REACH, "travel_mode": "horse"}, "travel_mode", "Select how you will travel"),
        ("reach", {**REACH, "travel_minutes": "600"}, "travel_minutes", "Select how far you would go"),
        ("reach", {**REACH, "postcode": "somewhere"}, "postcode", "Enter a full UK postcode"),
        ("about-you", {**ABOUT, "surname": ""}, "surname", "Enter your last name"),
        ("about-you", {**ABOUT, "email": "christopher@"}, "email", "Enter an email address"),
        ("about-you", {**ABOUT, "date_of_birth-year": "70"}, "date_of_birth", "must be a real date"),
        ("about-you", {**ABOUT, "date_of_birth-year": "2020"}, "date_of_birth", "You must be 18 or over"),
        ("about-you", {**ABOUT, "date_of_birth-year": "2999"}, "date_of_birth", "must be in the past"),
        ("about-you", {**ABOUT, "date_of_birth-day": "banana"}, "date_of_birth", "must be a real date"),
        ("about-you", {**ABOUT, "date_of_birth-month": ""}, "date_of_birth", "Date of birth must include a month"),
        ("promises", {}, "promises", "Agree to the promises to go on"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_what_was_typed_stays(
    client: FlaskClient, at: str, typed: dict[str, str], field: str, message: str
) -> None:
    answer_all(client)
    answered = press(client, f"/offer/{at}".rstrip("/"), **typed)
    assert answered.status_code == 422
    assert "<title>Error: " in answered.text
    assert message in error_beside(answered.text, field)
    if at in ("reach", "about-you"):
        for name in ("house", "first_name", "phone", "date_of_birth-day"):
            assert typed.get(name, "") in answered.text

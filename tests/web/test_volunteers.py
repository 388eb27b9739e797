from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import MatchStatus, OfferStatus
from matcher.domain.localtime import local_day
from matcher.services import offers
from matcher.store.models import Match, Offer
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, christopher, error_beside, press
from web.volunteers import _given_words

_FIRST = local_day(datetime.now(UTC)) + timedelta(days=10)
AWAY = f"{_FIRST.isoformat()}/{(_FIRST + timedelta(days=2)).isoformat()}"


def test_the_page_shows_what_waits_and_opens_it_by_a_press(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/me/{world.me}").text
    assert "Waiting for your answer" in shown
    opened = press(client, f"/me/{world.me}", f"/me/{world.me}/asks/{world.match_id}")
    assert "Can you help?" in client.get(opened.location).text


def test_after_a_yes_the_visit_is_next_and_its_address_is_not_on_this_page(client: FlaskClient, world: World) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    shown = client.get(f"/me/{world.me}").text
    assert "Clear snow or ice for Eileen" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE))
    visit_id = shown.split(f"/me/{world.me}/visits/")[1].split('"')[0]
    opened = press(client, f"/me/{world.me}", f"/me/{world.me}/visits/{visit_id}")
    assert HOUSE in client.get(opened.location).text


def test_someone_else_s_ask_or_visit_is_not_there(client: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        joan = offers.make_offer(session, christopher("07700900222", "Joan"), now=datetime.now(UTC))
    for thing in (f"asks/{world.match_id}", "asks/999", "visits/1", "visits/999"):
        assert press(client, f"/me/{joan.token}", f"/me/{joan.token}/{thing}").status_code == 404


def test_pause_everything_and_be_asked_again(client: FlaskClient, world: World) -> None:
    press(client, f"/me/{world.me}", f"/me/{world.me}/pause")
    assert "Everything is paused" in client.get(f"/me/{world.me}").text
    with reading() as session:
        assert session.scalars(select(Offer.status)).one() is OfferStatus.PAUSED
        assert session.scalars(select(Match.status)).one() is not MatchStatus.PROPOSED
    press(client, f"/me/{world.me}", f"/me/{world.me}/resume")
    assert "You are off duty" in client.get(f"/me/{world.me}").text


def test_on_duty_and_off_again(client: FlaskClient, world: World) -> None:
    press(client, f"/me/{world.me}", f"/me/{world.me}/on")
    assert "You are on duty until 8pm" in client.get(f"/me/{world.me}").text
    press(client, f"/me/{world.me}", f"/me/{world.me}/off")
    assert "You are off duty" in client.get(f"/me/{world.me}").text


def test_what_is_thought_of_them_is_said_and_forgotten_on_a_press(client: FlaskClient, world: World) -> None:
    settings = f"/me/{world.me}/settings"
    assert "Nothing yet: we ask you as we ask everyone." in client.get(settings).text
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/no")
    shown = client.get(settings).text
    assert "You answered 1 question in the last half year, and said yes to 0." in shown
    assert press(client, settings, f"/me/{world.me}/forget").location == settings
    assert "You had it forgotten on" in client.get(settings).text


@pytest.mark.parametrize(
    ("what", "typed", "read_back"),
    [
        ("kinds", {"kinds": ["snow", "lift"]}, "Give a lift"),
        (
            "times",
            {"pattern": "choose", "avail": ["MO-am", "WE-am"], "away": AWAY, "visits_per_week": "2"},
            "You are usually free Monday and Wednesday mornings. Not ",
        ),
        ("reach", {"travel_mode": "car", "travel_minutes": "45"}, "Up to 45 minutes"),
        (
            "writing",
            {"asks_per_week": "4", "quiet": "20-9", "asks": "text", "visits": "email", "news": "none"},
            "Nothing that can wait from 8pm to 9am",
        ),
    ],
)
def test_a_setting_is_changed_and_read_back(
    client: FlaskClient, world: World, what: str, typed: dict[str, str], read_back: str
) -> None:
    settings = f"/me/{world.me}/settings"
    assert press(client, f"{settings}/{what}", **typed).location == settings
    assert read_back in html.unescape(client.get(settings).text)
    shown = client.get(f"{settings}/{what}").text
    for value in (value for values in typed.values() for value in ([values] if isinstance(values, str) else values)):
        assert re.search(rf'value="{value}"[^>]*(checked|>)', shown), value


@pytest.mark.parametrize(
    ("what", "field", "message"),
    [
        ("kinds", "kinds", "Select at least one thing you could do"),
        ("times", "pattern", "Select the times you are usually free"),
        ("reach", "travel_mode", "Select how you will travel"),
        ("writing", "news", "Select how we should send thanks and news"),
        ("pause", "back_on", "Enter the day"),
    ],
)
def test_an_answer_that_is_none_is_said_beside_its_field(
    client: FlaskClient, world: World, what: str, field: str, message: str
) -> None:
    wrong = press(client, f"/me/{world.me}/settings/{what}")
    assert (wrong.status_code, error_beside(wrong.text, field)) == (422, message)


def test_a_week_is_filled_in_without_a_script_and_nothing_is_kept_until_it_is_saved(
    client: FlaskClient, world: World
) -> None:
    at = f"/me/{world.me}/settings/times"
    filled = press(client, at, pattern="choose", avail=["MO-am"], visits_per_week="2", do="weekdays")
    assert filled.status_code == 200
    assert re.search(r'value="FR-am" checked', filled.text)
    assert not re.search(r'value="choose"[^>]* checked', client.get(at).text)


def test_a_pause_until_a_day_is_said_and_must_be_to_come(client: FlaskClient, world: World) -> None:
    at = f"/me/{world.me}/settings/pause"
    past = press(client, at, **{"back_on-day": "1", "back_on-month": "2", "back_on-year": "2020"})
    assert error_beside(past.text, "back_on") == "The day must be after today"
    assert 'value="2020"' in past.text
    day = local_day(datetime.now(UTC)) + timedelta(days=9)
    typed = {"back_on-day": str(day.day), "back_on-month": str(day.month), "back_on-year": str(day.year)}
    press(client, at, **typed)
    assert "You are away until" in client.get(f"/me/{world.me}").text


def test_leaving_asks_first_and_then_the_page_is_gone(client: FlaskClient, world: World) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    calendar = press(client, f"/me/{world.me}", f"/me/{world.me}/calendar").location
    assert client.get(f"{calendar}.ics").status_code == 200
    leave = f"/me/{world.me}/leave"
    assert "1 visit you have said yes to goes back at once" in client.get(leave).text
    left = press(client, leave)
    assert "You have left the list" in client.get(left.location).text
    assert client.get(f"/me/{world.me}").status_code == 404
    assert client.get(f"{calendar}.ics").status_code == 404
    assert client.get(f"/m/{world.ask}").status_code == 404


def test_my_year_counts_what_was_given_and_names_nobody(client: FlaskClient, world: World) -> None:
    year = f"/me/{world.me}/year"
    assert "Nothing yet in" in client.get(year).text
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    press(client, visit, f"{visit}/done")
    shown = client.get(year).text
    assert "good neighbour" in shown
    assert "clearing a path" in shown.lower()
    assert "1 time" in shown
    assert "Eileen" not in shown
    assert f'href="{year}"' in client.get(f"/me/{world.me}").text


def test_thanks_are_on_my_year_once_a_coordinator_has_let_them_through(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    year, status = f"/me/{world.me}/year", f"/r/{world.status}"
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    press(client, visit, f"{visit}/done")
    press(client, status, f"{status}/how", answer="well", thanks="<b>You</b> are a marvel")
    assert "marvel" not in client.get(year).text
    assert "1 thank-you note is with the team" in client.get(year).text
    press(client, f"/sign-in/{sign_in_token}")
    show = re.search(r"/team/thanks/\d+/show", client.get("/team").text)[0]  # type: ignore[index]
    for _ in range(2):
        assert press(client, "/team", show).location == "/team#told"
    shown = client.get(year).text
    assert "&lt;b&gt;You&lt;/b&gt; are a marvel" in shown
    assert "with the team" not in shown
    assert "Eileen" not in shown
    press(client, "/team", show.replace("show", "keep"))
    assert "marvel" not in client.get(year).text
    assert press(client, "/team", "/team/thanks/999/show").status_code == 404


@pytest.mark.parametrize(
    ("minutes", "words"), [(30, "30 minutes"), (59, "59 minutes"), (60, "1 hour"), (89, "1 hour"), (200, "3 hours")]
)
def test_time_given_is_said_as_people_say_it(minutes: int, words: str) -> None:
    assert _given_words(timedelta(minutes=minutes)) == words

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import MatchStatus, OfferStatus
from matcher.services import matches, needs, offers, page_links
from matcher.store.models import Match, Occurrence, Offer
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, christopher, error_beside, press, proposal


def test_the_question_says_what_when_and_how_far_and_nothing_private(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/m/{world.ask}").text
    for words in ("Can you help?", "Clearing a path", "Under half a mile", "About 30 minutes", "Nothing extra"):
        assert words in shown
    assert not any(mark in shown for mark in ("Eileen", HOUSE, POSTCODE, NOTE))


def test_yes_leads_to_the_visit(client: FlaskClient, world: World) -> None:
    answer = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    assert answer.status_code == 303
    assert "You are helping Eileen" in client.get(answer.location).text


def test_yes_is_one_tap_and_one_request_without_an_account_a_cookie_or_a_script(
    cookieless: FlaskClient, world: World
) -> None:
    shown = cookieless.get(f"/m/{world.ask}").text
    (tap,) = (form for form in re.findall(r"<form.*?</form>", shown, re.DOTALL) if "Yes, I will do it" in form)
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", tap)
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', "".join(fields)))
    assert len(sent) == len([field for field in fields if 'type="hidden"' in field]) == len(fields)  # none to fill in
    action = re.search(r'action="([^"]+)"', tap)
    assert action is not None
    answer = cookieless.post(action[1], data=sent)
    assert "You are helping Eileen" in cookieless.get(answer.location).text


def test_yes_twice_is_one_visit_and_the_question_says_it_is_theirs(client: FlaskClient, world: World) -> None:
    first = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    assert "You said yes" in client.get(f"/m/{world.ask}").text
    second = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    assert first.location != second.location  # a fresh link to the same visit
    assert client.get(second.location).status_code == 200


def test_who_comes_second_reads_that_they_are_not_booked(client: FlaskClient, world: World) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        joan = offers.make_offer(session, christopher("07700900222", "Joan"), now=now)
        occurrence = session.scalars(select(Occurrence)).one()
        start = occurrence.starts_at + timedelta(hours=1)
        matches.propose(session, None, [proposal(occurrence.id, joan, start)], now=now)
        match = session.scalars(select(Match).where(Match.offer_id == joan.offer_id)).one()
        joans = page_links.match_link(session, match, now=now)
    shown = client.get(f"/m/{joans}")
    token = shown.text.split('form_token" value="')[1].split('"')[0]
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    answer = client.post(f"/m/{joans}/yes", data={"form_token": token})
    told = client.get(answer.location).text
    assert "You are NOT booked" in told
    assert "Someone nearby is already helping" in told
    assert "Someone nearby is already helping" in client.get(f"/m/{joans}").text


def test_no_costs_nothing_and_the_reason_is_optional(client: FlaskClient, world: World) -> None:
    answer = press(client, f"/m/{world.ask}", f"/m/{world.ask}/no")
    shown = client.get(answer.location).text
    assert "Thank you for telling us" in shown
    assert "optional" in shown
    given = press(client, answer.location, f"/m/{world.ask}/reason", reason="too_far")
    assert "helps us to ask the right people" in client.get(given.location).text
    assert the_match(world).decline_reason == "too_far"


def test_a_reason_that_is_none_is_said_beside_the_field(client: FlaskClient, world: World) -> None:
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/no")
    for typed in ({}, {"reason": "because"}):
        answer = press(client, f"/m/{world.ask}", f"/m/{world.ask}/reason", **typed)
        assert answer.status_code == 422
        assert "Select a reason" in error_beside(answer.text, "reason")


def test_a_reason_for_a_question_that_is_still_open_leads_back_to_it(client: FlaskClient, world: World) -> None:
    answer = press(client, f"/m/{world.ask}", f"/m/{world.ask}/reason")
    assert (answer.status_code, answer.location) == (303, f"/m/{world.ask}")
    assert the_match(world).status is MatchStatus.PROPOSED


def test_not_me_is_a_no_with_its_reason_and_nobody_is_written_to_again(client: FlaskClient, world: World) -> None:
    assert "Is this message not for you?" in client.get(f"/m/{world.ask}/not-me").text  # one stray tap says nothing
    assert the_match(world).status is MatchStatus.PROPOSED
    answer = press(client, f"/m/{world.ask}/not-me")
    match = the_match(world)
    assert (match.status, match.decline_reason) == (MatchStatus.DECLINED, "not_me")
    with reading() as session:
        assert session.get_one(Offer, match.offer_id).status is OfferStatus.PAUSED
    told = client.get(answer.location).text
    assert "Sorry to have troubled you" in told
    assert "We will not write to this address or number again" in told


@pytest.mark.parametrize(
    ("why", "words"), [("handed_back", "You handed this back"), ("done", "This is done"), ("withdrawn", "NOT booked")]
)
def test_an_answer_that_is_over_for_them_says_how(client: FlaskClient, world: World, why: str, words: str) -> None:
    assert words in client.get(f"/m/{world.ask}/answer/{why}").text


def test_a_visit_handed_back_or_done_says_so_where_it_was_asked(client: FlaskClient, world: World) -> None:
    visit = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    press(client, visit, f"{visit}/hand-back")
    shown = client.get(f"/m/{world.ask}").text
    assert "<h1>You handed this back</h1>" in shown
    assert "We are asking others." in shown


def test_a_cancelled_need_says_so(client: FlaskClient, world: World) -> None:
    with unit_of_work() as session:
        needs.cancel_need(session, world.need_id, actor="system", now=datetime.now(UTC))
    assert "This is no longer needed" in client.get(f"/m/{world.ask}").text


@pytest.mark.parametrize("why", ["taken", "clash", "over", "cancelled", "not_allowed", "said_no"])
def test_every_answer_that_is_no_visit_says_not_booked(client: FlaskClient, world: World, why: str) -> None:
    assert "You are NOT booked" in client.get(f"/m/{world.ask}/answer/{why}").text


def the_match(world: World) -> Match:
    with reading() as session:
        return session.get_one(Match, world.match_id)

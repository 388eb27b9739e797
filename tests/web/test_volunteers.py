from __future__ import annotations

from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import MatchStatus, OfferStatus
from matcher.services import offers
from matcher.store.models import Match, Offer
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, christopher, press


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
    me = f"/me/{world.me}"
    assert "Nothing yet: we ask you as we ask everyone." in client.get(me).text
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/no")
    shown = client.get(me).text
    assert "You answered 1 question in the last half year, and said yes to 0." in shown
    assert press(client, me, f"{me}/forget").location == me
    assert "You had it forgotten on" in client.get(me).text

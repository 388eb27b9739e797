"""More, asked on people's own pages after a good visit; and the team's page of ties."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.motives import Motive
from matcher.services import feedback, motive_chart, visits
from matcher.services.motive_chart import Why
from matcher.store.models import GrowthAsk, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import World, press


@pytest.fixture
def met(client: FlaskClient, world: World) -> World:
    """Christopher came, and it went well."""
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    now = datetime.now(UTC)
    with unit_of_work() as session:
        visits.complete(session, session.scalars(select(Visit.id)).one(), now=now)
    with unit_of_work() as session:
        feedback.say_how_it_went(session, world.need_id, "well", "", now=now)
    return world


def said() -> list[str | None]:
    with reading() as session:
        return list(session.scalars(select(GrowthAsk.answer).order_by(GrowthAsk.id)))


def test_both_are_asked_on_their_own_pages_and_answer_by_one_press(client: FlaskClient, met: World) -> None:
    own, me = f"/r/{met.status}", f"/me/{met.me}"
    assert "Would anything else help?" in client.get(own).text
    assert "Would you do more for Eileen?" in client.get(me).text
    assert press(client, own, f"{own}/more", answer="nonsense").location == own
    assert said() == [None, None]
    assert press(client, own, f"{own}/more", answer="ask").location == "/ask"
    assert press(client, me, f"{me}/more", answer="yes").location == me
    assert said() == ["ask", "yes"]
    assert "Would anything else help?" not in client.get(own).text
    assert "Would you do more" not in client.get(me).text


def test_the_team_sees_ties_and_answers_until_they_are_dealt_with(
    client: FlaskClient, met: World, sign_in_token: str
) -> None:
    press(client, f"/me/{met.me}", f"/me/{met.me}/more", answer="yes")
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team/ties").text
    assert "One pair of neighbours met for the first time" in shown
    assert "Would do more for Eileen: ask Eileen first" in shown
    assert "Fewer than 5 volunteers have said why they help" in shown
    assert '<h2 id="ring">None of 2 people has both given and got help yet</h2>' in shown
    assert shown.count('role="img"') == 2  # the ring, wide and narrow; nothing else has enough to be drawn
    assert '<th scope="row">Only gave help</th><td><span class="gn-table__what">People: </span>1</td>' in shown
    assert press(client, "/team/ties", "/team/ties/2/dealt").location == "/team/ties"
    assert "No answer waits for you" in client.get("/team/ties").text
    assert client.post("/team/ties/99/dealt").status_code == 400


def test_the_reasons_are_drawn_wide_and_narrow_with_their_numbers(
    client: FlaskClient, world: World, sign_in_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Why(has_volunteers=True, told=20, silent=25, reasons=((Motive.MEET_PEOPLE, 15), (Motive.BELIEFS, None)))
    monkeypatch.setattr(motive_chart, "read", lambda *_: told)
    press(client, f"/sign-in/{sign_in_token}")
    shown = " ".join(client.get("/team/ties").text.split())
    assert '<h2 id="why">“To meet people” is the commonest reason: about 15 of about 20 who said why</h2>' in shown
    assert "About 25 have not said, and may have other reasons." in shown
    assert '<h2 id="ring">Nobody has met lately</h2>' in shown
    assert shown.count('role="img"') == 2
    assert shown.count("Have not said: about 25") == 2
    assert (
        '<th scope="row">My faith or beliefs</th><td><span class="gn-table__what">Volunteers: </span>fewer than 5'
        in shown
    )

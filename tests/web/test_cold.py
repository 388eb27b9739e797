"""Cold weather on the pages: switched on with an end by a coordinator; what a volunteer agrees to, by a press."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import staff
from matcher.services.staff import StaffRoleName
from matcher.store.models import Area, ColdSpell, Offer
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import World, press


def area_id(slug: str = "bradford-on-avon") -> int:
    with reading() as session:
        return session.scalars(select(Area.id).where(Area.slug == slug)).one()


def test_it_is_switched_on_with_an_end_and_off_again(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "It is cold nowhere" in client.get("/team/cold").text
    place = f"/team/cold/{area_id()}"
    assert press(client, "/team/cold", f"{place}/start", hours="24").location == "/team/cold"
    with reading() as session:
        spell = session.scalars(select(ColdSpell)).one()
    assert abs(spell.ends_at - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=1)
    assert spell.started_by.startswith("staff:")
    assert "It is cold in 1 of" in client.get("/team/cold").text
    press(client, "/team/cold", f"{place}/end")
    assert "It is cold nowhere" in client.get("/team/cold").text


def test_without_an_end_it_is_not_switched_on(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    for hours in ("", "0", "100000", "a day"):
        refused = press(client, "/team/cold", f"/team/cold/{area_id()}/start", hours=hours)
        assert refused.status_code == 422
        assert "Select how long it will last" in refused.text
    assert "It is cold nowhere" in client.get("/team/cold").text


def test_a_coordinator_switches_their_own_areas_only(client: FlaskClient, world: World) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "far@example.org", "Far", roles, areas=frozenset({"salisbury"}), now=now)
        token = staff.sign_in_link(session, "far@example.org", now=now)
    press(client, f"/sign-in/{token}")
    assert "Bradford on Avon" not in client.get("/team/cold").text
    for what in ("start", "end"):
        assert press(client, "/team/cold", f"/team/cold/{area_id()}/{what}", hours="24").status_code == 404


def test_a_volunteer_says_how_much_they_may_be_asked_and_takes_it_back(client: FlaskClient, world: World) -> None:
    me = f"/me/{world.me}"
    assert f"{me}/snow" in client.get(f"{me}/settings").text
    assert press(client, f"{me}/snow", choice="daily").location == me
    with reading() as session:
        offer = session.scalars(select(Offer)).one()
    assert (offer.cold_visits_per_week, offer.cold_asks_per_day, offer.visits_per_week) == (7, 10, 2)
    assert 'value="daily" checked' in client.get(f"{me}/snow").text
    press(client, f"{me}/snow", choice="usual")
    with reading() as session:
        assert session.scalars(select(Offer)).one().cold_agreed_at is None


def test_what_cannot_be_agreed_to_is_refused_beside_the_question(client: FlaskClient, world: World) -> None:
    refused = press(client, f"/me/{world.me}/snow", choice="everything")
    assert refused.status_code == 422
    assert "Select how much we may ask you in snow or ice" in refused.text

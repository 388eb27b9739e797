"""Recurring help on the pages: offered after a good visit, taken on by a press, set up and ended by a coordinator."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import ArrangementStatus
from matcher.services import feedback, offers, staff, visits
from matcher.services.staff import StaffRoleName
from matcher.store.models import Arrangement, Need, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, christopher, press


@pytest.fixture
def went_well(client: FlaskClient, world: World) -> World:
    """Eileen asks every week; Christopher has been, and she says that it went well."""
    with unit_of_work() as session:
        need = session.get_one(Need, world.need_id)
        need.recurrence, need.rrule = "weekly", "FREQ=WEEKLY"
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    with unit_of_work() as session:
        visit = session.scalars(select(Visit)).one()
        visits.complete(session, visit.id, now=visit.ends_at)
        feedback.say_how_it_went(session, world.need_id, "well", "", now=visit.ends_at)
    return world


def arrangement() -> Arrangement | None:
    with reading() as session:
        return session.scalar(select(Arrangement))


def test_it_is_offered_on_their_page_and_taken_on_by_a_press(client: FlaskClient, went_well: World) -> None:
    me = f"/me/{went_well.me}"
    shown = client.get(me).text
    assert "Would you like this to be your regular visit?" in shown
    assert "Clear snow or ice for Eileen" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE))
    offered = arrangement()
    assert offered is not None
    assert press(client, me, f"{me}/regular/{offered.id}/yes").location == me
    shown = client.get(me).text
    assert "Every week" in shown
    assert "Would you like" not in shown
    assert "Christopher usually comes" in client.get(f"/r/{went_well.status}").text


def test_no_thanks_is_taken_for_an_answer(client: FlaskClient, went_well: World) -> None:
    me = f"/me/{went_well.me}"
    offered = arrangement()
    assert offered is not None
    for _ in range(2):
        assert press(client, me, f"{me}/regular/{offered.id}/no").status_code == 303
    assert "Would you like" not in client.get(me).text
    assert press(client, me, f"{me}/regular/{offered.id}/yes").status_code in (303, 409)
    declined = arrangement()
    assert declined is not None
    assert declined.status is ArrangementStatus.DECLINED


def test_it_can_be_stopped_by_a_press_and_not_by_anybody_else(client: FlaskClient, went_well: World) -> None:
    me = f"/me/{went_well.me}"
    offered = arrangement()
    assert offered is not None
    press(client, me, f"{me}/regular/{offered.id}/yes")
    with unit_of_work() as session:
        other = offers.make_offer(session, christopher("07700900222", "Ann"), now=datetime.now(UTC))
    for answer in ("yes", "no", "stop"):
        theirs = f"/me/{other.token}"
        assert press(client, theirs, f"{theirs}/regular/{offered.id}/{answer}").status_code == 404
    press(client, me, f"{me}/regular/{offered.id}/stop")
    ended = arrangement()
    assert ended is not None
    assert ended.status is ArrangementStatus.ENDED
    assert "usually comes" not in client.get(f"/r/{went_well.status}").text


def test_a_coordinator_sees_who_goes_and_sets_it_up(client: FlaskClient, went_well: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    shown = client.get("/team/regular").text
    assert "1 of 1 weekly visit has no usual person" in shown
    page = f"/team/regular/{went_well.need_id}"
    assert "Christopher B, under half a mile away, has helped here once" in client.get(page).text
    refused = press(client, page, usual="", stand_in="nobody")
    assert refused.status_code == 422
    assert "Select who usually comes" in refused.text
    assert press(client, page, usual=str(went_well.person_id), stand_in="nobody").location == "/team/regular"
    assert "Every weekly visit has someone who usually goes" in client.get("/team/regular").text
    assert press(client, page, f"{page}/end").location == "/team/regular"
    assert "no usual person" in client.get("/team/regular").text


def test_of_two_with_the_same_first_name_it_can_be_told_who_is_meant(
    client: FlaskClient, went_well: World, sign_in_token: str
) -> None:
    with unit_of_work() as session:
        for phone, surname in (("07700900222", "Potter"), ("07700900333", "Quick")):
            namesake = christopher(phone)
            known = replace(namesake, person=replace(namesake.person, surname=surname, house=f"{phone[-1]} The Lane"))
            last = offers.make_offer(session, known, now=datetime.now(UTC)).person_id
    press(client, f"/sign-in/{sign_in_token}")
    page = f"/team/regular/{went_well.need_id}"
    chosen = re.findall(r'for="usual[^"]*">\s*([^<,]+),', client.get(page).text)
    assert sorted(chosen) == ["Christopher B", "Christopher P", "Christopher Q"]
    assert press(client, page, usual=str(last), stand_in=str(went_well.person_id)).location == "/team/regular"
    shown = re.sub(r"<[^>]+>", "", client.get("/team/regular").text)
    assert "Usually goes: Christopher Q" in shown
    assert "Stands in: Christopher B" in shown


@pytest.mark.parametrize("usual", ["0", "99999", "9" * 40, "²", "-1", "x"])
def test_whoever_is_not_on_the_list_cannot_be_chosen(
    client: FlaskClient, went_well: World, sign_in_token: str, usual: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    refused = press(client, f"/team/regular/{went_well.need_id}", usual=usual, stand_in="nobody")
    assert refused.status_code == 422
    assert "Select who usually comes" in refused.text
    live = arrangement()
    assert live is not None
    assert live.status is ArrangementStatus.OFFERED


def test_a_need_of_another_area_is_not_there(client: FlaskClient, went_well: World, sign_in_token: str) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.COORDINATOR})
        staff.add_staff(session, "far@example.org", "Far", roles, areas=frozenset({"salisbury"}), now=now)
        token = staff.sign_in_link(session, "far@example.org", now=now)
    press(client, f"/sign-in/{token}")
    assert client.get(f"/team/regular/{went_well.need_id}").status_code == 404
    assert "Eileen" not in client.get("/team/regular").text


def test_a_need_asked_for_once_is_not_on_the_list(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "Nobody asks for weekly help yet" in client.get("/team/regular").text
    assert client.get(f"/team/regular/{world.need_id}").status_code == 404


def test_pages_of_the_team_want_a_sign_in(client: FlaskClient, world: World) -> None:
    for path in ("/team/regular", "/team/cold", f"/team/regular/{world.need_id}"):
        assert client.get(path).location == "/sign-in"

"""Two records become one on a page: read first, pressed once, by a coordinator of both areas and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from matcher.services import offers, outbox
from matcher.services.merging import clashes
from matcher.services.outbox import Owed
from matcher.store.session import unit_of_work
from tests.web.conftest import PHONE, World, christopher, press, sign_in

LIST = "/team/volunteers/twice"


@pytest.fixture
def again(world: World) -> int:
    """Christopher, a second time: another phone and house, the same mail and postcode."""
    draft = christopher()
    draft = replace(draft, person=replace(draft.person, phone="07700900222", house="Seven", surname="Barnes-Hall"))
    with unit_of_work() as session:
        return offers.make_offer(session, draft, now=datetime.now(UTC)).person_id


@pytest.fixture
def ruth(app: Flask, world: World) -> FlaskClient:
    return sign_in(app.test_client(), StaffRoleName.COORDINATOR, name="Ruth")


def mark_of(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', client.get(path).text)
    assert found
    return found[1]


def stays(**other: str) -> dict[str, str]:
    return {**dict.fromkeys(("name", "phone", "home", "offer"), "kept"), "lost": "theirs", **other}


def test_a_likely_pair_leads_from_the_list_and_from_either_page_to_one_person(
    ruth: FlaskClient, world: World, again: int
) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    assert f'href="{LIST}"' in ruth.get("/team/volunteers").text
    assert pair in ruth.get(LIST).text
    assert pair in ruth.get(f"/team/volunteers/{world.person_id}").text
    shown = ruth.get(pair).text
    assert "the same email address" in shown
    assert "This cannot be undone" in shown
    answer = press(ruth, pair, mark=mark_of(ruth, pair), **stays(phone="other"))
    assert answer.location == f"/team/volunteers/{world.person_id}"
    after = ruth.get(answer.location).text
    assert "900222" in after
    assert f"number {again} in the audit" in after
    assert "Nobody in your areas" in ruth.get(LIST).text
    # What is pressed again, and what was kept of the old number, leads to them too.
    assert press(ruth, f"/team/volunteers/{world.person_id}", pair, **stays()).location == answer.location
    assert ruth.get(pair).location == ruth.get(f"/team/volunteers/{again}").location == answer.location


def test_a_residents_request_tells_of_a_volunteer_who_is_perhaps_they(ruth: FlaskClient, world: World) -> None:
    own = f"/team/needs/{world.need_id}"
    assert "Perhaps the same person" not in ruth.get(own).text
    draft = christopher(phone=PHONE, name="Eileen")
    with unit_of_work() as session:
        person_id = offers.make_offer(session, draft, now=datetime.now(UTC)).person_id
    shown = ruth.get(own).text
    assert "Perhaps the same person" in shown
    assert f"/{person_id}" in shown


def check(person_id: int) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        offers.record_check(session, person_id, "id_seen", now.date(), expires_on=None, staff_id=None, now=now)


def tell(person_id: int) -> None:
    """One message more that comes along."""
    with unit_of_work() as session:
        news = Owed("month_thanks", ("person_id", person_id), person_id)
        outbox.owe(session, news, now=datetime.now(UTC))


@pytest.mark.parametrize("changed", [check, tell])
def test_what_changed_since_it_was_read_is_read_again(
    ruth: FlaskClient, world: World, again: int, changed: Callable[[int], None]
) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    mark = mark_of(ruth, pair)
    changed(again)
    answer = press(ruth, pair, mark=mark, **stays(phone="other"))
    assert answer.status_code == 422
    assert "Something changed" in answer.text
    assert re.search(r'value="other"[^>]*checked', answer.text), "what was chosen is kept"
    assert ruth.get(f"/team/volunteers/{again}").status_code == 200


def test_of_a_number_that_is_lost_the_page_says_what_stops_and_it_does(
    ruth: FlaskClient, world: World, again: int
) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    assert "unless you say below that the number is lost" in ruth.get(pair).text
    assert ruth.get(f"/me/{world.me}").status_code == 200
    assert press(ruth, pair, mark=mark_of(ruth, pair), **stays(phone="other", lost="lost")).status_code == 303
    assert ruth.get(f"/me/{world.me}").status_code == 404


def test_what_nobody_foresaw_is_said_and_nothing_is_merged(
    ruth: FlaskClient, world: World, again: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    for person_id in (world.person_id, again):
        check(person_id)
    monkeypatch.setattr(clashes, "_ALIKE", ())
    answer = press(ruth, pair, mark=mark_of(ruth, pair), **stays(phone="other"))
    assert answer.status_code == 422
    assert "Both have something that one person cannot have twice. Nothing was merged." in answer.text
    assert "Something changed" not in answer.text
    assert re.search(r'value="other"[^>]*checked', answer.text), "what was chosen is kept"
    assert ruth.get(f"/team/volunteers/{again}").status_code == 200


@pytest.mark.parametrize("typed", [{}, {"phone": "both"}, {"phone": "other", "name": "kept"}])
def test_a_choice_that_is_missing_or_made_up_merges_nothing(
    ruth: FlaskClient, world: World, again: int, typed: dict[str, str]
) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    answer = press(ruth, pair, mark=mark_of(ruth, pair), **typed)
    assert answer.status_code == 422
    assert "Select what stays" in answer.text
    assert ruth.get(f"/team/volunteers/{again}").status_code == 200


def test_two_people_who_share_something_are_not_shown_again(ruth: FlaskClient, world: World, again: int) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    assert press(ruth, pair, f"{pair}/two").location == LIST
    assert "Nobody in your areas" in ruth.get(LIST).text
    assert pair not in ruth.get(f"/team/volunteers/{world.person_id}").text


def test_only_a_coordinator_of_both_areas_reads_or_merges_them(app: Flask, world: World, again: int) -> None:
    pair = f"{LIST}/{world.person_id}/{again}"
    others = {
        role.value: sign_in(app.test_client(), role, name=role.value.split("_")[0])
        for role in StaffRoleName
        if role is not StaffRoleName.COORDINATOR
    }
    others["elsewhere"] = sign_in(
        app.test_client(), StaffRoleName.COORDINATOR, name="Elsewhere", areas=frozenset({"salisbury"})
    )
    others["nobody"] = app.test_client()
    for who, client in others.items():
        shown = client.get(pair)
        assert shown.status_code in (303, 404), who
        assert "Barnes" not in shown.text + client.get(LIST).text, who
        if who not in ("nobody", "elsewhere"):
            assert client.post(pair, data=stays()).status_code == 404, who
    assert press(others["elsewhere"], "/team/volunteers", pair, **stays()).status_code == 404
    assert press(others["elsewhere"], "/team/volunteers", f"{pair}/two").status_code == 404


@pytest.mark.parametrize("path", ["0/0", "1/1", "1/999999", "9223372036854775807/1"])
def test_what_is_no_pair_is_not_there(ruth: FlaskClient, again: int, path: str) -> None:
    assert ruth.get(f"{LIST}/{path}").status_code == 404

"""The areas on their page: looked at, renamed, closed; by administrators, and those they look after."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from matcher.services.staff import StaffRoleName
from matcher.store.models import Area
from matcher.store.session import reading
from tests.web.conftest import World, error_beside, press, sign_in

AREAS = "/team/areas"
BRADFORD = {"name": "Bradford on Avon", "slug": "bradford-on-avon", "where": "ST 827 609", "covers": "6"}
HILL = {"name": "Box Hill", "slug": "", "where": "ST 826 610", "covers": "1.5 km"}


def administrator(app: Flask, *areas: str) -> FlaskClient:
    return sign_in(app.test_client(), StaffRoleName.ADMINISTRATOR, areas=frozenset(areas) or None)


def page_of(slug: str) -> str:
    with reading() as session:
        return f"{AREAS}/{session.scalars(select(Area.id).where(Area.slug == slug)).one()}"


def look_then_do(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """Send the form, and press the button of what would change."""
    looked = press(client, path, **typed)
    (read,) = re.findall(r'name="read" value="([^"]+)"', looked.text)
    return press(client, path, read=read, **typed)


def test_a_renamed_area_is_led_to_from_its_old_address(app: Flask, client: FlaskClient, world: World) -> None:
    boss, here = administrator(app), page_of("bradford-on-avon")
    renamed = {**BRADFORD, "name": "Bradford", "slug": "bradford", "is_open": "yes"}
    shown = " ".join(press(boss, here, **renamed).text.split())
    assert "2 people and 1 open request are in Bradford on Avon now" in shown
    assert "Whoever opens /area/bradford-on-avon is led to the new address" in shown
    assert client.get("/area/bradford").status_code == 404, "it was only looked at"
    assert look_then_do(boss, here, **renamed).headers["Location"] == f"{here}?said=changed"
    led = client.get("/area/bradford-on-avon")
    assert (led.status_code, led.headers["Location"]) == (302, "/area/bradford")
    assert "Neighbours in Bradford</h1>" in client.get("/area/bradford").text
    assert "/area/bradford-on-avon" in boss.get(here).text, "the history"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (StaffRoleName.COORDINATOR, "/team?area={}"),
        (StaffRoleName.COORDINATOR, "/team/cold?sky={}"),
        (StaffRoleName.COORDINATOR, "/team/heard?area={}"),
        (StaffRoleName.COORDINATOR, "/team/impact?area={}"),
        (StaffRoleName.CONNECTOR, "/team/outreach/new?area={}"),
    ],
)
def test_what_was_kept_under_the_old_address_still_shows_that_area(
    app: Flask, world: World, role: StaffRoleName, path: str
) -> None:
    """A bookmark, or a link in an e-mail."""
    renamed = {**BRADFORD, "name": "Bradford", "slug": "bradford", "is_open": "yes"}
    look_then_do(administrator(app), page_of("bradford-on-avon"), **renamed)
    client = sign_in(app.test_client(), role, name="Pat")

    def is_chosen(slug: str) -> bool:
        answer = client.get(path.format(slug))
        assert answer.status_code == 200
        return re.search(r'<option[^>]* value="bradford"[^>]* selected', answer.text) is not None

    assert is_chosen("bradford")
    assert is_chosen("bradford-on-avon")
    assert not is_chosen("nowhere")


def test_today_lists_what_the_old_address_chose_and_everything_for_one_that_never_was(app: Flask, world: World) -> None:
    boss = administrator(app)
    renamed = {**BRADFORD, "name": "Bradford", "slug": "bradford", "is_open": "yes"}
    look_then_do(boss, page_of("bradford-on-avon"), **renamed)
    pat = sign_in(app.test_client(), StaffRoleName.COORDINATOR, name="Pat")
    for slug, is_listed in (("bradford-on-avon", True), ("bradford", True), ("devizes", False), ("nowhere", True)):
        assert ("Clear the path" in pat.get(f"/team?area={slug}").text) == is_listed, slug


def test_an_area_is_added_and_takes_who_lives_there(app: Flask, world: World) -> None:
    boss = administrator(app)
    shown = " ".join(press(boss, f"{AREAS}/new", **HILL).text.split())
    assert "Bradford on Avon</th>" in shown
    assert "Sal would look after it" in shown
    added = look_then_do(boss, f"{AREAS}/new", **HILL)
    assert added.headers["Location"] == f"{page_of('box-hill')}?said=added"
    assert re.search(r"Box Hill</a>.*?1.5 km.*?People: </span>[12]<", boss.get(AREAS).text, re.DOTALL)


def test_one_that_somebody_would_be_left_in_is_not_closed_and_one_that_is_says_so(
    app: Flask, client: FlaskClient, world: World
) -> None:
    sign_in(app.test_client(), StaffRoleName.COORDINATOR, name="Pat", areas=frozenset({"bradford-on-avon"}))
    boss = administrator(app)
    refused = press(boss, page_of("bradford-on-avon"), **BRADFORD, is_open="no")
    assert refused.status_code == 422
    assert "1 other member of the team looks after it: take it from them" in error_beside(refused.text, "is_open")
    tidworth = {"name": "Tidworth", "slug": "tidworth", "where": "SU 235 490", "covers": "9", "is_open": "no"}
    here = page_of("tidworth")
    assert look_then_do(boss, here, **tidworth).status_code == 303
    assert "no longer works in Tidworth" in client.get("/area/tidworth").text
    assert "Closed on" in boss.get(AREAS).text
    assert "tidworth" not in client.get("/stories").text
    again = administrator(app, "calne")
    assert look_then_do(again, here, **{**tidworth, "is_open": "yes"}).status_code == 303


def test_what_cannot_be_is_said_beside_it_and_kept(app: Flask, world: World) -> None:
    boss, here = administrator(app), page_of("bradford-on-avon")
    for field, typed in (
        ("name", ""),
        ("slug", "Two words"),
        ("slug", "calne"),
        ("where", "nowhere"),
        ("covers", "far"),
        ("covers", "0"),
        ("covers", "999"),
        ("covers", "1" * 300),
    ):
        refused = press(boss, here, **{**BRADFORD, "is_open": "yes", field: typed})
        assert (refused.status_code, bool(error_beside(refused.text, field))) == (422, True), (field, typed)
    assert "Enter the name of the area" in error_beside(press(boss, f"{AREAS}/new").text, "name")
    assert 'value="Two words"' in press(boss, f"{AREAS}/new", **{**HILL, "slug": "Two words"}).text
    assert "Nothing would change" in press(boss, here, **BRADFORD, is_open="yes").text
    overtaken = press(boss, here, **{**BRADFORD, "name": "B"}, is_open="yes", read="something else")
    assert "Somebody has changed this meanwhile" in overtaken.text
    assert "Somebody has changed this meanwhile" in press(boss, f"{AREAS}/new", **HILL, read="something else").text


def test_one_is_changed_by_administrators_who_look_after_it_alone(app: Flask, world: World) -> None:
    here, calne = page_of("bradford-on-avon"), page_of("calne")
    one = administrator(app, "calne")
    assert (one.get(here).status_code, one.get(calne).status_code) == (404, 200)
    assert press(one, calne, here, **BRADFORD, is_open="yes").status_code == 404
    assert f'href="{calne}"' in one.get(AREAS).text
    assert f'href="{here}"' not in one.get(AREAS).text
    for role in (StaffRoleName.COORDINATOR, StaffRoleName.SAFEGUARDING_LEAD):
        other = sign_in(app.test_client(), role, name=role.value)
        for path in (AREAS, f"{AREAS}/new", here):
            assert other.get(path).status_code == 404
    assert one.get(f"{AREAS}/999999").status_code == 404

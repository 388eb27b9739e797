"""A little about you, and who has not been heard, as pages."""

from __future__ import annotations

import io
import re

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.roles import StaffRoleName
from matcher.store.models import VoiceCount
from matcher.store.session import reading
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words

SHEET = (
    b"area,group,people,source,counted_on\n"
    b"Bradford on Avon,,1000,Census,2021-03-21\n"
    b"Bradford on Avon,85+,400,Census,2021-03-21\n"
)
ABOUT = {"area": "bradford-on-avon", "age": "under_25", "groups": ["no_car", "carers"]}


def counted() -> dict[str, int]:
    with reading() as session:
        return {row.group_key: row.count for row in session.scalars(select(VoiceCount))}


def test_who_tells_a_little_of_themselves_is_counted_once(client: FlaskClient, world: World) -> None:
    shown = client.get("/about-you/offer").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    for _ in range(2):
        assert client.post("/about-you/offer", data={**form, **ABOUT}).location == "/about-you/thanks"
    assert counted() == {"answered": 1, "under_25": 1, "no_car": 1, "carers": 1}
    assert "with no name" in client.get("/about-you/thanks").text


def test_what_cannot_be_counted_stands_beside_its_field_and_what_was_chosen_stays(
    client: FlaskClient, world: World
) -> None:
    for wrong, field, says in (
        ({"area": ""}, "area", "Select where you live"),
        ({"area": "x"}, "area", "Select where you live"),
        ({"age": "", "groups": []}, "age", "Select at least one, or leave this page"),
        ({"age": "answered"}, "age", "Select one of these"),
        ({"groups": ["answered", "no_car"]}, "groups", "Select from the list"),
    ):
        refused = press(client, "/about-you/story", **{**ABOUT, **wrong})
        assert (refused.status_code, error_beside(refused.text, field)) == (422, says)
        if field == "area":
            assert 'value="under_25" checked' in refused.text
    assert counted() == {}
    assert client.get("/about-you/read").status_code == 404


def test_the_question_stands_where_somebody_has_asked_offered_or_told(client: FlaskClient, world: World) -> None:
    assert "/about-you/ask" in client.get(f"/r/{world.status}/sent").text
    assert "/about-you/offer" in client.get(f"/me/{world.me}/welcome").text


def test_a_connector_reads_who_is_missing_and_no_small_number(app: Flask, client: FlaskClient, world: World) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    empty = words(ruth.get("/team/heard"))
    assert "How many people of each group live here is not known yet" in empty
    key = press(ruth, "/team/import", what="population", file=(io.BytesIO(SHEET), "people.csv")).location
    assert "Write 2 figures?" in words(ruth.get(key))
    assert press(ruth, key).location == "/team/heard"
    for nth in range(12):
        said = {"area": "bradford-on-avon", "age": "under_25" if nth < 3 else "25_to_44"}
        press(client, "/about-you/ask", **said)
    pat = as_(app, StaffRoleName.CONNECTOR)
    shown = words(pat.get("/team/heard?area=bradford-on-avon"))
    assert "<h1>We have heard nobody from people aged 85 or over</h1>" in shown
    assert "fewer than 5 of about" not in shown  # under 25 have no figure here
    assert re.search(r"Under 25</th>.*?Heard: </span>fewer than 5", shown, re.DOTALL)
    assert "Census, 21 March 2021" in shown
    assert "Load how many live here" not in shown
    for odd in ("?area=x", "?area="):
        assert pat.get(f"/team/heard{odd}").status_code == 200
    assert as_(app, StaffRoleName.CALL_HANDLER).get("/team/heard").status_code == 404


def test_the_board_reads_who_is_missing_and_no_small_number_and_nowhere_to_go_from_there(
    app: Flask, client: FlaskClient, world: World
) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    press(ruth, press(ruth, "/team/import", what="population", file=(io.BytesIO(SHEET), "people.csv")).location)
    for nth in range(10):
        said = {"area": "bradford-on-avon", "age": "under_25" if nth < 3 else "25_to_44"}
        press(client, "/about-you/story", **said)
    shown = words(as_(app, StaffRoleName.BOARD_MEMBER).get("/board"))
    assert "We have heard nobody from people aged 85 or over</h2>" in shown
    told = [re.search(rf"{group}</th>.*?Told: </span>([^<]*)", shown, re.DOTALL) for group in ("Under 25", "25 to 44")]
    assert [found and found[1] for found in told] == ["fewer than 5", "7"]
    assert "10 of them" not in shown  # with the 7, it would tell the 3
    assert "/team/outreach" not in shown  # the board plans no visits

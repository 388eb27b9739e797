"""What if, on its page: chosen by an address, asked by a press."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from matcher.store.models import Match
from matcher.store.session import reading
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, press, rows_everywhere


def test_a_change_is_tried_by_reading_and_nothing_is_written(
    client: FlaskClient, world: World, sign_in_token: str, seeded: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert "Choose what to change" in client.get("/team/what-if").text
    area = re.search(r'<option value="(\d+)"[^>]*>Bradford', client.get("/team/what-if").text)[1]  # type: ignore[index]
    before = rows_everywhere(seeded)
    for words in ("farther=1", "limits=1", "band=eve", "cold=1", "more=3", "more=3&farther=2&band=eve", "more=999"):
        shown = client.get(f"/team/what-if?area={area}&{words}").text
        assert "Nothing was written" in shown
        assert "Before: " in shown
        assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))
    assert rows_everywhere(seeded) == before
    for words in ("area=0&more=1", "area=x&farther=9&band=noon&more=-1", "farther=1e9"):
        assert client.get(f"/team/what-if?{words}").status_code == 200


def test_people_are_asked_with_a_reason_or_it_is_said_what_is_missing(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    with reading() as session:
        match = session.get_one(Match, world.match_id)
        who = f"{match.occurrence_id}-{match.offer_id}"
    wrong = press(client, "/team/what-if", "/team/what-if/ask?farther=1", who=who)
    assert wrong.status_code == 422
    assert "Select a reason" in wrong.text
    assert press(client, "/team/what-if", "/team/what-if/ask", who="nonsense", why="urgent").status_code == 422
    again = press(client, "/team/what-if", "/team/what-if/ask", who=who, why="urgent")
    assert "asked=0&missed=1" in again.location
    assert "1 could not be asked any more" in client.get(again.location).text

"""One need on the team's pages: what has happened, and what is changed where it stands."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from matcher.store.models import Match, Need
from matcher.store.session import reading
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, press


def test_the_page_tells_what_happened_and_nothing_private(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    at = f"/team/needs/{world.need_id}"
    for path in (at, f"{at}?show=message", f"{at}?show=nonsense", f"{at}/change"):
        shown = client.get(path).text
        assert "lear the path and the steps" in shown
        assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))
    assert "Christopher" in client.get(at).text
    assert client.get("/team/needs/999999").status_code == 404
    assert client.get("/team/by-hand").status_code == 200


def test_it_is_changed_where_it_stands_and_wrong_answers_are_said(
    client: FlaskClient, world: World, sign_in_token: str
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    at = f"/team/needs/{world.need_id}"
    wrong = press(client, f"{at}/change", f"{at}/job", helpers="9", details="steps")
    assert wrong.status_code == 422
    assert "how many people" in wrong.text
    assert re.search(r'value="steps" checked', wrong.text)
    assert press(client, f"{at}/change", f"{at}/job", helpers="2", details="steps").location == at
    note = press(client, f"{at}/change", f"{at}/note", note="The key safe code is 4821")
    assert note.status_code == 422
    assert press(client, f"{at}/change", f"{at}/time", when="").status_code == 422
    assert press(client, f"{at}/change", f"{at}/time", when="tomorrow", times="eve").location == at
    with reading() as session:
        need = session.get_one(Need, world.need_id)
        assert (need.helpers, list(need.details)) == (2, ["steps"])
        assert session.get_one(Match, world.match_id).status == "withdrawn"

"""The gaps, on their page: a table that needs no script, and advice for the area that was chosen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from matcher.services import fairness
from matcher.store.session import unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, press


def test_a_short_cell_leads_to_whom_to_invite(
    client: FlaskClient, world: World, sign_in_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    empty = client.get("/team/gaps").text
    assert "Nothing is known yet" in empty
    assert "Nothing is known yet of Amesbury, " in empty
    assert 'scope="row">Amesbury' not in empty
    with unit_of_work() as session:
        session.execute(
            text(
                "insert into occurrences (need_id, area_id, windows, starts_at, ends_at, helpers, door_word, status,"
                " open_since, closed_at) select need_id, area_id, tstzmultirange(tstzrange(s, s + interval '3 hours')),"
                " s, s + interval '3 hours', 1, door_word, 'unmet', open_since, now() from occurrences,"
                " lateral (select date_trunc('week', now()) - n * interval '1 day' + interval '9 hours' as s"
                " from generate_series(1, 80) as n) as times"
            )
        )
    shown = client.get("/team/gaps").text
    assert "a week with nobody" in shown
    assert "is short in the grid as well" not in shown
    (to,) = set(re.findall(r'href="(/team/gaps\?area=\d+)#whom"', shown))
    advised = client.get(to).text
    assert "Whom to invite in Bradford on Avon" in advised
    assert "What to say when you invite" in advised
    assert not any(mark in advised for mark in (HOUSE, POSTCODE, NOTE, "07700"))
    both = fairness.read
    waiting = fairness.AreaWaits("Bradford on Avon", 9, 10)
    monkeypatch.setattr(fairness, "read", lambda *of, now: replace(both(*of, now=now), waiting=(waiting,)))
    assert "Bradford on Avon is short in the grid as well. Both are true: " in client.get("/team/gaps").text
    for area in ("0", "x", "9" * 30):
        assert client.get(f"/team/gaps?area={area}").status_code == 200

"""A coordinator sets what an area earns together; everyone there reads of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from matcher.services import uptake
from matcher.services.uptake import Uptake, Week
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words
from tests.web.test_outreach import on

HOME = "/team/ties/rewards"
TODAY = datetime.now(UTC).date()
BENCH = {"what": "a bench <b>", "area": "bradford-on-avon", "visits_wanted": "40", **on("starts_on", TODAY)}


def test_a_reward_is_set_read_by_everyone_there_and_ended(app: Flask, client: FlaskClient, world: World) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    assert f'href="{HOME}"' in ruth.get("/team/ties").text
    assert "Nothing is to be earned together just now" in ruth.get(HOME).text
    own = press(ruth, f"{HOME}/new", **BENCH).location
    shown = words(ruth.get(own))
    assert "0 of 40 visits since" in shown
    assert "Nothing is known of the weeks before" in shown
    assert "1 reward to be earned together" in words(ruth.get(HOME))
    promise = "there will be a bench &lt;b&gt;. <b>Fewer than 5 visits so far.</b>"
    for path in ("/area/bradford-on-avon", f"/me/{world.me}"):
        assert promise in client.get(path).text
    assert "Earned together" not in client.get("/area/calne").text
    assert press(ruth, own, f"{own}/given").location == own
    assert "<b>Given.</b>" in ruth.get(own).text
    assert "It is here." in client.get("/area/bradford-on-avon").text
    assert press(ruth, HOME + "/new", f"{own}/off").status_code == 409


def test_weeks_before_and_since_are_drawn_wide_and_narrow_with_their_numbers(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, since = (
        tuple(Week(TODAY, 1, 4, 3, count) for count in counts) for counts in ((4, 5, 3, 4), (25, 24, 26, 24))
    )
    monkeypatch.setattr(uptake, "read", lambda *_: Uptake(before, since, is_known_before=True))
    ruth = as_(app, StaffRoleName.COORDINATOR)
    shown = words(ruth.get(press(ruth, f"{HOME}/new", **BENCH).location))
    finding = "24.8 visits a week since it began, 4 before: more than chance alone would often do"
    assert f'<h2 id="uptake">{finding}</h2>' in shown
    assert shown.count('role="img"') == shown.count(f"{finding}</title>") == 2
    assert "this does not show that the reward did it" in shown
    assert '<span class="gn-table__what">Visits: </span>26</td>' in shown


def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(app: Flask, world: World) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    for field, wrong, says in (
        ("what", "", "Enter what the area earns"),
        ("what", "£5 a visit", "Enter a thing or a day for everyone: never money"),
        ("area", "x", "Select one of your areas"),
        ("visits_wanted", "3", "Enter how many visits, from 20"),
        ("starts_on-day", "", "Day from which it counts must include a day"),
        ("starts_on-year", "2090", "The first day must be within a year"),
    ):
        refused = press(ruth, f"{HOME}/new", **{**BENCH, field: wrong})
        assert refused.status_code == 422
        assert error_beside(refused.text, field.split("-")[0]).startswith(says)
        assert 'value="40"' in refused.text or field == "visits_wanted"


def test_nobody_else_of_the_team_sets_or_reads_one(app: Flask, world: World) -> None:
    press(as_(app, StaffRoleName.COORDINATOR), f"{HOME}/new", **BENCH)
    someone = as_(app, StaffRoleName.CONNECTOR)
    for path in (HOME, f"{HOME}/new", f"{HOME}/1"):
        assert someone.get(path).status_code == 404

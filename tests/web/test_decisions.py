"""You said, we did: kept by coordinators, read by the board and by everyone, and told to whoever told us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from matcher.store.models import Decision
from matcher.store.session import unit_of_work
from tests.web.conftest import error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words
from tests.web.test_stories import only, put_out, tell

NEW = "/team/said-did/new"


def typed(**changes: Any) -> dict[str, Any]:
    today, due = datetime.now(UTC).date(), datetime.now(UTC).date() + timedelta(days=20)
    dates = {"looked_on": today, "decided_on": today, "due_on": due}
    parts = {f"{name}-{part}": getattr(day, part) for name, day in dates.items() for part in ("day", "month", "year")}
    usual = {"title": "Salt for private paths", "said": "It is not for my path.", "state": "doing", "is_public": "y"}
    usual |= {"looked_by": "The area board", "decision": "A bag for each.", "because": "Bins are for roads."}
    return {**usual, "disagreed": "One member, on cost.", "next_step": "Colerne first.", **parts, **changes}


def test_it_is_kept_linked_to_a_story_read_by_all_and_shown_to_the_teller(app: Flask, client: FlaskClient) -> None:
    own = tell(client).removesuffix("/told")
    ruth = as_(app, StaffRoleName.COORDINATOR)
    put_out(ruth)
    wrong = press(ruth, NEW, **typed(disagreed=" ", next_step="Kept as typed"))
    assert error_beside(wrong.text, "disagreed") == "Enter who disagreed. If nobody did, enter: nobody told us"
    assert "Kept as typed" in wrong.text
    assert error_beside(press(ruth, NEW, **typed(**{"due_on-month": "13"})).text, "due_on").endswith("a real date")
    at = press(ruth, NEW, **typed()).location
    assert error_beside(press(ruth, at, f"{at}/stories", reference="AAA-AAA").text, "reference").startswith(
        "We have no"
    )
    press(ruth, at, f"{at}/stories", reference=only().reference)
    assert only().reference in words(ruth.get(at))
    for shown in (words(client.get("/said-did")), words(client.get(own))):
        assert "<b>Because</b> Bins are for roads." in shown
        assert "<b>Who disagreed:</b> One member, on cost." in shown
        assert "Fewer than 5 stories" in shown
    assert "“Quincepaste. Nobody could get up the hill.”" in words(client.get("/said-did"))
    press(client, "/said-did", f"{at.replace('/team', '')}/think", view="better")
    assert "It is better now: fewer than 5" in words(client.get("/said-did"))
    press(ruth, at, f"{at}/stories", gone=str(only().id))
    assert "Bins are for roads" not in words(client.get(own))


def test_one_that_is_late_is_red_on_the_first_page_of_the_team(app: Flask) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    at = press(ruth, NEW, **typed(is_public="")).location
    assert "is late" not in words(ruth.get("/team"))
    with unit_of_work() as session:
        session.get_one(Decision, int(at.rpartition("/")[2])).due_on = datetime.now(UTC).date() - timedelta(days=2)
    assert "You said, we did: 1 answer is late" in words(ruth.get("/team"))
    assert "Late: due" in words(ruth.get("/team/said-did"))
    assert "Salt" not in words(app.test_client().get("/said-did"))  # not for everyone


def test_the_board_reads_what_waits_and_what_it_was_told_and_no_name(app: Flask, client: FlaskClient) -> None:
    tell(client, level="board")
    ruth, councillor = as_(app, StaffRoleName.COORDINATOR), as_(app, StaffRoleName.BOARD_MEMBER)
    assert "Quincepaste" not in words(councillor.get("/board"))
    put_out(ruth)
    press(ruth, NEW, **typed())
    shown = words(councillor.get("/board"))
    assert "Quincepaste. Nobody could get up the hill." in shown
    assert "1 decision waits" in shown
    assert "No visit was due in this time" in shown  # the report in short, and the way to all of it
    assert {councillor.get(path).status_code for path in ("/team/impact", "/team/impact/print")} == {200}
    assert not {"Marjorie", "900 555", "900555"} & set(shown.split())
    assert "Quincepaste" not in client.get("/stories").text
    for path in ("/team", "/team/stories", "/team/said-did", f"/team/stories/{only().id}", "/desk"):
        assert councillor.get(path).status_code == 404

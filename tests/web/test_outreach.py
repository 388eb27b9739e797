"""A connector plans a visit to a group that was not heard, goes there, and what was heard is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import select

from matcher.domain.roles import StaffRoleName
from matcher.services import stories
from matcher.services.stories import StoryDraft
from matcher.store.models import Decision
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words

DAY = datetime.now(UTC).date()
PLAN = {
    "who": "Chair club <b>",
    "group": "85_or_over",
    "area": "bradford-on-avon",
    "place": "The hall",
    "by_whom": "Pat",
}


def on(name: str, day: object = DAY) -> dict[str, str]:
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def test_a_visit_from_the_plan_to_its_answer(app: Flask, world: World) -> None:
    pat, ruth = as_(app, StaffRoleName.CONNECTOR), as_(app, StaffRoleName.COORDINATOR)
    assert "No visit to a group is planned" in pat.get("/team/outreach").text
    planning = pat.get("/team/outreach/new?group=85_or_over&area=bradford-on-avon").text
    assert planning.count(" selected") == 2
    press(pat, "/team/outreach/new", **PLAN, **on("planned_on", DAY + timedelta(days=3)))
    assert "1 visit planned, 0 made" in pat.get("/team/outreach").text
    own = "/team/outreach/1"
    press(pat, own, own, **{**PLAN, "by_whom": "Sam"}, **on("planned_on"))
    press(pat, own, f"{own}/heard", heard="No bus.\n\nNo <i>shop</i>.", follows="Ask.", **on("made_on"))
    shown = words(pat.get(own))
    assert "Visited on" in shown
    assert "by Sam" in shown
    assert "No &lt;i&gt;shop" in pat.get(own).text
    assert "Make it a record" not in shown  # a connector keeps no records
    assert press(pat, own, f"{own}/issue").status_code == 404
    record = press(ruth, own, f"{own}/issue").location
    assert "Heard from Chair club" in words(ruth.get(record))
    with unit_of_work() as session:
        told = stories.tell_story(session, StoryDraft("No bus.", "worry", "public"), now=datetime.now(UTC))
    press(pat, own, f"{own}/stories", reference=told.reference)
    assert told.reference in words(pat.get(own))
    assert "1 story told" in words(pat.get("/team/outreach"))


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(app: Flask, world: World) -> None:
    pat = as_(app, StaffRoleName.CONNECTOR)
    for field, wrong, says in (
        ("who", "", "Enter the group as it calls itself"),
        ("area", "x", "Select one of your areas"),
        ("group", "x", "Select a group from the list"),
        ("by_whom", "", "Enter who goes"),
    ):
        refused = press(pat, "/team/outreach/new", **{**PLAN, field: wrong}, **on("planned_on"))
        assert (refused.status_code, error_beside(refused.text, field)) == (422, says)
        assert 'value="The hall"' in refused.text
    assert error_beside(press(pat, "/team/outreach/new", **PLAN).text, "planned_on") == "Enter the day of the visit"
    press(pat, "/team/outreach/new", **PLAN, **on("planned_on"))
    own = "/team/outreach/1"
    refused = press(pat, own, f"{own}/heard", heard="", follows="Ask the bus company.", **on("made_on"))
    assert error_beside(refused.text, "heard").startswith("Enter what was heard")
    assert "Ask the bus company." in refused.text
    early = press(pat, own, f"{own}/stories", reference="K7Q-4MX")
    assert "Write down what was heard first" in early.text
    press(pat, own, f"{own}/heard", heard="No bus.", **on("made_on"))
    wrong = press(pat, own, f"{own}/stories", reference="ZZZ-ZZZ")
    assert error_beside(wrong.text, "reference") == "We have no story with that reference"


def test_one_that_is_called_off_is_said_so_and_asked_nothing(app: Flask, world: World) -> None:
    pat = as_(app, StaffRoleName.CONNECTOR)
    press(pat, "/team/outreach/new", **PLAN, **on("planned_on"))
    own = "/team/outreach/1"
    assert press(pat, own, f"{own}/off").location == "/team/outreach"
    shown = pat.get(own).text
    assert "Called off." in shown
    assert f'action="{own}' not in shown
    with reading() as session:
        assert session.scalars(select(Decision)).all() == []
    for path in ("/team/outreach", own, "/team/outreach/new"):
        assert as_(app, StaffRoleName.BOARD_MEMBER).get(path).status_code == 404

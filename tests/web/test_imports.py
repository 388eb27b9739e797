"""Taking in a spreadsheet and looking after volunteers, as a coordinator does it."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matcher.domain.roles import StaffRoleName
from matcher.store.models import Check, Offer
from matcher.store.session import reading
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import words

ROW = "Ada,07700 900123,1 High Street,BA15 1DE,1980-05-17,snow,yes"
SHEET = f"First name;Phone;House;Post code;Date of birth;Kinds;Promised\n{ROW}\n".replace(",", ";")


def offers_made() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Offer)) or 0


def test_a_sheet_is_shown_then_written(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    bad = "<b>Bo;1;2;BA15 1DE;1980-05-17;snow;yes\n"
    shown = press(ruth, "/team/import", what="volunteers", file=(io.BytesIO((SHEET + bad).encode()), "friends.csv"))
    assert re.fullmatch(r"/team/import/[\w-]{22}", shown.location)
    said = words(ruth.get(shown.location))
    assert "Write 1 volunteer?" in said
    assert "Line </span>3" in said
    assert "Enter a phone number" in said
    assert offers_made() == 0
    assert press(ruth, shown.location).location == "/team/volunteers"
    assert offers_made() == 1
    assert "Ada" in words(ruth.get("/team/volunteers"))
    for answer in (press(ruth, "/team/import", shown.location), ruth.get(shown.location)):  # pressed twice
        assert answer.location == "/team/volunteers"
    assert offers_made() == 1


def test_what_could_not_be_written_after_all_is_told(app: Flask) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    shown = [
        press(ruth, "/team/import", what="volunteers", file=(io.BytesIO(SHEET.encode()), f"{name}.csv")).location
        for name in ("one", "other")
    ]
    press(ruth, shown[0])
    assert press(ruth, shown[1]).location == shown[1]
    said = words(ruth.get(shown[1]))
    assert "0 volunteers were written. Not these" in said
    assert "Someone who is no volunteer of ours yet" in said
    assert offers_made() == 1


def test_no_file_is_said_beside_the_field(app: Flask) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    answer = press(ruth, "/team/import", what="needs")
    assert answer.status_code == 422
    assert error_beside(answer.text, "file") == "Choose a file"


def test_the_empty_sheet_that_is_handed_out_can_be_read_in(app: Flask) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    for what in ("volunteers", "needs"):
        empty = ruth.get(f"/team/import/{what}.csv")
        assert empty.data.startswith(b"\xef\xbb\xbffirst_name,")
        answer = press(ruth, "/team/import", what=what, file=(io.BytesIO(empty.data), "a.csv"))
        assert error_beside(answer.text, "file") == "There is no row below the names of the columns"


def test_a_volunteer_is_paused_and_asked_again_and_a_check_is_written_down(app: Flask, world: World) -> None:
    ruth, own = as_(app, StaffRoleName.COORDINATOR), f"/team/volunteers/{world.person_id}"
    press(ruth, own, f"{own}/pause")
    assert "Paused" in words(ruth.get("/team/volunteers?show=paused"))
    press(ruth, own, f"{own}/resume")
    assert "Nobody." in words(ruth.get("/team/volunteers?show=paused"))
    day = datetime.now(UTC).date() + timedelta(days=9)
    typed = {"check_name": "id_seen", "seen_on-day": "1", "seen_on-month": "2", "seen_on-year": "2026"}
    wrong = press(ruth, own, f"{own}/check", **typed, **{"expires_on-day": "31", "expires_on-month": "2"})
    assert wrong.status_code == 422
    until = {f"expires_on-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    press(ruth, own, f"{own}/check", **typed, **until)
    with reading() as session:
        assert session.scalars(select(Check.expires_on)).one() == day
    assert "Christopher Barnes" in words(ruth.get("/team/volunteers?show=checks30"))


def test_nobody_else_of_the_team_sees_them(app: Flask, world: World) -> None:
    someone = as_(app, StaffRoleName.BOARD_MEMBER)
    for path in ("/team/volunteers", f"/team/volunteers/{world.person_id}", "/team/import"):
        assert someone.get(path).status_code == 404


def test_an_address_that_chooses_nothing_we_know_shows_them_all(app: Flask, world: World) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    for query in ("show=x", "page=x", "page=-1", "page=999999999999", "show=quiet&page=7"):
        assert ruth.get(f"/team/volunteers?{query}").status_code == 200

"""Who works here and what can be asked for, on their pages: seen before it is done, without a script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from matcher.services import kinds, staff
from matcher.services.staff import StaffRoleName
from matcher.store.models import Staff
from matcher.store.session import unit_of_work
from tests.web.conftest import SignIn, error_beside, press

STAFF, KINDS = "/team/staff", "/team/kinds"


def look_then_do(client: FlaskClient, path: str, **typed: Any) -> TestResponse:
    """Send the form, and press the button of what would change."""
    looked = press(client, path, **typed)
    (read,) = re.findall(r'name="read" value="([^"]+)"', looked.text)
    return press(client, path, read=read, **typed)


def test_somebody_is_added_changed_and_stopped(signed_in: SignIn) -> None:
    client = signed_in()
    new = {"name": "Pat", "email": "pat@example.org", "roles": ["coordinator", "connector"], "areas": ["1"]}
    looked = press(client, f"{STAFF}/new", **new)
    assert "Pat, pat@example.org, would be given this" in looked.text
    with unit_of_work() as session:
        assert len(session.scalars(select(Staff)).all()) == 1
    added = look_then_do(client, f"{STAFF}/new", **new)
    assert added.headers["Location"] == f"{STAFF}/2?said=added"
    assert "Connector and Coordinator" in client.get(STAFF).text
    less = {"roles": ["coordinator"], "areas": ["1"], "active": "no"}
    shown = press(client, f"{STAFF}/2", **less).text
    assert "<b>Coordinator</b>" in shown
    assert look_then_do(client, f"{STAFF}/2", **less).status_code == 303
    after = client.get(f"{STAFF}/2").text
    assert "Connector, Coordinator" in after
    assert "Can no longer sign in" in client.get(STAFF).text


def test_what_cannot_be_is_said_beside_it_and_kept(signed_in: SignIn) -> None:
    client = signed_in()
    refused = press(client, f"{STAFF}/new", name="Pat", email="pat", roles=["connector"])
    assert (refused.status_code, bool(error_beside(refused.text, "email"))) == (422, True)
    assert 'value="pat"' in refused.text
    assert re.search(r'value="connector"[^>]* checked', refused.text)
    last = press(client, f"{STAFF}/1", roles=["coordinator"], active="yes")
    assert "You are the last administrator" in error_beside(last.text, "roles")
    mine = press(client, f"{STAFF}/1", roles=["administrator", "safeguarding_lead"], active="yes")
    assert "nobody gives themselves a role" in error_beside(mine.text, "roles")
    for odd in ({"roles": ["king"]}, {"roles": ["administrator"], "areas": ["9" * 30]}):
        assert press(client, f"{STAFF}/1", **odd).status_code == 422
    assert client.get(f"{STAFF}/99").status_code == 404


def test_what_changed_meanwhile_is_shown_again_and_not_done(signed_in: SignIn) -> None:
    client = signed_in()
    again = press(client, f"{STAFF}/1", roles=["administrator"], areas=["1"], active="yes", read="something else")
    assert "Somebody has changed this meanwhile" in again.text
    assert "This would change" in again.text
    kind = press(client, f"{KINDS}/snow", is_on="no", minutes="30", read="something else")
    assert "Somebody has changed this meanwhile" in kind.text
    with unit_of_work() as session:
        assert kinds.get_kind(session, "snow").is_on


def test_a_kind_that_is_off_cannot_be_chosen(signed_in: SignIn) -> None:
    client = signed_in()
    shown = press(client, f"{KINDS}/snow", is_on="no", minutes="30").text
    assert "Nobody can ask for it anew. 1 request of this kind goes on" in " ".join(shown.split())
    assert look_then_do(client, f"{KINDS}/snow", is_on="no", minutes="30").status_code == 303
    assert 'value="snow"' not in client.get("/ask").text
    refused = press(client, "/ask", kind="snow")
    assert refused.status_code == 422
    assert "Select what you need help with" in refused.text


def test_the_level_is_the_safeguarding_leads(signed_in: SignIn) -> None:
    client = signed_in()
    assert "Only the safeguarding lead changes" in client.get(f"{KINDS}/lift").text
    assert press(client, f"{KINDS}/lift", is_on="yes", minutes="60", level="0").status_code == 403
    for minutes in ("", "many", "3", "99999"):
        assert error_beside(press(client, f"{KINDS}/lift", is_on="yes", minutes=minutes).text, "minutes")
    with unit_of_work() as session:
        lead = frozenset({StaffRoleName.SAFEGUARDING_LEAD})
        staff.add_staff(session, "sal@example.org", "Sal", lead, areas=None, now=datetime.now(UTC))
    shown = press(client, f"{KINDS}/lift", is_on="yes", minutes="60", level="2").text
    assert "Of 0 volunteers who offer it, 0 have these checks" in shown
    assert look_then_do(client, f"{KINDS}/lift", is_on="yes", minutes="60", level="2").status_code == 303
    with unit_of_work() as session:
        assert kinds.get_kind(session, "lift").level == "2"


def test_a_coordinator_finds_neither(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.COORDINATOR)
    for path in (STAFF, f"{STAFF}/new", f"{STAFF}/1", KINDS, f"{KINDS}/snow"):
        assert client.get(path).status_code == 404
        assert press(client, "/team/badges", path, roles=["administrator"], is_on="no").status_code in (404, 405)


@pytest.mark.parametrize("role", [StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD])
def test_no_link_of_the_settings_leads_to_a_page_that_is_not_there_for_who_reads_them(
    signed_in: SignIn, role: StaffRoleName
) -> None:
    client = signed_in(role)
    pages = ["/team/settings", *(["/team/areas/1"] if role is StaffRoleName.ADMINISTRATOR else [])]
    for path in pages:
        main = client.get(path).text.partition("<main")[2].partition("</main>")[0]
        links = set(re.findall(r'href="(/[^"#?]*)', main))
        assert {"/team/kinds", "/team/staff"} & links
        assert {href: client.get(href).status_code for href in links} == dict.fromkeys(links, 200)

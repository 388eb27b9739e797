"""A worry: nameless if wished, told once, read by those who act on it and by nobody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from matcher.domain.roles import READ_CONCERNS, StaffRoleName
from matcher.services import concern_work, concerns, outbox
from matcher.services.wordings import Scheme
from matcher.store.models import AuditRow, Concern, Notification
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import World, error_beside, press, sign_in
from tests.web.test_desk import hidden, words

WORRY = {"about": ["safety", "money"], "words": "Marrowfat asked for her card.", "may_contact": "no"}


def tell(client: FlaskClient, **changes: Any) -> Any:
    shown = client.get("/concern")
    return client.post("/concern", data={**hidden(shown.text), **WORRY, **changes})


def only() -> Concern:
    with reading() as session:
        return session.scalars(select(Concern)).one()


def as_(app: Flask, role: StaffRoleName) -> FlaskClient:
    return sign_in(app.test_client(), role, name=role.value.title())


def test_999_and_111_come_before_anything_is_asked_and_so_does_the_way_out(client: FlaskClient) -> None:
    shown = client.get("/concern").text
    main = shown[shown.index("<main") :]
    for first in ("tel:999", "tel:111", "Exit this page"):
        assert main.index(first) < main.index("<form")


def test_it_needs_no_name_no_cookie_and_leaves_a_reference_and_a_time(cookieless: FlaskClient) -> None:
    answer = tell(cookieless, name="Nora", reach="nora@example.org")  # typed, and then they would rather not say
    shown = words(cookieless.get(answer.location))
    kept = only()
    assert (kept.about, kept.words, kept.name, kept.reach) == (["safety", "money"], WORRY["words"], "", "")
    assert kept.reference in shown
    assert "Someone from the team reads it by" in shown
    assert "Set-Cookie" not in answer.headers
    tell(cookieless, may_contact="yes", name="Nora", reach="07700 900444")
    with reading() as session:
        assert session.scalars(select(Concern.reach).order_by(Concern.id.desc())).first() == "+447700900444"


def test_sent_twice_it_is_one(client: FlaskClient) -> None:
    form = {**hidden(client.get("/concern").text), **WORRY}
    assert client.post("/concern", data=form).location == client.post("/concern", data=form).location
    only()


def test_what_is_missing_is_said_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    shown = tell(client, about=[], words=" ", may_contact="yes", reach="nobody", name="Nora")
    assert shown.status_code == 422
    assert error_beside(shown.text, "about") == "Select what you are worried about"
    assert error_beside(shown.text, "words") == "Enter what you are worried about"
    assert error_beside(shown.text, "reach").startswith("Enter a phone number")
    assert 'value="nobody"' in shown.text
    assert error_beside(tell(client, may_contact="").text, "may_contact") == "Select if we may contact you"
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Concern)) == 0


def test_it_waits_on_the_board_without_a_word_of_it_until_someone_opens_it(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    tell(client)
    concern = only()
    for path in ("/team", "/team/concerns"):
        shown = words(ruth.get(path))
        assert concern.reference in shown
        assert "Someone’s safety and Money or belongings" in shown
        assert "Marrowfat" not in shown
    own = f"/team/concerns/{concern.id}"
    assert ruth.get(own).status_code == 404  # reading opens nothing
    assert press(ruth, "/team/concerns", f"{own}/open").location == own
    looked = ruth.get(own)
    assert "Marrowfat asked for her card." in words(looked)
    # To close it takes two presses, and the first says that nobody was told: it cannot be opened again.
    folded = re.findall(r"<details.*?</details>", looked.text, re.DOTALL)[-1]
    assert f'action="{own}/close"' in folded
    assert "Nobody is written down as told." in folded
    press(ruth, own, f"{own}/close")
    assert "No concern waits." in words(ruth.get("/team/concerns"))
    assert "concern waits" not in words(ruth.get("/team"))
    with reading() as session:
        rows = session.execute(select(AuditRow.action).where(AuditRow.thing == "concern").order_by(AuditRow.id))
        assert [action for (action,) in rows] == ["raised", "opened", "read", "read", "closed"]


@pytest.mark.parametrize("role", sorted(set(StaffRoleName) - set(READ_CONCERNS)))
def test_nobody_else_of_the_team_reads_it(app: Flask, client: FlaskClient, role: StaffRoleName) -> None:
    tell(client)
    someone = as_(app, role)
    for path in ("/team/concerns", f"/team/concerns/{only().id}"):
        assert someone.get(path).status_code == 404


def test_a_safeguarding_lead_begins_there_and_sees_no_board(app: Flask, client: FlaskClient) -> None:
    lead = as_(app, StaffRoleName.SAFEGUARDING_LEAD)
    tell(client)
    assert only().reference in words(lead.get("/team/concerns"))
    assert {lead.get(path).status_code for path in ("/team", "/desk")} == {404}


def test_whoever_reads_them_is_sent_word_and_nothing_of_it(app: Flask, client: FlaskClient) -> None:
    for role in (*READ_CONCERNS, StaffRoleName.CALL_HANDLER):
        as_(app, role)
    tell(client)
    with unit_of_work() as session:
        scheme = Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")
        sent = outbox.claim_due(session, scheme, frozenset(), now=datetime.now(UTC))
    assert {envelope.recipient for envelope in sent} == {"safeguarding_lead@example.org", "coordinator@example.org"}
    assert not [envelope for envelope in sent if re.search("Marrowfat|safety|money", str(envelope.message))]


def test_word_of_one_that_was_opened_is_not_sent(app: Flask, client: FlaskClient) -> None:
    as_(app, StaffRoleName.COORDINATOR)
    tell(client)
    now = datetime.now(UTC)
    with unit_of_work() as session:
        staff_id = session.scalars(select(Notification.staff_id)).one()
        assert staff_id is not None
        concern_work.open_concern(session, only().id, staff_id=staff_id, now=now)
        scheme = Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")
        assert outbox.claim_due(session, scheme, frozenset(), now=now) == ()


@pytest.mark.parametrize(
    ("raised", "read_by"),
    [
        ("2026-01-14 09:00", "2026-01-14 09:15"),
        ("2026-01-14 19:59", "2026-01-14 20:14"),
        ("2026-01-14 20:00", "2026-01-15 08:15"),
        ("2026-01-14 23:30", "2026-01-15 08:15"),
        ("2026-01-14 03:00", "2026-01-14 08:15"),
        ("2026-07-14 07:30", "2026-07-14 07:45"),  # half past eight in summer
    ],
)
def test_when_it_is_read_at_the_latest(raised: str, read_by: str) -> None:
    at, latest = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (raised, read_by))
    assert concerns.read_by(at) == latest


def test_one_that_nobody_opened_in_time_stands_out(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    tell(client)
    assert "Late: open it now" not in words(ruth.get("/team"))
    with unit_of_work() as session:
        session.get_one(Concern, only().id).raised_at = datetime.now(UTC) - timedelta(days=1)
    assert "Late: open it now" in words(ruth.get("/team"))


def opened(ruth: FlaskClient, client: FlaskClient) -> str:
    tell(client)
    own = f"/team/concerns/{only().id}"
    press(ruth, "/team/concerns", f"{own}/open")
    return own


def test_it_says_how_quickly_it_was_opened_and_how_many_were_in_time(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    opened(ruth, client)
    shown = words(ruth.get("/team/concerns"))
    assert "Opened after under a minute, in time" in shown
    assert "1 of 1 was opened in time" in shown
    with unit_of_work() as session:
        concern = session.get_one(Concern, only().id)
        concern.opened_at = concerns.read_by(concern.raised_at) + timedelta(minutes=20)
    shown = words(ruth.get("/team/concerns"))
    assert "20 min late" in shown
    assert "0 of 1 was opened in time" in shown


def test_who_was_told_is_kept_and_telling_those_whose_task_it_is_passes_it_on(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    own = opened(ruth, client)
    wrong = press(ruth, own, f"{own}/told", whom="", how="", note="Marrowfat’s sister")
    assert wrong.status_code == 422
    assert error_beside(wrong.text, "whom") == "Select who was told"
    assert "Marrowfat’s sister" in wrong.text
    press(ruth, own, f"{own}/told", whom="family", how="phone", note="Marrowfat’s sister")
    assert "Passed on" not in words(ruth.get("/team/concerns"))
    press(ruth, own, f"{own}/told", whom="adult_care", how="email", note="Their reference 12")
    shown = words(ruth.get(own))
    assert "Their family or carer, by phone" in shown
    assert "Adult social care, by email" in shown
    assert "Passed on" in words(ruth.get("/team/concerns"))
    assert "sister" not in words(ruth.get("/team/concerns"))


def test_a_closed_one_can_be_read_again(app: Flask, client: FlaskClient) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    own = opened(ruth, client)
    assert "None was closed yet" in words(ruth.get("/team/concerns/closed"))
    press(ruth, own, f"{own}/close")
    assert only().reference in words(ruth.get("/team/concerns/closed"))
    assert "Marrowfat" in words(ruth.get(own))


def test_a_copy_for_the_safeguarding_team_holds_all_of_it_and_is_written_down(app: Flask, client: FlaskClient) -> None:
    lead = as_(app, StaffRoleName.SAFEGUARDING_LEAD)
    own = opened(lead, client)
    press(lead, own, f"{own}/told", whom="police", how="phone", note="Log 7 & more")
    copy = press(lead, own, f"{own}/copy")
    assert copy.headers["Content-Disposition"] == f'attachment; filename="concern-{only().reference}.txt"'
    assert copy.headers["Cache-Control"] == "no-store"
    for part in (only().reference, "Marrowfat asked for her card.", "The police, by phone", "Log 7 & more"):
        assert part in copy.text
    with reading() as session:
        assert session.scalar(select(func.count()).where(AuditRow.action == "exported")) == 1


def test_a_volunteer_is_stopped_from_the_page_and_may_start_again(
    app: Flask, client: FlaskClient, world: World
) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    own, person = opened(ruth, client), world.person_id
    nobody = press(ruth, own, f"{own}/find", wanted="Zebedee")
    assert nobody.status_code == 422
    assert 'value="Zebedee"' in nobody.text
    found = press(ruth, own, f"{own}/find", wanted="christopher")
    assert "Phone ends in 111. Holds 0 visits, is being asked about 1." in words(found)
    press(ruth, own, f"{own}/stop/{person}")
    assert "Christopher Barnes: stopped" in words(ruth.get(own))
    assert "Someone from the team will ring you" in words(client.get(f"/me/{world.me}"))
    press(client, f"/me/{world.me}", f"/me/{world.me}/resume")
    assert "Someone from the team will ring you" in words(client.get(f"/me/{world.me}"))
    press(ruth, own, re.findall(rf'action="({own}/lift/\d+)"', ruth.get(own).text)[0])
    assert "started again" in words(ruth.get(own))
    assert "Someone from the team will ring you" not in words(client.get(f"/me/{world.me}"))


def test_nobody_is_stopped_before_the_worry_was_opened(app: Flask, client: FlaskClient, world: World) -> None:
    ruth = as_(app, StaffRoleName.COORDINATOR)
    tell(client)
    assert press(ruth, "/team/concerns", f"/team/concerns/{only().id}/stop/{world.person_id}").status_code == 404

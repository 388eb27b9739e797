"""I also helped: told by one press, counted apart, and never as a visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matcher.domain.localtime import local_day
from matcher.services import rates, visits
from matcher.services.impact_report import findings, report, scope, sheet
from matcher.services.impact_report.report import Report
from matcher.services.impact_report.scope import Wanted
from matcher.store.models import Area, AuditRow, InformalHelp, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import World, press


@pytest.fixture
def done(client: FlaskClient, world: World) -> str:
    """Christopher came to clear Eileen's snow; the address of his visit."""
    address = press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes").location
    now = datetime.now(UTC)
    with unit_of_work() as session:
        rates.load_starting_rows(session, now=now)
        visit_id = session.scalars(select(Visit.id)).one()
        visits.complete(session, visit_id, now=now)
    return address


def told() -> list[tuple[int | None, int | None, str]]:
    with reading() as session:
        rows = session.scalars(select(InformalHelp).order_by(InformalHelp.id))
        return [(row.helper_id, row.resident_id, row.kind_slug) for row in rows]


def read() -> Report:
    now = datetime.now(UTC)
    with reading() as session:
        areas = set(session.scalars(select(Area.id)))
        wanted = Wanted(last=local_day(now) + timedelta(days=2))
        return report.read(session, scope.read(session, areas, wanted, now=now), now=now)


def test_after_a_visit_one_press_tells_of_more_and_twice_is_once(client: FlaskClient, world: World, done: str) -> None:
    page = client.get(done).text
    assert "I also helped Eileen" in page
    assert 'value="snow"' not in page  # what the visit was for
    for kind in ("errand", "errand", "nonsense"):
        assert press(client, done, f"{done}/also", kind=kind).location == done
    ((helper, resident, kind),) = told()
    assert (helper, kind) == (world.person_id, "errand")
    assert resident not in (None, helper)
    assert "Noted, thank you: shopping or an errand for Eileen" in client.get(done).text


def test_on_their_own_page_it_is_told_and_taken_back(client: FlaskClient, world: World) -> None:
    me = f"/me/{world.me}"
    assert press(client, me, f"{me}/also", kind="lift").location == me
    assert told() == [(world.person_id, None, "lift")]
    assert "Noted, thank you: a lift" in client.get(me).text
    assert press(client, me, f"{me}/also/999/back").status_code == 404
    assert press(client, me, f"{me}/also/1/back").location == me
    assert told() == []


def test_a_resident_tells_by_phone(client: FlaskClient, world: World, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    need = f"/desk/needs/{world.need_id}"
    assert press(client, need, f"{need}/also", kind="nonsense").location == need
    assert press(client, need, f"{need}/also", kind="garden").location == f"{need}?also=1"
    assert "It is written down" in client.get(f"{need}?also=1").text
    ((helper, _, kind),) = told()
    assert (helper, kind) == (None, "garden")
    with reading() as session:
        assert session.scalars(select(AuditRow.action).where(AuditRow.thing == "informal_help")).all() == ["told"]


def test_it_stands_apart_from_every_sum_of_the_report(client: FlaskClient, world: World, done: str) -> None:
    before = read()
    press(client, done, f"{done}/also", kind="errand")
    me = f"/me/{world.me}"
    press(client, me, f"{me}/also", kind="errand")  # the same, told again without saying whom
    after = read()
    assert (after.informal.times, after.informal.minutes, after.informal.twice) == (1, 45, 1)
    for part in ("kinds", "money", "ties", "people", "met"):
        assert getattr(after, part) == getattr(before, part)
    assert findings.told(after.informal, after.money).endswith(
        "Nobody has checked it, and it is in no other figure of this report."
    )
    assert "told, not seen,what it would cost to buy,central" in sheet.write(after).replace('"', "")


def test_the_database_takes_no_help_of_nobody_and_none_to_oneself(world: World) -> None:
    now = datetime.now(UTC)
    good = {"area_id": 1, "kind_slug": "lift", "day": now.date(), "minutes": 60, "told_at": now}
    me = world.person_id
    for who in ({}, {"helper_id": me, "resident_id": me}, {"helper_id": me, "minutes": 0}):
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.add(InformalHelp(**{**good, **who}))

"""Planning the week on its page: changed by presses that write nothing, until Send."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.lifecycle import MatchStatus, VisitStatus
from matcher.domain.localtime import local_day
from matcher.services import needs, offers
from matcher.store.models import Match, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, christopher, eileen, press, rows_everywhere


@pytest.fixture
def week(client: FlaskClient, seeded: str, sign_in_token: str) -> str:
    """Eileen asks every week, from tomorrow on; Christopher and Joan could come. The address of that week's plan."""
    now = datetime.now(UTC)
    with unit_of_work() as session:
        needs.post_need(session, eileen(is_weekly=True), now=now)
        offers.make_offer(session, christopher(), now=now)
        offers.make_offer(session, christopher("07700900222", "Joan"), now=now)
    press(client, f"/sign-in/{sign_in_token}")
    today = local_day(now)
    tomorrow = today + timedelta(days=1)
    return f"/team/week?week={(tomorrow - timedelta(days=tomorrow.weekday()) > today):d}"


def sent(client: FlaskClient, week: str, **typed: str | list[str]) -> str:
    """Press a button of the plan; typed goes on top of what stands on the page. Where it leads."""
    shown = client.get(week).text
    standing = {
        name: re.findall(rf'<input type="hidden" name="{name}" value="([^"]+)"', shown)
        for name in ("area", "week", "shown", "edit", "line")
    }
    return press(client, week, "/team/week", **standing | typed).location


def choice(client: FlaskClient, week: str, words: str) -> str:
    """The value of a choice on the page."""
    return re.search(rf'<option value="([^"]+)"(?: selected)?>{words}', client.get(week).text)[1]  # type: ignore[index]


def test_looking_and_changing_write_nothing(client: FlaskClient, week: str, seeded: str) -> None:
    before = rows_everywhere(seeded)
    shown = client.get(week).text
    assert "The one visit has somebody to ask: 1 person" in shown
    assert not any(mark in shown for mark in (HOUSE, POSTCODE, NOTE, "07700"))
    planned = re.search(r"Keep (\w+) B here", shown)[1]  # type: ignore[index]
    other = {"Christopher": "Joan", "Joan": "Christopher"}[planned]
    swapped = sent(client, week, edit=choice(client, week, f"{other} B instead"), again="1")
    assert f"{other} B <b>(kept)</b>" in client.get(swapped).text
    without = sent(client, swapped, edit=choice(client, swapped, "Leave it out"), again="1")
    assert "Left out by you" in client.get(without).text
    assert rows_everywhere(seeded) == before
    for words in ("area=0&week=9", "week=x&edit=out-&edit=keep-1&edit=nonsense&edit=not-1-2-3", f"edit=out-{'9' * 30}"):
        assert client.get(f"/team/week?{words}").status_code == 200


def test_what_was_changed_and_not_looked_at_is_not_sent(client: FlaskClient, week: str) -> None:
    out = choice(client, week, "Leave it out")
    told = client.get(sent(client, week, edit=out)).text
    assert "nothing was sent yet" in told
    with reading() as session:
        assert session.scalars(select(Match)).all() == []


def test_send_asks_and_who_said_yes_has_the_visit(client: FlaskClient, week: str) -> None:
    shown = client.get(sent(client, week)).text
    assert "1 person was asked" in shown
    assert "Being asked just now" in shown
    with unit_of_work() as session:
        match = session.scalars(select(Match)).one()
        assert match.status is MatchStatus.PROPOSED
        match.status, match.answered_at = MatchStatus.DECLINED, match.asked_at
    pair = choice(client, week, "Has said yes by phone")
    assert "1 visit was given" in client.get(sent(client, week, yes=pair)).text
    with reading() as session:
        assert session.scalars(select(Visit)).one().status is VisitStatus.HELD


def test_nothing_to_send_is_said_and_the_plan_stays(client: FlaskClient, week: str) -> None:
    for line in ("", "nonsense", "1-2", f"1-2-{'9' * 40}"):
        wrong = press(client, week, "/team/week", line=line)
        assert wrong.status_code == 422
        assert "Select at least one visit" in wrong.text

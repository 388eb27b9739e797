"""The audit on its page: chosen by who, whom, what and when; read by two roles and changed by none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from matcher.services import audit_chain, needs
from matcher.services.staff import StaffRoleName
from matcher.store.models import AuditRow, Need
from matcher.store.session import unit_of_work
from tests.web.conftest import HOUSE, NOTE, PHONE, POSTCODE, SignIn, World, press

AUDIT = "/team/audit"


def lines(body: str) -> list[str]:
    """What each row says, without when."""
    rows = re.findall(r"<tr><th scope=\"row\"><time.*?</th>(.*?)</tr>", body, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_who_saw_or_changed_what_is_read_with_no_name_and_no_address(signed_in: SignIn, world: World) -> None:
    shown = signed_in(StaffRoleName.SAFEGUARDING_LEAD).get(AUDIT)
    assert shown.headers["Cache-Control"] == "no-store"
    assert f"Person {world.person_id} Offered Offer 1 –" in lines(shown.text)
    assert "The service itself Made sign in link Staff 1 –" in lines(shown.text)
    assert not any(mark in shown.text for mark in ("Eileen", "Christopher", HOUSE, NOTE, PHONE, POSTCODE))


def test_it_is_chosen_by_who_by_person_by_record_and_by_day(signed_in: SignIn, world: World) -> None:
    client = signed_in()
    with unit_of_work() as session:
        needs.cancel_need(session, world.need_id, actor="staff:1", now=datetime.now(UTC))
        need = session.get_one(Need, world.need_id)
        eileen, reference = need.resident_id, need.reference
    assert lines(client.get(f"{AUDIT}?by=staff:1").text) == [f"Sal Cancelled Need {world.need_id} –"]
    hers = lines(client.get(f"{AUDIT}?person={eileen}").text)
    assert f"Sal Cancelled Need {world.need_id} –" in hers
    assert f"Person {eileen} Posted Need {world.need_id} –" in hers
    assert not any("Offer" in line for line in hers)
    his = lines(client.get(f"{AUDIT}?person={world.person_id}").text)
    offered = f"Person {world.person_id} Offered Offer 1 –"
    assert his == [offered, f"Person {world.person_id} Settled Person {world.person_id} home"]
    assert lines(client.get(f"{AUDIT}?thing=offer&number=1").text) == [offered]
    of_need = lines(client.get(f"{AUDIT}?reference={reference.lower().replace('-', ' ')}").text)
    assert f"Sal Cancelled Need {world.need_id} –" in of_need
    assert all("Need" in line or "Occurrence" in line for line in of_need)
    day = datetime.now(UTC).date()
    assert lines(client.get(f"{AUDIT}?first={day - timedelta(days=1)}&last={day + timedelta(days=1)}").text)
    assert "Nothing like that was ever done." in client.get(f"{AUDIT}?last={day - timedelta(days=2)}").text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("person=Eileen", "Enter a number, like 12"),
        ("number=1e5", "Enter a number, like 12"),
        ("first=yesterday", "Enter a day, like 2026-12-24"),
        ("last=1066-10-14", "Enter a day from 2000 to 2100"),
        ("reference=ZZZ-ZZZ", "There is no request with that reference"),
        ("reference=%20-", "Enter your reference"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_kept(signed_in: SignIn, query: str, said: str) -> None:
    answer = signed_in().get(f"{AUDIT}?{query}")
    assert (answer.status_code, said in answer.text) == (422, True)
    assert f'value="{query.split("=")[1].replace("%20", "")}"' in answer.text


def test_a_long_list_goes_on_where_it_stopped(signed_in: SignIn) -> None:
    client = signed_in()
    with unit_of_work() as session:
        session.execute(
            text(
                "insert into audit (at, actor, action, thing, thing_id, fields)"
                " select now(), 'system', 'read', 'story', n, '{}' from generate_series(1, 60) n"
            )
        )
    first = client.get(f"{AUDIT}?thing=story")
    (older,) = re.findall(r'href="([^"]+before=\d+)#rows"', first.text)
    second = client.get(older.replace("&amp;", "&"))
    assert len(lines(first.text)) == 50
    assert [line.split()[-2] for line in lines(second.text)] == [f"{n}" for n in range(10, 0, -1)]
    assert "Older ones" not in second.text


def test_someone_who_asks_is_found_by_their_telephone_and_the_look_is_written_down(
    signed_in: SignIn, world: World
) -> None:
    client = signed_in()
    found = press(client, AUDIT, f"{AUDIT}/person", phone="07700 900982")
    with unit_of_work() as session:
        eileen = session.get_one(Need, world.need_id).resident_id
    assert found.headers["Location"] == f"{AUDIT}?person={eileen}"
    assert f"Sal Looked up Person {eileen} phone" in lines(client.get(found.headers["Location"]).text)
    for typed, said in (("07700 900555", "We know nobody by that number"), ("no", "Enter a phone number")):
        refused = press(client, AUDIT, f"{AUDIT}/person", phone=typed)
        assert (refused.status_code, said in refused.text, f'value="{typed}"' in refused.text) == (422, True, True)


def test_the_status_line_and_a_seal_that_was_written_down(signed_in: SignIn) -> None:
    client = signed_in()
    assert "Nothing is sealed yet" in client.get(AUDIT).text
    with unit_of_work() as session:
        count = audit_chain.seal(session, now=datetime.now(UTC))
    shown = client.get(AUDIT).text
    assert "Chain complete to " in shown
    assert f"{count} rows are sealed" in shown
    (seal,) = re.findall(r"[0-9a-f]{64}", shown)
    assert f"closes {count} rows" in client.get(f"{AUDIT}?seal={seal[:16].upper()}").text
    for other in ("0" * 16, "seal", "<b>" * 90):
        assert "No seal in the chain begins like that" in client.get(AUDIT, query_string={"seal": other}).text


def test_who_runs_no_scheme_and_guards_nobody_finds_no_such_page(signed_in: SignIn) -> None:
    client = signed_in(StaffRoleName.COORDINATOR)
    with unit_of_work() as session:
        before = session.scalar(select(func.count()).select_from(AuditRow))
    assert client.get(AUDIT).status_code == 404
    assert f'href="{AUDIT}"' not in client.get("/team").text
    assert press(client, "/team/messages/match_asked", f"{AUDIT}/person", phone="07700 900982").status_code == 404
    with unit_of_work() as session:
        assert session.scalar(select(func.count()).select_from(AuditRow)) == before

"""The call handlers' desk: a request by phone, whom to ring and tell, a caller found, a door checked."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, NotificationStatus, VisitStatus
from matcher.domain.roles import StaffRoleName
from matcher.services import confirming, erasure, needs, staff
from matcher.store.models import (
    AuditRow,
    Consent,
    Draft,
    Feedback,
    Need,
    Notification,
    Occurrence,
    PhoneCheck,
    PrivateLink,
    Staff,
    Visit,
)
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, POSTCODE, World, eileen, error_beside, press

CALL = {
    "phone": "01632 960901",
    "first_name": "Eileen",
    "postcode": "ba15 1lf",
    "house": "2 Plough Cottages",
    "kind": "snow",
    "details": ["path", "steps"],
    "when": "tomorrow",
    "times": "am",
    "contact": "phone",
    "note": NOTE,
}


@pytest.fixture
def handler(app: Flask) -> FlaskClient:
    """Hetty, who takes calls and does nothing else."""
    return signed_in(app, "hetty@example.org", areas=None)


def signed_in(app: Flask, email: str, *, areas: frozenset[str] | None) -> FlaskClient:
    now, client = datetime.now(UTC), app.test_client()
    with unit_of_work() as session:
        roles = frozenset({StaffRoleName.CALL_HANDLER})
        staff.add_staff(session, email, "Hetty", roles, areas=areas, now=now)
        token = staff.sign_in_link(session, email, now=now)
    assert press(client, f"/sign-in/{token}").location == "/desk"
    return client


def words(answer: Any) -> str:
    """A page as it is read: no entities, no spaces that do not break."""
    return html.unescape(answer.text).replace("\u00a0", " ").replace("\u2011", "-")


def hidden(body: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))


def read_back(client: FlaskClient, **changes: Any) -> Any:
    """The page with the answers read back."""
    shown = client.get("/desk/new")
    return client.post("/desk/new", data={**hidden(shown.text), **CALL, **changes, "do": "read"})


def send(client: FlaskClient, **changes: Any) -> Any:
    """Read it back, and send it."""
    shown = read_back(client, **changes)
    assert shown.status_code == 200, shown.text
    return client.post("/desk/new", data={**hidden(shown.text), **CALL, **changes, "do": "send"})


def audited() -> list[tuple[str, str, str]]:
    with reading() as session:
        rows = session.execute(select(AuditRow.actor, AuditRow.action, AuditRow.thing).order_by(AuditRow.id))
        return [(actor, action, thing) for actor, action, thing in rows if actor.startswith("staff")]


def count(model: type[Any]) -> int:
    with reading() as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


# Who may be here ---------------------------------------------------------------------------------------------


def test_call_handlers_and_coordinators_see_the_desk_and_call_handlers_nothing_else(
    client: FlaskClient, handler: FlaskClient, world: World, sign_in_token: str
) -> None:
    desk = ("/desk", "/desk/new", "/desk/find", "/desk/door", f"/desk/needs/{world.need_id}")
    assert {client.get(path).location for path in (*desk, "/desk/tell/1")} == {"/sign-in"}
    assert {handler.get(path).status_code for path in desk} == {200}
    for path in ("/team", "/team/regular", "/team/cold", "/team/answers"):
        assert handler.get(path).status_code == 404
    assert press(client, f"/sign-in/{sign_in_token}").location == "/team"
    assert {client.get(path).status_code for path in desk} == {200}


def test_what_is_in_another_area_is_not_there(app: Flask, world: World) -> None:
    elsewhere = signed_in(app, "hal@example.org", areas=frozenset({"devizes"}))
    assert elsewhere.get(f"/desk/needs/{world.need_id}").status_code == 404
    assert press(elsewhere, "/desk/find", wanted="07700 900982").status_code == 422
    assert "do not take calls for Bradford on Avon" in error_beside(read_back(elsewhere).text, "postcode")
    with unit_of_work() as session:
        owed = session.scalars(select(Notification.id)).first()
        session.execute(update(Notification).values(channel="phone", status="failed", ended_at=datetime.now(UTC)))
    assert elsewhere.get(f"/desk/tell/{owed}").status_code == 404
    token = re.search(r'form_token" value="([^"]+)"', elsewhere.get("/desk").text)[1]  # type: ignore[index]
    for path in (f"/desk/tell/{owed}/told", *(f"/desk/needs/{world.need_id}/{verb}" for verb in VERBS)):
        assert elsewhere.post(path, data={"form_token": token}).status_code == 404, path


VERBS = ("confirmed", "no-answer", "wrong-number", "cancel", "how")


# A request by phone ------------------------------------------------------------------------------------------


def test_it_is_read_back_before_it_is_sent(handler: FlaskClient) -> None:
    shown = html.unescape(read_back(handler).text)
    assert "Eileen, at 2 Plough Cottages, BA15 1LF." in shown
    assert "You need: clearing snow or ice: path and steps. When: tomorrow, morning." in shown
    assert "Your number is 01632\u00a0960901. We tell you by phone." in shown
    assert count(Need) == 0
    assert count(Draft) == 0


def test_the_yes_posts_it_once_and_keeps_who_agreed_how_and_when(handler: FlaskClient) -> None:
    answer = send(handler)
    with reading() as session:
        need = session.scalars(select(Need)).one()
        consent = session.scalars(select(Consent)).one()
        hetty = session.scalars(select(Staff)).one()
    assert answer.location == f"/desk/needs/{need.id}?taken=1"
    assert need.status is NeedStatus.OPEN
    assert (consent.need_id, consent.given_by, consent.how, consent.staff_id) == (need.id, "self", "spoken", hetty.id)
    assert abs(consent.given_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert consent.wording
    assert (f"staff:{hetty.id}", "took_by_phone", "need") in audited()
    said = html.unescape(handler.get(answer.location).text)
    assert "It is sent" in said
    assert "They agreed, spoken, asked by the desk" in said
    assert "Nobody waits to be told anything" in words(handler.get("/desk"))  # they were told on the telephone
    with reading() as session:
        statuses = session.scalars(select(Notification.status).where(Notification.template == "need_posted")).all()
    assert statuses == [NotificationStatus.DROPPED]


def test_who_asks_for_something_else_is_not_told_that_neighbours_are_asked_before_the_team_rang(
    handler: FlaskClient,
) -> None:
    said = words(handler.get(send(handler, kind="other", details=[], note="A wasps' nest in the shed").location))
    assert "Somebody from the team rings you about it first. Then we ask neighbours near you" in said
    assert "neighbours near you who are free" not in said
    assert "We ask neighbours near you who are free" in words(
        handler.get(send(handler, phone="01632 960902", house="3 Plough Cottages").location)
    )


def test_pressed_twice_it_is_one_request(handler: FlaskClient) -> None:
    form = {**hidden(read_back(handler).text), **CALL, "do": "send"}
    first = handler.post("/desk/new", data=form)
    shown = handler.post("/desk/new", data=form)  # it is open now: the same again is warned of, and not sent
    again = handler.post("/desk/new", data={**form, **hidden(shown.text)})
    assert again.location == first.location
    assert count(Need) == 1


def test_what_was_changed_after_it_was_read_back_is_read_back_again(handler: FlaskClient) -> None:
    form = {**hidden(read_back(handler).text), **CALL, "do": "send"}
    shown = handler.post("/desk/new", data={**form, "house": "20 Plough Cottages"})
    assert "20 Plough Cottages, BA15 1LF" in shown.text
    assert count(Need) == 0


def test_one_like_it_is_shown_before_a_second_is_made(handler: FlaskClient) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        over = needs.post_need(session, eileen(), now=now)
        needs.cancel_need(session, over.need_id, actor="system", now=now)
        needs.post_need(session, eileen(kind="garden", details=()), now=now)
    assert "Is it one of these?" not in read_back(handler, phone="07700 900982").text  # one over, one of another kind
    with unit_of_work() as session:
        posted = needs.post_need(session, eileen(), now=now)
    for same in ({"phone": "07700 900982", "postcode": "BA15 1DE"}, {"phone": "07700 900111"}):
        unread = {**hidden(handler.get("/desk/new").text), **CALL, **same, "do": "send"}
        shown = handler.post("/desk/new", data=unread)
        assert "Is it one of these? 1 request like it is open already" in words(shown)
        assert f'href="/desk/needs/{posted.need_id}"' in shown.text
    assert count(Need) == 3
    assert handler.post("/desk/new", data={**unread, **hidden(shown.text)}).status_code == 303
    assert count(Need) == 4


def test_how_many_could_do_it(handler: FlaskClient, world: World) -> None:
    assert "1 neighbour could do this on " in words(read_back(handler))
    assert "Nobody near there could do this on " in words(read_back(handler, kind="garden", details=[]))


def test_every_error_at_once_and_everything_typed_is_kept(handler: FlaskClient) -> None:
    wrong = {"phone": "12", "first_name": "", "postcode": "nowhere", "house": "", "kind": "", "when": "", "times": "x"}
    shown = read_back(handler, **wrong, contact="email", note="The key safe is 1234")
    assert shown.status_code == 422
    assert "<title>Error: " in shown.text
    for field in ("phone", "first_name", "postcode", "house", "kind", "when", "times", "email", "note"):
        assert error_beside(shown.text, field), field
    listed = re.findall(r'<a href="#(\w+)">', shown.text.split("govuk-error-summary__list")[1].split("</ul>")[0])
    assert listed[:5] == ["phone", "first_name", "email", "note", "postcode"], "as they stand on the page"
    for typed in ('value="12"', 'value="nowhere"', 'value="The key safe is 1234"'):
        assert typed in shown.text
    assert count(Need) == 0


def test_outside_the_scheme_it_says_so(handler: FlaskClient) -> None:
    assert "We do not cover" in error_beside(read_back(handler, postcode="BA1 1AA").text, "postcode")


def test_any_time_weekly_and_several_people(handler: FlaskClient) -> None:
    send(handler, kind="call", details=[], times="any", is_weekly="yes", helpers="2")
    with reading() as session:
        need = session.scalars(select(Need)).one()
    assert (need.bands, need.helpers, need.recurrence.value) == (["am", "pm", "eve"], 2, "weekly")


# Ring back ---------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(world: World) -> int:
    """Stanley's need waits for its number."""
    with unit_of_work() as session:
        draft = eileen(must_confirm=True, contact="text", kind="garden", details=())
        return needs.post_need(session, draft, now=datetime.now(UTC)).need_id


def change(need_id: int, **values: Any) -> None:
    with unit_of_work() as session:
        session.execute(update(PhoneCheck).where(PhoneCheck.need_id == need_id).values(**values))


def ring_me(need_id: int) -> None:
    with unit_of_work() as session:
        confirming.ring_me(session, need_id, now=datetime.now(UTC))


def out_of_tries(need_id: int) -> None:
    change(need_id, tries_left=0)


def an_old_code(need_id: int) -> None:
    with unit_of_work() as session:
        session.execute(update(Need).where(Need.id == need_id).values(posted_at=datetime.now(UTC) - timedelta(hours=1)))


def a_lost_code(need_id: int) -> None:
    with unit_of_work() as session:
        session.execute(update(Notification).where(Notification.template == "need_code").values(status="failed"))


def test_whoever_waits_for_a_call_is_on_the_list_with_the_reason_and_no_number(
    handler: FlaskClient, waiting: int
) -> None:
    assert "Nobody waits for a call" in words(handler.get("/desk"))  # the code was sent just now
    for happens, why in (
        (an_old_code, "They have not entered the code"),
        (a_lost_code, "The code did not get there"),
        (out_of_tries, "They have no tries of the code left"),
        (ring_me, "They asked to be rung"),
    ):
        happens(waiting)
        shown = words(handler.get("/desk"))
        assert "Ring 1 person back" in shown
        assert why in shown
        assert not [mark for mark in (HOUSE, POSTCODE, NOTE, "900982", "900 982") if mark in shown]
    assert audited() == []
    late = '<b class="gn-need__urgent">Late</b>'
    for minutes, is_late in ((119, False), (121, True)):
        change(waiting, ring_me_at=datetime.now(UTC) - timedelta(minutes=minutes))
        assert (late in words(handler.get("/desk"))) == is_late


def test_what_comes_of_a_call(handler: FlaskClient, waiting: int) -> None:
    own = f"/desk/needs/{waiting}"
    ring_me(waiting)
    assert press(handler, own, f"{own}/no-answer").location == "/desk"
    assert "No answer: try at" in words(handler.get("/desk"))
    change(waiting, ring_after=datetime.now(UTC) - timedelta(minutes=1))
    assert "No answer: try at" not in words(handler.get("/desk"))
    press(handler, own, f"{own}/wrong-number")
    assert "Wrong number" in words(handler.get("/desk"))
    press(handler, own, f"{own}/confirmed")
    with reading() as session:
        assert session.get_one(Need, waiting).status is NeedStatus.OPEN
        assert session.get_one(PhoneCheck, waiting).how == "call"
    assert "Nobody waits for a call" in words(handler.get("/desk"))
    said = ["looked_up", "rang_no_answer", "looked_up", "rang_wrong_number", "looked_up", "confirmed"]
    assert [action for _, action, _ in audited()] == said


def move_visit(session: Session, to: datetime) -> None:
    moved = "starts_at = :at, ends_at = :end, during = tstzrange(:at, :end)"
    session.execute(text(f"update visits set {moved}"), {"at": to, "end": to + timedelta(minutes=30)})


# Tell by phone -----------------------------------------------------------------------------------------------


@pytest.fixture
def to_tell(client: FlaskClient, world: World) -> int:
    """Christopher said yes, and Eileen asked to be told by phone."""
    with unit_of_work() as session:
        session.execute(update(Need).values(contact="phone"))
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    with unit_of_work() as session:
        row = session.scalars(select(Notification).where(Notification.template == "visit_held_resident")).one()
        row.status, row.ended_at = NotificationStatus.FAILED, datetime.now(UTC)
        return row.id


def test_who_is_told_by_phone_is_on_the_list_and_the_words_are_read_one_at_a_time(
    handler: FlaskClient, to_tell: int
) -> None:
    links = count(PrivateLink)
    with reading() as session:
        word = session.scalars(select(Occurrence.door_word)).one()
    shown = words(handler.get("/desk"))
    assert "Ring Eileen: who is coming" in shown
    assert "They asked for a call" in shown
    assert word not in shown
    assert "982" not in shown
    assert audited() == []
    shown = words(handler.get(f"/desk/tell/{to_tell}"))
    assert "07700 900982" in shown
    assert "Christopher can help" in shown
    assert f"The word is {word}. I say it again: {word}. It is spelt {', '.join(word.upper())}." in shown
    assert [action for _, action, _ in audited()] == ["looked_up"]
    assert count(PrivateLink) == links  # reading the words made none


def test_ticked_it_is_delivered_once(handler: FlaskClient, to_tell: int) -> None:
    form = hidden(handler.get(f"/desk/tell/{to_tell}").text)
    for _ in range(2):
        assert handler.post(f"/desk/tell/{to_tell}/told", data=form).location == "/desk"
    with reading() as session:
        assert session.get_one(Notification, to_tell).status is NotificationStatus.DELIVERED
    assert [action for _, action, _ in audited()].count("told_by_phone") == 1
    assert "Nobody waits to be told anything" in words(handler.get("/desk"))
    assert handler.get(f"/desk/tell/{to_tell}").status_code == 404


def test_what_is_listed_is_what_only_a_person_can_tell(handler: FlaskClient, to_tell: int) -> None:
    ways = {
        ("phone", "failed"): True,
        ("phone", "sent"): True,  # a copy on the outbox page of a trial: nobody has spoken to them
        ("letter", "sent"): True,
        ("text", "failed"): True,
        ("email", "uncertain"): True,
        ("text", "sent"): False,
        ("text", "delivered"): False,
        ("phone", "delivered"): False,
        ("phone", "dropped"): False,
    }
    for (channel, status), is_listed in ways.items():
        row = update(Notification).where(Notification.id == to_tell).values(channel=channel, status=status)
        with unit_of_work() as session:
            session.execute(row)
        assert ("Ring Eileen: who is coming" in words(handler.get("/desk"))) == is_listed, (channel, status)


def test_a_code_is_never_told_and_nor_is_what_is_owed_to_a_volunteer(handler: FlaskClient, waiting: int) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as session:
        session.execute(
            update(Notification)
            .where(Notification.template.in_(("need_code", "match_asked", "offer_made")))
            .values(status="failed", channel="phone", ended_at=now)
        )
    assert "Nobody waits to be told anything" in handler.get("/desk").text


def test_two_hours_before_the_visit_it_stands_out(handler: FlaskClient, to_tell: int) -> None:
    assert "Ring now" not in handler.get("/desk").text
    with unit_of_work() as session:
        soon = datetime.now(UTC) + timedelta(minutes=100)
        move_visit(session, soon)
    assert "Ring now" in handler.get("/desk").text


# A caller, and a door ----------------------------------------------------------------------------------------


def test_a_caller_is_found_by_reference_however_it_is_typed(handler: FlaskClient, world: World) -> None:
    with reading() as session:
        reference = session.get_one(Need, world.need_id).reference
    for typed in (reference, reference.lower().replace("-", " "), reference.replace("-", "")):
        assert press(handler, "/desk/find", wanted=typed).location == f"/desk/needs/{world.need_id}"
    assert [action for _, action, _ in audited()] == ["found_caller"] * 3


def test_a_caller_is_found_by_the_number_they_gave(handler: FlaskClient, world: World) -> None:
    assert press(handler, "/desk/find", wanted="+44 7700 900 982").location == f"/desk/needs/{world.need_id}"
    with unit_of_work() as session:
        needs.post_need(session, eileen(kind="garden", details=()), now=datetime.now(UTC))
    assert "2 requests from that number" in words(press(handler, "/desk/find", wanted="07700 900982"))


def test_there_is_no_other_way_to_find_anyone(handler: FlaskClient, world: World) -> None:
    for typed in ("Eileen", HOUSE, POSTCODE, "%", "_______", "900982", "' or 1=1 --", "٣" * 30, "x" * 5000, ""):
        shown = press(handler, "/desk/find", wanted=typed)
        assert shown.status_code == 422
        assert error_beside(shown.text, "wanted")
        assert typed in words(shown)
    with reading() as session:
        eileen_id = session.get_one(Need, world.need_id).resident_id
    with unit_of_work() as session:
        erasure.erase_person(session, eileen_id, need_id=world.need_id, now=datetime.now(UTC))
    assert press(handler, "/desk/find", wanted="07700 900982").status_code == 422
    for path in (f"/desk/needs/{world.need_id}", f"/desk/needs/{world.need_id}/letter"):
        assert handler.get(path).status_code == 404
    assert handler.get("/desk").status_code == 200
    assert audited() == []


def test_the_desk_reads_how_to_reach_them_each_look_is_written_down_and_the_caller_can_stop_it(
    handler: FlaskClient, world: World
) -> None:
    own = f"/desk/needs/{world.need_id}"
    assert "Dear Eileen" in words(handler.get(f"{own}/letter"))
    shown = words(handler.get(own))
    for said in ("07700 900982", HOUSE, POSTCODE, NOTE, "Looking for a neighbour"):
        assert said in shown
    assert [(action, thing) for _, action, thing in audited()] == [("looked_up", "person")] * 2
    press(handler, own, f"{own}/cancel")
    with reading() as session:
        assert session.get_one(Need, world.need_id).status is NeedStatus.CANCELLED
    assert audited()[-1][1:] == ("cancelled", "need")
    happened = words(handler.get(own)).split('<ol class="gn-time">')[1].split("</ol>")[0]
    assert "They asked for help" in happened
    assert "The request was cancelled" in happened
    assert re.search(r"\byour?\b", happened, re.IGNORECASE) is None  # it speaks of the resident, not to them


@pytest.fixture
def been(client: FlaskClient, world: World) -> str:
    """Christopher's visit to Eileen has begun; where the desk reads of it."""
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    with unit_of_work() as session:
        move_visit(session, datetime.now(UTC) - timedelta(minutes=5))
    return f"/desk/needs/{world.need_id}"


def test_how_it_went_is_told_on_the_telephone_and_written_down_by_whom(handler: FlaskClient, been: str) -> None:
    assert "The caller says how it went" in handler.get(been).text
    wrong = press(handler, been, f"{been}/how", thanks="Bless him")
    assert wrong.status_code == 422
    assert error_beside(wrong.text, "answer") == "Select how it went"
    assert 'value="Bless him"' in wrong.text
    told = press(handler, been, f"{been}/how", answer="well", again="yes", thanks="Bless him")
    assert "It is written down" in handler.get(told.location).text
    with reading() as session:
        kept = session.scalars(select(Feedback)).one()
    assert (kept.answer, kept.again, kept.thanks) == ("well", "yes", "Bless him")
    assert "judged" in [action for _, action, _ in audited()]
    assert "The caller says how it went" not in handler.get(been).text


def test_a_worry_told_so_leads_to_where_it_is_written_down(handler: FlaskClient, been: str) -> None:
    told = press(handler, been, f"{been}/how", answer="worried")
    assert "/concern" in handler.get(told.location).text
    assert "999" in handler.get(told.location).text


def test_nobody_came_told_on_the_telephone_has_someone_else_looked_for(handler: FlaskClient, been: str) -> None:
    told = press(handler, been, f"{been}/how", answer="nobody")
    assert "We look for someone else now" in words(handler.get(told.location))
    with reading() as session:
        assert session.scalars(select(Visit.status)).one() is VisitStatus.NO_SHOW


@pytest.fixture
def expected_today(client: FlaskClient, world: World) -> str:
    """Christopher is expected at Eileen's within the hour; her door word."""
    press(client, f"/m/{world.ask}", f"/m/{world.ask}/yes")
    now = datetime.now(UTC)
    with unit_of_work() as session:
        move_visit(session, now)
        return session.scalars(select(Occurrence.door_word)).one()


def test_one_of_ours_at_the_door_and_a_stranger(handler: FlaskClient, expected_today: str) -> None:
    shown = words(press(handler, "/desk/door", wanted="07700 900982", name="christopher"))
    assert "Yes: Christopher is expected today" in shown
    assert expected_today in shown
    assert "vouched" in [action for _, action, _ in audited()]
    shown = words(press(handler, "/desk/door", wanted="07700 900982", name="Colin"))
    assert "No: nobody called Colin is expected there today" in shown
    assert "Christopher" not in shown
    assert expected_today not in shown
    with unit_of_work() as session:
        move_visit(session, datetime.now(UTC) + timedelta(days=1))
    assert "No: nobody called" in press(handler, "/desk/door", wanted="07700 900982", name="Christopher").text

"""Asking for someone else: their yes first, and the outcome alone for who asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, text

from matcher.domain.lifecycle import NeedStatus
from matcher.services import confirming, handed_over, matches, needs, offers, outbox, visits
from matcher.services.wordings import Scheme
from matcher.store.models import Consent, Match, Need, Notification, Occurrence, Referral, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, PHONE, POSTCODE, christopher, error_beside, press, proposal

ANSWERS: dict[str, dict[str, Any]] = {
    "/ask/for-someone": {"relation": "professional", "organisation": "Market Street Surgery", "role": "receptionist"},
    "/ask/for-someone/agreed": {"agreed": "spoken"},
    "/ask/for-someone/kind": {"kind": "snow", "details": ["path"]},
    "/ask/for-someone/when": {"when": "tomorrow", "times": "am"},
    "/ask/for-someone/where": {"postcode": POSTCODE, "house": HOUSE},
    "/ask/for-someone/who": {"first_name": "Eileen", "phone": PHONE, "contact": "letter", "note": NOTE},
    "/ask/for-someone/you": {
        "first_name": "Nora",
        "phone": "07700 900444",
        "email": "nora@example.org",
        "hears": "both",
    },
    "/ask/for-someone/check": {},
}
SCHEME = Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")


def answer_all(client: FlaskClient, **changes: dict[str, Any]) -> str:
    """Answer every question; where that leads. `changes` by the last part of a question's address."""
    for path, answers in ANSWERS.items():
        answer = press(client, path, **{**answers, **changes.get(path.rpartition("/")[2], {})})
        assert answer.status_code == 303, (path, re.findall("Error:</span>(.*?)<", answer.text))
    return str(answer.location)


def one(model: type[Any]) -> Any:
    with reading() as session:
        return session.scalars(select(model)).one()


def owed() -> list[tuple[str, bool]]:
    """(template, is it owed to who asked) of every message so far."""
    with reading() as session:
        rows = session.scalars(select(Notification).order_by(Notification.id)).all()
        return [(row.template, row.referral_id is not None) for row in rows]


def test_it_is_kept_with_who_agreed_and_who_asked_and_nobody_is_asked_before_they_are_rung(client: FlaskClient) -> None:
    sent = client.get(answer_all(client)).text
    need, consent, referral = one(Need), one(Consent), one(Referral)
    assert need.status is NeedStatus.PAUSED
    assert (consent.given_by, consent.asked_by, consent.how, consent.staff_id) == (
        "self",
        "professional",
        "spoken",
        None,
    )
    assert abs(consent.given_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert (referral.organisation, referral.role, referral.is_told) == ("Market Street Surgery", "receptionist", True)
    assert owed() == [("referral_posted", True)]  # no code to someone who did not ask themself
    assert need.reference.replace("-", "\u2011") in sent
    with unit_of_work() as session:
        areas, now = frozenset({need.area_id}), datetime.now(UTC)
        confirming.confirm_by_call(session, need.id, area_ids=areas, actor="staff:1", now=now)
    assert one(Need).status is NeedStatus.OPEN
    assert owed()[1:] == [("need_posted", False)]


def test_not_yet_is_asked_first_and_nothing_is_sent(client: FlaskClient) -> None:
    press(client, "/ask/for-someone", **ANSWERS["/ask/for-someone"])
    shown = press(client, "/ask/for-someone/agreed", agreed="not_yet")
    assert shown.status_code == 422
    assert "Please ask them first" in error_beside(shown.text, "agreed")
    assert "You can print this page and show it to them" in shown.text
    assert client.get("/ask/for-someone/kind").location.endswith("/agreed")
    assert error_beside(press(client, "/ask/for-someone/agreed").text, "agreed") == "Select if they know you are asking"


def test_in_their_best_interests_a_coordinator_decides(client: FlaskClient, sign_in_token: str) -> None:
    answer_all(client, agreed={"agreed": "best_interests"})
    need = one(Need)
    assert (need.status, one(Consent).given_by) == (NeedStatus.PAUSED, "best_interests")
    press(client, f"/sign-in/{sign_in_token}")
    assert "Someone asked in their best interests: you decide" in client.get("/team").text
    assert "Nobody waits for a call" in client.get("/desk").text
    for _ in range(2):
        token = re.search(r'form_token" value="([^"]+)"', client.get("/team").text)
        assert client.post(f"/team/needs/{need.id}/decided", data={"form_token": token[1]}).location == "/team"  # type: ignore[index]
    assert one(Need).status is NeedStatus.OPEN
    assert [template for template, _ in owed()].count("need_posted") == 1


def test_only_what_waits_for_a_decision_can_be_decided(client: FlaskClient, sign_in_token: str) -> None:
    answer_all(client)
    press(client, f"/sign-in/{sign_in_token}")
    assert press(client, "/team", f"/team/needs/{one(Need).id}/decided").status_code == 404
    assert one(Need).status is NeedStatus.PAUSED


def test_who_asks_at_work_says_where_and_a_friend_need_not(client: FlaskClient) -> None:
    shown = press(client, "/ask/for-someone", relation="professional", organisation="", role="x" * 99)
    assert error_beside(shown.text, "organisation") == "Enter your organisation"
    assert error_beside(shown.text, "role") == "Your role must be 80 characters or fewer"
    assert "x" * 99 in shown.text
    answer_all(client, **{"for-someone": {"relation": "relative", "organisation": "left over", "role": ""}})
    assert (one(Referral).organisation, one(Consent).asked_by) == ("", "relative")


def test_pressed_twice_it_is_one_request(client: FlaskClient) -> None:
    where = answer_all(client)
    again = client.post("/ask/for-someone/check", data={"form_token": "x"})
    assert again.status_code in (303, 400)
    assert client.get(where).status_code == 200
    one(Need)


def test_who_wants_to_hear_nothing_hears_nothing(client: FlaskClient) -> None:
    answer_all(client, you={"hears": "them"})
    assert owed() == []


def test_who_asked_is_told_the_outcome_and_no_other_byte(client: FlaskClient) -> None:
    """From the first page to the last message: nothing of who comes, where, when, or the word at the door."""
    outcome = answer_all(client).removesuffix("/sent")
    need = one(Need)
    seen = [client.get(f"{outcome}/sent").text, client.get(outcome).text]
    assert "Not yet" in seen[-1]
    live_through(need, seen, lambda: client.get(outcome).text)
    assert seen[-1].count("<dd>Yes</dd>") == 2
    told = [message for message in seen if message.startswith("Good Neighbours: ")]
    assert [re.findall("with us|said yes|is done", message) for message in told] == [
        ["with us"],
        ["said yes"],
        ["is done"],
    ]
    with reading() as session:
        word = session.scalars(select(Occurrence.door_word)).one()
        status = session.execute(text("select count(*) from private_links where purpose = 'status'")).scalar_one()
    marks = (HOUSE, POSTCODE, NOTE, PHONE, "900982", "Christopher", "Barnes", word, "/r/", "/visits/", "Eileen")
    assert status > 0  # there were such links, for Eileen
    assert [(mark, text) for text in seen for mark in marks if mark in text] == []


def live_through(need: Need, seen: list[str], look: Any) -> None:
    """They are rung, Christopher says yes and has been; `seen` gets what who asked was sent at each step."""
    now = datetime.now(UTC)
    with unit_of_work() as session:
        confirming.confirm_by_call(session, need.id, area_ids=frozenset({need.area_id}), actor="staff:1", now=now)
        made = offers.make_offer(session, christopher(), now=now)
        occurrence = session.scalars(select(Occurrence)).one()
        start = occurrence.starts_at + timedelta(hours=1)
        matches.propose(session, None, [proposal(occurrence.id, made, start)], now=now)
    deliver(seen)
    seen.append(look())
    with unit_of_work() as session:
        matches.accept(session, session.scalars(select(Match.id)).one(), now=now)
    deliver(seen)
    seen.append(look())
    with unit_of_work() as session:
        visits.complete(session, session.scalars(select(Visit.id)).one(), now=now - visits.UNDO_LASTS)
    deliver(seen)
    seen.append(look())


def deliver(seen: list[str]) -> None:
    with unit_of_work() as session:
        now = datetime.now(UTC)
        for envelope in outbox.claim_due(session, SCHEME, frozenset(), now=now, limit=50):
            handed_over.mark_sent(session, envelope.notification_id, now=now)
            if envelope.recipient in ("nora@example.org", "+447700900444"):
                seen.append(envelope.message.text)


def test_called_off_or_never_met_is_told_as_not_met(client: FlaskClient) -> None:
    outcome = answer_all(client).removesuffix("/sent")
    with unit_of_work() as session:
        needs.cancel_need(session, one(Need).id, actor="system", now=datetime.now(UTC))
    assert owed()[-1] == ("referral_unmet", True)
    assert client.get(outcome).text.count("<dd>No</dd>") == 2

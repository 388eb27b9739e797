"""Every form of those who ask for help, ask for someone else, take calls or tell of a worry, field by field.

Whatever is typed, the answer is a page that says what to do and keeps what was typed. A form that is not here fails.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import invitations, needs, organisations
from matcher.services.organisations import OrganisationDraft
from matcher.store.models import Area
from matcher.store.session import unit_of_work
from tests.web import test_for_someone, test_needs
from tests.web.conftest import NOTE, PHONE, World, eileen, press
from tests.web.test_desk import CALL, hidden
from web.limits import limiter

PARTS = ("/ask", "/at-work", "/check", "/r/", "/for/", "/concern", "/i/", "/desk")
TYPED = ("\0", "\ud800", "x" * 20_000, "<b>’;--{{7*7}} ٣ -1e309")
CHOSEN = TYPED[3:]  # into what is chosen and not typed by hand: whatever is not in a list is as wrong as anything else
UNREADABLE = "\0"  # refused before any field is looked at: no browser sends it


class Form(NamedTuple):
    """Where it goes, the page it stands on if that is another, answers that can be used, and what is typed by hand."""

    to: str
    shown_at: str = ""
    typed: dict[str, Any] = {}  # noqa: RUF012 - never changed
    by_hand: str = ""


DAY = {"day-day": "1", "day-month": "2", "day-year": "2027"}
WHEN = {"when": "day", "times": "am", **DAY, "is_weekly": "", "is_icy": "", "helpers": "1"}
KIND = {"kind": "snow", "details": "path"}
WHERE = {"postcode": "BA15 1LF", "house": "2"}
WHO = {"first_name": "Una", "phone": "07700 900321", "contact": "email", "email": "una@example.org", "note": NOTE}
WISHES = {"wishes": "calm_with_dogs", "is_must": "yes"}
HOW = {"answer": "well", "again": "yes", "thanks": "Thank you."}
WORK = {"relation": "professional", "organisation": "The surgery", "role": "nurse"}
ASKER = {"first_name": "Nora", "phone": "07700 900444", "email": "nora@example.org", "hears": "both"}
AT_WORK = {"agreed": "spoken", **WHO, **WISHES, **WHERE, **KIND, **WHEN, "asker_name": "Nora", "asker_role": "nurse"}
WORRY = {"about": "safety", "words": "He asked for her card.", "may_contact": "yes", "name": "Nora", "reach": "01632"}
CHECK = {"reference": "K7Q-4MX", "last_digits": "0982"}
WHO_BY_HAND = "first_name phone email note"
WORK_BY_HAND = "postcode house asker_name asker_role"
OWN, UNSURE, DESK = "/r/{status}", "/r/{unsure}", "/desk/needs/{need}"
_NEED = "<int(max=9223372036854775807):need_id>"
_OWED = "<int(max=9223372036854775807):notification_id>"
_LINK = "/r/<token:token>"

# Route -> its forms. What ends something comes last.
FORMS: dict[str, tuple[Form, ...]] = {
    "/ask": (Form("/ask", typed=KIND),),
    "/ask/<any('when', 'where', 'who'):path>": (
        Form("/ask/when", typed=WHEN, by_hand=" ".join(DAY)),
        Form("/ask/where", typed=WHERE, by_hand="postcode house"),
        Form("/ask/who", typed={**WHO, **WISHES}, by_hand=WHO_BY_HAND),
    ),
    "/ask/for-someone": (Form("/ask/for-someone", typed=WORK, by_hand="organisation role"),),
    "/ask/for-someone/<any('agreed', 'kind', 'when', 'where', 'who', 'you'):path>": (
        Form("/ask/for-someone/agreed", typed={"agreed": "spoken"}),
        Form("/ask/for-someone/kind", typed=KIND),
        Form("/ask/for-someone/when", typed=WHEN, by_hand=" ".join(DAY)),
        Form("/ask/for-someone/where", typed=WHERE, by_hand="postcode house"),
        Form("/ask/for-someone/who", typed={**WHO, **WISHES}, by_hand=WHO_BY_HAND),
        Form("/ask/for-someone/you", typed=ASKER, by_hand="first_name phone email"),
    ),
    "/at-work": (Form("/at-work", typed={"code": "K7Q-4MX-RT9"}, by_hand="code"),),
    "/at-work/<token:token>": (Form("/at-work/{work}", typed=AT_WORK, by_hand=f"{WHO_BY_HAND} {WORK_BY_HAND}"),),
    "/check": (Form("/check", typed=CHECK, by_hand="reference last_digits"),),
    "/check/link": (Form("/check/link", "/check", CHECK, "reference last_digits"),),
    "/concern": (Form("/concern", typed=WORRY, by_hand="words name reach"),),
    "/i/<string(maxlength=12):code>": (Form("/i/{code}", typed={"choice": "read"}),),
    f"{_LINK}/change/time": (Form(f"{OWN}/change/time", f"{OWN}/change", WHEN, " ".join(DAY)),),
    f"{_LINK}/change/note": (Form(f"{OWN}/change/note", f"{OWN}/change", {"note": NOTE}, "note"),),
    f"{_LINK}/change/who": (Form(f"{OWN}/change/who", f"{OWN}/change", WISHES),),
    f"{_LINK}/other-time": (Form(f"{OWN}/other-time", f"{OWN}/change", {"time": "2027-02-01T08:00:00+00:00"}),),
    f"{_LINK}/how": (Form(f"{OWN}/how", f"{OWN}/cancel", HOW),),
    f"{_LINK}/warm": (Form(f"{OWN}/warm", typed={"choice": "yes"}),),
    f"{_LINK}/messages/{_OWED}/again": (Form(f"{OWN}/messages/{{owed}}/again", f"{OWN}/cancel"),),
    f"{_LINK}/more": (Form(f"{OWN}/more", f"{OWN}/cancel", {"answer": "shop"}),),
    f"{_LINK}/number": (Form(f"{UNSURE}/number", typed={"phone": "01632 960901"}, by_hand="phone"),),
    f"{_LINK}/code": (Form(f"{UNSURE}/code", typed={"code": "12345"}, by_hand="code"),),
    f"{_LINK}/code/again": (Form(f"{UNSURE}/code/again", f"{UNSURE}/code"),),
    f"{_LINK}/code/ring": (Form(f"{UNSURE}/code/ring", f"{UNSURE}/code"),),
    "/desk/find": (Form("/desk/find", typed={"wanted": "K7Q-4MX"}, by_hand="wanted"),),
    "/desk/door": (Form("/desk/door", typed={"wanted": PHONE, "name": "Robert"}, by_hand="wanted name"),),
    "/desk/new": (Form("/desk/new", typed={**CALL, **DAY, **WISHES}, by_hand=f"{WHO_BY_HAND} postcode house"),),
    "/desk/new/alike": (Form("/desk/new/alike", "/desk/new", {"phone": PHONE}),),
    "/desk/new/could": (Form("/desk/new/could", "/desk/new", {**CALL, **WHEN, **WISHES}),),
    f"/desk/needs/{_NEED}/how": (Form(f"{DESK}/how", DESK, HOW),),
    f"/desk/needs/{_NEED}/also": (Form(f"{DESK}/also", DESK, {"kind": "errand"}),),
    f"/desk/needs/{_NEED}/no-answer": (Form(f"{DESK}/no-answer", DESK),),
    f"/desk/needs/{_NEED}/wrong-number": (Form(f"{DESK}/wrong-number", DESK),),
    f"/desk/needs/{_NEED}/confirmed": (Form(f"{DESK}/confirmed", DESK),),
    f"/desk/tell/{_OWED}/told": (Form("/desk/tell/{owed}/told", "/desk"),),
    f"{_LINK}/cancel": (Form(f"{OWN}/cancel"),),
    f"/desk/needs/{_NEED}/cancel": (Form(f"{DESK}/cancel", "/desk"),),
    f"{_LINK}/again": (Form(f"{OWN}/again", typed=WHEN, by_hand=" ".join(DAY)),),
    f"{_LINK}/again/same": (Form(f"{OWN}/again/same", f"{OWN}/again", {"key": "k" * 22}),),
    "/ask/check": (Form("/ask/check"),),
    "/ask/for-someone/check": (Form("/ask/for-someone/check"),),
    f"{_LINK}/delete": (Form(f"{OWN}/delete"),),
}


def test_every_form_of_these_parts_is_tried(app: Flask) -> None:
    there = {
        rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ()) and rule.rule.startswith(PARTS)
    }
    assert there == set(FORMS)
    assert all(form.to.startswith(PARTS) for forms in FORMS.values() for form in forms)


@pytest.fixture
def places(client: FlaskClient, world: World, sign_in_token: str) -> dict[str, Any]:
    """Everything the addresses of the forms name: somebody signed in, both journeys answered, a number unconfirmed."""
    press(client, f"/sign-in/{sign_in_token}")
    test_needs.answer_all(client)
    for path, answers in test_for_someone.ANSWERS.items():
        if not path.endswith("/check"):
            assert press(client, path, **answers).status_code == 303
    now = datetime.now(UTC)
    with unit_of_work() as session:
        draft = eileen(person=replace(eileen().person, first_name="Una", phone="01632960901"), must_confirm=True)
        unsure = needs.post_need(session, draft, now=now)
        code = invitations.invite(session, "Pat", "nobody should be snowed in", "postcard", now=now)
        who = {"area_ids": frozenset(session.scalars(select(Area.id))), "staff_id": 1}
        surgery = OrganisationDraft("The surgery", "01632 960 300", "", "bradford-on-avon")
        _, opens = organisations.give_code(session, surgery, **who, now=now)
        work = organisations.open_with(session, opens, now=now)
    return {
        "work": work,
        "status": world.status,
        "need": world.need_id,
        "unsure": unsure.token,
        "code": code,
        "owed": 1,
    }


def test_whatever_is_typed_into_any_field_is_answered_with_what_to_do(
    client: FlaskClient, places: dict[str, Any]
) -> None:
    faults: list[str] = []
    tried = 0
    for form in (form for forms in FORMS.values() for form in forms):
        shown = client.get((form.shown_at or form.to).format(**places))
        assert shown.status_code == 200, (form, shown.location)
        own = {name: html.unescape(value) for name, value in hidden(shown.text).items()}
        by_hand = form.by_hand.split()
        tries = [(name, typed) for name in form.typed for typed in (TYPED if name in by_hand else CHOSEN)]
        for field, typed in tries or [("nonsense", CHOSEN[0])]:
            limiter.reset()
            answers = {**own, **form.typed, field: typed}
            sent = {name: _encoded(value) for name, value in answers.items()}
            answer = client.post(form.to.format(**places), data=sent)
            faults += [f"{form.to} {field} {typed[:20]!r}: {fault}" for fault in _faults(form, field, typed, answer)]
            tried += 1
    assert faults == []
    assert tried > 180


def _encoded(value: Any) -> Any:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _faults(form: Form, field: str, typed: str, answer: Any) -> list[str]:
    """What is wrong with an answer."""
    if answer.status_code == 400 and typed == UNREADABLE:
        return []
    if answer.status_code not in (200, 303, 404, 409, 422):
        return [f"answered with {answer.status_code}"]
    if answer.status_code != 422:
        return []
    body = html.unescape(answer.text)
    title = re.search(r"<title>(.*?)</title>", body, re.DOTALL)
    found = [] if title and title[1].startswith("Error:") else ["the title does not say that there is an error"]
    found += [] if "govuk-error-summary" in body else ["no summary of errors"]
    is_kept = "".join(typed.split())[:60] in "".join(body.split()) or typed == "\ud800"
    return found + ([] if is_kept or field not in form.by_hand.split() else ["what was typed is not kept"])

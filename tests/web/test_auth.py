from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.roles import StaffRoleName
from matcher.services import staff
from matcher.store.models import Notification, Staff
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import error_beside, press
from web.auth import SentCode
from web.limits import limiter


def codes() -> list[str]:
    with reading() as session:
        rows = session.scalars(
            select(Notification).where(Notification.template == "staff_code").order_by(Notification.id)
        )
        return [row.values["code"] for row in rows]


def ask_for_code(client: FlaskClient, email: str = "Sam@example.org ") -> str:
    sent = press(client, "/sign-in", email=email)
    assert sent.location == "/sign-in/code"
    return codes()[-1] if codes() else ""


def test_the_board_is_for_those_who_signed_in(client: FlaskClient) -> None:
    assert client.get("/team").location == "/sign-in"


def test_a_sign_in_link_works_once_and_only_by_its_button(client: FlaskClient, sign_in_token: str) -> None:
    for _ in range(3):
        assert client.get(f"/sign-in/{sign_in_token}").status_code == 200
    assert client.get("/team").location == "/sign-in"
    assert press(client, f"/sign-in/{sign_in_token}").location == "/team"
    assert client.get("/team").status_code == 200
    used = client.get(f"/sign-in/{sign_in_token}")
    assert used.status_code == 404
    assert "This sign-in link has been used or is too old." in used.text
    assert "when the job is over" not in used.text


def test_a_code_by_e_mail_signs_in(client: FlaskClient, sign_in_token: str) -> None:
    code = ask_for_code(client)
    assert press(client, "/sign-in/code", code=f"{code[:3]} {code[3:]}").location == "/team"
    assert "Today" in client.get("/team").text


def test_a_code_works_once(client: FlaskClient, sign_in_token: str) -> None:
    code = ask_for_code(client)
    press(client, "/sign-in/code", code=code)
    press(client, "/team", "/team/sign-out")
    press(client, "/sign-in", email="nobody@example.org")
    with client.session_transaction() as kept:
        kept["waiting_email"] = "sam@example.org"
    assert press(client, "/sign-in/code", code=code).status_code == 422


def test_three_tries_and_the_code_is_gone(client: FlaskClient, sign_in_token: str) -> None:
    code = ask_for_code(client)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(3):
        answer = press(client, "/sign-in/code", code=wrong)
        assert "not the code we sent" in error_beside(answer.text, "code")
    assert press(client, "/sign-in/code", code=code).status_code == 422


def test_guesses_sent_at_once_are_counted_one_after_another(
    app: Flask, client: FlaskClient, sign_in_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ask_for_code(client)
    wrong = "000000" if code != "000000" else "111111"
    compared: list[str] = []
    compare = SentCode.is_sent

    def slowly(self: SentCode, typed: str, *sent: Any) -> bool:
        compared.append(typed)
        time.sleep(0.1)
        return compare(self, typed, *sent)

    def guess(_number: int) -> int:
        browser = app.test_client()
        with browser.session_transaction() as kept:
            kept["waiting_email"] = "sam@example.org"
        return press(browser, "/sign-in/code", code=wrong).status_code

    monkeypatch.setattr(SentCode, "is_sent", slowly)
    monkeypatch.setattr(limiter, "enabled", False)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, range(8))) == [422] * 8
    assert compared == [wrong] * 3
    assert press(client, "/sign-in/code", code=code).status_code == 422


def test_a_code_runs_out_after_a_quarter_of_an_hour(client: FlaskClient, sign_in_token: str) -> None:
    code = ask_for_code(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert press(client, "/sign-in/code", code=code).status_code == 422


def test_a_newer_code_takes_the_place_of_the_older(client: FlaskClient, sign_in_token: str) -> None:
    first, second = ask_for_code(client), ask_for_code(client)
    assert first != second
    assert press(client, "/sign-in/code", code=first).status_code == 422
    assert press(client, "/sign-in/code", code=second).location == "/team"


def test_an_address_that_is_nobody_s_gets_the_same_answer_and_no_code(client: FlaskClient, sign_in_token: str) -> None:
    ask_for_code(client, "stranger@example.org")
    assert codes() == []
    assert "If that address belongs" in client.get("/sign-in/code").text
    assert press(client, "/sign-in/code", code="123456").status_code == 422


def test_bad_input_is_said_beside_the_field(client: FlaskClient, sign_in_token: str) -> None:
    answer = press(client, "/sign-in", email="sam")
    assert "Enter an email address" in error_beside(answer.text, "email")
    ask_for_code(client)
    assert error_beside(press(client, "/sign-in/code", code="").text, "code") == "Enter the 6 digit code"
    assert error_beside(press(client, "/sign-in/code", code="12a").text, "code") == "The code must be 6 numbers"


def test_who_leaves_the_staff_is_out_by_the_next_page(client: FlaskClient, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    with unit_of_work() as session:
        session.scalars(select(Staff)).one().active = False
    assert client.get("/team").status_code in (303, 404)


def test_signing_out(client: FlaskClient, sign_in_token: str) -> None:
    press(client, f"/sign-in/{sign_in_token}")
    assert press(client, "/team", "/team/sign-out").location == "/"
    assert client.get("/team").location == "/sign-in"


def test_asking_for_codes_is_limited_by_account(client: FlaskClient, sign_in_token: str) -> None:
    limiter.reset()
    answers = [press(client, "/sign-in", email="sam@example.org").status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_without_a_database_the_staff_s_pages_say_so_and_do_not_break(client: FlaskClient, app_with: Any) -> None:
    cut_off = app_with(DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing").test_client()
    form = cut_off.get("/sign-in").text
    seal = re.search(r'name="form_token"[^>]*value="([^"]+)"', form)
    assert seal
    asked = cut_off.post("/sign-in", data={"email": "sam@example.org", "form_token": seal[1]})
    assert asked.status_code == 503
    with cut_off.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "a-member-of-staff", True
    shown = cut_off.get("/team")
    assert shown.status_code == 503
    assert "01632 960 100" in shown.text


IN_A_BROWSER = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}


def test_who_is_signed_out_in_the_middle_of_a_form_reads_what_they_typed_and_is_back_there_once_they_are_in(
    client: FlaskClient, sign_in_token: str
) -> None:
    typed = {"form_token": "of-the-old-session", "said": "The bin is <empty>.", "because": " ", "state": "doing"}
    answer = client.post("/team/said-did/new", data=typed, headers=IN_A_BROWSER)
    assert "Nothing was sent or changed" in answer.text
    assert "The bin is &lt;empty&gt;." in answer.text
    assert "Because" not in answer.text
    assert "of-the-old-session" not in answer.text
    assert press(client, f"/sign-in/{sign_in_token}").location == "/team/said-did/new"


def test_a_form_whose_address_cannot_be_read_leads_back_to_the_page_above_it(
    client: FlaskClient, sign_in_token: str
) -> None:
    client.post("/team/who/7/ask", data={"offer": "3"}, headers=IN_A_BROWSER)
    assert press(client, f"/sign-in/{sign_in_token}").location == "/team/who/7"


@pytest.mark.parametrize(
    "headers", [{}, {**IN_A_BROWSER, "Sec-Fetch-Site": "cross-site"}, {**IN_A_BROWSER, "Sec-Fetch-Mode": "cors"}]
)
def test_no_other_site_has_its_words_shown_by_it_and_a_script_is_led_to_the_sign_in(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.post("/team/said-did/new", data={"said": "Ring this number"}, headers=headers)
    assert answer.location == "/sign-in"
    assert "Ring this number" not in answer.text


def test_nobody_is_led_to_a_page_that_is_not_for_them_or_to_another_site(app: Flask) -> None:
    for path, roles, leads_to in (
        ("/team/settings", {StaffRoleName.CALL_HANDLER}, "/desk"),
        ("/team/settings", {StaffRoleName.ADMINISTRATOR}, "/team/settings"),
        ("//evil.example/team", {StaffRoleName.CALL_HANDLER}, "/desk"),
    ):
        client, name = app.test_client(), f"{len(roles)}{leads_to[1:5]}{path[2:6].replace('/', '')}"
        with unit_of_work() as session:
            now = datetime.now(UTC)
            staff.add_staff(session, f"{name}@example.org", name, frozenset(roles), areas=None, now=now)
            token = staff.sign_in_link(session, f"{name}@example.org", now=now)
        client.get(path, headers=IN_A_BROWSER)
        assert press(client, f"/sign-in/{token}").location == leads_to

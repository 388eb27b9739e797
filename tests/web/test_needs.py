from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.services import matches, visits
from matcher.store.models import Draft, Need, NeedNote, Notification, Visit
from matcher.store.session import reading, unit_of_work
from tests.web.conftest import HOUSE, NOTE, PHONE, POSTCODE, World, error_beside, press

KIND = {"kind": "snow", "details": ["path", "steps"]}
WHEN = {"when": "tomorrow", "times": ["am"]}
WHERE = {"postcode": "ba151lf", "house": HOUSE}
WHO = {"first_name": "Eileen", "phone": "07700 900982", "contact": "text", "email": "", "note": NOTE}


def answer_all(client: FlaskClient) -> str:
    """Every question answered; the address of the page that checks the answers."""
    at = "/ask"
    for typed in (KIND, WHEN, WHERE, WHO):
        answered = press(client, at, **typed)
        assert answered.status_code == 303, answered.text
        at = answered.location
    return at


def code_sent() -> str:
    """The code that waits to be sent."""
    with reading() as session:
        owed = session.scalars(select(Notification).where(Notification.template == "need_code")).all()
    return str(owed[-1].values["code"])


def count_needs() -> int:
    with reading() as session:
        return len(session.scalars(select(Need.id)).all())


def test_a_need_is_posted_in_four_questions_and_its_page_opens(client: FlaskClient) -> None:
    check = client.get(answer_all(client))
    assert check.status_code == 200
    for words in ("Clearing snow or ice: path and steps", "Morning", HOUSE, "BA15 1LF", "Eileen", NOTE):
        assert words in check.text
    sent = press(client, "/ask/check")
    assert sent.status_code == 303
    assert "Enter the 5 digit code" in client.get(sent.location).text
    own = sent.location.removesuffix("/code")
    assert "Waiting for your code" in client.get(own).text
    confirmed = press(client, f"{own}/code", code=code_sent())
    assert confirmed.location == f"{own}/sent"
    assert "We have your request" in client.get(confirmed.location).text
    status = client.get(own)
    assert "Looking for a neighbour" in status.text
    assert "Clear the path and the steps" in status.text


def test_the_same_without_any_cookie(cookieless: FlaskClient) -> None:
    check_at = answer_all(cookieless)
    assert "d=" in check_at
    sent = press(cookieless, check_at)
    assert re.fullmatch(r"/r/[\w-]{22}/code", sent.location)
    assert count_needs() == 1


def test_where_cookies_work_the_key_is_in_no_address(client: FlaskClient) -> None:
    assert answer_all(client) == "/ask/check"


def test_the_draft_and_its_cookie_are_gone_once_it_is_sent(client: FlaskClient) -> None:
    answer_all(client)
    sent = press(client, "/ask/check")
    assert "gritbin_ask=;" in sent.headers["Set-Cookie"]
    with reading() as session:
        kept = session.scalars(select(Draft.answers)).all()
    assert [list(answers) for answers in kept] == [["need_id"]]


def test_sending_twice_posts_one_need_and_both_presses_find_it(client: FlaskClient) -> None:
    answer_all(client)
    shown = client.get("/ask/check")
    key = client.get_cookie("gritbin_ask")
    assert key is not None
    typed = {"form_token": re.search(r'form_token" value="(\w+)"', shown.text)[1]}  # type: ignore[index]
    first = client.post("/ask/check", data=typed)
    client.set_cookie("gritbin_ask", key.value)  # the second press left before the first came back
    second = client.post("/ask/check", data=typed)
    assert count_needs() == 1
    for answer in (first, second):
        assert "Enter the 5 digit code" in client.get(answer.location).text


def test_an_area_that_closes_as_it_is_sent_is_said_and_nothing_typed_is_lost(
    client: FlaskClient, close_the_area_meanwhile: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_all(client)
    shown = client.get("/ask/check").text
    typed = {"form_token": re.search(r'form_token" value="(\w+)"', shown)[1]}  # type: ignore[index]
    close_the_area_meanwhile()
    refused = client.post("/ask/check", data=typed)
    assert (refused.status_code, count_needs()) == (409, 0)
    assert "The area was closed just now" in refused.text
    monkeypatch.undo()
    assert HOUSE in client.get("/ask/check").text


def test_eight_presses_at_once_post_one_need(app: Flask, client: FlaskClient) -> None:
    answer_all(client)
    shown = client.get("/ask/check")
    key = client.get_cookie("gritbin_ask")
    assert key is not None
    typed = {"form_token": re.search(r'form_token" value="(\w+)"', shown.text)[1]}  # type: ignore[index]

    def send(_number: int) -> str:
        browser = app.test_client()
        browser.set_cookie("gritbin_ask", key.value)
        return browser.post("/ask/check", data=typed).location

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert count_needs() == 1
    assert all(re.fullmatch(r"/r/[\w-]{22}/code", location) for location in answers)


@pytest.mark.parametrize(
    ("at", "typed", "field", "message"),
    [
        ("", {}, "kind", "Select what you need help with"),
        ("", {"kind": "gold"}, "kind", "Select what you need help with"),
        ("when", {}, "when", "Select when you need help"),
        ("when", {"when": "tomorrow"}, "times", "Select at least one time of day"),
        ("when", {"when": "tomorrow", "times": ["noon"]}, "times", "Select at least one time of day"),
        ("when", {"when": "day", "times": ["am"]}, "day", "Enter the day"),
        (
            "when",
            {"when": "day", "times": ["am"], "day-day": "3", "day-year": "2030"},
            "day",
            "Day must include a month",
        ),
        (
            "when",
            {"when": "day", "times": ["am"], "day-day": "31", "day-month": "2", "day-year": "2030"},
            "day",
            "Day must be a real date",
        ),
        (
            "when",
            {"when": "day", "times": ["am"], "day-day": "1", "day-month": "2", "day-year": "2020"},
            "day",
            "The day must be today or later",
        ),
        ("where", {}, "postcode", "Enter a postcode, like SN15 1ER"),
        ("where", {"postcode": "SN15", "house": "2"}, "postcode", "Enter a full UK postcode"),
        ("where", {"postcode": "BA15 9ZZ", "house": "2"}, "postcode", "We cannot find BA15 9ZZ"),
        ("where", {"postcode": "BA15 1ZZ", "house": "2"}, "postcode", "no longer in use"),
        ("where", {"postcode": "BA1 1AA", "house": "2"}, "postcode", "We do not cover BA1 1AA yet"),
        ("where", {"postcode": POSTCODE}, "house", "Enter a house number or name"),
        ("who", {**WHO, "first_name": " "}, "first_name", "Enter a first name"),
        ("who", {**WHO, "first_name": "x" * 200}, "first_name", "must be 40 characters or fewer"),
        ("who", {**WHO, "phone": "ring me"}, "phone", "Enter a phone number, like 01632 960 900"),
        ("who", {**WHO, "contact": "pigeon"}, "contact", "Select how we should contact you"),
        ("who", {**WHO, "contact": "email"}, "email", "Enter an email address in the correct format"),
        ("who", {**WHO, "note": "Key safe 4821"}, "note", "Remove the key or PIN code"),
        ("who", {**WHO, "note": "a" * 300}, "note", "must be 200 characters or fewer"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_what_was_typed_stays(
    client: FlaskClient, at: str, typed: dict[str, str], field: str, message: str
) -> None:
    answer_all(client)
    answered = press(client, f"/ask/{at}".rstrip("/"), **typed)
    assert answered.status_code == 422
    assert "<title>Error: " in answered.text
    assert "There is a problem" in answered.text
    assert message in error_beside(answered.text, field)
    for name, value in typed.items():
        if isinstance(value, str) and value.strip() and name not in ("kind", "contact"):
            assert value in answered.text


def test_two_figures_of_a_year_are_enough(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    day = datetime.now(UTC).date() + timedelta(days=3)
    typed = {"when": "day", "times": ["am"], "day-day": day.day, "day-month": day.month, "day-year": f"{day:%y}"}
    assert press(client, "/ask/when", **typed).status_code == 303
    for path, answer in (("/ask/where", WHERE), ("/ask/who", WHO)):
        press(client, path, **answer)
    assert f"{day:%A} {day.day} {day:%B %Y}" in client.get("/ask/check").text


def test_what_few_ask_for_is_shut_until_it_is_wanted(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    shut = r'<details class="govuk-details"><summary.*?is_icy.*?helpers.*?</details>'
    assert re.search(shut, client.get("/ask/when").text, re.DOTALL)
    press(client, "/ask/when", **WHEN, is_icy="yes")
    assert '<details class="govuk-details" open>' in client.get("/ask/when").text


def test_the_summary_leads_to_the_field(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    answered = press(client, "/ask/when", when="day", times=["am"])
    assert 'href="#day-day"' in answered.text
    assert 'id="day-day"' in answered.text


def test_something_else_needs_words_and_a_call_comes_first(client: FlaskClient) -> None:
    for at, typed in (("/ask", {"kind": "other"}), ("/ask/when", WHEN), ("/ask/where", WHERE)):
        press(client, at, **typed)
    without = press(client, "/ask/who", **{**WHO, "note": ""})
    assert error_beside(without.text, "note") == "Enter what you need help with"
    press(client, "/ask/who", **{**WHO, "note": "A parcel to post"})
    sent = press(client, "/ask/check")
    own = sent.location.removesuffix("/code")
    confirmed = press(client, f"{own}/code", code=code_sent())
    assert "Someone from the team rings you" in client.get(confirmed.location).text
    assert "We need a word first" in client.get(own).text


def test_after_the_last_band_today_is_not_offered(client: FlaskClient) -> None:
    import time_machine

    with time_machine.travel(datetime(2026, 1, 14, 21, 0, tzinfo=UTC), tick=False):
        press(client, "/ask", **KIND)
        shown = client.get("/ask/when")
    assert 'value="today"' not in shown.text
    assert "It is too late for today" in shown.text


def test_an_answer_that_time_has_overtaken_is_asked_again_before_sending(client: FlaskClient) -> None:
    import time_machine

    with time_machine.travel(datetime(2026, 1, 14, 9, 0, tzinfo=UTC), tick=False):
        for at, typed in (
            ("/ask", KIND),
            ("/ask/when", {"when": "today", "times": ["am"]}),
            ("/ask/where", WHERE),
            ("/ask/who", WHO),
        ):
            press(client, at, **typed)
        check = client.get("/ask/check")
    token = re.search(r'form_token" value="(\w+)"', check.text)[1]  # type: ignore[index]
    with time_machine.travel(datetime(2026, 1, 14, 15, 0, tzinfo=UTC), tick=False):
        sent = client.post("/ask/check", data={"form_token": token})
        again = client.get(sent.location)
    assert "/ask/when" in sent.location
    assert "Those times have passed today" in error_beside(again.text, "times")
    assert count_needs() == 0


def test_a_later_question_first_leads_back_to_the_first(client: FlaskClient) -> None:
    assert client.get("/ask/who").location == "/ask?gone=1"
    assert client.get("/ask/check").location == "/ask?gone=1"


def test_a_draft_that_has_erased_itself_is_said_so(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    shown = client.get("/ask/when")
    token = re.search(r'form_token" value="(\w+)"', shown.text)[1]  # type: ignore[index]
    with unit_of_work() as session:
        for draft in session.scalars(select(Draft)):
            session.delete(draft)
    answered = client.post("/ask/when", data={"form_token": token, **WHEN})
    assert "Your earlier answers are not here any more" in client.get(answered.location).text


def test_change_comes_back_to_the_check(client: FlaskClient) -> None:
    answer_all(client)
    assert press(client, "/ask/where?change=1", **{**WHERE, "house": "3"}).location == "/ask/check"
    assert "3<br>BA15 1LF" in client.get("/ask/check").text


# The page of a need -------------------------------------------------------------------------------------------


def test_before_a_yes_nobody_is_named(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/r/{world.status}").text
    assert "We have asked 1 neighbour" in shown
    assert "Christopher" not in shown


def test_after_a_yes_the_page_says_who_when_and_the_word(client: FlaskClient, world: World) -> None:
    accept(world)
    shown = client.get(f"/r/{world.status}").text
    assert "Christopher is coming" in shown
    assert "Your door word" in shown
    assert "Barnes" not in shown


def test_the_resident_s_own_page_holds_no_address_phone_or_note(client: FlaskClient, world: World) -> None:
    accept(world)
    for path in ("", "/sent", "/print", "/cancel"):
        shown = client.get(f"/r/{world.status}{path}").text
        assert not any(mark in shown for mark in (HOUSE, POSTCODE, PHONE, "07700 900982", NOTE))


def test_cancelling_asks_first_and_then_tells(client: FlaskClient, world: World) -> None:
    accept(world)
    asked = client.get(f"/r/{world.status}/cancel")
    assert "Christopher will be told not to come" in asked.text
    done = press(client, f"/r/{world.status}/cancel")
    assert done.location == f"/r/{world.status}"
    assert ">Cancelled<" in client.get(done.location).text
    again = client.get(f"/r/{world.status}/cancel")
    assert "nothing to cancel" in again.text


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("well", "glad that it went well"),
        ("partly", "more to do"),
        ("nobody", "sorry that nobody came"),
        ("worried", "Please tell us what worried you, so that we can act"),
    ],
)
def test_how_it_went_is_asked_once_it_is_done(client: FlaskClient, world: World, answer: str, words: str) -> None:
    visit_id = accept(world)
    with unit_of_work() as session:
        visits.complete(session, visit_id, now=datetime.now(UTC))
    shown = client.get(f"/r/{world.status}").text
    assert "How did it go?" in shown
    said = press(client, f"/r/{world.status}", f"/r/{world.status}/how", answer=answer, thanks="Thank you")
    assert said.status_code == 303
    assert words in client.get(said.location).text


def test_how_it_went_without_an_answer_says_so(client: FlaskClient, world: World) -> None:
    visit_id = accept(world)
    with unit_of_work() as session:
        visits.complete(session, visit_id, now=datetime.now(UTC))
    said = press(client, f"/r/{world.status}", f"/r/{world.status}/how", thanks="Thank you so much")
    assert error_beside(said.text, "answer") == "Select how it went"
    assert "Thank you so much" in said.text


def test_how_it_went_is_no_answer_to_a_page_that_does_not_ask_it(client: FlaskClient, world: World) -> None:
    said = press(client, f"/r/{world.status}/cancel", f"/r/{world.status}/how", answer="splendid")
    assert (said.status_code, said.location) == (303, f"/r/{world.status}")


def test_thanks_are_promised_no_further_than_they_go(client: FlaskClient, world: World) -> None:
    visit_id = accept(world)
    with unit_of_work() as session:
        visits.complete(session, visit_id, now=datetime.now(UTC))
    shown = client.get(f"/r/{world.status}").text
    assert "The team reads it first. Then they may show it to the neighbour, without your name." in shown


def test_a_handed_back_visit_is_looked_for_again(client: FlaskClient, world: World) -> None:
    visit_id = accept(world)
    with unit_of_work() as session:
        visits.hand_back(session, visit_id, now=datetime.now(UTC))
    assert "Looking again" in client.get(f"/r/{world.status}").text


def test_the_letter_has_the_word_and_no_address(client: FlaskClient, world: World) -> None:
    shown = client.get(f"/r/{world.status}/print").text
    assert "Dear Eileen" in shown
    assert "Cut here" in shown
    assert "We are asking neighbours near you who are free." in shown
    accept(world)
    shown = client.get(f"/r/{world.status}/print").text
    assert "Christopher is coming on " in shown
    assert "At your door Christopher says your door word." in shown
    assert "We are asking" not in shown


def test_the_letter_of_a_request_that_waits_for_a_call_does_not_say_that_we_ask(client: FlaskClient) -> None:
    own = re.sub("/(sent|code).*", "", press(client, answer_all(client)).location)
    shown = client.get(f"{own}/print").text
    assert "Someone from the team rings you. Then we ask neighbours near you." in shown
    assert "We are asking" not in shown
    assert "No neighbour has been asked yet, and none will be." in client.get(f"{own}/cancel").text


def accept(world: World) -> int:
    with unit_of_work() as session:
        assert matches.accept(session, world.match_id, now=datetime.now(UTC) + timedelta(seconds=1)).held
        return session.scalars(select(Visit.id).where(Visit.match_id == world.match_id)).one()


# Changing it, and asking again ---------------------------------------------------------------------------------


def test_another_time_is_chosen_on_its_own_page(client: FlaskClient, world: World) -> None:
    accept(world)
    asked = client.get(f"/r/{world.status}/change")
    assert "Christopher will be told not to come" in asked.text
    changed = press(
        client, f"/r/{world.status}/change", f"/r/{world.status}/change/time", when="tomorrow", times=["eve"]
    )
    assert changed.location == f"/r/{world.status}"
    shown = client.get(changed.location).text
    assert "Christopher is coming" not in shown
    assert "5pm to 8pm" in shown


@pytest.mark.parametrize(
    ("to", "typed", "field", "message"),
    [
        ("change/time", {"when": "tomorrow"}, "times", "Select at least one time of day"),
        ("change/time", {"times": ["am"]}, "when", "Select when you need help"),
        ("change/note", {"note": "The key safe is 4821"}, "note", "Remove the key or PIN code"),
        ("change/note", {"note": "a" * 201}, "note", "must be 200 characters or fewer"),
        ("again", {"when": "day", "times": ["am"]}, "day", "Enter the day"),
    ],
)
def test_what_cannot_be_changed_so_is_said_beside_the_field(
    client: FlaskClient, world: World, to: str, typed: dict[str, str], field: str, message: str
) -> None:
    shown_at = f"/r/{world.status}/{to.partition('/')[0]}"
    answered = press(client, shown_at, f"/r/{world.status}/{to}", **typed)
    assert answered.status_code == 422
    assert message in error_beside(answered.text, field)
    assert "<title>Error: " in answered.text


def test_the_note_is_changed_and_never_shown(client: FlaskClient, world: World) -> None:
    press(client, f"/r/{world.status}/change", f"/r/{world.status}/change/note", note="Mind the goose")
    assert "Mind the goose" not in client.get(f"/r/{world.status}/change").text
    with reading() as session:
        assert session.scalars(select(NeedNote.note)).one() == "Mind the goose"


def test_asking_again_asks_only_when(client: FlaskClient, world: World) -> None:
    press(client, f"/r/{world.status}/cancel")
    shown = client.get(f"/r/{world.status}").text
    assert f'href="/r/{world.status}/again"' in shown
    sent = press(client, f"/r/{world.status}/again", when="tomorrow", times=["am"])
    assert "We have your request" in client.get(sent.location).text
    assert count_needs() == 2


def test_asking_again_in_one_tap_makes_one_request_however_often_it_is_pressed(
    client: FlaskClient, world: World
) -> None:
    press(client, f"/r/{world.status}/cancel")
    shown = client.get(f"/r/{world.status}").text
    form = re.search(r'again/same".*?form_token" value="([^"]+)".*?name="key" value="([^"]+)"', shown, re.DOTALL)
    assert form
    typed = {"form_token": form[1], "key": form[2]}
    first, second = (client.post(f"/r/{world.status}/again/same", data=typed) for _ in range(2))
    assert count_needs() == 2
    for sent in (first, second):
        asked = client.get(sent.location).text
        assert "We have your request" in asked
        assert f'href="{sent.location.removesuffix("/sent")}/change"' in asked
    assert client.get(second.location).text.count("Clear the path and the steps") == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter the 5 digit code"),
        ("12", "You have not entered enough numbers, the code must be 5 numbers"),
        ("123456", "The code must be 5 numbers"),
        ("１２３４５", "The code must be 5 numbers"),
        ("<b>ab", "The code must be 5 numbers"),
    ],
)
def test_a_code_that_cannot_be_one_costs_no_try(client: FlaskClient, typed: str, message: str) -> None:
    answer_all(client)
    own = press(client, "/ask/check").location.removesuffix("/code")
    answered = press(client, f"{own}/code", code=typed)
    assert answered.status_code == 422
    assert error_beside(answered.text, "code") == message
    code = code_sent()
    assert press(client, f"{own}/code", code=f" {code[:2]}- {code[2:]} ").location == f"{own}/sent"


def test_no_code_stands_in_the_way(client: FlaskClient) -> None:
    answer_all(client)
    own = press(client, "/ask/check").location.removesuffix("/code")
    assert "07*** ***982" in client.get(f"{own}/code").text
    sent = client.get(f"{own}/sent").text
    assert "We have your request" in sent
    assert f'<a class="govuk-button" href="{own}/code">Enter the code</a>' in sent, "the one filled button"
    rung = press(client, f"{own}/code", f"{own}/code/ring")
    assert rung.location == f"{own}/sent"
    assert "We will phone you" in client.get(f"{own}/code").text
    early = press(client, f"{own}/code", f"{own}/code/again")
    assert "cannot send another code just now" in client.get(early.location).text


# Where, how often, how many --------------------------------------------------------------------------------------


def test_outside_the_scheme_the_neighbouring_number_is_given(app_with: Callable[..., Flask]) -> None:
    client = app_with(GRITBIN_ELSEWHERE="BA=Somerset Helpers 01632 960 555; GL=Others").test_client()
    press(client, "/ask", **KIND)
    press(client, "/ask/when", **WHEN)
    answered = press(client, "/ask/where", postcode="BA1 1AA", house="2")
    assert "We do not cover BA1 1AA yet" in error_beside(answered.text, "postcode")
    assert "Call Somerset Helpers 01632 960 555." in answered.text.replace("\u00a0", " ")
    assert 'value="BA1 1AA"' in answered.text
    elsewhere = press(client, "/ask/where", postcode="ZE1 1AA", house="2")
    assert "Somerset Helpers" not in elsewhere.text
    assert "<p>Call us, <a" in elsewhere.text


def test_several_people_whenever_it_is_icy(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    press(client, "/ask/when", **WHEN, is_icy="yes", helpers="2")
    for at, typed in (("/ask/where", WHERE), ("/ask/who", WHO)):
        press(client, at, **typed)
    assert "Whenever it is icy<br>2 people" in client.get("/ask/check").text
    press(client, "/ask/check")
    with reading() as session:
        need = session.scalars(select(Need)).one()
    assert (need.helpers, need.recurrence) == (2, "when_icy")


def test_every_week_and_whenever_icy_are_not_both(client: FlaskClient) -> None:
    press(client, "/ask", **KIND)
    answered = press(client, "/ask/when", **WHEN, is_icy="yes", is_weekly="yes")
    assert error_beside(answered.text, "is_icy") == "Choose every week or whenever it is icy, not both"
    wrong = press(client, "/ask/when", **WHEN, helpers="40")
    assert error_beside(wrong.text, "helpers") == "Select how many people are needed"


def test_only_snow_can_be_asked_for_whenever_it_is_icy(client: FlaskClient) -> None:
    press(client, "/ask", kind="lift")
    assert "whenever it is icy" not in client.get("/ask/when").text
    assert press(client, "/ask/when", **WHEN, is_icy="yes").location == "/ask/where"


def test_eight_answers_are_enough_the_code_among_them(client: FlaskClient) -> None:
    wanted: list[str] = []
    for path in ("/ask", "/ask/when", "/ask/where", "/ask/who"):
        refused = press(client, path)
        wanted += re.findall(r'<a href="#([\w-]+)">', refused.text.split("govuk-error-summary")[-1].split("</ul>")[0])
        press(client, path, **{"/ask": KIND, "/ask/when": WHEN, "/ask/where": WHERE, "/ask/who": WHO}[path])
    sent = press(client, "/ask/check").location
    wanted += re.findall(r'<a href="#(code)">', press(client, sent).text)
    assert wanted == ["kind", "when", "times", "postcode", "house", "first_name", "phone", "code"]

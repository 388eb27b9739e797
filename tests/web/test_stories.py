"""Telling a story on the page, the teller's own page, and what the team does with it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from matcher.domain.roles import StaffRoleName
from matcher.domain.stories import CHECKS
from matcher.services import story_reading
from matcher.services.story_reading import Seen, View, Views
from matcher.store.models import Story, StoryTeller
from matcher.store.session import reading
from tests.web.conftest import World, error_beside, press
from tests.web.test_concerns import as_
from tests.web.test_desk import hidden, words

STORY = {"words": "Quincepaste. Nobody could get up the hill.", "about": "worry", "area": "calne"}
READERS = {"level": "public", "shown_name": "", "contact": "text", "name": "Marjorie", "phone": "07700 900555"}


def tell(client: FlaskClient, **readers: Any) -> str:
    """Answer every question; where the teller is led in the end."""
    press(client, "/tell", **STORY)
    press(client, "/tell/means", feeling="2")
    press(client, "/tell/readers", **{**READERS, **readers})
    return press(client, "/tell/check").location


def only() -> Story:
    with reading() as session:
        return session.scalars(select(Story)).one()


def put_out(staff: FlaskClient) -> Any:
    at = f"/team/stories/{only().id}"
    return staff.post(f"{at}/publish", data={**hidden(staff.get(at).text), "checked": [code for code, _ in CHECKS]})


def test_a_story_is_told_in_four_pages_without_a_name_and_read_by_all_once_it_was_checked(
    app: Flask, client: FlaskClient
) -> None:
    told = tell(client, contact="no", name="Marjorie", phone="07700 900555")
    kept = only()
    assert kept.reference in words(client.get(told))
    assert (kept.about, kept.feeling, kept.often, kept.level) == ("worry", 2, None, "public")
    with reading() as session:
        assert session.scalars(select(StoryTeller)).all() == []  # typed, and then they would rather not
    assert "Quincepaste" not in client.get("/stories").text
    ruth = as_(app, StaffRoleName.COORDINATOR)
    assert put_out(ruth).status_code == 303
    shown = words(client.get("/stories"))
    assert "Quincepaste. Nobody could get up the hill." in shown
    assert "A neighbour, Calne" in shown
    assert "Marjorie" not in shown


def test_an_area_says_of_the_most_common_view_no_more_than_that(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of five tellers are not most people."""
    worry, thanks = (Seen(1, STORY["words"], "", "Calne", about, is_changed=False) for about in ("worry", "thanks"))
    two_of_five = Views(View("worry", 2, worry), View("thanks", 1, thanks), 5)
    monkeypatch.setattr(story_reading, "views", lambda _told: two_of_five)
    shown = words(client.get("/area/calne"))
    assert shown.index("<h3>Most common</h3>") < shown.index("<h3>Least common</h3>")
    assert "Most people" not in shown


def test_what_is_checked_is_exactly_what_is_read_and_sent_twice_it_is_one(cookieless: FlaskClient) -> None:
    at = press(cookieless, "/tell", **STORY).location
    at = press(cookieless, at).location
    at = press(cookieless, at, **READERS).location
    shown = cookieless.get(at).text
    assert f"<p>{STORY['words']}</p>" in shown
    first, again = (cookieless.post(at, data=hidden(shown)).location for _ in range(2))
    assert only().reference in words(cookieless.get(first))
    assert only().reference in words(cookieless.get(again))


def test_what_is_missing_is_said_beside_it_and_what_was_typed_is_kept(client: FlaskClient) -> None:
    shown = press(client, "/tell", words=" ", about="", area="atlantis")
    assert error_beside(shown.text, "words") == "Enter your story"
    assert error_beside(shown.text, "about") == "Select what it is about"
    press(client, "/tell", **STORY)
    press(client, "/tell/means")
    for field, typed, wrong in (
        ("level", {"level": ""}, "Select who may read your story"),
        ("shown_name", {"level": "named"}, "Enter the first name to show"),
        ("name", {"name": " "}, "Enter a first name"),
        ("phone", {"phone": "12"}, "Enter a phone number, like 01632 960 900 or 07700 900 982"),
        ("email", {"contact": "email"}, "Enter an email address in the correct format, like name@example.com"),
        ("address", {"contact": "letter"}, "Enter your address"),
    ):
        shown = press(client, "/tell/readers", **{**READERS, **typed})
        assert (shown.status_code, error_beside(shown.text, field)) == (422, wrong)
    assert error_beside(press(client, "/tell/means", feeling="9").text, "feeling") == "Select one of the steps"


def test_its_teller_says_yes_to_other_words_chooses_who_reads_them_and_takes_it_back(
    app: Flask, client: FlaskClient
) -> None:
    own = tell(client).removesuffix("/told")
    ruth = as_(app, StaffRoleName.COORDINATOR)
    at = f"/team/stories/{only().id}"
    press(ruth, at, f"{at}/words", words="Quincepaste. The hill.")
    shown = client.get(own).text
    assert "Nobody reads them until you say yes" in shown
    assert client.post(f"{own}/yes", data={**hidden(shown), "wording": "1e9"}).status_code == 200  # others: read again
    assert client.post(f"{own}/yes", data=hidden(shown)).status_code == 303
    put_out(ruth)
    assert "Our team wrote this shorter." in words(client.get("/stories"))
    press(client, f"{own}/readers", level="named", shown_name=" ")
    assert error_beside(press(client, f"{own}/readers", level="named").text, "shown_name")
    press(client, f"{own}/readers", level="board")
    assert "Quincepaste" not in client.get("/stories").text
    assert press(client, f"{own}/withdraw").location == "/taken-back"
    assert client.get("/taken-back").status_code == 200
    assert {client.get(path).status_code for path in (own, f"{own}/withdraw")} == {404}
    assert ruth.get(at).status_code == 404
    assert "Quincepaste" not in ruth.get("/team/stories").text


def test_a_point_that_was_not_checked_or_words_that_changed_meanwhile_are_said(app: Flask, client: FlaskClient) -> None:
    tell(client)
    ruth = as_(app, StaffRoleName.CONNECTOR)
    at = f"/team/stories/{only().id}"
    assert error_beside(press(ruth, at, f"{at}/publish", checked="names").text, "checked").startswith("Check every")
    assert error_beside(press(ruth, at, f"{at}/words", words=" ").text, "words") == "Enter your story"
    assert "Only a story that everyone may read" in press(ruth, at, f"{at}/printed", where="A poster").text
    put_out(ruth)
    assert error_beside(press(ruth, at, f"{at}/printed", where="").text, "where") == "Enter where it was printed"
    press(ruth, at, f"{at}/talk")
    press(ruth, at, f"{at}/words", words="The hill.")
    assert error_beside(press(ruth, at, f"{at}/yes", how="").text, "how") == "Select how they said yes"
    assert "Read the new ones to them" in press(ruth, at, f"{at}/yes", how="phone", wording="1").text
    press(ruth, at, f"{at}/tags", tags="minority")
    assert only().is_minority_view


def test_a_call_handler_types_a_story_once_and_takes_it_back_by_its_reference(app: Flask, client: FlaskClient) -> None:
    pat = as_(app, StaffRoleName.CALL_HANDLER)
    assert pat.get("/team/stories").status_code == 404
    shown = pat.get("/team/stories/new").text
    typed = {**hidden(shown), **STORY, **READERS, "how": "phone", "is_read_back": "y"}
    wrong = pat.post("/team/stories/new", data={**typed, "how": "", "level": ""}).text
    assert error_beside(wrong, "how") == "Select how you heard it"
    assert error_beside(wrong, "level") == "Select who may read your story"
    assert STORY["words"] in wrong
    assert pat.post("/team/stories/new", data=typed).location == pat.post("/team/stories/new", data=typed).location
    kept = only()
    assert kept.reference in words(pat.get(pat.post("/team/stories/new", data=typed).location))
    at = "/team/stories/taken-back"
    assert error_beside(press(pat, at, reference="AAA-AAA", how="phone").text, "reference").startswith("We have no")
    # A reference is easily misheard, and nothing brings a story back: it is read out first.
    asked = press(pat, at, reference=kept.reference.lower(), how="phone")
    assert f"Erase {kept.reference}?" in words(asked)
    assert "It was not printed." in words(asked)
    assert STORY["words"] not in words(asked)
    assert only().words == STORY["words"]
    sure = {**hidden(asked.text), "sure": "1"}
    for _ in range(2):  # a second press is the first
        assert pat.post(at, data=sure).location == f"{at}?done=1"
    assert (only().words, only().withdrawn_how) == ("", "phone")
    gone = press(pat, at, reference=kept.reference, how="phone").text
    assert error_beside(gone, "reference") == "That story is erased already. Tell them: nobody can read it"


@pytest.mark.parametrize("role", StaffRoleName)
def test_who_of_the_team_reads_what_was_told_to_the_team(app: Flask, client: FlaskClient, role: StaffRoleName) -> None:
    """A mark is planted in every field; the board and the rest of the team read not one of them."""
    tell(client, level="team")
    someone = as_(app, role)
    pages = [someone.get(path) for path in ("/team/stories", f"/team/stories/{only().id}", "/stories", "/")]
    found = "".join(page.text for page in pages).replace("900 555", "900555")
    reads = role in (StaffRoleName.COORDINATOR, StaffRoleName.CONNECTOR)
    marks = {"Quincepaste", "Marjorie", "900555"}
    assert {mark for mark in marks if mark in found} == (marks if reads else set())

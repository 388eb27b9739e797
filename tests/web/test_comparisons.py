"""Two wordings of a question, as a coordinator begins, reads and ends the comparison; without a script."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from matcher.domain.comparing import Tally
from matcher.domain.messages import TEMPLATES
from matcher.services import text_comparisons
from tests.web.conftest import World, error_beside, press

PLACE = "/team/messages/match_asked/compare"
TEXT = "/team/messages/match_asked"
OURS = "{scheme}: up for {task}, {dist} off, {when}? YES {code} or NO {code} {link}"


@pytest.fixture
def sam(client: FlaskClient, world: World, sign_in_token: str) -> FlaskClient:
    """Sam, signed in."""
    press(client, f"/sign-in/{sign_in_token}")
    return client


def begin(client: FlaskClient) -> str:
    """Sam tries our words beside those of the release; where the buttons of the choice lead."""
    begun = press(client, PLACE, do="begin", text=OURS, subject="Hello", standing="0")
    assert begun.location == f"{PLACE}?said=begun"
    return re.search(rf'action="({PLACE}/\d+/end)"', client.get(PLACE).text)[1]  # type: ignore[index]


def test_a_second_wording_is_measured_tried_and_chosen(sam: FlaskClient) -> None:
    assert "Try another wording beside it" in sam.get(TEXT).text
    assert "This is the text that holds" not in sam.get(PLACE).text
    looked = press(sam, PLACE, do="look", text=OURS, subject="Hello", standing="0").text
    assert "of 160 characters" in looked
    ends_at = begin(sam)
    shown = sam.get(f"{PLACE}?said=begun").text
    assert "Too few to tell: 0 and 0 asked, of 300 each." in shown
    assert "See both, and choose" in sam.get("/team/messages").text
    assert press(sam, PLACE, ends_at, keep="second").location == f"{PLACE}?said=ended"
    over = sam.get(PLACE).text
    assert "Sam kept the second" in over
    assert "up for " in sam.get("/team/messages").text
    assert "Two wordings compared" not in sam.get("/team/messages").text


def test_while_it_runs_the_text_has_no_form_and_is_not_changed(sam: FlaskClient) -> None:
    begin(sam)
    shown = sam.get(TEXT).text
    assert "Another wording is tried beside this one" in shown
    assert "<textarea" not in shown
    refused = press(sam, PLACE, TEXT, do="save", text=OURS, subject="Mine", standing="0")
    assert refused.status_code in (409, 422)
    assert press(sam, PLACE, f"{TEXT}/back", standing="0").status_code == 409
    again = press(sam, PLACE, PLACE, do="begin", text=OURS, subject="Mine", standing="0")
    assert again.status_code in (409, 422)


def test_what_may_not_be_tried_is_told_beside_it_and_kept_typed(sam: FlaskClient) -> None:
    typed = "{scheme}: help {r} – now?"
    refused = press(sam, PLACE, do="begin", text=typed, subject="Hello", standing="0")
    assert refused.status_code == 422
    assert "{r} may not be named" in error_beside(refused.text, "text")
    assert typed in refused.text
    same = press(sam, PLACE, do="begin", text=TEMPLATES["match_asked"].text, subject="Can you help? {when}")
    assert "This is the text that holds" in error_beside(same.text, "text")
    for odd in ("{scheme}: {", "{0}", "", "x" * 4000):
        assert press(sam, PLACE, do="begin", text=odd, subject=odd, standing="x").status_code == 422


def test_what_asks_nothing_has_no_such_page(sam: FlaskClient) -> None:
    for event in ("need_posted", "no_such_thing"):
        assert sam.get(f"/team/messages/{event}/compare").status_code == 404
    assert "Try another wording" not in sam.get("/team/messages/need_posted").text


def test_a_choice_that_is_none_or_too_late_is_told(sam: FlaskClient) -> None:
    ends_at = begin(sam)
    for keep in ("", "third"):
        assert press(sam, PLACE, ends_at, keep=keep).status_code == 422
    press(sam, PLACE, ends_at, keep="first")
    assert press(sam, PLACE, ends_at, keep="second").status_code == 409


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (Tally(300, 90), Tally(300, 150), "More say yes to the second: between 10 and 30 more in 100"),
        (Tally(300, 150), Tally(300, 90), "Fewer say yes to the second: between 10 and 30 fewer in 100"),
        (Tally(300, 90), Tally(300, 96), "No difference that is larger than chance: between 8 fewer and 12 more"),
        (Tally(299, 10), Tally(400, 390), "Too few to tell: 299 and 400 asked, of 300 each"),
    ],
)
def test_what_the_answers_tell_is_said_in_a_sentence(
    sam: FlaskClient, monkeypatch: pytest.MonkeyPatch, first: Tally, second: Tally, words: str
) -> None:
    begin(sam)
    counts = text_comparisons._Counts(first, second, 3)
    monkeypatch.setattr(text_comparisons, "_counts", lambda _session, numbers, _now: dict.fromkeys(numbers, counts))
    shown = sam.get(PLACE).text
    assert words in shown
    assert "3 questions went since and do not count yet" in shown

"""Words that everyone can read: the grade, the sentences and the words of every page for residents and every message.

The grade is Flesch and Kincaid's, over whole sentences; names and figures count as they are.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from statistics import mean

import pytest
from flask.testing import FlaskClient

from matcher.domain.messages import TEMPLATES
from matcher.domain.reading import grade, sentences
from matcher.store.models import Need
from matcher.store.session import reading
from tests.web.conftest import PHONE, World, press
from web.public import READING

HIGHEST_MEAN, HIGHEST = 5.0, 7.0
LONGEST_SENTENCE = 20  # words, for 95 of 100 sentences
BANNED = (
    *("vulnerable", "service user", "client", "elderly", "needy", "beneficiary", "utilise", "in order to"),
    *("please note", "click here", "commence", "prior to", "regarding", "facilitate", "assistance", "e.g.", "i.e."),
)
PUBLIC = (
    "/",
    *READING,
    "/check",
    "/check/sent",
    "/deleted",
    "/ask",
    "/ask/for-someone",
    "/at-work",
    "/concern",
    "/tell",
    "/stories",
    "/said-did",
    "/area/calne",
    "/taken-back",
    "/about-you/ask",
    "/about-you/thanks",
)
OWN = ("", "/sent", "/print", "/cancel", "/change", "/again", "/messages", "/delete")
_LINES = ("p", "li", "h1", "h2", "label", "dd", "dt", "legend", "button", "td", "th", "div")


class Lines(HTMLParser):
    """The words of the main part of a page, one line for each block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self.feed(page[page.index("<main") : page.index("</main")])

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag in _LINES or tag == "br":
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _LINES:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data


def of_messages() -> dict[str, list[list[str]]]:
    blanks = {"link": "", "tel": "", "scheme": "", "v": "Ann", "r": "Ann", "dist": "near you", "when": "today"}
    blanks |= {"task": "a lift", "word": "apple", "ref": "", "code": "", "n": "", "area": "here"}
    texts = {event: template.text.format_map(blanks) for event, template in TEMPLATES.items()}
    return {event: sentences([f"{text.lstrip(': ')}."]) for event, text in texts.items()}


def test_the_grade_knows_plain_words_from_others() -> None:
    plain = sentences(["We ask a neighbour who is free. They say your word at the door."])
    other = sentences(
        ["Beneficiaries requiring municipal assistance should communicate their circumstances beforehand."]
    )
    assert grade(plain) < 3
    assert grade(other) > 15


def checked(client: FlaskClient, world: World) -> str:
    """What is shown for the reference and four figures."""
    with reading() as session:
        reference = session.get_one(Need, world.need_id).reference
    return press(client, "/check", reference=reference, last_digits=PHONE[-4:]).text


def test_every_page_for_residents_is_easy_to_read(client: FlaskClient, world: World) -> None:
    paths = (*PUBLIC, *(f"/r/{world.status}{path}" for path in OWN))
    pages = {path.replace(world.status, "..."): sentences(Lines(client.get(path).text).lines) for path in paths}
    pages["checked"] = sentences(Lines(checked(client, world)).lines)
    pages = {path: found for path, found in pages.items() if len(found) > 2}
    grades = {path: round(grade(found), 1) for path, found in pages.items()}
    assert len(grades) > 9
    assert {path: value for path, value in grades.items() if value > HIGHEST} == {}
    assert mean(grades.values()) <= HIGHEST_MEAN, grades
    lengths = sorted((len(one), " ".join(one)) for found in pages.values() for one in found)
    assert lengths[int(len(lengths) * 0.95)][0] <= LONGEST_SENTENCE, lengths[-12:]


@pytest.mark.parametrize("event", TEMPLATES)
def test_every_message_is_easy_to_read(event: str) -> None:
    found = of_messages()[event]
    assert max(map(len, found)) <= LONGEST_SENTENCE
    assert grade(found) <= HIGHEST


def test_messages_are_easier_still_on_the_whole() -> None:
    assert mean(grade(found) for found in of_messages().values()) <= HIGHEST_MEAN


def test_no_word_that_belittles_or_hides(client: FlaskClient, world: World) -> None:
    said = {path: " ".join(Lines(client.get(path).text).lines).lower() for path in PUBLIC}
    said |= {path: " ".join(Lines(client.get(f"/r/{world.status}{path}").text).lines).lower() for path in OWN}
    said["checked"] = " ".join(Lines(checked(client, world)).lines).lower()
    said |= {event: template.text.lower() for event, template in TEMPLATES.items()}
    used = [
        (where, word) for where, words in said.items() for word in BANNED if re.search(rf"\b{re.escape(word)}", words)
    ]
    assert used == []

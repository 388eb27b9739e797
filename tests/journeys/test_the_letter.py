"""What the office prints, measured on the paper: the letter that a resident is posted, and the impact report."""

from __future__ import annotations

import io
from collections import defaultdict

import pytest
from pypdf import PdfReader

from tests.journeys.filled_report import fill

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

BODY_PT, REFERENCE_PT, DOOR_WORD_PT = 18, 36, 48
A4_PT = (595, 842)
LONG_NAMES = ("Wolfeschlegelsteinhausenberger", "Maximiliana-Theodora-Augustine")


def test_the_letter_is_one_sheet_of_large_print_at_its_fullest(quiet, someone):
    world, page = quiet.world(), someone()
    looking = world.post(
        LONG_NAMES[0],
        when="asap",
        times=frozenset({"am", "pm", "eve"}),
        details=("path", "steps", "drive", "pavement"),
        helpers=2,
    )
    coming = world.post(LONG_NAMES[1], when="tomorrow", details=("path", "steps", "drive", "pavement"), helpers=2)
    for name in LONG_NAMES:
        world.offer(name, person={"house": f"{name[:3]} House"})
    world.coordinator()
    world.execute(
        "insert into badges (person_id, number, staff_id, given_at) select person_id, 999990 + person_id, 1, now()"
        " from offers"
    )
    world.ask_all(list(LONG_NAMES), coming)
    for name in LONG_NAMES:
        world.yes(name)
    for posted in (looking, coming):
        page.goto(f"/r/{posted.token}/print")
        (sheet,) = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
        assert tuple(map(int, sheet.mediabox[2:])) in (A4_PT, (594, 841))
        words = sizes_on(sheet)
        assert min(words) >= BODY_PT - 0.1, words
        assert posted.reference in plain(words, at_least=REFERENCE_PT)
        door_word = world.execute("select door_word from occurrences where need_id = :id", id=posted.need_id)[0][0]
        assert door_word in plain(words, at_least=DOOR_WORD_PT)
    said = page.locator("main").inner_text()
    assert f"{' and '.join(LONG_NAMES)} are coming on" in said
    assert said.count("badge number is 99999") == 2


def test_the_impact_report_is_two_sheets_of_a4_at_its_fullest(quiet, someone):
    world, page = quiet.world(), someone()
    page.goto(fill(world))
    page.get_by_role("button").first.click()
    last = world.execute("select (now() + interval '2 days')::date")[0][0]
    page.goto(f"/team/impact/print?last={last}")
    said = page.locator("main").inner_text()
    for part in ("The sum", "Staff hours", "Avoided: a fall", "second kind of help", "tonnes of salt", "Other costs"):
        assert part in said
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    assert {tuple(map(int, sheet.mediabox[2:])) for sheet in sheets} <= {A4_PT, (594, 841)}
    assert len(sheets) == 2
    assert "What this report does not show" in sheets[1].extract_text()


def sizes_on(sheet):
    """The words on a sheet by their size on paper, in points."""
    found = defaultdict(str)

    def note(text, page_matrix, text_matrix, _font, size):
        if text.strip():
            found[round(abs(size * text_matrix[3] * page_matrix[3]), 1)] += text

    sheet.extract_text(visitor_text=note)
    return found


def plain(words, *, at_least):
    """What is printed in that size or larger."""
    large = "".join(text for size, text in words.items() if size >= at_least)
    return "".join(large.replace("\u2011", "-").split())

"""The letter that a resident is posted, printed as the office prints it."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_the_letter_is_one_sheet_with_two_days(quiet, someone):
    world = quiet.world()
    posted = world.post(
        "Maximiliana-Theodora",
        when="asap",
        times=frozenset({"am", "pm"}),
        details=("path", "steps", "drive"),
        helpers=2,
    )
    page = someone()
    letter = f"/r/{posted.token}/print"
    page.goto(letter)
    assert ", or " in page.locator("p", has_text="When:").inner_text()
    assert sheets(page) == 1


def sheets(page):
    """How many sheets of paper the page is printed on."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True, print_background=True)))

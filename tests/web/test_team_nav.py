"""The team's links: a few in one row; many by parts, with the pages of one's own part; none that may not be opened."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from matcher.domain.roles import StaffRoleName
from tests.web.conftest import sign_in


def rows_on(client: FlaskClient, path: str) -> list[list[str]]:
    """The words of each row of links; the one we are at in [brackets]."""
    (nav,) = re.findall(r'<nav class="gn-desk__nav".*?</nav>', client.get(path).text, re.DOTALL)
    link = re.compile(r'<a href="[^"]+"( aria-current="\w+")?>([^<]+)</a>')
    return [[f"[{words}]" if here else words for here, words in link.findall(row)] for row in nav.split("<div")[1:]]


def test_a_coordinator_has_the_parts_of_the_work_and_the_pages_of_the_one_they_are_in(app: Flask) -> None:
    parts, pages = rows_on(sign_in(app.test_client(), StaffRoleName.COORDINATOR), "/team/gaps")
    assert parts == ["Now", "[Ahead]", "Neighbours", "Around here", "The scheme"]
    assert pages == ["Plan the week", "Regular visits", "Cold weather", "What if", "[Gaps]"]


@pytest.mark.parametrize("path", ["/team", "/team/by-hand", "/team/import"])
def test_where_we_are_is_the_nearest_page_above(app: Flask, path: str) -> None:
    parts, pages = rows_on(sign_in(app.test_client(), StaffRoleName.COORDINATOR), path)
    assert [words for words in (*parts, *pages) if words.startswith("[")] == [
        "[Neighbours]" if path == "/team/import" else "[Now]",
        {"/team": "[Today]", "/team/by-hand": "[By hand]", "/team/import": "[Volunteers]"}[path],
    ]


def test_who_may_open_few_pages_has_them_in_one_row(app: Flask) -> None:
    (row,) = rows_on(sign_in(app.test_client(), StaffRoleName.ADMINISTRATOR), "/team/staff")
    assert "[Who works here]" in row
    assert "Today" not in row


def test_from_the_desk_who_reads_the_board_finds_back_to_it_and_a_call_handler_is_shown_no_way_there(
    app: Flask,
) -> None:
    own = ["[Calls to make]", "New request", "Find a caller", "Check a door", "Type a story"]
    assert rows_on(sign_in(app.test_client(), StaffRoleName.CALL_HANDLER), "/desk") == [own]
    assert rows_on(sign_in(app.test_client(), StaffRoleName.COORDINATOR), "/desk") == [["Today", *own]]


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (StaffRoleName.ADMINISTRATOR, "/team/staff"),
        (StaffRoleName.ADMINISTRATOR, "/team/door-words"),
        (StaffRoleName.SAFEGUARDING_LEAD, "/team/concerns"),
        (StaffRoleName.BOARD_MEMBER, "/team/impact"),
        (StaffRoleName.CONNECTOR, "/team/stories"),
        (StaffRoleName.CALL_HANDLER, "/team/stories/new"),
        (StaffRoleName.COORDINATOR, "/team/gaps"),
        (StaffRoleName.COORDINATOR, "/team/door-words"),
    ],
)
def test_the_door_and_back_lead_to_where_the_reader_begins_and_not_to_a_page_that_is_not_there_for_them(
    app: Flask, role: StaffRoleName, path: str
) -> None:
    client = sign_in(app.test_client(), role)
    shown = client.get(path).text
    ways = re.findall(r'<a class="(?:gn-brand|govuk-back-link)" href="([^"]+)"', shown)
    assert ways
    assert {href: client.get(href).status_code for href in ways} == dict.fromkeys(ways, 200)

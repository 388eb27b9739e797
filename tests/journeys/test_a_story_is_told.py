"""A story in a real browser: told with a photo, agreed to, answered, told back to its teller, and taken back.

Its teller has no JavaScript and no account. What is printed stays, and they are told so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from matcher.domain.localtime import local_day
from matcher.domain.roles import StaffRoleName
from matcher.services import staff
from matcher.services.export_sheets import SHEETS
from matcher.store.models import StoryPiece
from tests.journeys.people import NO_BREAK_HYPHEN, follow, message, press, see
from tests.sent_files import photo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

WORDS = "Nobody could get up Quincepaste Hill for four days. Old Mr Tibbs fell."
FINAL = "Nobody could get up Quincepaste Hill for four days."
SHOWS = "Quincepaste Hill under snow"
# Whatever leads back to the story or its teller.
MARKS = ("Quincepaste", "Marj", "900555", "900 555")
PRINTED = "The winter report, page 4"
DECIDED = "A bag of salt for each parish that asks"
DISAGREED = "One member, on cost"


@pytest.fixture
def scheme(quiet):
    """A scheme whose messages go when the test says so, whatever the hour, with links to its own pages."""
    world = quiet.world()
    world.scheme = replace(world.scheme, origin=quiet.origin)
    return world


@pytest.fixture
def signed_in(scheme, someone):
    """`signed_in(name, role)`: one of the team at work, in a browser of their own."""

    def enter(name, role):
        with scheme.work() as session:
            email = f"{name.lower()}@example.org"
            staff.add_staff(session, email, name, frozenset({role}), areas=None, now=scheme.now)
            way_in = staff.sign_in_link(session, email, now=scheme.now)
        page = someone()
        page.goto(f"/sign-in/{way_in}")
        press(page, "Sign in")
        return page

    return enter


def test_a_story_is_told_answered_and_told_back_and_then_gone_from_everywhere_but_print(
    quiet, scheme, someone, signed_in
):
    marjorie, anyone = someone(java_script_enabled=False, viewport={"width": 320, "height": 640}), someone()
    ruth, bo = signed_in("Ruth", StaffRoleName.COORDINATOR), signed_in("Bo", StaffRoleName.BOARD_MEMBER)

    reference = tell(marjorie)
    own = marjorie.url
    at = kept_at(ruth, reference)
    anyone.goto("/stories")
    expect(anyone.locator("main")).not_to_contain_text("Quincepaste")

    # Ruth finds somebody else's name in it. Nobody reads her words before their teller says yes to them.
    ruth.goto(at)
    assert is_drawn(ruth)
    ruth.get_by_text("Change the words").click()
    ruth.get_by_label("The words that would be read").fill(FINAL)
    press(ruth, "Ask the teller about these words")
    expect(ruth.locator("main")).to_contain_text("The teller has to say yes to the words first")
    read_message(scheme, marjorie, "please check your story")
    expect(marjorie.locator("main")).to_contain_text("Nobody reads them until you say yes")
    press(marjorie, "Yes, use these words")
    put_out(ruth, at)
    decide(ruth, reference, local_day(scheme.now))

    # It is answered, and its teller is told what came of it, when, and who disagreed.
    read_message(scheme, marjorie, "Read what came of it")
    reads_what_came_of_it(marjorie, local_day(scheme.now))
    shown = {anyone: ("/stories", "/area/bradford-on-avon", "/said-did"), ruth: ("/team/stories", at), bo: ("/board",)}
    number = at.rpartition("/")[2]
    pictures = {anyone: f"/stories/{number}/picture", ruth: f"{at}/picture", bo: f"/board/stories/{number}/picture"}
    pictures[marjorie] = f"{own}/picture"
    for page, path in each_of(shown):
        read = page.request.get(path).text()
        assert ("Quincepaste" in read, "Marjorie" in read) == (True, page is ruth and path == at), path
    kinds = [page.request.get(path).headers["content-type"] for page, path in pictures.items()]
    assert kinds == ["image/jpeg"] * 4

    # Taken back: before the press they read what no press can do.
    marjorie.goto(own)
    follow(marjorie, "Take my story back")
    expect(marjorie.locator("main")).to_contain_text(f"It was printed here:{PRINTED}")
    press(marjorie, "Yes, take it back")
    see(marjorie, "Your story is erased")

    for page, path in each_of(shown):
        left = page.request.get(path)
        assert (left.status, marks_on(left.text())) == (404 if path == at else 200, []), path
    assert [page.request.get(path).status for page, path in pictures.items()] == [404] * 4
    assert marjorie.request.get(own).status == 404
    sheets = (f"/team/export/{sheet.key}.csv" for sheet in SHEETS if not sheet.has_names)
    for path in sheets:
        answer = ruth.request.get(path)
        assert (answer.status, marks_on(answer.text())) == (200, []), path
    for typed in (reference, "07700 900555"):
        ruth.goto("/desk/find")
        ruth.locator("[name=wanted]").fill(typed)
        ruth.locator("[name=wanted]").press("Enter")
        expect(ruth.locator("main")).not_to_contain_text(re.compile("Quincepaste|Marj"))
    assert list(left_in_the_database(scheme)) == []

    # What was decided stands, and what was printed is remembered.
    ruth.goto("/team/said-did/1")
    expect(ruth.locator("main")).to_contain_text(f"{reference.replace('-', NO_BREAK_HYPHEN)}, taken back")
    anyone.goto("/said-did")
    expect(anyone.locator("main")).to_contain_text(DECIDED)
    assert scheme.execute("select where_printed from story_prints") == [(PRINTED,)]
    assert quiet.broken_promises() == []


def read_message(scheme, page, words):
    """What is owed goes out; they open the link of the one with these words."""
    scheme.now = datetime.now(UTC)
    scheme.deliver()
    message(page, "Marjorie", words).get_by_role("link").click()


def tell(page):
    """Marjorie tells her story with a photo, for everyone to read, under a name of her choice; its reference."""
    page.goto("/stories")
    follow(page, "Tell a story")
    page.get_by_label("Your story").fill(WORDS)
    page.get_by_label("Photo or drawing").set_input_files(
        {"name": "conigre.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    page.get_by_label("What does the picture show?").fill(SHOWS)
    page.get_by_label("Something worries me").check()
    page.get_by_label("Where is it about?").select_option(label="Bradford on Avon")
    press(page, "Continue")
    see(page, "What does it mean to you?")
    page.get_by_label("My street").check()
    press(page, "Continue")
    see(page, "Who may read it?")
    page.get_by_label("Everyone, with my first name").check()
    page.get_by_label("Name to show").fill("Marj")
    page.get_by_label("My photo or drawing").check()
    page.get_by_label("Yes, by text").check()
    page.get_by_label("Your first name").fill("Marjorie")
    page.get_by_label("Your phone number").fill("07700 900555")
    press(page, "Continue")
    see(page, "Check your story")
    expect(page.get_by_role("blockquote")).to_have_text(WORDS)
    expect(page.locator("main")).to_contain_text("We cannot take back printed copies")
    press(page, "Send my story")
    reference = page.locator(".gn-panel__reference").inner_text().replace(NO_BREAK_HYPHEN, "-")
    follow(page, "Open my story")
    assert is_drawn(page)
    return reference


def kept_at(page, reference):
    """Where the team reads it."""
    page.goto("/team/stories")
    link = page.get_by_role("link", name=reference.replace("-", NO_BREAK_HYPHEN))
    return str(link.get_attribute("href"))


def put_out(page, at):
    """Who could be known by it is looked for; then it goes out, with what it shows, and into print."""
    page.goto(at)
    press(page, "Put it out")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Check every")
    for box in page.locator("input[name=checked]").all():
        box.check()
    press(page, "Put it out")
    page.get_by_label("A minority view").check()
    press(page, "Save")
    page.get_by_text("It was printed").click()
    page.get_by_label("Where was it printed?").fill(PRINTED)
    press(page, "Write it down")
    expect(page.locator("main")).to_contain_text(f"Printed in: {PRINTED}")


def decide(page, reference, today):
    """What was said, who looked, what was decided and who disagreed; and which story it answers."""
    page.goto("/team/said-did/new")
    page.get_by_label("What it is about").fill("Salt for private paths")
    page.get_by_label("You said").fill("The bin is not for our own paths.")
    page.get_by_label("Who looked at it", exact=True).fill("The area board")
    page.get_by_label("We decided").fill(DECIDED)
    page.get_by_label("Because").fill("Bin salt stays for roads")
    page.get_by_label("Doing", exact=True).check()
    for field, day in (("looked_on", today), ("decided_on", today), ("due_on", today + timedelta(days=30))):
        for part, typed in zip(("day", "month", "year"), (day.day, day.month, day.year), strict=True):
            page.locator(f"input[name={field}-{part}]").fill(str(typed))
    page.get_by_label("Everyone may read this").check()
    press(page, "Save")
    expect(page.locator(".govuk-error-summary")).to_contain_text("disagreed")  # it may not be left blank
    page.get_by_label("Who disagreed").fill(DISAGREED)
    press(page, "Save")
    page.get_by_label("Reference of a story").fill(reference)
    press(page, "It answers this story")
    expect(page.locator("main")).to_contain_text("1 story it answers")


def reads_what_came_of_it(page, today):
    """With who decided what, when and why, and who disagreed."""
    for words in ("Salt for private paths", DECIDED, DISAGREED, f"{today.day} {today:%B} {today.year}"):
        expect(page.locator("main")).to_contain_text(words)


def each_of(shown):
    return [(page, path) for page, paths in shown.items() for path in paths]


def is_drawn(page):
    """Whether the picture is there to be seen, and with words for whoever cannot see it."""
    picture = page.locator("img.gn-story__picture").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_attribute("alt", SHOWS)
    expect(picture).to_have_js_property("complete", value=True)
    return picture.evaluate("picture => picture.naturalWidth") > 0


def marks_on(text):
    return [mark for mark in MARKS if mark in text]


def left_in_the_database(scheme) -> Iterator[str]:
    """Each table that still holds a mark, or the picture."""
    for table, rows in scheme.picture().items():
        if marks_on(re.sub(r"\s+", " ", str(rows))):
            yield table
    if scheme.all(StoryPiece):
        yield StoryPiece.__tablename__

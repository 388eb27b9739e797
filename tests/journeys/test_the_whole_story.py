"""The whole story in a real browser: real pages, database, broker and worker, as a trial runs them."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from matcher.config import QUEUE
from tests.journeys.people import EILEENS_NOTE, NO_BREAK_HYPHEN, ask_for_help, asked, follow, message, press, see
from tests.journeys.planted import UNDO_IS_OVER

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def read_again(page):
    page.reload()
    return page


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_path_is_cleared_from_the_asking_to_the_thanks(story, someone, java_script_enabled):
    neighbours = story.world()
    neighbours.offer("Christopher")
    eileen, christopher = (someone(java_script_enabled=java_script_enabled) for _ in range(2))

    request = ask_for_help(eileen)
    see(eileen, "Looking for a neighbour")
    expect(message(eileen, "Eileen", request.reference)).to_be_visible()

    # The worker asks Christopher by itself; nothing in the message leads to Eileen.
    ask = message(christopher, "Christopher", "Good Neighbours: clearing a path")
    expect(ask).not_to_contain_text(re.compile("Eileen|Conigre|BA15"))
    ask.get_by_role("link").click()
    see(christopher, "Can you help?")
    expect(christopher.locator("main")).not_to_contain_text(re.compile("Eileen|Conigre|BA15"))
    press(christopher, "Yes, I will do it")

    see(christopher, "You are helping Eileen")
    visit = christopher.locator("main")
    for words in ("14 Conigre Hill", "BA15 1HL", EILEENS_NOTE, "01632 960901"):
        expect(visit).to_contain_text(words)
    door_word = visit.locator(".gn-plaque__word").inner_text()

    eileen.goto(request.page)
    see(eileen, "Christopher is coming")
    expect(eileen.locator(".gn-plaque__word")).to_have_text(door_word)
    told = message(eileen, "Eileen", "Christopher can help")
    expect(told).to_contain_text(re.compile(door_word, re.IGNORECASE))
    message(christopher, "Christopher", "you are helping Eileen").get_by_role("link").click()
    see(christopher, "You are helping Eileen")

    press(christopher, "On my way")
    see(christopher, "You are on your way to Eileen")
    eileen.goto(request.page)
    see(eileen, "Christopher is on the way")
    message(eileen, "Eileen", "Christopher is on the way now")

    press(christopher, "Done")
    see(christopher, "Thank you, Christopher")
    expect(christopher.locator("main")).not_to_contain_text("Conigre")
    press(christopher, "Not done yet: undo")
    see(christopher, "You are on your way to Eileen")
    press(christopher, "Done")
    christopher.get_by_label("45 minutes").check()
    press(christopher, "Send")
    expect(christopher.locator("main")).to_contain_text("about 45 minutes")

    neighbours.execute(UNDO_IS_OVER)
    message(christopher, "Christopher", "thank you Christopher")
    message(eileen, "Eileen", "did Christopher help as agreed?").get_by_role("link").click()
    see(eileen, "Done")
    eileen.get_by_label("It went well").check()
    eileen.get_by_label("A word of thanks").fill("The steps are safe again.")
    press(eileen, "Tell us")
    expect(eileen.locator("main")).to_contain_text("We are glad that it went well")

    the_coordinator_sees(story, someone(java_script_enabled=java_script_enabled), request)
    assert story.broken_promises_by_command() == []


def the_coordinator_sees(story, ruth, request):
    """Ruth signs in by a link that works once, and finds the visit among those done."""
    story.gritbin("staff", "add", "ruth@example.org", "--name", "Ruth")
    link = story.gritbin("staff", "link", "ruth@example.org").strip()
    ruth.goto(link)
    press(ruth, "Sign in")
    see(ruth, "Today")
    expect(ruth.locator(".gn-figs")).to_contain_text(re.compile(r"1 done in 24 hours"))
    expect(ruth.locator("body")).not_to_contain_text("Conigre")
    press(ruth, "Sign out")
    assert ruth.request.get(link).status == 404


def test_the_coordinator_sees_what_waits_and_who_is_coming(story, someone):
    neighbours = story.world()
    neighbours.coordinator()
    ruth, christopher = someone(), someone()
    request = ask_for_help(someone())
    ruth.goto(story.way_in("ruth@example.org"))
    press(ruth, "Sign in")
    expect(ruth.locator("main")).to_contain_text("1 visit has nobody yet")
    expect(ruth.locator("main")).to_contain_text("Clear the path and the steps, Bradford on Avon")

    neighbours.offer("Christopher")  # someone new is asked at once about what had nobody
    ask = message(christopher, "Christopher", "Reply YES")
    ask.get_by_role("link").click()
    press(christopher, "Yes, I will do it")
    see(christopher, "You are helping Eileen")
    read_again(ruth)
    expect(ruth.get_by_role("row", name=re.compile("Christopher to Eileen"))).to_contain_text("Said yes")
    expect(ruth.locator("main")).to_contain_text(request.reference.replace("-", NO_BREAK_HYPHEN))


def test_a_neighbour_who_says_no_is_thanked_and_the_next_one_is_asked(story, someone):
    neighbours = story.world()
    neighbours.offer("Christopher")
    request = ask_for_help(eileen := someone())
    christopher, ann = someone(), someone()
    message(christopher, "Christopher", "Reply YES").get_by_role("link").click()
    press(christopher, "Not this time")
    see(christopher, "Thank you for telling us")
    christopher.get_by_label("I am busy then").check()
    press(christopher, "Send")
    expect(christopher.locator("main")).to_contain_text("That helps us to ask the right people")

    join_the_list(ann, "Ann")
    message(ann, "Ann", "can you help with").get_by_role("link").click()
    press(ann, "Yes, I will do it")
    see(ann, "You are helping Eileen")
    follow(ann, "Hand it back")
    see(ann, "Hand it back?")
    press(ann, "Yes, hand it back")
    see(ann, "You handed this back")
    expect(ann.locator("main")).not_to_contain_text("Conigre")
    eileen.goto(request.page)
    see(eileen, "Looking again")
    follow(eileen, "Cancel this request")
    press(eileen, "Yes, cancel it")
    see(eileen, "Cancelled")
    assert story.broken_promises() == []


def join_the_list(page, name):
    """Someone offers help: clearing snow at almost any time, on foot, from around the corner."""
    page.goto("/")
    follow(page, "Offer help")
    see(page, "What could you do?")
    page.get_by_label("Clear snow or ice").check()
    press(page, "Continue")
    see(page, "When are you usually free?")
    page.get_by_label("Almost any time").check()
    press(page, "Continue")
    see(page, "How far would you go?")
    page.get_by_label("Postcode").fill("BA15 1NB")
    page.get_by_label("House number or name").fill("Weavers Cottage")
    page.get_by_label("On foot").check()
    page.get_by_label("Up to 20 minutes").check()
    press(page, "Continue")
    see(page, "About you")
    page.get_by_label("First name").fill(name)
    page.get_by_label("Last name").fill("Sample")
    page.get_by_label("Mobile number").fill("07700 900321")
    page.get_by_label("Email address").fill("ann@example.org")
    for part, typed in (("Day", "17"), ("Month", "5"), ("Year", "1980")):
        page.get_by_label(part, exact=True).fill(typed)
    press(page, "Continue")
    see(page, "What made you want to help?")
    press(page, "Continue")
    see(page, "Keep everyone safe")
    page.get_by_label("I agree to these promises").check()
    press(page, "Continue")
    see(page, "Check your answers")
    press(page, "Put me on the list")
    see(page, "You are on the list")


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_volunteer_joins_and_is_asked_about_the_next_need(story, someone, java_script_enabled):
    story.world()
    ann = someone(java_script_enabled=java_script_enabled)
    join_the_list(ann, "Ann")
    follow(ann, "See your own page")
    see(ann, "My visits")
    own_page = ann.url
    expect(ann.locator("main")).to_contain_text("Nothing to answer just now")
    message(ann, "Ann", "thank you for offering to help").get_by_role("link").click()
    see(ann, "My visits")

    ask_for_help(someone())
    message(ann, "Ann", "can you help with clearing a path")
    ann.goto(own_page)
    press(ann, "Answer this")
    see(ann, "Can you help?")
    press(ann, "Yes, I will do it")
    see(ann, "You are helping Eileen")
    ann.goto(own_page)
    press(ann, "Address and door word")
    expect(ann.locator("main")).to_contain_text("14 Conigre Hill")
    assert story.broken_promises() == []


class Keyboard:
    """Someone who has no mouse: every step is a key, and the eye follows the focus."""

    def __init__(self, page):
        self.page = page

    def to(self, role, name):
        """Tab on until the focus stands on this."""
        wanted = self.page.get_by_role(role, name=name).first
        for _ in range(60):
            if wanted.evaluate("element => element === document.activeElement"):
                assert wanted.evaluate("element => element.matches(':focus-visible')")
                return self
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never comes to the {role} {name!r} on {self.page.url}")

    def press(self, key):
        self.page.keyboard.press(key)
        return self

    def choose(self, name, last=None):
        """Tab to a group of radio buttons by its first one, and go down to the one wanted."""
        self.to("radio", name).press("Space")
        while last and not self.page.get_by_role("radio", name=last).is_checked():
            self.press("ArrowDown")
        return self

    def type(self, role_name, words):
        self.to("textbox", role_name)
        self.page.keyboard.type(words)
        return self

    def go_on(self, button="Continue"):
        with self.page.expect_navigation():
            self.to("button", button).press("Enter")
        return self


def test_asking_for_help_needs_no_mouse(running, someone):
    running.world()
    page = someone()
    page.goto("/")
    keyboard = Keyboard(page)
    keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    with page.expect_navigation():
        keyboard.to("link", "Ask for help").press("Enter")
    keyboard.choose("Clearing snow or ice").to("checkbox", "The path").press("Space").go_on()
    keyboard.choose("As soon as possible", "Tomorrow").to("checkbox", "Morning").press("Space").go_on()
    # An error: the focus moves to the summary, and its link to the field.
    keyboard.type("Postcode", "BA15").type("House number or name", "14 Conigre Hill").go_on()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    keyboard.to("link", "Enter a full UK postcode").press("Enter")
    expect(page.get_by_label("Postcode")).to_be_focused()
    keyboard.press("Control+a")
    page.keyboard.type("BA15 1HL")
    keyboard.go_on()
    keyboard.type("First name", "Eileen").type("Phone number", "01632 960901").choose("Text").go_on()
    see(page, "Check your answers")
    keyboard.go_on("Send request")
    assert asked(page).reference


def test_the_bell_rings_where_the_worker_listens(quiet):
    """So that a need waits for no sweep. With no worker about, what was rung still lies in the broker."""
    world = quiet.world()
    reader = quiet.reader()
    for path, answers in (
        ("/ask", {"kind": "snow"}),
        ("/ask/when", {"when": "tomorrow", "times": "am"}),
        ("/ask/where", {"postcode": "BA15 1HL", "house": "14"}),
        ("/ask/who", {"first_name": "Eileen", "phone": "01632 960901", "contact": "text"}),
    ):
        reader.press(path, **answers)
    with quiet.broker() as broker:
        broker.flushdb()
        page = reader.press("/ask/check")
        assert page.h1.startswith("Enter the 5 digit code"), quiet.said("web")[-3000:]
        ((code,),) = world.execute("select values->>'code' from notifications where template = 'need_code'")
        assert reader.press(page.path, code=code).h1 == "We have your request"
        rung = [json.loads(one)["headers"]["task"] for one in broker.lrange(QUEUE, 0, -1)]
        assert set(rung) == {"workers.rounds.run_due_rounds", "workers.notifications.deliver_due"}
        queues = {key for key in broker.keys("*") if broker.type(key) == b"list"}
    assert queues == {QUEUE.encode()}

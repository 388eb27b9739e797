"""What asking for help costs: screens, seconds of a robot with human hands, and bytes on the line."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import down_to, press, reach, see

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

MOST_SCREENS, MOST_ANSWERS, MOST_SECONDS = 7, 8, 50.0
A_KEY_S, A_CLICK_S, A_DECISION_S = 0.28, 1.3, 1.35
COLD_BYTES, WARM_BYTES, MOST_REQUESTS, MOST_SHIFT = 60 * 1024, 15 * 1024, 6, 0.02

# Counts what hands do, from page to page.
_HANDS = """["keydown", "click"].forEach(what => addEventListener(what, event => {
    if (event.isTrusted) sessionStorage[what] = 1 + Number(sessionStorage[what] || 0);
}, true));"""
_SHIFT = """() => new Promise(done => {
    let moved = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => { moved += entry.value; }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(moved), 300);
})"""


def code_of(world):
    return world.execute("select values->>'code' from notifications where template = 'need_code'")[-1][0]


def test_asking_takes_few_screens_few_answers_and_little_time(quiet, someone):
    world = quiet.world()
    page = someone()
    page.add_init_script(_HANDS)
    screens, answered = [], []
    page.on("framenavigated", lambda frame: screens.append(frame.url))
    page.goto("/")
    screens.clear()

    def click(label):
        answered.append(label)
        page.get_by_label(label, exact=True).click()

    def type_in(label, words):
        click(label)
        page.keyboard.type(words)

    page.get_by_role("link", name="Ask for help").first.click()
    see(page, "What do you need help with?")
    click("Clearing snow or ice")
    press(page, "Continue")
    see(page, "When do you need it?")
    click("Tomorrow")
    click("Morning, 8 to 12")
    press(page, "Continue")
    see(page, "Where is the help needed?")
    type_in("Postcode", "ba151hl")
    type_in("House number or name", "14")
    press(page, "Continue")
    see(page, "Who should the neighbour ask for?")
    type_in("First name", "Eileen")
    type_in("Phone number", "07700900982")
    press(page, "Continue")
    see(page, "Check your answers")
    press(page, "Send request")
    see(page, "Enter the 5 digit code")
    type_in("5 digit code", code_of(world))
    press(page, "Continue")
    see(page, "We have your request")
    hands = page.evaluate("() => ({keys: +sessionStorage.keydown, clicks: +sessionStorage.click})")
    decisions = 4  # what, when, which times, is it right
    seconds = hands["keys"] * A_KEY_S + hands["clicks"] * A_CLICK_S + decisions * A_DECISION_S
    assert len(screens) <= MOST_SCREENS, screens
    assert len(answered) <= MOST_ANSWERS, answered  # nothing else was asked for, or it would not have been taken
    assert MOST_SECONDS / 2 < seconds <= MOST_SECONDS, (hands, seconds)


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_each_flow_of_a_resident_by_keyboard_alone(quiet, someone, java_script_enabled):
    world = quiet.world()
    page = someone(java_script_enabled=java_script_enabled)
    keys = page.keyboard
    page.goto("/ask")

    def choose(label):
        reach(page, label)
        keys.press("Space")

    def go(button):
        reach(page, button)
        keys.press("Enter")

    choose("Clearing snow or ice")
    go("Continue")
    see(page, "When do you need it?")
    choose("As soon as possible")
    down_to(page, "Tomorrow")  # whose times are still to come, at whatever hour this runs
    choose("Morning, 8 to 12")
    choose("Afternoon, 12 to 5")
    go("Continue")
    see(page, "Where is the help needed?")
    reach(page, "Postcode")
    keys.type("ba151hl")
    reach(page, "House number")
    keys.type("14")
    keys.press("Enter")
    see(page, "Who should the neighbour ask for?")
    reach(page, "First name")
    keys.type("Eileen")
    reach(page, "Phone number")
    keys.type("07700900982")
    choose("Text")
    go("Continue")
    see(page, "Check your answers")
    go("Send request")
    see(page, "Enter the 5 digit code")
    reach(page, "5 digit code")
    keys.type(code_of(world))
    keys.press("Enter")
    see(page, "We have your request")
    go("See your request")
    see(page, "Looking for a neighbour")
    go("Change")
    see(page, "Change your request")
    reach(page, "Anything that would help")
    keys.type("Ring the side bell.")
    go("Change the note")
    see(page, "Looking for a neighbour")
    go("Cancel this request")
    see(page, "Cancel this request?")
    go("Yes, cancel it")
    see(page, "Cancelled")

    done = done_by_christopher(world)
    page.goto("/check")
    reach(page, "Your reference")
    keys.type(done.reference.lower())
    reach(page, "Last 4 digits")
    keys.type(world.home("Frank").phone[-4:])
    keys.press("Enter")
    see(page, "Done")
    go("Text me my link")
    see(page, "Look at your phone")
    page.goto(own := link_sent(world))
    see(page, "Done")
    choose("It went well")
    go("Tell us")
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()
    go("Ask again")
    see(page, "We have your request")
    go("See your request")
    see(page, "Looking for a neighbour")
    page.goto(own)
    go("See the messages we sent you")
    see(page, "Messages we sent you")
    go("Back")
    see(page, "Done")
    go("Delete my details")
    see(page, "Delete your details?")
    go("Yes, delete my details")
    see(page, "Your details are deleted")


def link_sent(world):
    """The page of the text that has just been asked for."""
    world.later(minutes=5)
    (text,) = [one.message.text for one in world.deliver() if "here is your page" in one.message.text]
    return re.search(r"/r/[\w-]{22}", text)[0]


def done_by_christopher(world):
    """Frank's path is cleared, and he has not said yet how it went."""
    world.offer("Christopher")
    posted = world.post("Frank", when="tomorrow")
    world.ask("Christopher", posted)
    world.yes("Christopher")
    world.done("Christopher")
    return posted


def test_a_resident_s_page_is_light_and_still_and_asks_nobody_else(quiet, someone):
    posted = quiet.world().post(when="tomorrow")
    page = someone(viewport={"width": 390, "height": 844})
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    asked, weights = [], []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    page.goto(f"/r/{posted.token}", wait_until="networkidle")
    assert all(url.startswith((quiet.origin, "data:")) for url in asked), asked
    assert len([url for url in asked if not url.startswith("data:")]) <= MOST_REQUESTS, asked
    assert 10_000 < sum(weights) <= COLD_BYTES
    assert page.evaluate(_SHIFT) <= MOST_SHIFT
    own = [f"/r/{posted.token}/{page}" for page in ("change", "messages", "again", "print")]
    for path in (*own, "/", "/ask", "/check", "/what-we-do"):
        weights.clear()
        page.goto(path, wait_until="load")
        assert page.evaluate(_SHIFT) <= MOST_SHIFT, path  # takes a while: by then the page's own weight has been told
        assert 0 < sum(weights) <= WARM_BYTES, path

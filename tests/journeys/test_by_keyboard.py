"""By keyboard alone, with and without JavaScript: a call handler's one page, asking for someone else, a worry."""

from __future__ import annotations

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from matcher.services import confirming, organisations, staff
from matcher.services.organisations import OrganisationDraft
from matcher.store.models import Offer
from tests.journeys.people import down_to, reach, see
from tests.journeys.test_asking_costs_little import A_DECISION_S, A_KEY_S

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

MOST_TABS, MOST_SECONDS, MOST_SECONDS_AT_WORK = 14, 90.0, 40.0
_HANDS = """addEventListener("keydown", event => {
    if (event.isTrusted) sessionStorage.keydown = 1 + Number(sessionStorage.keydown || 0);
}, true);"""

_BEGAN = "() => Object.entries(sessionStorage).filter(([name]) => name.startsWith('began'))"

with_and_without = pytest.mark.parametrize(
    "java_script_enabled", [True, False], ids=["with JavaScript", "without JavaScript"]
)


class Hands:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page, self.tabs = page, 0

    def type_in(self, label, words):
        self.tabs += reach(self.page, label)
        self.page.keyboard.type(words)

    def choose(self, label):
        self.tabs += reach(self.page, label)
        self.page.keyboard.press("Space")

    def go(self, button):
        self.tabs += reach(self.page, button)
        self.page.keyboard.press("Enter")


def sign_in(world, page):
    world.coordinator()
    with world.work() as session:
        way_in = staff.sign_in_link(session, "ruth@example.org", now=world.now)
    page.goto(f"/sign-in/{way_in}")
    Hands(page).go("Sign in")
    see(page, "Today")


@with_and_without
def test_a_request_by_phone_is_one_page_few_tabs_and_little_time(quiet, someone, java_script_enabled):
    world = quiet.world()
    world.offer("Christopher")
    world.post("Eileen", kind="call", when="tomorrow", person={"phone": "01632 960901"})
    page = someone(java_script_enabled=java_script_enabled)
    sign_in(world, page)
    page.add_init_script(_HANDS)
    page.goto("/desk/new")
    hands, press = Hands(page), page.keyboard.press
    expect(page.get_by_label("Phone number")).to_be_focused()
    page.keyboard.type("01632960901")
    if java_script_enabled:
        expect(page.locator("[data-look$=alike]")).to_contain_text("1 request from this number is open already")
    hands.type_in("First name", "Eileen")
    hands.type_in("Postcode", "ba151hl")
    hands.type_in("House number or name", "14 Conigre Hill")
    hands.choose("Clearing snow or ice")
    hands.choose("The path")
    hands.choose("The steps")
    hands.choose("As soon as possible")
    down_to(page, "Tomorrow")
    hands.tabs += reach(page, "Any time")
    press("ArrowDown")
    if java_script_enabled:
        expect(page.locator("[data-look$=could]")).to_contain_text("1 neighbour could do this on ")
    hands.tabs += reach(page, "Phone call")
    hands.type_in("Anything that would help", "Ring the side bell.")
    began = page.evaluate(_BEGAN)
    press("Enter")
    expect(page.get_by_role("heading", name="Read back")).to_be_visible()
    expect(page.locator("main")).to_contain_text("When: tomorrow, morning.")
    expect(page.get_by_role("button", name="They agree: send")).to_be_focused()
    if java_script_enabled:  # counted from the first key, and not anew since it was read back
        expect(page.get_by_role("timer")).to_have_text(re.compile(r"^\d+ min \d\d s on this request$"))
        assert page.evaluate(_BEGAN) == began
    press("Enter")
    see(page, "Eileen: clear the path and the steps")
    assert "/desk/needs/" in page.url
    assert hands.tabs <= MOST_TABS, hands.tabs
    if java_script_enabled:
        keys = page.evaluate("() => +sessionStorage.keydown")
        decisions = 9  # number, name, postcode, house, what, when, how told, the note, is it right
        assert MOST_SECONDS / 3 < keys * A_KEY_S + decisions * A_DECISION_S <= MOST_SECONDS, keys


@with_and_without
def test_asking_for_someone_else_by_keyboard_alone(quiet, someone, java_script_enabled):
    quiet.world()
    page = someone(java_script_enabled=java_script_enabled)
    hands = Hands(page)
    go_on = partial(hands.go, "Continue")
    page.goto("/ask/for-someone")
    hands.choose("A relative or friend")
    go_on()
    see(page, "Do they know you are asking?")
    hands.choose("Yes, they told me")
    go_on()
    see(page, "What do they need help with?")
    hands.choose("Clearing snow or ice")
    go_on()
    see(page, "When do they need it?")
    hands.choose("As soon as possible")
    hands.choose("Morning, 8 to 12")
    hands.choose("Afternoon, 12 to 5")
    hands.choose("Evening, 5 to 8")
    go_on()
    see(page, "Where is the help needed?")
    hands.type_in("Postcode", "ba151hl")
    hands.type_in("House number", "14")
    go_on()
    see(page, "Who should the neighbour ask for?")
    hands.type_in("First name", "Eileen")
    hands.type_in("Their phone number", "07700900982")
    hands.choose("Text")
    go_on()
    see(page, "About you")
    hands.type_in("Your first name", "Nora")
    hands.type_in("Your phone number", "07700900444")
    hands.choose("Only them")
    go_on()
    see(page, "Check your answers")
    hands.go("Send request")
    see(page, "We have your request")
    hands.go("See what comes of it")
    see(page, "You asked for someone else")


def test_asking_at_work_is_one_page_and_little_time_without_a_mouse(quiet, someone):
    world = quiet.world()
    with world.work() as session:
        who = {"area_ids": {world.area_id()}, "staff_id": world.coordinator()}
        surgery = OrganisationDraft("Market Street Surgery", "01632 960 300", "", "bradford-on-avon")
        _, code = organisations.give_code(session, surgery, **who, now=world.now)
    page = someone()
    page.add_init_script(_HANDS)
    hands = Hands(page)
    page.goto("/at-work")
    hands.type_in("Your organisation’s code", code.lower())
    page.keyboard.press("Enter")
    see(page, "Ask for someone")
    page.evaluate("() => sessionStorage.clear()")
    hands.choose("Yes, they told me")
    hands.type_in("Their first name", "Eileen")
    hands.type_in("Their phone number", "07700900982")
    hands.type_in("Postcode", "ba151hl")
    hands.type_in("House number", "14")
    hands.choose("Clearing snow or ice")
    hands.choose("As soon as possible")
    down_to(page, "Tomorrow")
    hands.type_in("Your first name", "Nora")
    hands.type_in("Your role", "receptionist")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    keys = page.evaluate("() => +sessionStorage.keydown")
    decisions = 9  # whether they agreed, name, number, postcode, house, what, when, who I am, is it right
    seconds = keys * A_KEY_S + decisions * A_DECISION_S
    assert MOST_SECONDS_AT_WORK / 2 < seconds <= MOST_SECONDS_AT_WORK, (keys, seconds)


@with_and_without
def test_a_worry_is_told_a_volunteer_stopped_and_a_call_made_by_keyboard_alone(quiet, someone, java_script_enabled):
    world = quiet.world()
    for name in ("Ann", "Zeb"):
        world.offer(name)
    need = world.post("Eileen", when="tomorrow", contact="phone")
    world.ask("Ann", need)
    world.yes("Ann")
    held = world.post("Frank", when="tomorrow", person={"phone": "07700 900444"})
    world.ask("Zeb", held)
    world.yes("Zeb")
    rung = world.post("Stanley", when="tomorrow", must_confirm=True)
    with world.work() as session:
        confirming.ring_me(session, rung.need_id, now=world.now)
    world.deliver()
    page = someone(java_script_enabled=java_script_enabled)
    hands = Hands(page)
    page.goto("/concern")
    hands.choose("Someone’s safety")
    hands.type_in("Tell us what happened", "He asked for her card.")
    hands.choose("No, I would rather not say who I am")
    hands.go("Tell us")
    see(page, "Thank you for telling us")
    sign_in(world, page)
    hands.go("1 concern waits")
    see(page, "Concerns")
    hands.go("Open it")
    see(page, "Concern")
    hands.type_in("Name, phone number, or", "Zeb")
    page.keyboard.press("Enter")
    expect(page.locator("#stop")).to_contain_text("Holds 1 visit")
    hands.go("Stop this volunteer")
    expect(page.locator("#stop")).to_contain_text(re.compile(r"Zeb\b.*: stopped"))
    expect(page.locator("#stop")).to_contain_text("1 visit handed back")
    assert world.one(Offer, person_id=world.people["Zeb"]).stood_down_at is not None
    hands.go("Start again")
    expect(page.locator("#stop")).to_contain_text(re.compile(r"Zeb\b.*: started again"))
    hands.go("Passed on or dealt with")
    hands.go("Close this concern")
    expect(page.locator("main")).to_contain_text("No concern waits.")
    page.goto("/desk")
    for _ in range(2):  # that we have it, and who is coming
        hands.go("Ring Eileen")
        see(page, "Ring Eileen")
        hands.go("I have told them")
        see(page, "Calls to make")
    expect(page.locator("main")).to_contain_text("Nobody waits to be told anything")
    hands.go("Ring Stanley")
    see(page, "Stanley: clear snow or ice")
    hands.go("Confirmed by phone")
    expect(page.locator("main")).to_contain_text("Nobody waits for a call")
    page.goto("/desk/find")
    expect(page.get_by_label("Reference or phone number")).to_be_focused()
    page.keyboard.type(rung.reference)
    page.keyboard.press("Enter")
    see(page, "Stanley: clear snow or ice")
    hands.go("The caller wants to stop it")
    hands.go("Yes, cancel it")
    expect(page.locator("main")).to_contain_text("Cancelled")
    page.goto("/desk/door")
    expect(page.get_by_label("Reference or phone number")).to_be_focused()
    page.keyboard.type(need.reference)
    hands.type_in("The name that was said at the door", "Colin")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("No: nobody called Colin is expected there today")

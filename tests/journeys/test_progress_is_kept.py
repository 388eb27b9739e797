"""A train, a bad line, an impatient thumb: refreshed, gone back, in a second tab, cut off or pressed twice, what was
typed is there, and one request is sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from matcher.store.models import Need
from tests.journeys.people import press, see

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

_SAYS_NO_SIGNAL = "() => { Object.defineProperty(navigator, 'onLine', {get: () => false, configurable: true}); }"


def get_to(page, heading):
    """Answer every question before this one."""
    page.goto("/ask")
    page.get_by_label("Clearing snow or ice").check()
    press(page, "Continue")
    page.get_by_label("Tomorrow").check()
    page.get_by_label("Morning, 8 to 12").check()
    press(page, "Continue")
    see(page, heading)


def say_where(page):
    page.get_by_label("Postcode").fill("ba15 1hl")
    page.get_by_label("House number or name").fill("14 Conigre Hill")
    press(page, "Continue")
    see(page, "Who should the neighbour ask for?")


def say_who(page):
    page.get_by_label("First name").fill("Eileen")
    page.get_by_label("Phone number").fill("01632 960901")
    press(page, "Continue")
    see(page, "Check your answers")


def test_refreshed_and_gone_back_the_answers_are_there(quiet, someone):
    quiet.world()
    page = someone()
    get_to(page, "Where is the help needed?")
    page.reload()
    see(page, "Where is the help needed?")
    say_where(page)
    for heading in ("Where is the help needed?", "When do you need it?"):
        page.go_back()
        see(page, heading)
    expect(page.get_by_label("Tomorrow")).to_be_checked()
    expect(page.get_by_label("Morning, 8 to 12")).to_be_checked()
    press(page, "Continue")
    expect(page.get_by_label("Postcode")).to_have_value("ba15 1hl")


def test_a_second_tab_goes_on_where_the_first_is_and_both_end_in_one_request(quiet, someone):
    world = quiet.world()
    page = someone()
    get_to(page, "Where is the help needed?")
    say_where(page)
    other = page.context.new_page()
    other.goto(page.url)
    say_who(other)
    say_who(page)
    press(page, "Send request")
    see(page, "Enter the 5 digit code")
    press(other, "Send request")  # the first has ended what the two had in common: it says so, and sends no other
    expect(other.get_by_role("heading", name="Have you sent it already?")).to_be_visible()
    assert len(world.all(Need)) == 1


def test_without_a_signal_nothing_is_sent_and_nothing_typed_is_lost(quiet, someone):
    world = quiet.world()
    page = someone()
    get_to(page, "Where is the help needed?")
    page.get_by_label("Postcode").fill("ba15 1hl")
    page.get_by_label("House number or name").fill("14 Conigre Hill")
    page.context.set_offline(True)
    press(page, "Continue")
    expect(page.get_by_role("status")).to_contain_text("nothing was sent. What you typed is still here.")
    expect(page.get_by_role("status")).to_contain_text("call 01632\u00a0960\u00a0100")
    expect(page.get_by_label("Postcode")).to_have_value("ba15 1hl")
    page.context.set_offline(False)
    press(page, "Continue")
    see(page, "Who should the neighbour ask for?")
    say_who(page)
    page.route("**/ask/check", lambda route: route.abort("connectionreset"))  # cut off while it is under way
    press(page, "Send request")
    page.wait_for_url("chrome-error://**")
    assert world.all(Need) == []
    page.unroute("**/ask/check")
    page.reload()  # the browser sends what it could not
    see(page, "Enter the 5 digit code")
    assert len(world.all(Need)) == 1


def test_a_page_that_cannot_be_had_without_a_signal_gives_the_number_and_comes_back_by_itself(quiet, someone):
    quiet.world()
    page = someone(service_workers="allow")
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready")
    get_to(page, "Where is the help needed?")
    page.context.set_offline(True)
    page.reload()
    see(page, "There is no signal")
    assert page.url.endswith("/ask/where")
    expect(page.get_by_role("main").get_by_role("link", name="01632 960 100")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("we keep the answers you have given for 24 hours")
    page.context.set_offline(False)
    see(page, "Where is the help needed?")
    assert page.evaluate("async () => (await (await caches.open('stands-in')).keys()).map(one => one.url)") == [
        f"{quiet.origin}/offline"
    ]


def test_what_is_sent_where_the_browser_wrongly_says_there_is_no_signal_arrives(quiet, someone):
    world = quiet.world()
    page = someone(service_workers="allow")
    page.goto("/")
    page.evaluate("() => navigator.serviceWorker.ready")
    get_to(page, "Where is the help needed?")
    (beside,) = page.context.service_workers
    for where in (page, beside):
        where.evaluate(_SAYS_NO_SIGNAL)
    page.add_init_script(f"({_SAYS_NO_SIGNAL})()")
    say_where(page)
    say_who(page)
    press(page, "Send request")
    see(page, "Enter the 5 digit code")
    assert len(world.all(Need)) == 1


def test_pressed_twice_and_gone_back_to_it_is_one_request(quiet, someone):
    world = quiet.world()
    page = someone()
    get_to(page, "Where is the help needed?")
    say_where(page)
    say_who(page)
    page.get_by_role("button", name="Send request").dblclick()
    see(page, "Enter the 5 digit code")
    assert len(world.all(Need)) == 1
    page.go_back()
    see(page, "What do you need help with?")
    expect(page.locator("main")).to_contain_text("Your earlier answers are not here any more.")
    assert len(world.all(Need)) == 1

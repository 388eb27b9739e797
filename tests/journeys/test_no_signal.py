"""On a doorstep: one hand, no signal, and a bar at the foot of the page that never covers what is being used."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from matcher.domain.lifecycle import VisitStatus
from matcher.domain.roles import LinkPurpose
from matcher.services.access import Grant
from matcher.store.models import Visit
from tests.journeys.people import press, see
from tests.journeys.running import links_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

DOORSTEP = {"width": 320, "height": 640}
# Where the focus is, and whether the bar lies over any of it.
_FOCUS = """() => {
    const it = document.activeElement, bar = document.querySelector(".gn-bar");
    const box = it.getBoundingClientRect(), over = bar.getBoundingClientRect();
    const isUnder = box.bottom > over.top + 0.5 && box.top < over.bottom - 0.5;
    return {name: it.innerText, isHidden: it !== document.body && !bar.contains(it) && isUnder};
}"""
_HEIGHTS = """() => [...document.querySelectorAll(".gn-bar .govuk-button, .gn-button--big")]
    .map(button => button.getBoundingClientRect().height)"""

# A telephone of 2021, in whose browser nothing may be kept, as inside some message apps.
_OLD_AND_FORGETFUL = """
    delete AbortSignal.timeout;
    Object.defineProperty(window, "sessionStorage", {get() { throw new DOMException("denied", "SecurityError"); }});
"""


@pytest.fixture
def doorstep(quiet, someone):
    """Christopher's telephone, with the visit that he is on his way to; and the world."""
    world = quiet.world()
    world.offer("Christopher")
    world.ask("Christopher", world.post(when="tomorrow"))
    world.yes("Christopher")
    world.set_off("Christopher")
    person_id, visit_id = world.people["Christopher"], world.one(Visit).id
    token = world.link(Grant(LinkPurpose.VISIT, person_id=person_id, visit_id=visit_id), hours=9)
    page = someone(viewport=DOORSTEP)
    page.goto(f"/visits/{token}")
    return page, world


def test_done_without_a_signal_is_kept_said_to_be_not_sent_and_sent_later(doorstep):
    page, world = doorstep
    page.context.set_offline(True)
    press(page, "Done")
    expect(page.get_by_role("status")).to_contain_text("Not sent yet: Done")
    see(page, "You are on your way to Eileen")
    press(page, "Done")  # pressed again, it is still one thing to send
    assert world.one(Visit).status is VisitStatus.ON_WAY
    page.context.set_offline(False)
    see(page, "Thank you, Christopher")
    assert world.one(Visit).status is VisitStatus.DONE


def test_a_press_is_sent_by_an_old_telephone_that_keeps_nothing(doorstep):
    page, world = doorstep
    page.add_init_script(_OLD_AND_FORGETFUL)
    page.reload()
    press(page, "Done")
    see(page, "Thank you, Christopher")
    assert world.one(Visit).status is VisitStatus.DONE


def test_of_a_yes_and_a_no_that_are_both_on_their_way_the_last_is_sent(quiet, someone):
    world = quiet.world()
    world.offer("Christopher")
    world.ask("Christopher", world.post(when="tomorrow"))
    (ask,) = (link for envelope in world.deliver() for link in links_in(envelope.message.text) if "/m/" in link)
    page, looks, is_slow = someone(viewport=DOORSTEP), [], [True]
    page.goto(ask)

    def wait(route, asked):
        looks.append(route) if asked.resource_type == "fetch" and is_slow else route.continue_()

    page.route("**/*", wait)
    for button in ("Yes, I will do it", "Not this time"):
        with page.expect_request(lambda request: request.resource_type == "fetch"):
            press(page, button)
    is_slow.clear()
    first, second = looks
    first.continue_()
    page.wait_for_timeout(500)  # in which a yes that was still wanted would go
    second.continue_()
    see(page, "Thank you")
    assert world.all(Visit) == []
    assert world.execute("select status::text from matches") == [("declined",)]


def test_the_bar_never_lies_over_what_has_the_focus_and_is_easy_to_hit(doorstep):
    page, world = doorstep
    wire = page.context.new_cdp_session(page)
    hidden, seen = [], set()
    for text_px in (32, 16):  # twice the usual size of type, as set in the browser, and then the usual one
        wire.send("Page.setFontSizes", {"fontSizes": {"standard": text_px}})
        assert page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)") == text_px
        assert min(page.evaluate(_HEIGHTS)) >= 64
        for key in ("Tab", "Shift+Tab"):
            for _ in range(40):
                page.keyboard.press(key)
                focus = page.evaluate(_FOCUS)
                seen.add(focus["name"])
                if focus["isHidden"]:
                    hidden.append((text_px, key, focus["name"]))
    assert hidden == []
    assert {"Hand it back", "Done", "Problem", "Privacy"} <= seen
    press(page, "Done")
    see(page, "Thank you, Christopher")
    match_id = world.ask("Christopher", world.post("Olive", when="tomorrow"), at=world.now + timedelta(hours=30))
    ask = Grant(LinkPurpose.MATCH, person_id=world.people["Christopher"], match_id=match_id)
    page.goto(f"/m/{world.link(ask, hours=9)}")
    heights = page.evaluate(_HEIGHTS)
    assert len(heights) == 2
    assert min(heights) >= 64

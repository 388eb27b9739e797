"""A coordinator's morning in a real browser: three visits that nobody has, an override, a hand-back, a concern.

Counted as it goes: the reason is on the board with no press, and from there to an ask made by hand are two.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from matcher.domain.roles import StaffRoleName
from matcher.services import staff
from tests.journeys.people import see

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def scheme(quiet):
    """Ruth's scheme: three who need a path cleared, and neighbours who could."""
    world = quiet.world()
    for name, phone in (("Eileen", "111"), ("Olive", "222"), ("Rose", "333")):
        world.post(name, when="tomorrow", times=frozenset({"am", "pm"}), person={"phone": f"07700 900{phone}"})
    return world


@pytest.fixture
def ruth(scheme, someone):
    """Ruth, signed in, with a browser that runs no script."""
    return signed_in(scheme, someone(viewport={"width": 1280, "height": 900}, java_script_enabled=False))


def signed_in(scheme, page):
    """This browser, with Ruth at it."""
    roles = frozenset({StaffRoleName.COORDINATOR, StaffRoleName.SAFEGUARDING_LEAD})
    with scheme.work() as session:
        staff.add_staff(session, "ruth@example.org", "Ruth", roles, areas=None, now=scheme.now)
        way_in = staff.sign_in_link(session, "ruth@example.org", now=scheme.now)
    page.goto(f"/sign-in/{way_in}")
    page.get_by_role("button").last.click()
    return page


def test_three_are_filled_one_by_a_reach_one_by_keeping_it_one_by_phone(scheme, ruth, quiet):
    # Gwen lives farther away than she offered; nobody else is there yet.
    scheme.offer("Gwen")
    scheme.round()
    ruth.goto("/team")
    first = ruth.locator(".gn-need").first
    expect(first).to_contain_text("lives near enough")  # the reason, with no press
    presses = 0
    for role, words in (("link", "Decide"), ("button", "Relax this: ask Gwen S")):
        ruth.get_by_role(role, name=re.compile(words)).first.click()
        presses += 1
    assert presses <= 3
    expect(ruth.locator("main")).to_contain_text("Gwen S: asked, no answer yet")
    assert scheme.execute("select set_aside, why from hand_choices") == [(["nobody_near"], "nobody_else")]

    # Two neighbours come to the list. The second visit is kept for Ann, once Ruth has seen what that changes.
    scheme.offer("Christopher")
    scheme.offer("Ann", travel_mode="car")
    ruth.goto("/team")
    ruth.locator(".gn-need").nth(1).get_by_role("link", name=re.compile("Decide")).click()
    ruth.locator(".gn-who__row").filter(has_text="Ann S").get_by_role("link", name=re.compile("keep it")).click()
    expect(ruth.locator("main")).to_contain_text("Nothing has been done yet")
    ruth.get_by_label("Why?").first.select_option("They know each other")
    ruth.get_by_role("button", name="Keep it for Ann S").click()
    expect(ruth.locator("main")).to_contain_text("Kept for Ann S")
    kept = int(ruth.url.split("?")[0].rsplit("/", 1)[1].split("#")[0])

    # The third is given to Christopher, who said yes by phone before anybody asked him: an override, with its reason.
    ruth.goto("/team")
    ruth.locator(".gn-need").nth(2).get_by_role("link", name=re.compile("Decide")).click()
    row = ruth.locator(".gn-who__row").filter(has_text="Christopher S")
    row.get_by_text("Christopher S said yes by phone").click()
    row.get_by_label(re.compile("I have spoken to Christopher S")).check()
    row.get_by_role("button", name="Give Christopher S the visit").click()
    ruth.goto("/team")
    expect(ruth.locator("main")).to_contain_text("Christopher to ")
    assert ("assigned_by_hand",) in scheme.execute("select action from audit")

    scheme.round()
    names = {who: name for name, who in scheme.people.items()}
    asked = scheme.execute("select person_id from matches where occurrence_id = :id", id=kept)
    assert [names[who] for (who,) in asked] == ["Ann"]

    # He hands it back: it is on the board again. Gwen and Ann say yes: only his is left.
    scheme.hand_back("Christopher")
    for name in ("Gwen", "Ann"):
        assert scheme.yes(name).held
    ruth.goto("/team")
    assert ruth.locator(".gn-need").count() == 1

    # Somebody is worried: it stands at the top of the board, and opens with one press.
    ruth.goto("/concern")
    ruth.get_by_label(re.compile("safe", re.IGNORECASE)).first.check()
    ruth.locator("textarea").fill("Marrowfat asked for her card.")
    ruth.get_by_label("No", exact=False).last.check()
    ruth.get_by_role("button", name="Tell us").click()
    ruth.goto("/team")
    ruth.get_by_role("link", name="1 concern waits").click()
    see(ruth, "Concerns")


def test_the_desk_follows_what_happens_in_an_old_browser_too(scheme, someone):
    page = someone()
    page.clock.install()
    page.add_init_script("delete AbortSignal.timeout;")  # after the clock, which brings one of its own
    signed_in(scheme, page)
    expect(page.locator(".gn-need")).to_have_count(3)
    scheme.post("Stanley", when="tomorrow", person={"phone": "07700 900444"})
    page.clock.run_for(31_000)  # it looks every half minute
    expect(page.locator(".gn-follow")).to_contain_text("1 new in the list.")
    page.get_by_role("button", name="Show the list as it is now").click()
    expect(page.locator(".gn-need")).to_have_count(4)

"""What people do in a browser, in the order in which they do it."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect

from matcher.store.processes import wait_until

NO_BREAK_HYPHEN = "\u2011"
EILEENS_NOTE = "Please ring the side bell."


class Asked(NamedTuple):
    """What the resident is left with: the reference, and the address of their own page."""

    reference: str
    page: str


def press(page: Page, button: str) -> None:
    """Press a button by its words."""
    page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    """Follow a link by its words."""
    page.get_by_role("link", name=link).first.click()


def see(page: Page, heading: str) -> None:
    """The page with these words in its one h1 is there."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def ask_for_help(page: Page) -> Asked:
    """Eileen asks for her path and steps to be cleared, tomorrow morning or afternoon."""
    page.goto("/")
    follow(page, "Ask for help")
    see(page, "What do you need help with?")
    page.get_by_label("Clearing snow or ice").check()
    page.get_by_label("The path").check()
    page.get_by_label("The steps").check()
    press(page, "Continue")
    see(page, "When do you need it?")
    page.get_by_label("Tomorrow").check()
    page.get_by_label("Morning, 8 to 12").check()
    page.get_by_label("Afternoon, 12 to 5").check()
    press(page, "Continue")
    see(page, "Where is the help needed?")
    page.get_by_label("Postcode").fill("ba15 1hl")
    page.get_by_label("House number or name").fill("14 Conigre Hill")
    press(page, "Continue")
    see(page, "Who should the neighbour ask for?")
    page.get_by_label("First name").fill("Eileen")
    page.get_by_label("Phone number").fill("01632 960901")
    page.get_by_label("Text", exact=True).check()
    page.get_by_label("Anything that would help the neighbour").fill(EILEENS_NOTE)
    press(page, "Continue")
    see(page, "Check your answers")
    for words in ("Clearing snow or ice: path and steps", "BA15 1HL", "14 Conigre Hill", "Eileen", EILEENS_NOTE):
        expect(page.locator("main")).to_contain_text(words)
    press(page, "Send request")
    return asked(page)


def asked(page: Page) -> Asked:
    """The code that was sent, the reference; then the resident's own page."""
    see(page, "Enter the 5 digit code")
    at = page.url
    sent = message(page, "Eileen", "is your code").inner_text()
    page.goto(at)
    page.get_by_label("5 digit code").fill(re.findall(r"\b\d{5}\b", sent)[0])
    press(page, "Continue")
    see(page, "We have your request")
    reference = page.locator(".gn-panel__reference").inner_text().replace(NO_BREAK_HYPHEN, "-")
    assert re.fullmatch(r"[A-Z0-9]{3}-[A-Z0-9]{3}", reference), reference
    follow(page, "See your request")
    expect(page.get_by_role("heading", name="What has happened")).to_be_visible()
    return Asked(reference, page.url)


def message(page: Page, to: str, words: str) -> Locator:
    """A message to someone on the outbox page, once the worker has sent it."""
    wanted = page.locator("article", has=page.get_by_role("heading", name=re.compile(rf"^{to},"))).filter(
        has_text=words
    )

    def is_sent() -> bool:
        # Looked for without drawing it: a browser that draws the outbox again and again keeps the worker from its work.
        return _is_in_outbox(page.request.get("/outbox").text(), to, words)

    if wait_until(is_sent, within_s=45, every_s=0.2):
        page.goto("/outbox")
        expect(wanted.first).to_be_visible()
        return wanted.first
    page.goto("/outbox")
    raise AssertionError(f"no message to {to} says {words!r}: {page.locator('main').inner_text()}")


def _is_in_outbox(outbox: str, to: str, words: str) -> bool:
    """Whether a message to someone is among those of the page, in the words that a reader sees."""
    for article in re.findall(r"<article.*?</article>", outbox, re.DOTALL):
        heading = re.search(r"<h\d[^>]*>(.*?)</h\d>", article, re.DOTALL)
        if heading and _seen(heading[1]).startswith(f"{to},") and words.casefold() in _seen(article).casefold():
            return True
    return False


def _seen(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def down_to(page: Page, label: str) -> None:
    """Arrow down from the choice in hand until this one is made: late in the day, today is no longer among them."""
    wanted = page.get_by_label(label, exact=True)
    for _ in range(4):
        if not wanted.is_checked():
            page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def reach(page: Page, label: str) -> int:
    """Tab until the field, link or button with these words has the focus, and it can be seen that it has.

    How many Tabs that took.
    """
    words = "() => { const it = document.activeElement; return (it.labels?.[0] || it).innerText.trim(); }"
    for tabs in range(1, 61):
        page.keyboard.press("Tab")
        if page.evaluate(words).startswith(label):
            ring = page.evaluate("() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle; }")
            box = page.evaluate("() => { const s = getComputedStyle(document.activeElement); return s.boxShadow; }")
            shown = page.evaluate(
                "() => { const r = document.activeElement.getBoundingClientRect();"
                " return r.bottom > 0 && r.top < innerHeight; }"
            )
            assert shown
            assert ring != "none" or box != "none" or page.evaluate("() => document.activeElement.type === 'radio'")
            return tabs
    raise AssertionError(f"no Tab leads to {label!r}")

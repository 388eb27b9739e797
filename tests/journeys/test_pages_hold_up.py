"""Every page, on a small telephone, a usual one and a desk: nothing to scroll sideways, nothing too small to press,
and nothing that axe finds wrong. A page that can be read and was not looked at fails too."""

from __future__ import annotations

import re
from collections import defaultdict
from urllib.parse import quote, unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.routing import Map, Rule

from tests.journeys.every_page import PUBLIC, TEAM, EveryPage
from tests.journeys.people import press, see
from tests.web.conftest import routes_of

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_PX = 44
USUAL_PX = 390
SIZES = ((320, 640), (USUAL_PX, 844), (1280, 800))
# Read by machines: no page of these.
OF_STAFF = ("/team", "/desk", "/board", "/sign-in")
FOR_MACHINES = ("/static/", "/health", "/metrics", "/calendar/")

# Whatever is pressed, with the label that presses it too; a link inside a sentence is read, and as tall as the words.
_TOO_SMALL = """smallest => {
    const isShown = box => box.width > 1 && box.height > 1;
    const isInSentence = it => it.tagName === "A" && getComputedStyle(it).display.startsWith("inline")
        && it.parentElement.innerText.trim().length > it.innerText.trim().length + 1;
    const boxes = it => [it, ...(it.labels || [])].map(part => part.getBoundingClientRect()).filter(isShown);
    return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary")]
        .filter(it => it.checkVisibility() && isShown(it.getBoundingClientRect()) && !isInSentence(it))
        .filter(it => !boxes(it).some(box => box.width > smallest - 0.5 && box.height > smallest - 0.5))
        .map(it => {
            const box = it.getBoundingClientRect();
            const name = (it.innerText || it.name || it.getAttribute("href")).trim();
            return `${it.tagName} "${name}" is ${box.width.toFixed()} x ${box.height.toFixed()}`;
        });
}"""
# Nothing to preload: no rule of these reads a stylesheet's source.
_AXE = """rules => axe.run({runOnly: rules, resultTypes: ["violations"], preload: false})
    .then(found => found.violations)"""
_REFERENCE = re.compile(r"\b[A-Z0-9]{3}-[A-Z0-9]{3}\b")
_TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# At twice the size of type: words of buttons, of choices and of headings that are broken in two, pages too wide by more
# than a rounding, and a plaque too small for the widest door words there are.
_BROKEN = """() => {
    const isBroken = (node, word) => {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
    };
    if (document.body.classList.contains("gn-desk")) return [];  // tables for staff
    document.documentElement.style.fontSize = "200%";
    const broken = [];
    const look = (chosen, isWhole) => {
        for (const one of document.querySelectorAll(chosen)) {
            const words = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
            for (let node; one.checkVisibility() && (node = words.nextNode());)
                broken.push(...[...node.data.matchAll(/\\S+/g)]
                    .filter(word => isWhole(word[0]) && isBroken(node, word)).map(word => word[0]));
        }
    };
    look("button, .govuk-button", () => true);
    look("h1, .govuk-radios__label, .govuk-checkboxes__label", word => word.length <= 12 && !word.includes("-"));
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    for (const plaque of document.querySelectorAll(".gn-plaque__word")) {
        const [own, look] = [plaque.textContent, plaque.className];
        for (const word of ["MUSHROOM", "POMEGRANATE"]) {
            plaque.textContent = word;
            plaque.classList.toggle("gn-plaque__word--long", word.length > 8);
            if (plaque.scrollWidth > plaque.clientWidth || isBroken(plaque.firstChild, {index: 0, 0: word}))
                broken.push(word);
        }
        [plaque.textContent, plaque.className] = [own, look];
    }
    document.documentElement.style.fontSize = "";
    return [...broken.map(word => `"${word}" is broken`), ...(wide > 1 ? [`${wide} px too wide`] : [])];
}"""
# Telephone numbers that stand on two lines.
_CUT = """() => {
    const found = [], words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = words.nextNode());) {
        for (const number of node.data.matchAll(/\\+?[0-9](?:[\\s\\u00a0]?[0-9]){8,}/g)) {
            const range = document.createRange();
            range.setStart(node, number.index);
            range.setEnd(node, number.index + number[0].length);
            const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
            if (lines.size > 1) found.push(`${number[0]} is cut in two`);
        }
    }
    return found;
}"""
# What is shut until it is wanted is looked at too.
_OPENED = "() => document.querySelectorAll('details').forEach(one => { one.open = true; })"
_LOOKS = """() => ({
    h1: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang,
    title: document.title,
})"""


# The same page with an error on it, with what would change or has been changed, or of another need.
_ONE_OF_MANY = re.compile(
    r", (?:with errors|looked at|changed)$|^need: .*, (?=sent|print|cancel|change|again|messages|warm|delete)"
)


class Eye:
    """Looks at the page as it stands, at every size, and writes down what is wrong with it."""

    def __init__(self, page):
        self.page = page
        self.axe = Axe().axe_script
        self.wrong = defaultdict(set)
        self.titles = defaultdict(set)
        self.seen = set()
        self.kinds = set()

    def look(self, what):
        self.seen.add(urlsplit(self.page.url).path)
        self.page.evaluate(_OPENED)
        looks = self.page.evaluate(_LOOKS)
        self.titles[looks["title"]].add(_ONE_OF_MANY.sub("", what))
        if looks["h1"] != 1 or looks["lang"] != "en-GB":
            self.wrong[what].add(f"{looks['h1']} h1, lang {looks['lang']!r}")
        self.page.evaluate(self.axe)
        kind = _REFERENCE.sub("", looks["title"])
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            # The same page of another request is looked at by axe on a small telephone only.
            is_new = width == SIZES[0][0] or (kind, width) not in self.kinds
            self.kinds.add((kind, width))
            self.wrong[what].update(f"{fault} (at {width})" for fault in self.faults_at_this_size(with_axe=is_new))

    def faults_at_this_size(self, *, with_axe):
        wide = self.page.evaluate(_TOO_WIDE)
        found = self.page.evaluate(_AXE, RULES) if with_axe else []
        large = self.page.evaluate(_BROKEN) if self.page.viewport_size["width"] == USUAL_PX else []
        return [
            *(f"{fault} in large type" for fault in large),
            *([f"{wide} px too wide"] if wide > 0 else []),
            *self.page.evaluate(_TOO_SMALL, SMALLEST_PX),
            *self.page.evaluate(_CUT),
            *(f"axe {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found),
        ]

    def read(self, what, path):
        self.page.goto(path)
        self.look(what)

    def faults(self):
        """What is wrong, page by page; and titles that more than one page has."""
        shared = {title: pages for title, pages in self.titles.items() if len(pages) > 1 or not title}
        return {what: wrong for what, wrong in self.wrong.items() if wrong} | shared

    def overlooked(self, routes, *, of_staff):
        """Addresses that can be read and were not, of staff or of everybody else."""
        door = routes.bind("")
        seen = {door.match(path, return_rule=True)[0].rule for path in self.seen if door.test(path)}
        pages = {rule.rule for rule in routes.iter_rules() if "GET" in rule.methods}
        return {
            rule
            for rule in pages - seen
            if rule.startswith(OF_STAFF) is of_staff
            and not rule.startswith(FOR_MACHINES)
            and not rule.endswith((".ics", ".vcf", ".csv", ".jpg", "<token:key>", ":kind>"))  # files, not pages
        }


ASKING = (
    ("What do you need help with?", lambda page: page.get_by_label("Clearing snow or ice").check()),
    ("When do you need it?", lambda page: (check(page, "Tomorrow"), check(page, "Morning, 8 to 12"))),
    (
        "Where is the help needed?",
        lambda page: fill(page, {"Postcode": "BA15 1HL", "House number or name": "14 Conigre Hill"}),
    ),
    (
        "Who should the neighbour ask for?",
        lambda page: (
            fill(page, {"First name": "Wolfeschlegelsteinhausenberger", "Phone number": "01632 960901"}),
            check(page, "Text"),
        ),
    ),
)
FOR_SOMEONE = (
    (
        "Who are you asking for?",
        lambda page: (
            check(page, "A patient, or someone I work with"),
            fill(page, {"Your organisation": "Market Street Surgery", "Your role": "Receptionist"}),
        ),
    ),
    ("Do they know you are asking?", lambda page: check(page, "Yes, they told me that they agree")),
    ("What do they need help with?", lambda page: check(page, "A lift")),
    ("When do they need it?", lambda page: (check(page, "Tomorrow"), check(page, "Morning, 8 to 12"))),
    ASKING[2],
    (
        "Who should the neighbour ask for?",
        lambda page: (
            fill(page, {"First name": "Wolfeschlegelsteinhausenberger", "Their phone number": "01632 960901"}),
            check(page, "Letter"),
        ),
    ),
    (
        "About you",
        lambda page: (
            fill(page, {"Your first name": "Nora", "Your phone number": "01632 960902"}),
            check(page, "Them and me"),
        ),
    ),
)
OFFERING = (
    ("What could you do?", lambda page: check(page, "Clear snow or ice")),
    ("When are you usually free?", lambda page: check(page, "Almost any time")),
    (
        "How far would you go?",
        lambda page: (
            fill(page, {"Postcode": "BA15 1NB", "House number or name": "3"}),
            check(page, "On foot"),
            check(page, "Up to 20 minutes"),
        ),
    ),
    (
        "About you",
        lambda page: fill(
            page,
            {
                "First name": "Ann",
                "Last name": "Sample",
                "Mobile number": "07700 900321",
                "Email address": "a-rather-long-address-for-a-small-screen@neighbourhood.example.org",
                "Day": "17",
                "Month": "5",
                "Year": "1980",
            },
        ),
    ),
    ("What made you want to help?", None),
    ("Keep everyone safe", lambda page: check(page, "I agree to these promises")),
)

TELLING = (
    (
        "What is it like to live here?",
        lambda page: (
            fill(page, {"Your story": "Nobody could get up the hill for four days."}),
            check(page, "Something worries me"),
        ),
    ),
    ("What does it mean to you?", None),
    (
        "Who may read it?",
        lambda page: (
            check(page, "Everyone, with no name or a name I choose"),
            check(page, "Yes, by text"),
            fill(page, {"Your first name": "Wolfeschlegelsteinhausenberger", "Your phone number": "07700 900555"}),
        ),
    ),
)


def check(page, label):
    page.get_by_label(label, exact=True).check()


def fill(page, fields):
    for label, words in fields.items():
        page.get_by_label(label, exact=True).fill(words)


def look_through_journey(eye, path, questions, last="Check your answers"):
    """Each question as it opens, with every error it can have at once, and answered; then the answers to check. One
    that may be left open has no answer here.
    """
    eye.page.goto(path)
    for heading, answer in questions:
        see(eye.page, heading)
        eye.look(heading)
        press(eye.page, "Continue")
        if answer is None:
            continue
        expect(eye.page.locator(".govuk-error-summary")).to_be_visible()
        eye.look(f"{heading}, with errors")
        answer(eye.page)
        press(eye.page, "Continue")
    see(eye.page, last)
    eye.look(f"the answers, {path}")


# Forms of one page: the button that sends them empty.
MISTAKES = {"check a request": ("/check", "Show my request"), "a worry": ("/concern", "Tell us")}


def look_at_mistakes(eye, forms):
    for what, (path, button) in forms.items():
        eye.page.goto(path)
        press(eye.page, button)
        expect(eye.page.locator(".govuk-error-summary")).to_be_visible()
        eye.look(f"{what}, with errors")


def look_at_checks(eye, world):
    """What is told without a link: of somebody who is coming, and of nobody yet."""
    for name, state in (("Eileen", "A neighbour is coming"), ("Queenie", "Still looking")):
        person_id, phone = world.people[name], world.home(name).phone
        ((reference,),) = world.execute("select reference from needs where resident_id = :id", id=person_id)
        eye.page.goto("/check")
        fill(eye.page, {"Your reference": reference, "Last 4 digits of the phone number you gave": phone[-4:]})
        press(eye.page, "Show my request")
        see(eye.page, state)
        eye.look(f"a request checked: {state}")


def look_at_sign_in(eye, way_in):
    page, errors = eye.page, eye.page.locator(".govuk-error-summary")
    page.goto("/sign-in")
    press(page, "Send me a code")
    expect(errors).to_be_visible()
    eye.look("staff sign-in, with errors")
    fill(page, {"Email address": "nobody@example.org"})
    press(page, "Send me a code")
    see(page, "Enter the code")
    eye.look("the code")
    press(page, "Sign in")
    expect(errors).to_be_visible()
    eye.look("the code, with errors")
    eye.read("the way in", way_in)
    press(page, "Sign in")
    see(page, "Today")
    eye.look("the board")


def look_at_desk(eye):
    """The call handler's pages with every error, with a request read back that is like another, and with answers."""
    page, errors = eye.page, eye.page.locator(".govuk-error-summary")
    page.goto("/desk/new")
    press(page, "Read it back")
    expect(errors).to_be_visible()
    eye.look("a request by phone, with errors")
    fill(page, {"Phone number": "07700 900983", "First name": "Una", "Postcode": "BA15 1NB"})
    fill(page, {"House number or name": "3 Market Street"})
    for label in ("Clearing snow or ice", "The path", "Tomorrow", "Any time", "Phone call"):
        check(page, label)
    press(page, "Read it back")
    see(page, "New request by phone")
    expect(page.get_by_role("group", name="Is it one of these?")).to_be_visible()
    eye.look("a request by phone, read back")
    for path, button in (("/desk/find", "Find"), ("/desk/door", "Check")):
        page.goto(path)
        press(page, button)
        expect(errors).to_be_visible()
        eye.look(f"{path}, with errors")


def look_at_limits(eye, path):
    """From when on it is cold: with an error, looked at, and changed, with what was changed before."""
    page, errors = eye.page, eye.page.locator(".govuk-error-summary")
    page.goto(path)
    fill(page, {"Frost at the ground, at or below": "warm"})
    press(page, "See what would change")
    expect(errors).to_be_visible()
    eye.look("from when on it is cold, with errors")
    fill(page, {"Frost at the ground, at or below": "-1.5", "Snow within a day, at or above": "30"})
    check(page, "Red only")
    press(page, "See what would change")
    expect(page.get_by_role("heading", name="This would change")).to_be_visible()
    eye.look("from when on it is cold, looked at")
    press(page, "Change it")
    expect(page.get_by_text("It counts from the next look")).to_be_visible()
    eye.look("from when on it is cold, changed")


@pytest.mark.xdist_group("pages")
def test_every_page_of_residents_and_volunteers_holds_up(quiet, someone):
    pages = EveryPage(quiet)
    eye = Eye(someone())
    for what, path in (PUBLIC | pages.paths).items():
        if what != "no such page":
            eye.read(what, path)
    look_through_journey(eye, "/ask", ASKING)
    look_through_journey(eye, "/ask/for-someone", FOR_SOMEONE)
    look_through_journey(eye, "/offer", OFFERING)
    look_through_journey(eye, "/tell", TELLING, "Check your story")
    look_at_mistakes(eye, MISTAKES)
    look_at_checks(eye, pages.world)
    assert eye.faults() == {}
    assert eye.overlooked(routes_of(quiet.config), of_staff=False) == set()
    assert len(eye.wrong) > 60


@pytest.mark.xdist_group("whole services")  # these wait more than they work
def test_every_page_of_staff_holds_up(quiet, someone):
    pages = EveryPage(quiet)
    eye = Eye(someone())
    look_at_sign_in(eye, pages.way_in())
    for what, path in (TEAM | pages.desk).items():
        eye.read(what, path)
    look_at_desk(eye)
    look_at_limits(eye, pages.desk["from when on it is cold"])
    assert eye.faults() == {}
    assert eye.overlooked(routes_of(quiet.config), of_staff=True) == set()
    assert len(eye.wrong) > 40


@pytest.mark.xdist_group("pages")
def test_pages_of_errors_hold_up(quiet, someone):
    """Chromium complains of a 404 in its console, which is meant here: so these are put before it as they are."""
    page = someone()
    eye = Eye(page)
    reader = quiet.reader()
    faults = {
        "no such page": reader.get("/no-such-page"),
        "a form of another page": reader.post("/ask", {"kind": "snow"}),
        "too long": reader.post("/ask", {"kind": "x" * 2_000_000}),
        "a method it does not know": reader.ask("PUT", "/ask", {}),
    }
    assert [answer.status for answer in faults.values()] == [404, 400, 413, 405]
    page.route("**/as-it-was/*", lambda route: route.fulfill(body=faults[named(route)].body, content_type="text/html"))
    for what in faults:
        eye.read(what, f"/as-it-was/{quote(what)}")
    assert eye.faults() == {}


def test_a_page_that_nobody_looked_at_is_named():
    eye = Eye(None)
    eye.seen = {"/", "/r/abc", "/team"}
    known = [
        Rule(path, endpoint=path, methods=["GET"])
        for path in ("/", "/r/<token>", "/team", "/new", "/team/new", "/static/<name>")
    ]
    routes = Map([*known, Rule("/sent", endpoint="sent", methods=["POST"])])
    assert eye.overlooked(routes, of_staff=False) == {"/new"}
    assert eye.overlooked(routes, of_staff=True) == {"/team/new"}


def named(route):
    return unquote(route.request.url.rpartition("/")[2])

"""Whatever is typed into a form, over HTTP: an answer that says what to do, beside the field, with what was typed."""

from __future__ import annotations

import html
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.domain.roles import LinkPurpose
from matcher.services import staff
from matcher.services.access import Grant
from tests.worlds import World

pytestmark = pytest.mark.xdist_group("pages")

# Answers that can be used, one page each: a page is reached by giving them for every page before it.
ASK = {
    "/ask": {"kind": "snow", "details": "path"},
    "/ask/when": {
        "when": "day",
        "times": "am",
        "day-day": "1",
        "day-month": "2",
        "day-year": "2027",
        "is_weekly": "",
        "is_icy": "",
        "helpers": "1",
    },
    "/ask/where": {"postcode": "BA15 1HL", "house": "14"},
    "/ask/who": {
        "first_name": "Eileen",
        "phone": "01632 960901",
        "contact": "email",
        "email": "eileen@example.org",
        "note": "Ring.",
        "wishes": "calm_with_dogs",
        "is_must": "yes",
    },
}
OFFER = {
    "/offer": {"kinds": "snow", "traits": "calm_with_dogs"},
    "/offer/times": {
        "pattern": "choose",
        "avail": "MO-am",
        "visits_per_week": "2",
        "away_from-day": "1",
        "away_from-month": "2",
        "away_from-year": "2027",
        "away_to-day": "2",
        "away_to-month": "2",
        "away_to-year": "2027",
        "away": "2027-01-01/2027-01-02",
    },
    "/offer/reach": {"postcode": "BA15 1NB", "house": "3", "travel_mode": "foot", "travel_minutes": "20"},
    "/offer/about-you": {
        "first_name": "Ann",
        "surname": "Sample",
        "phone": "07700 900321",
        "email": "ann@example.org",
        "date_of_birth-day": "17",
        "date_of_birth-month": "5",
        "date_of_birth-year": "1980",
    },
    "/offer/why": {"motives": "lives_here"},
    "/offer/promises": {"promises": "yes"},
}
FOR_SOMEONE = {
    "/ask/for-someone": {"relation": "professional", "organisation": "Surgery", "role": "Receptionist"},
    "/ask/for-someone/agreed": {"agreed": "written"},
    **{f"/ask/for-someone/{name}": ASK[path] for name, path in zip(("kind", "when", "where", "who"), ASK, strict=True)},
    "/ask/for-someone/you": {"first_name": "Nora", "phone": "01632 960902", "email": "n@example.org", "hears": "both"},
}
ITS_OWN = ("/ask/for-someone", "/ask/for-someone/agreed", "/ask/for-someone/you")  # the others are those of /ask
PAGES = [(journey, path) for journey in (ASK, OFFER) for path in journey] + [(FOR_SOMEONE, path) for path in ITS_OWN]
BY_PHONE = {**ASK["/ask"], **ASK["/ask/when"], **ASK["/ask/where"], **ASK["/ask/who"], "helpers": "1", "is_weekly": ""}
PARTS = ("day", "month", "year")
BY_HAND = (
    "postcode",
    "house",
    "first_name",
    "surname",
    "phone",
    "email",
    "note",
    "organisation",
    "role",
    "wanted",
    "name",
)

NASTY = (
    "",
    " \t\r\n ",
    "\0",
    "a\0b",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %} ${7*7} %s %(x)s",
    "'; drop table needs; --",
    "../../etc/passwd",
    "-1",
    "0",
    "00",
    "31",
    "13",
    "9999",
    "0000",
    "1e9",
    "1_0",
    "٣",
    "二〇二七",
    "²",
    "99999999999999999999999999",
    "NaN",
    "2027-13-45/2027-99-99",
    "0001-01-01/9999-12-31",
    "MO-am,TU-pm",
    "x" * 301,
    "x" * 20_000,
    "ё" * 5_000,
    "שלום עולם",
    "مرحبا",
    "ﷺ" * 50,
    "👩‍👩‍👧‍👧🏴󠁧󠁢󠁷󠁬󠁳󠁿",
    "e\u0301\u0301\u0301" * 40,
    "\u202eBA15 1HL\u202c",
    "\u200b",
    "\ufeff",
    "\ud800",
    "BA15 1HL\r\nSet-Cookie: a=b",
    "key safe 1234",
    "a@b",
    "a@" + "b" * 300 + ".org",
    "+44" + "1" * 400,
)
TYPED = st.one_of(st.sampled_from(NASTY), st.text(max_size=80), st.text("0123456789+-/. ", max_size=20))
SHORT = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
_ERROR = re.compile(r'<p[^>]* class="govuk-error-message"[^>]*>', re.DOTALL)


class Tally:
    """How many were tried, and what came of them."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()

    def add(self, status: int) -> None:
        self.statuses[status] += 1

    def __str__(self) -> str:
        bad = sum(count for status, count in self.statuses.items() if status >= 500)
        return f"{self.statuses.total()} inputs tried, {bad} failures; answers {dict(self.statuses)}"


def reach(running, journey, wanted):
    """A reader who has given good answers to every page before `wanted`."""
    reader = running.reader()
    for path, answers in journey.items():
        if path == wanted:
            break
        assert reader.press(path, **answers).status == 200
    return reader


def shows(page, typed):
    """Whether what was typed still stands in the form, white space aside. Half a character cannot be sent as it is."""
    return "\ud800" in typed or "".join(typed.split())[:60] in "".join(html.unescape(page.body).split())


@pytest.mark.parametrize(("journey", "path"), PAGES, ids=[path for _, path in PAGES])
def test_a_question_takes_it_or_says_beside_the_field_what_is_wrong(running, journey, path):
    running.world()
    reader, tally = reach(running, journey, path), Tally()
    token = reader.get(path).form_token

    @SHORT
    @given(field=st.sampled_from(sorted(journey[path])), typed=TYPED)
    def try_it(field, typed):
        answer = reader.ask("POST", path, {"form_token": token, **journey[path], field: typed})
        tally.add(answer.status)
        assert answer.status in (303, 400, 422), (field, typed)
        if answer.status == 400:
            assert "\0" in typed, (field, typed)
        if answer.status == 422:
            assert _ERROR.search(answer.body), (field, typed)
            assert "govuk-error-summary" in answer.body
            if field in BY_HAND or field.endswith(("-day", "-month", "-year")):
                assert shows(answer, typed), (field, typed)

    try_it()
    print(f"{path}: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


@pytest.mark.parametrize("journey", [ASK, OFFER], ids=["/ask", "/offer"])
def test_a_field_that_was_not_sent_at_all_is_like_one_left_empty(running, journey):
    running.world()
    tally, last = Tally(), next(iter(journey)) + "/check"
    for left_out in [(path, field) for path, fields in journey.items() for field in fields]:
        running.forget_limits()
        reader = running.reader()
        for path, fields in (journey | {last: {}}).items():
            page = reader.press(path, **{field: typed for field, typed in fields.items() if (path, field) != left_out})
            if page.status != 200:
                break
        tally.add(page.status)
        assert page.status in (200, 422), left_out
    print(f"fields left out, {last}: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


def test_a_worry_is_taken_or_it_says_what_is_wrong(running):
    running.world()
    reader, tally = running.reader(), Tally()
    shown = reader.get("/concern")
    key = re.search(r'name="key" value="([^"]+)"', shown.body)[1]
    told = {"about": "safety", "words": "He asked for her card.", "may_contact": "yes", "name": "", "reach": "a@b.org"}

    @SHORT
    @given(field=st.sampled_from(sorted(told)), typed=TYPED)
    def try_it(field, typed):
        running.forget_limits()
        answer = reader.ask("POST", "/concern", {"form_token": shown.form_token, "key": key, **told, field: typed})
        tally.add(answer.status)
        assert answer.status in (303, 400, 422), (field, typed)
        if answer.status == 422:
            assert _ERROR.search(answer.body), (field, typed)
            assert field not in ("words", "name", "reach") or shows(answer, typed), (field, typed)

    try_it()
    print(f"/concern: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


def test_private_forms_take_it_or_say_what_is_wrong(running):
    world: World = running.world()
    for name in ("Christopher", "Ann"):
        world.offer(name)
    need = world.post("Eileen", when="tomorrow")
    world.ask_all(["Christopher", "Ann"], need)
    world.no("Ann")
    world.yes("Christopher")
    world.done("Christopher")
    still = world.post("Olive", kind="lift", when="tomorrow")
    world.round()
    visit_id = world.visit("Christopher").id
    visit = world.link(Grant(LinkPurpose.VISIT, person_id=world.people["Christopher"], visit_id=visit_id), hours=1)
    ask = world.link(Grant(LinkPurpose.MATCH, person_id=world.people["Ann"], match_id=world.asked("Ann")), hours=1)
    own = world.link(Grant(LinkPurpose.ME, person_id=world.people["Ann"]), hours=1)
    tally = Tally()
    for page, action, fields in (
        (f"/r/{need.token}", f"/r/{need.token}/how", ("answer", "thanks", "nothing")),
        (f"/r/{still.token}/change", f"/r/{still.token}/change/who", ("wishes", "is_must", "nothing")),
        (f"/r/{still.token}/change", f"/r/{still.token}/other-time", ("time",)),
        (f"/visits/{visit}", f"/visits/{visit}/minutes", ("minutes", "miles", "words")),
        (f"/visits/{visit}/problem", f"/visits/{visit}/problem", ("kind", "words")),
        (f"/m/{ask}", f"/m/{ask}/reason", ("reason",)),
        (f"/me/{own}/settings/kinds", f"/me/{own}/settings/kinds", ("kinds", "traits")),
        (f"/me/{own}/settings/times", f"/me/{own}/settings/times", ("pattern", "avail", "away", "do")),
        (f"/me/{own}/settings/writing", f"/me/{own}/settings/writing", ("asks_per_week", "quiet", "news")),
        (f"/me/{own}/settings/pause", f"/me/{own}/settings/pause", tuple(f"back_on-{p}" for p in PARTS)),
        ("/sign-in", "/sign-in", ("email",)),
        ("/sign-in/code", "/sign-in/code", ("code",)),
    ):
        reader = running.reader()
        if action == "/sign-in/code":
            reader.press("/sign-in", email="nobody@example.org")
        try_private_form(running, reader, tally, action, fields, reader.get(page).form_token)
    print(f"private forms and signing in: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


CHECK = {"reference": "K7Q-4MX", "last_digits": "0982"}


@pytest.mark.parametrize("action", ["/check", "/check/link"])
def test_checking_takes_it_or_says_what_is_wrong(running, action):
    running.world()
    reader, tally = running.reader(), Tally()
    token = reader.get("/check").form_token

    @SHORT
    @given(field=st.sampled_from(sorted(CHECK)), typed=TYPED)
    def try_it(field, typed):
        running.forget_limits()
        answer = reader.ask("POST", action, {"form_token": token, **CHECK, field: typed})
        tally.add(answer.status)
        assert answer.status in (303, 400, 422), (field, typed)
        if answer.status == 422:
            assert _ERROR.search(answer.body), (field, typed)
            assert shows(answer, typed), (field, typed)

    try_it()
    print(f"{action}: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/desk/new", BY_PHONE | {"do": "send", "read": "", "key": ""}),
        ("/desk/find", {"wanted": "K7Q-4MX"}),
        ("/desk/door", {"wanted": "K7Q-4MX", "name": "Ann"}),
    ],
)
def test_the_desk_takes_it_or_says_what_is_wrong(running, path, fields):
    world: World = running.world()
    world.coordinator()
    reader, tally = running.reader(), Tally()
    with world.work() as session:
        way_in = staff.sign_in_link(session, "ruth@example.org", now=world.now)
    reader.press(f"/sign-in/{way_in}")
    token = reader.get(path).form_token

    @SHORT
    @given(field=st.sampled_from(sorted(fields)), typed=TYPED)
    def try_it(field, typed):
        answer = reader.ask("POST", path, {"form_token": token, **fields, field: typed})
        tally.add(answer.status)
        assert answer.status in (200, 303, 400, 422), (field, typed)
        if answer.status == 422:
            assert _ERROR.search(answer.body), (field, typed)
            assert field not in BY_HAND or shows(answer, typed), (field, typed)

    try_it()
    print(f"{path}: {tally}")  # noqa: T201
    assert running.said("web").count("page_failed") == 0


def try_private_form(running, reader, tally, action, fields, token):
    @SHORT
    @given(field=st.sampled_from(fields), typed=TYPED)
    def try_it(field, typed):
        running.forget_limits()
        answer = reader.ask("POST", action, {"form_token": token, field: typed})
        tally.add(answer.status)
        assert answer.status in (303, 400, 422), (action, field, typed)
        if answer.status == 422:
            assert _ERROR.search(answer.body), (action, field, typed)

    try_it()


def test_addresses_that_are_nobody_s_are_answered_with_a_page(running):
    running.world()
    tally = Tally()
    reader = running.reader()
    paths = (
        "/r/{}",
        "/m/{}/yes",
        "/visits/{}",
        "/me/{}/asks/{}",
        "/sign-in/{}",
        "/ask/{}",
        "/ask?d={}",
        "/static/{}",
        "/{}",
    )
    for typed in (*NASTY, "A" * 22, "-" * 22, "%00", "%ff", "%2e%2e%2f", "9" * 40):
        quoted = re.sub(
            r"[^\w.%-]",
            lambda found: "".join(f"%{byte:02x}" for byte in found[0].encode("utf-8", "replace")),
            typed[:2000],
            flags=re.ASCII,
        )
        for path in paths:
            for method in ("GET", "POST"):
                page = reader.ask(method, path.replace("{}", quoted), {} if method == "POST" else None)
                tally.add(page.status)
                assert page.status < 500, (method, path, typed)
    print(f"addresses: {tally}")  # noqa: T201

"""A small world in which every private field holds a mark of its own, and the story that is lived through in it.

At each stage everyone reads every page they can reach; what they were sent is kept, to be searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote_plus

from matcher.store.processes import wait_until
from tests.journeys.running import Page, Reader, Running, links_in
from tests.worlds import World

DOOR_WORD = "quillwort"
# Done may be undone for five minutes, and nobody is told before that.
UNDO_IS_OVER = "update notifications set due_at = now() where template like 'visit_done%'"
PUBLIC = ("/", "/what-we-do", "/safe", "/about", "/privacy", "/cookies", "/accessibility", "/contact", "/sign-in")
MORE = ("/ask", "/ask/check", "/offer", "/offer/check", "/team", "/outbox", "/health", "/health/ready", "/no-such-page")
_LINK = re.compile(r"/(?:r|m|visits|me|sign-in)/([A-Za-z0-9_-]{22})")


@dataclass(frozen=True)
class Marked:
    """Someone whose every private field holds a mark that stands nowhere else."""

    name: str
    number: int  # 1 to 9, part of every mark

    @property
    def surname(self) -> str:
        return f"Marksworth{self.number}x"

    @property
    def house(self) -> str:
        return f"{self.number}70 Canarystone Row"

    @property
    def code(self) -> str:
        return f"BA15{self.number}ZE"

    @property
    def postcode(self) -> str:
        return f"ba15 {self.number}ze"

    @property
    def phone(self) -> str:
        return f"07700 9007{self.number}3"

    @property
    def email(self) -> str:
        return f"canary{self.number}@example.org"

    @property
    def born(self) -> dict[str, str]:
        return {"date_of_birth-day": "17", "date_of_birth-month": "3", "date_of_birth-year": f"194{self.number}"}

    @property
    def note(self) -> str:
        return f"Mind the goosefoot{self.number}x by the gate."

    @property
    def easting(self) -> int:
        return 382_607 + self.number * 11

    @property
    def northing(self) -> int:
        return 161_103 + self.number * 13

    @property
    def lat(self) -> float:
        return 51.3477192 + self.number * 1e-4

    @property
    def lon(self) -> float:
        return -2.2527714 - self.number * 1e-4

    @property
    def marks(self) -> dict[str, re.Pattern[str]]:
        """Field -> its mark, in whatever form it may be written."""
        n = self.number
        patterns = {
            "surname": self.surname,
            "house": rf"{n}70\W*canarystone",
            "postcode": rf"ba15\W*{n}ze",
            "phone": rf"7700\W*9007{n}3",
            "email": rf"canary{n}\W*(?:@|%40)",
            "born": rf"17 march 194{n}|194{n}-03-17",
            "note": rf"goosefoot{n}x",
            "easting": rf"(?<!\w){self.easting}(?!\w)",
            "northing": rf"(?<!\w){self.northing}(?!\w)",
            "lat": re.escape(f"{self.lat:.5f}"[:-1]),
            "lon": re.escape(f"{-self.lon:.5f}"[:-1]),
        }
        return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}


ERMINTRUDE, CRISPIN, ANNIS, JOCASTA, THADDEUS = (
    Marked(name, number) for number, name in enumerate(("Ermintrude", "Crispin", "Annis", "Jocasta", "Thaddeus"), 1)
)
EVERYONE = (ERMINTRUDE, CRISPIN, ANNIS, JOCASTA, THADDEUS)
_ANY_MARK = re.compile("|".join(mark.pattern for one in EVERYONE for mark in one.marks.values()), re.IGNORECASE)
AT_THE_DOOR = {"house", "postcode", "phone", "note"}  # of Ermintrude, for whoever is expected


def marks_in(text: str) -> set[tuple[str, str]]:
    """(name, field) of every mark in a text, as it stands or unquoted."""
    both = f"{text}\n{unquote_plus(text)}"
    if not _ANY_MARK.search(both):
        return set()
    return {(one.name, name) for one in EVERYONE for name, mark in one.marks.items() if mark.search(both)}


@dataclass
class Story:
    """Who reads what: one reader for each role, and everything they were sent, with the stage it was sent at."""

    running: Running
    readers: dict[str, Reader]
    stage: str = "typing"
    paths: dict[str, list[str]] = field(default_factory=dict)
    sent: list[tuple[str, str, Page]] = field(default_factory=list)  # (stage, role, page)
    broker_heard: list[str] = field(default_factory=list)
    broker_keeps: list[str] = field(default_factory=list)
    tables: dict[str, str] = field(default_factory=dict)

    def everyone_reads(self, stage: str) -> None:
        """Everyone reads all they can reach. What they were sent before belongs to the stage before."""
        self.go_on(stage)
        for role, reader in self.readers.items():
            for path in self.paths.get(role, []):
                reader.get(path)
        self.go_on(stage)

    def go_on(self, stage: str) -> None:
        """The next stage begins: what was sent until now was sent at the one before."""
        for role, reader in self.readers.items():
            self.sent += [(self.stage, role, page) for page in reader.seen]
            reader.seen.clear()
        self.stage = stage

    def told(self, to: str, words: str) -> str:
        """The path of the link in a message to someone, once it is there."""
        found: list[str] = []

        def look() -> bool:
            outbox = self.readers["anyone"].get("/outbox").body
            messages = re.findall(r"<article[^>]*>(.*?)</article>", outbox, re.DOTALL)
            found[:] = [one for one in messages if f"<h2>{to}, by" in one and words in one]
            return bool(found)

        assert wait_until(look, within_s=45, every_s=0.2), f"{to} was never told: {words}"
        return links_in(found[0])[0]

    def asked(self, one: Marked) -> str:
        """They are asked; from then on they read that page, and try its key on other doors."""
        link = self.told(one.name, "can you help with")
        key = link.rpartition("/")[2]
        self.paths[one.name] += [link, f"{link}/answer/taken", f"/visits/{key}", f"/r/{key}", f"/me/{key}"]
        return link

    def says_yes(self, one: Marked, ask: str) -> str:
        """They say yes; the path of the visit's page."""
        self.go_on(f"held by {one.name}")
        visit = self.readers[one.name].press(ask, f"{ask}/yes").path
        assert visit.startswith("/visits/")
        self.paths[one.name] += [visit, f"{visit}/hand-back", f"{visit}/problem", f"{visit}/told"]
        return visit

    def tokens(self) -> set[str]:
        """Every private link's key that anyone was sent."""
        return {token for _, _, page in self.sent for token in _LINK.findall(page.bytes_as_text)}


def answer(reader: Reader, *questions: tuple[str, dict[str, Any]]) -> Page:
    """Answer the questions of a journey, one page each; the last page."""
    for path, fields in questions:
        page = reader.press(path, **fields)
        assert page.status == 200, page.body
    return page


def asks_for_help(reader: Reader, one: Marked) -> Page:
    who = {"first_name": one.name, "phone": one.phone, "contact": "email", "email": one.email, "note": one.note}
    return answer(
        reader,
        ("/ask", {"kind": "snow", "details": ["path", "steps"]}),
        ("/ask/when", {"when": "tomorrow", "times": ["am", "pm"]}),
        ("/ask/where", {"postcode": one.postcode, "house": one.house}),
        ("/ask/who", who),
        ("/ask/check", {}),
    )


def confirms(reader: Reader, own: str, world: World, one: Marked) -> None:
    """Type the code that was sent to them: others were sent codes of their own just before."""
    wanted = """
        select substring(text from '[0-9]{5}') from console_messages
        where text like '%is your code%' and recipient = :to
    """
    to = f"{one.name}, by email"
    assert wait_until(lambda: bool(world.execute(wanted, to=to)), within_s=45)
    assert reader.press(f"{own}/code", code=world.execute(wanted, to=to)[-1][0]).path == f"{own}/sent"


def offers_help(reader: Reader, one: Marked, kind: str) -> Page:
    reach = {"postcode": one.postcode, "house": one.house, "travel_mode": "foot", "travel_minutes": "20"}
    about = {"first_name": one.name, "surname": one.surname, "phone": one.phone, "email": one.email, **one.born}
    return answer(
        reader,
        ("/offer", {"kinds": kind}),
        ("/offer/times", {"pattern": "any", "visits_per_week": "any"}),
        ("/offer/reach", reach),
        ("/offer/about-you", about),
        ("/offer/why", {}),
        ("/offer/promises", {"promises": "yes"}),
        ("/offer/check", {}),
    )


def makes_mistakes(reader: Reader, one: Marked) -> None:
    """Forms with marks in them that cannot be taken: what was typed may stand on their own page and nowhere else."""
    reader.press("/ask", kind=one.surname)
    reader.press("/ask", kind="garden")
    reader.press("/ask/when", when="tomorrow", times="am")
    for postcode in (f"{one.postcode}!!Z", one.surname, "SP1 1AA"):
        assert reader.press("/ask/where", postcode=postcode, house=one.house * 20).status == 422
    reader.press("/sign-in", email=one.email)
    for path in ("/ask/who", "/sign-in", "/sign-in/code", f"/m/{'x' * 22}/yes", f"/{one.surname}"):
        refused = reader.post(path, {"form_token": one.surname, "note": one.note * 500, "email": one.phone})
        assert 400 <= refused.status < 500
    assert reader.get(f"/ask/{one.surname}?d={one.phone.replace(' ', '')}").status == 404


def plant(world: World) -> None:
    for one in EVERYONE:
        world.execute(
            "insert into postcodes (code, easting, northing, lat, lon) values (:code, :easting, :northing, :lat, :lon)",
            **{name: getattr(one, name) for name in ("code", "easting", "northing", "lat", "lon")},
        )


def everyone_arrives(story: Story, world: World) -> None:
    """The coordinator signs in, four people offer help, one asks for it; only Crispin offers to clear snow."""
    world.coordinator()
    assert story.readers["ruth"].press(story.running.way_in("ruth@example.org")).h1.startswith("Today")
    story.paths |= {"anyone": [*PUBLIC, *MORE], "ruth": ["/team"]}
    for one, kind in ((CRISPIN, "snow"), (ANNIS, "errand"), (JOCASTA, "errand"), (THADDEUS, "errand")):
        own = offers_help(story.readers[one.name], one, kind).path.removesuffix("/welcome")
        story.paths[one.name] = [own, f"{own}/welcome"]
    makes_mistakes(story.readers["Thaddeus"], THADDEUS)
    own = asks_for_help(story.readers["Ermintrude"], ERMINTRUDE).path.removesuffix("/code")
    story.paths["Ermintrude"] = [own, f"{own}/code", f"{own}/number", f"{own}/sent", f"{own}/print", f"{own}/cancel"]
    story.paths["Ermintrude"] += [f"{own}/messages", f"{own}/delete"]
    story.everyone_reads("not confirmed")
    confirms(story.readers["Ermintrude"], own, world, ERMINTRUDE)
    world.execute(
        "update homes set surname = :mark where house = :house", mark=ERMINTRUDE.surname, house=ERMINTRUDE.house
    )
    world.execute("update occurrences set door_word = :word", word=DOOR_WORD)
    world.people = dict(world.execute("select first_name, id from people"))


def live_through(story: Story) -> World:
    """From typing to thanks, with a hand-back between: everyone reads at each stage. The world as it is then."""
    world = story.running.world()
    plant(world)
    everyone_arrives(story, world)
    need: Any = SimpleNamespace(need_id=world.execute("select id from needs")[0][0])

    ask = story.asked(CRISPIN)
    world.ask("Annis", need)
    story.asked(ANNIS)
    story.everyone_reads("asked")
    visit = story.says_yes(CRISPIN, ask)
    story.told("Crispin", "you are helping Ermintrude")
    story.everyone_reads("held by Crispin")
    story.readers["Crispin"].get(f"{visit}/hand-back")
    form = {"form_token": story.readers["Crispin"].get(visit).form_token}
    story.go_on("handed back")
    story.readers["Crispin"].post(f"{visit}/hand-back", form)
    story.everyone_reads("handed back")

    world.ask("Jocasta", need)
    visit = story.says_yes(JOCASTA, story.asked(JOCASTA))
    story.everyone_reads("held by Jocasta")
    story.readers["Jocasta"].press(visit, f"{visit}/on-way")
    story.everyone_reads("held by Jocasta")
    form = {"form_token": story.readers["Jocasta"].get(visit).form_token}
    story.go_on("done")
    story.readers["Jocasta"].post(f"{visit}/done", form)
    world.execute(UNDO_IS_OVER)
    own = story.told("Ermintrude", "help as agreed?")
    story.everyone_reads("done")
    assert "glad" in story.readers["Ermintrude"].press(own, f"{own}/how", answer="well", thanks="Thank you.").body
    story.everyone_reads("done")
    return world

"""Mail scanners and chat previews open every link in a message: opening one must not do anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from matcher.domain import messages
from matcher.domain.audience import Audience
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.localtime import at_local, local_day
from matcher.domain.messages.catalogue import CALLS
from matcher.domain.preferences import SENDING_LIMITS
from matcher.services import (
    arrangement_changes,
    broadcasts,
    checking,
    cold,
    concerns,
    consents,
    decisions,
    news,
    nobody_yet_told,
    referrals,
    regular_visits,
    reminders,
    replies,
    spending,
    staff,
    stories,
    upkeep,
    weather_looks,
)
from matcher.services.consents import Given
from matcher.services.decisions import DecisionDraft
from matcher.services.needs import NeedDraft
from matcher.services.referrals import ReferralDraft
from matcher.services.story_desk import Keeper
from matcher.store.models import Area, Occurrence, Visit
from tests.every_table import of_every_table
from tests.journeys.running import links_in
from tests.matcher.domain.weather.feeds import feature, feed, square

pytestmark = pytest.mark.xdist_group("journeys")

TIMES = 3
# Where an address stands on a visit's page, and what two of them say: whoever else is helped lives where all others do.
ADDRESSES = ('class="gn-address"', "Conigre", "Mill Lane")
# What can be read beside the page a link leads to.
BESIDE = {
    "r": ("/sent", "/print", "/cancel", "/change", "/again", "/code", "/number", "/messages", "/warm", "/delete"),
    "m": ("/not-me", "/answer/taken", "/answer/clash"),
    "visits": ("/hand-back", "/problem", "/told"),
    "me": ("/year", "/welcome", "/settings", "/settings/times", "/settings/pause", "/leave"),
    "for": ("/sent",),
    "story": ("/told", "/readers", "/withdraw"),
    "team": (),
    "sign-in": (),
}


class Told:
    """A world in which every message with a link has been sent: their links, by the message's template."""

    def __init__(self, running):
        self.world = running.world()
        self.links: dict[str, list[str]] = {}

    def tell(self):
        """Send what is owed, and keep the links."""
        for envelope in self.world.deliver():
            wanted = "select template from notifications where id = :id"
            ((template,),) = self.world.execute(wanted, id=envelope.notification_id)
            if found := links_in(envelope.message.text):
                self.links.setdefault(template, []).extend(found)

    def live_through(self):
        """A visit that nobody marks, one that is done, and an ask that is still open."""
        world = self.world
        for name in ("Christopher", "Ann", "Joan"):
            world.offer(name)
        self.tell()
        never_marked = world.post("Eileen", when="tomorrow")
        world.ask_all(["Christopher", "Ann"], never_marked)
        self.tell()
        world.yes("Christopher")
        done = world.post("Gwen", when="tomorrow", contact="email", person={"email": "gwen@example.org"})
        world.ask("Joan", done)
        world.yes("Joan")
        self.tell()
        world.done("Joan")
        world.later(hours=30)  # the clock on the wall, which the pages read, stays
        with world.work() as session:
            upkeep.keep_up(session, now=world.now)
        self.tell()
        world.later(hours=-30)
        open_still = world.post("Frank", when="tomorrow")
        world.ask("Ann", open_still)
        self.tell()

    def have_a_regular_visit(self):
        """Walter's weekly visit becomes his own; of the one that he hands back, Wendy, who stands in, is asked."""
        world, began = self.world, self.world.now
        for name in ("Walter", "Wendy"):
            world.offer(name)
        weekly = world.post("Harriet", when="tomorrow", is_weekly=True)
        first = world.one(Occurrence, id=world.occurrence_id(weekly))
        world.ask("Walter", weekly, at=at_local(local_day(first.starts_at), time(9, 30)))
        world.yes("Walter")
        world.later(hours=27)
        world.done("Walter")
        world.how(weekly, "well")
        with world.work() as session:
            usual, stand_in = world.people["Walter"], world.people["Wendy"]
            arrangement_changes.set_up(session, weekly.need_id, usual, stand_in, actor="staff:1", now=world.now)
            regular_visits.keep(session, now=world.now)
        self.tell()
        held = world.one(Visit, person_id=usual, status=VisitStatus.HELD)
        for before in (timedelta(hours=24), timedelta(hours=2), timedelta(days=3)):
            world.now = held.starts_at - before
            with world.work() as session:
                reminders.remind(session, now=world.now)
            self.tell()
        world.hand_back("Walter")
        with world.work() as session:
            regular_visits.keep(session, now=world.now)
        self.tell()
        world.now = began

    def have_news(self):
        """Joan is thanked for the month in which she helped, and Ann, since then, was asked nothing for four weeks."""
        world, began = self.world, self.world.now
        later = at_local(local_day(began), time(10, 30)) + timedelta(days=40)
        world.now = later - timedelta(days=local_day(later).day - 1)
        month_before = world.now - timedelta(days=5)
        world.execute(
            "update visits set starts_at = :at, ends_at = :at + interval '1 hour', during = tstzrange(:at, :at +"
            " interval '2 hours') where status = 'done'",
            at=month_before,
        )
        world.execute("update matches set asked_at = asked_at - interval '60 days' where status <> 'proposed'")
        world.execute("update offers set made_at = made_at - interval '60 days'")
        with world.work() as session:
            news.tell(session, now=world.now)
        self.tell()
        world.now = began

    def speak_for_others(self):
        """Someone asks for another, someone tells of a worry, and a teller is asked about other words."""
        world = self.world
        staff_id = world.coordinator()
        given = Given(consents.SELF, "relative", "spoken")
        asked = ReferralDraft(first_name="Nora", phone="07700 900444", given=given, is_told=True)
        times, person = frozenset({"am"}), world.draft("Vera")
        draft = NeedDraft(kind="snow", when="tomorrow", times=times, person=person, contact="letter")
        with world.work() as session:
            referrals.post_for_someone(session, draft, asked, now=world.now)
            concerns.raise_concern(session, concerns.Worry(("other",), "A worry."), "k" * 22, now=world.now)
            reach = stories.Reach("text", "Marjorie", "07700 900555")
            told = stories.tell_story(
                session, stories.StoryDraft("Snow.", "idea", "public", reach=reach), now=world.now
            )
            every = frozenset(area.id for area in world.all(Area))
            Keeper(session, told.story_id, staff_id=staff_id, area_ids=every, now=world.now).reword("Deep snow.")
            who = {"staff_id": staff_id, "area_ids": every, "now": world.now}
            looked = {"state": "looked", "looked_by": "The board", "looked_on": local_day(world.now)}
            draft = DecisionDraft("Snow", "Deep snow.", due_on=local_day(world.now), **looked)
            decision_id = decisions.keep_decision(session, None, draft, **who)
            decisions.link_story(session, decision_id, told.reference, **who)
        self.tell()

    def ask_by_email_and_be_answered_by_text(self):
        """Edith is asked by e-mail; Fay says no to what she said yes to; Gina has lost the link to her page."""
        world = self.world
        world.offer("Edith", person={"email": "edith@example.org"})
        world.offer("Fay")
        need = world.post("Gina", when="tomorrow", helpers=2, person={"house": "16 Conigre Hill"})
        world.ask_all(["Edith", "Fay"], need)
        world.yes("Fay")
        self.tell()
        ((code,),) = world.execute("select code from matches where person_id = :id", id=world.people["Fay"])
        no = replies.Inbound("text-1", world.home("Fay").phone, f"NO {code}")
        with world.work() as session:
            replies.receive(session, no, now=world.now)
            checking.send_link(session, need.reference, world.home("Gina").phone[-4:], now=world.now)
        self.tell()

    def freeze_and_thaw(self):
        """Christopher is called up, and Walter, who will clear for Kay whenever it is icy, is told that it thaws."""
        world, began = self.world, self.world.now
        icy = world.post("Kay", is_icy=True, when="tomorrow")
        with world.work() as session:
            weather_looks.take_warnings(session, self.snow_to_come(), now=world.now)
        self.tell()
        with world.work() as session:
            cold.agree(session, world.people["Christopher"], "more", now=world.now)
        world.later(days=9)
        with world.work() as session:
            until = world.now + timedelta(hours=60)
            cold.start(session, world.area_id(), until=until, actor="staff:1", now=world.now)
        self.tell()
        last = next(one for one in reversed(world.all(Occurrence)) if one.cold_spell_id)
        world.ask("Walter", icy, at=last.starts_at + timedelta(hours=1), occurrence_id=last.id)
        world.yes("Walter")
        with world.work() as session:
            cold.end(session, world.area_id(), actor="staff:1", now=world.now)
        self.tell()
        world.now = began

    def write_to_many(self):
        """Each text to many is tried on its writer, and the first goes to everyone."""
        area_ids = frozenset(area.id for area in self.world.all(Area))
        by = broadcasts.Desk(self.world.coordinator("many@example.org"), area_ids, None)
        with self.world.work() as session:
            written = [
                broadcasts.write(session, by, template, Audience(area_ids), most_alone=50, now=self.world.now)
                for template in CALLS
            ]
            for number in written:
                broadcasts.try_on_oneself(session, by, number, now=self.world.now)
            assert broadcasts.send(session, by, written[0], read=50, now=self.world.now)
        self.tell()

    def use_up_the_texts(self):
        """Ruth hears that a day's texts are used up."""
        with self.world.work() as session:
            spending.tell_if_spent(session, replace(SENDING_LIMITS, texts_a_day=0), now=self.world.now)
        self.tell()

    def find_nobody(self):
        """For Olive nobody is found, and the time comes near: she hears of it, and so does Ruth."""
        world, began = self.world, self.world.now
        need = world.post("Olive", when="tomorrow")
        world.execute("update occurrences set reason_code = 'nobody_free' where need_id = :id", id=need.need_id)
        world.now = world.one(Occurrence, need_id=need.need_id).starts_at - timedelta(hours=3)
        with world.work() as session:
            nobody_yet_told.tell(session, now=world.now)
        self.tell()
        world.now = began

    def snow_to_come(self):
        """A feed with one warning, over all of Wiltshire."""
        county = {"type": "Polygon", "coordinates": [square(-3, 50, 2)]}
        begins = self.world.now + timedelta(hours=6)
        moments = {"validFromDate": begins.isoformat(), "validToDate": (begins + timedelta(hours=9)).isoformat()}
        return feed(feature("snow", county, **moments))

    def sign_in_link(self):
        """The coordinator's way in."""
        self.world.coordinator()
        with self.world.work() as session:
            return f"/sign-in/{staff.sign_in_link(session, 'ruth@example.org', now=self.world.now)}"

    def rows(self):
        """Table -> its size and an md5 of all of its rows, with the place and the writer of each: a row that was
        written again with the same values shows too."""
        every = "string_agg(row(t.ctid, t.xmin, t)::text, ' ' order by t.ctid)"
        but = ("postcodes", "audit_waiting")  # the second names new rows of the audit
        found = of_every_table(self.world.execute, f"select count(*), md5({every}) from {{table}} t", but=but)
        return {table: row for table, (row,) in found.items()}


def changed(before, after):
    return {table for table in before if before[table] != after[table]}


@pytest.fixture
def told(quiet):
    told = Told(quiet)
    told.live_through()
    told.ask_by_email_and_be_answered_by_text()
    told.have_a_regular_visit()
    told.speak_for_others()
    told.have_news()
    told.write_to_many()
    told.freeze_and_thaw()
    told.use_up_the_texts()
    told.find_nobody()
    return told


def test_every_message_with_a_link_is_among_those_that_were_sent(told):
    with_link = {event for event, template in messages.TEMPLATES.items() if "link" in template.values}
    assert set(told.links) == with_link - {"match_asked_email"}  # how `match_asked` reads by e-mail, to Edith


def test_opening_a_link_of_any_message_changes_no_row_but_notes_that_an_address_was_shown(told, quiet):
    every_link = [*{link for links in told.links.values() for link in links}, told.sign_in_link()]
    opened = Opened(told, quiet)
    looks = set()  # what stands beside a page is opened once for each way that page looks
    for link in every_link:
        opened.and_compared(link)
        _, purpose, *_ = link.split("/")
        if (look := (purpose, heading(opened.pages[-1]))) not in looks:
            looks.add(look)
            for beside in BESIDE[purpose]:
                opened.and_compared(link + beside)
    pages = opened.pages
    shown = sum(map(shows_an_address, pages))
    assert told.world.execute("select count(*) from audit where action = 'read_door'") == [(shown,)]
    assert shown > 0
    print(f"{len(pages)} openings of {len(every_link)} links, {len(looks)} looks; {shown} addresses shown")  # noqa: T201


class Opened:
    """The answers of all that was opened, and the rows as they stood after the last of it."""

    def __init__(self, told, running):
        self.pages = []
        self._told, self._running = told, running
        self._rows = told.rows()

    def and_compared(self, path):
        """That the holder of the visit was shown its address is written down, and nothing else ever is."""
        before = self._rows
        pages = open_again_and_again(self._running, path)
        after = self._rows = self._told.rows()
        addresses = sum(map(shows_an_address, pages))
        assert changed(before, after) == ({"audit"} if addresses else set()), path
        assert after["audit"][0] - before["audit"][0] == addresses, path
        self.pages += pages


def heading(page):
    """What it says it is; a page that only leads elsewhere says nothing."""
    return page.h1 if page.status == 200 else page.status


def open_again_and_again(running, path):
    """The answers to GET and HEAD, with the cookies of the time before and without."""
    same = running.reader()
    pages = [reader.ask(method, path) for method in ("HEAD", "GET") * TIMES for reader in (same, running.reader())]
    # What can no longer be changed says so.
    assert {page.status for page in pages} <= ({200, 303, 409} if path.endswith("/change") else {200, 303}), path
    return pages


def shows_an_address(page):
    return any(sign in page.body for sign in ADDRESSES)


def test_every_link_still_works_after_it_was_opened(told, quiet):
    ask = next(link for link in told.links["match_asked"] if is_open(quiet, link))
    sign_in = told.sign_in_link()
    for path in (ask, sign_in):
        open_again_and_again(quiet, path)
    assert quiet.reader().press(ask, f"{ask}/yes").h1 == "You are helping Frank"
    assert quiet.reader().press(sign_in).h1.startswith("Today")


def is_open(running, link):
    return running.reader().get(link).h1 == "Can you help?"


def test_reading_any_public_page_changes_no_row(told, quiet):
    before = told.rows()
    public = ("/", "/what-we-do", "/safe", "/about", "/privacy", "/cookies", "/accessibility", "/contact", "/outbox")
    for path in (*public, "/ask", "/ask/when", "/ask/check", "/offer", "/offer/times", "/sign-in", "/team", "/health"):
        open_again_and_again(quiet, path)
    assert changed(before, told.rows()) == set()


@pytest.mark.browser
def test_a_scanner_that_runs_scripts_does_nothing_either(told, someone):
    scanner = someone()
    before = told.rows()
    for template, links in told.links.items():
        scanner.goto(links[0], wait_until="networkidle")
        after = told.rows()
        assert changed(before, after) <= {"audit"}, template
        before = after

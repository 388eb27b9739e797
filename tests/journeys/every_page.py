"""A world in which every page has something to show, and the way to each of them."""

from __future__ import annotations

from datetime import timedelta

from matcher.domain.audience import Audience
from matcher.domain.roles import LinkPurpose, StaffRoleName
from matcher.domain.stories import CHECKS
from matcher.services import (
    broadcasts,
    calendar_feed,
    cold,
    concern_work,
    concerns,
    confirming,
    consents,
    decisions,
    drafts,
    imports,
    invitation_batches,
    invitations,
    organisations,
    outreach,
    place_photos,
    places,
    rates,
    referrals,
    rewards,
    staff,
    stand_downs,
    stories,
    taken_in,
    upkeep,
    visit_reports,
    voices,
    weather_looks,
)
from matcher.services.access import Grant
from matcher.services.consents import Given
from matcher.services.invitation_batches import BatchDraft
from matcher.services.needs import NeedDraft, PostedNeed
from matcher.services.organisations import Asker, OrganisationDraft
from matcher.services.places import PlaceDraft
from matcher.services.referrals import ReferralDraft
from matcher.services.story_desk import Keeper
from matcher.store.models import Area, PhoneCheck, Visit
from tests import sent_files
from tests.journeys.running import Running
from tests.matcher.domain.weather import feeds
from tests.worlds import BRADFORD, World

PUBLIC = {
    "home": "/",
    "what we do": "/what-we-do",
    "how we keep you safe": "/safe",
    "about": "/about",
    "terms": "/terms",
    "privacy": "/privacy",
    "cookies": "/cookies",
    "accessibility": "/accessibility",
    "contact": "/contact",
    "no signal": "/offline",
    "ask at work": "/at-work",
    "check a request": "/check",
    "a link is on its way": "/check/sent",
    "left the list": "/left",
    "details deleted": "/deleted",
    "an offer from someone known": "/offer/known",
    "a worry": "/concern",
    "stories": "/stories",
    "you said, we did": "/said-did",
    "what happened here": "/area/calne",
    "a story is erased": "/taken-back",
    "a little about you": "/about-you/ask",
    "counted, with thanks": "/about-you/thanks",
    "staff sign-in": "/sign-in",
    "outbox": "/outbox",
    "no such page": "/no-such-page",
}

TEAM = {
    "regular visits": "/team/regular",
    "cold weather": "/team/cold",
    "places and stock": "/team/places",
    "growing ties": "/team/ties",
    "earned together": "/team/ties/rewards",
    "a new reward": "/team/ties/rewards/new",
    "a reward and its weeks": "/team/ties/rewards/1",
    "a new place": "/team/places/add",
    "where salt is short": "/team/places/salt",
    "expected and given answers": "/team/answers",
    "volunteers": "/team/volunteers",
    "volunteers who are quiet": "/team/volunteers?show=quiet",
    "perhaps on the list twice": "/team/volunteers/twice",
    "take in a spreadsheet": "/team/import",
    "who was not heard": "/team/heard",
    "visits to groups": "/team/outreach",
    "a visit to be planned": "/team/outreach/new?group=boat+dwellers&area=calne",
    "a visit to come": "/team/outreach/1",
    "a visit that was made": "/team/outreach/2",
    "invitations": "/team/invitations",
    "new postcards": "/team/invitations/new",
    "four postcards": "/team/invitations/2/print",
    "organisations": "/team/organisations",
    "a code for an organisation": "/team/organisations/new",
    "concerns": "/team/concerns",
    "closed concerns": "/team/concerns/closed",
    "impact report": "/team/impact",
    "impact report, to print": "/team/impact/print",
    "prices": "/team/impact/prices",
    "one price": "/team/impact/prices/rlw_uk",
    "what the scheme paid for": "/team/impact/costs",
    "savings to others": "/team/impact/savings",
    "messages": "/team/messages",
    "a text": "/team/messages/match_asked",
    "a second wording": "/team/messages/match_asked/compare",
    "two wordings compared": "/team/messages/match_asked_email/compare",
    "written to many": "/team/broadcasts",
    "write to many": "/team/broadcasts/new",
    "badges": "/team/badges",
    "how choices by hand did": "/team/by-hand",
    "what came of what was said": "/team/said-did",
    "a new record": "/team/said-did/new",
    "for the area board": "/board",
    "the team's stories": "/team/stories",
    "type a story": "/team/stories/new",
    "take a story back": "/team/stories/taken-back",
    "what if": "/team/what-if",
    "gaps": "/team/gaps",
    "plan the week": "/team/week",
    "what if they went farther": "/team/what-if?farther=2&limits=1",
    "calls to make": "/desk",
    "a request by phone": "/desk/new",
    "find a caller": "/desk/find",
    "check a door": "/desk/door",
    "health in words": "/team/health",
    "who works here": "/team/staff",
    "someone new of the team": "/team/staff/new",
    "one of the team": "/team/staff/1",
    "settings": "/team/settings",
    "new requests over the web": "/team/settings/closed",
    "number to call": "/team/settings/number",
    "how long it is kept": "/team/settings/kept",
    "areas": "/team/areas",
    "another area": "/team/areas/new",
    "one of the areas": "/team/areas/1",
    "quiet hours": "/team/settings/quiet-hours",
    "door words": "/team/door-words",
    "what we cover": "/team/settings/coverage",
    "kinds of help": "/team/kinds",
    "one kind of help": "/team/kinds/snow",
    "export": "/team/export",
    "audit": "/team/audit",
    "audit of one person": "/team/audit?person=1",
}


class EveryPage:
    """The addresses of all private pages, by what they show."""

    def __init__(self, running: Running) -> None:
        self.world: World = running.world()
        self.paths: dict[str, str] = {}
        self._hours = 2
        with self.world.work() as session:
            rates.load_starting_rows(session, now=self.world.now)
        for name in ("Christopher", "Ann", "Joan", "Maximiliana-Theodora"):
            self.world.offer(name, visits_per_week=2)
        self._coming()
        self._over()
        self._told_by_phone()
        self._waiting()
        self._not_confirmed()
        self._invited()
        self._for_someone()
        self._at_work()
        self._worried()
        self._places()
        self._told_a_story()
        self._said_of_themselves()
        self._earned_together()
        self.world.deliver()
        self.desk = self._desk()
        self.world.execute("update notifications set status = 'failed', last_error = 'ring them' where id = 1")

    def way_in(self) -> str:
        """The link of a coordinator who also runs the scheme and looks after its safety."""
        everything = frozenset(
            {StaffRoleName.COORDINATOR, StaffRoleName.ADMINISTRATOR, StaffRoleName.SAFEGUARDING_LEAD}
        )
        with self.world.work() as session:
            staff.add_staff(session, "ruth@example.org", "Ruth", everything, areas=None, now=self.world.now)
            return f"/sign-in/{staff.sign_in_link(session, 'ruth@example.org', now=self.world.now)}"

    def _waiting(self) -> None:
        """Needs that nobody has said yes to, and the question as those read it who were asked."""
        world = self.world
        self._need("looking for a neighbour", need := world.post("Olive", when="tomorrow", details=("path", "drive")))
        self._match("an ask", "Christopher", self._ask("Christopher", need))
        self._match("an ask, refused", "Ann", self._ask("Ann", need))
        world.no("Ann")
        self._need(
            "a word first", world.post("Percy", kind="other", note="A wasps' nest in the shed.", when="tomorrow")
        )
        self._need("still looking", world.post("Queenie", kind="lift", when="tomorrow", times=frozenset({"am", "eve"})))
        self._need("every week", weekly := world.post("Rose", kind="call", when="tomorrow", is_weekly=True))
        self.weekly_id = weekly.need_id
        world.round()
        world.deliver()

    def _not_confirmed(self) -> None:
        """A need whose number is not confirmed, and the pages that confirm it."""
        self._need("not confirmed", self.world.post("Stanley", when="tomorrow", must_confirm=True))
        own = self.paths["need: not confirmed"]
        for page in ("code", "number", "sent"):
            self.paths[f"need: not confirmed, {page}"] = f"{own}/{page}"

    def _invited(self) -> None:
        """What is on a postcard."""
        with self.world.work() as session:
            who, why = "Pat from the village hall", "nobody here should be snowed in"
            code = invitations.invite(session, who, why, "postcard", now=self.world.now)
            pile = BatchDraft("Post office", "postcard", who, why, "calne", "400")
            areas, staff_id = {self.world.area_id("calne")}, self.world.coordinator("pat@example.org")
            invitation_batches.make_batch(session, pile, area_ids=areas, staff_id=staff_id, now=self.world.now)
            for choice in ("ask", "offer", "offer"):
                invitations.choose(session, code, choice, now=self.world.now)
        self.paths["an invitation"] = f"/i/{code}"

    def _told_by_phone(self) -> None:
        """A visit that someone must tell the resident of. Before a round has asked anyone about that time."""
        self._ask("Ann", self.world.post("Una", contact="phone", when="tomorrow"))
        self.world.yes("Ann")

    def _for_someone(self) -> None:
        """What is left with who asked for someone else."""
        given = Given(consents.SELF, "relative", "spoken")
        asked = ReferralDraft(first_name="Nora", phone="07700 900444", given=given, is_told=True)
        times, person = frozenset({"am"}), self.world.draft("Vera")
        draft = NeedDraft(kind="snow", when="tomorrow", times=times, person=person, contact="letter")
        with self.world.work() as session:
            token = referrals.post_for_someone(session, draft, asked, now=self.world.now).token
        self.paths["what came of it"] = f"/for/{token}"
        self.paths["asked for someone else"] = f"/for/{token}/sent"

    def _at_work(self) -> None:
        """A surgery that has asked for somebody with its code, and a ward whose code has ended."""
        who = {"area_ids": {self.world.area_id()}, "staff_id": self.world.coordinator()}
        asker = Asker("Nora", "receptionist", Given(consents.SELF, "professional", "spoken"))
        times = frozenset({"am"})
        draft = NeedDraft(kind="errand", when="tomorrow", times=times, person=self.world.draft("Wilf"), contact="phone")
        with self.world.work() as session:
            for name, email in (("Market Street Surgery", "desk@surgery.example.org"), ("Ward 4", "")):
                surgery = OrganisationDraft(name, "01632 960 300", email, "bradford-on-avon")
                given = organisations.give_code(session, surgery, **who, now=self.world.now)
                if name != "Ward 4":
                    organisation_id, code = given
            organisations.end_code(session, given[0], **who, now=self.world.now)
            organisations.ask_at_work(session, organisation_id, draft, asker, "w" * 22, now=self.world.now)
            token = organisations.open_with(session, code, now=self.world.now)
            kept = {"organisation_id": organisation_id, "code": code}
            drafts.save(session, "g" * 22, "code_given", kept, now=self.world.now)
        self.paths["asking at work"] = f"/at-work/{token}"

    def _worried(self) -> None:
        """A worry that somebody has opened, and one that nobody has."""
        staff_id, key = self.world.coordinator(), "k" * 22
        self.world.offer("Zebedee")
        worry = concerns.Worry(("safety", "money"), "He asked for her card.", "Nora", "nora@example.org")
        with self.world.work() as session:
            for nonce in ("o" * 22, key):
                concerns.raise_concern(session, worry, nonce, now=self.world.now)
            concern_work.open_concern(session, 1, staff_id=staff_id, now=self.world.now)
            told = "adult_care", "phone", "Their reference is 4711."
            concern_work.note_told(session, 1, *told, staff_id=staff_id, now=self.world.now)
            stopped = self.world.people["Zebedee"]
            stand_downs.stop(session, 1, stopped, staff_id=staff_id, now=self.world.now)
        self.paths["a worry, told"] = f"/concern/told?d={key}"

    def _places(self) -> None:
        """A bin that may not be used on paths, a store that may and is empty, with a photo, and what has no salt."""
        staff_id, here = self.world.coordinator("sal@example.org"), {self.world.area_id()}
        drafts = (
            PlaceDraft("grit_bin", "Top of the hill", "BA15 1HL", "By the bus shelter", "Street team"),
            PlaceDraft("salt_store", "Village store", "BA15 1NB", "", "", "any_path", "the parish", "Tuesday", "half"),
            PlaceDraft("warm_space", "Library", "BA15 1NB"),
        )
        with self.world.work() as session:
            for draft in drafts:
                places.add_place(session, draft, area_ids=here, staff_id=staff_id, now=self.world.now)
            for place_id, key in ((1, "b" * 22), (2, "s" * 22)):
                places.report_level(session, place_id, "empty", key, now=self.world.now)
            place_photos.add_photo(session, 2, sent_files.photo(), key, now=self.world.now)
        self.paths["a grit bin"] = "/places/1"
        self.paths["a grit bin, told of"] = f"/places/1?d={'b' * 22}"

    def _told_a_story(self) -> None:
        """A story that is out, and one whose teller is asked about other words."""
        reach = stories.Reach("phone", "Marjorie", "07700 900555")
        scales = {"feeling": 2, "often": 4, "matters": 3}
        staff_id, areas = self.world.coordinator(), frozenset(area.id for area in self.world.all(Area))
        for words in ("Nobody could get up the hill for four days.", "My neighbour rang. First talk since Sunday."):
            draft = stories.StoryDraft(words, "worry", "named", "calne", scales, "Marj", reach)
            with self.world.work() as session:
                told = stories.tell_story(session, draft, now=self.world.now)
            with self.world.work() as session:
                keeper = Keeper(session, told.story_id, staff_id=staff_id, area_ids=areas, now=self.world.now)
                keeper.publish([code for code, _ in CHECKS])
                keeper.printed("The winter report, page 4")
        with self.world.work() as session:
            Keeper(session, told.story_id, staff_id=staff_id, area_ids=areas, now=self.world.now).reword("She rang.")
        own = f"/story/{told.token}"
        self.paths |= {
            f"a story{page.replace('/', ', ')}": f"{own}{page}" for page in ("", "/told", "/readers", "/withdraw")
        }
        self.story_id = told.story_id
        today = self.world.now.date()
        answer = decisions.DecisionDraft(
            title="Salt for private paths",
            said="The bin is full but it is not for my path.",
            state="doing",
            looked_by="Corsham area board",
            looked_on=today,
            decision="A bag for each parish that asks.",
            because="Bin salt stays for roads.",
            decided_on=today,
            disagreed="One member, on cost.",
            due_on=today - timedelta(days=1),
            is_public=True,
        )
        with self.world.work() as session:
            who = {"staff_id": staff_id, "area_ids": areas, "now": self.world.now}
            decision_id = decisions.keep_decision(session, None, answer, **who)
            decisions.link_story(session, decision_id, told.reference, **who)
            decisions.think(session, decision_id, "better")
        with self.world.work() as session:
            drafts.save(session, "t" * 22, "story_typed", {"reference": told.reference}, now=self.world.now)

    def _said_of_themselves(self) -> None:
        """Forty of whom none works nights, where a fifth does; a group that nobody is asked about; a few young ones."""
        rows = "".join(
            f"Calne,{group},{people},Made-up census,2021-03-21\n"
            for group, people in (("", 20_000), ("Night workers", 4_000), ("Under 25", 5_000), ("Boat dwellers", 300))
        )
        who, key = taken_in.Importer(self.world.coordinator(), frozenset({self.world.area_id("calne")})), "u" * 22
        content = f"area,group,people,source,counted_on\n{rows}".encode()
        with self.world.work() as session:
            imports.try_out(session, key, "population", "people.csv", content, who, now=self.world.now)
            imports.confirm(session, key, who, now=self.world.now)
            for nth in range(40):
                said = ["under_25"] if nth < 3 else ["25_to_44"]
                voices.count_voice(session, "offer", "calne", said, f"{nth:022}", now=self.world.now)
            by = outreach.Keeper(who.staff_id, who.area_ids, self.world.now)
            today = self.world.now.date()
            for group, day in (("night_workers", today - timedelta(days=1)), ("boat dwellers", today)):
                draft = outreach.PlanDraft(f"A club of {group} (made up)", "calne", "Pat", day, "The depot, 5am", group)
                visit_id = outreach.plan_visit(session, None, draft, by)
            heard = "Nobody asks us anything: we are asleep when you ring."
            outreach.note_heard(session, visit_id, heard, "Ring after 4pm.", today, by)

    def _earned_together(self) -> None:
        """A reward that an area earns with all its visits."""
        by = rewards.Keeper(self.world.coordinator(), {self.world.area_id()}, self.world.now)
        draft = rewards.RewardDraft("a bench by the green", BRADFORD, "40", self.world.now.date())
        with self.world.work() as session:
            rewards.set_reward(session, draft, by)

    def _desk(self) -> dict[str, str]:
        """What a call handler opens: someone to ring, and someone to tell."""
        waiting, *_ = self.world.all(PhoneCheck)
        with self.world.work() as session:
            confirming.ring_me(session, waiting.need_id, now=self.world.now)
        held = "select id from notifications where template = 'visit_held_resident' and channel = 'phone'"
        ((owed,),) = self.world.execute(held)
        own = f"/desk/needs/{waiting.need_id}"
        looked_for = self.world.execute("select id from occurrences where status = 'open' order by id limit 1")
        not_asked = self.world.execute(
            "select id from offers where status = 'active' and id not in"
            " (select offer_id from matches where occurrence_id = :id) order by id desc limit 1",
            id=looked_for[0][0],
        )
        return {
            "someone to ring": own,
            "a caller's letter": f"{own}/letter",
            "someone to tell": f"/desk/tell/{owed}",
            "who goes every week": f"/team/regular/{self.weekly_id}",
            "a place": "/team/places/2",
            "a concern": "/team/concerns/1",
            "a volunteer": f"/team/volunteers/{self.world.people['Ann']}",
            "two records side by side": "/team/volunteers/twice/{Ann}/{Joan}".format(**self.world.people),
            "what a spreadsheet would do": f"/team/import/{self._imported()}",
            "an organisation corrected": "/team/organisations/1/correct",
            "a code was given": f"/team/organisations/given?d={'g' * 22}",
            "one badge": f"/team/badges/{self.world.people['Ann']}",
            "a story was typed": f"/team/stories/typed?d={'t' * 22}",
            "one record": "/team/said-did/1",
            "one story": f"/team/stories/{self.story_id}",
            "who could help": f"/team/who/{looked_for[0][0]}",
            "what has happened": f"/team/needs/{waiting.need_id}",
            "a need's messages": f"/team/needs/{waiting.need_id}?show=message",
            "a need changed by the team": f"/team/needs/{waiting.need_id}/change",
            "if one of them goes": f"/team/who/{looked_for[0][0]}?about={not_asked[0][0]}",
            **self._written_to_many(),
            **self._cold(),
        }

    def _written_to_many(self) -> dict[str, str]:
        """One that waits for a test and a second person, and one that has gone."""
        by = broadcasts.Desk(self.world.coordinator(), frozenset({self.world.area_id()}), None)
        audience = Audience(by.area_ids)
        with self.world.work() as session:
            sent, waiting = (
                broadcasts.write(session, by, "call_hands", audience, most_alone=most, now=self.world.now)
                for most in (50, 1)
            )
            broadcasts.try_on_oneself(session, by, sent, now=self.world.now)
            broadcasts.send(session, by, sent, read=50, now=self.world.now)
        return {
            "written to many, and gone": f"/team/broadcasts/{sent}",
            "written to many, and waiting": f"/team/broadcasts/{waiting}",
        }

    def _imported(self) -> str:
        """A file that was brought, with a row that can be used and one that cannot."""
        key, rows = (
            "i" * 22,
            "Ada,07700 900123,1 High Street,BA15 1NB,1980-05-17,snow,yes\nBo,,2,BA15 1NB,soon,snow,no\n",
        )
        who = taken_in.Importer(self.world.coordinator(), frozenset({self.world.area_id()}))
        content = f"first_name,phone,house,postcode,date_of_birth,kinds,promised\n{rows}".encode()
        with self.world.work() as session:
            imports.try_out(session, key, "volunteers", "friends.csv", content, who, now=self.world.now)
        return key

    def _cold(self) -> dict[str, str]:
        """Far away it was cold, until it thawed; it is cold there again. Here it may turn cold."""
        area_id, here = self.world.area_id("salisbury"), self.world.area_id()
        for hours in (1, 24):
            with self.world.work() as session:
                until = self.world.now + timedelta(hours=hours)
                cold.start(session, area_id, until=until, actor="staff:1", now=self.world.now)
                if hours == 1:
                    cold.end(session, area_id, actor="staff:1", now=self.world.now)
            self.world.later(minutes=1)
        self.world.later(minutes=-2)
        self._warned()
        return {
            "before it is cold": f"/team/cold/{here}/start?hours=24",
            "from when on it is cold": f"/team/cold/{here}/limits",
            "before the cold is ended": f"/team/cold/{area_id}/end",
            "how a cold spell went": "/team/cold/spells/1",
        }

    def _warned(self) -> None:
        """Snow is warned of over Bradford on Avon, and the forecast could not be read."""
        times = {
            name: (self.world.now + timedelta(hours=ahead)).isoformat()
            for name, ahead in (("validFromDate", 6), ("validToDate", 18))
        }
        over = {"type": "Polygon", "coordinates": [feeds.square(-2.27, 51.33, 0.04)]}
        with self.world.work() as session:
            warned = feeds.feed(feeds.feature("w", over, warningHeadline="Snow and ice by morning", **times))
            weather_looks.take_warnings(session, warned, now=self.world.now)
            weather_looks.note_failure(session, "forecast", "It answered 500.", now=self.world.now)

    def _coming(self) -> None:
        """Visits that someone holds, or is on the way to."""
        world = self.world
        self._need(
            "someone is coming", need := world.post("Eileen", when="tomorrow", note="Please ring the side bell.")
        )
        matches = world.ask_all(["Christopher", "Joan"], need)
        world.yes("Christopher")
        self._match("an ask, yours", "Christopher", matches[0])
        self._match("an ask, taken", "Joan", matches[1])
        self._visit("a visit", "Christopher")
        self._need("on the way", need := world.post("Frank", when="tomorrow"))
        self._ask("Maximiliana-Theodora", need)
        world.yes("Maximiliana-Theodora")
        world.set_off("Maximiliana-Theodora")
        self._visit("a visit, on the way", "Maximiliana-Theodora")
        self.paths["my visits"] = f"/me/{self._link(LinkPurpose.ME, 'Christopher')}"
        self.paths["on the list"] = f"{self.paths['my visits']}/welcome"
        self.paths["help every week"] = f"{self.paths['my visits']}/weekly"
        self.paths["is this your number"] = f"{self.paths['my visits']}/code"
        for setting in ("", "/kinds", "/times", "/reach", "/writing", "/why", "/pause"):
            self.paths[f"settings{setting}"] = f"{self.paths['my visits']}/settings{setting}"
        self.paths["my year, empty"] = f"{self.paths['my visits']}/year"
        self.paths["leave the list"] = f"{self.paths['my visits']}/leave"
        self.paths["asked more in snow"] = f"{self.paths['my visits']}/snow"
        with world.work() as session:
            address = calendar_feed.new_address(session, world.people["Christopher"], now=world.now)
        self.paths["visits in a calendar"] = f"/calendar/{address}"

    def _over(self) -> None:
        """Done, handed back, called off, and never met."""
        world = self.world
        unmet = world.post("Jack", when="tomorrow")
        world.later(hours=50)
        with world.work() as session:
            upkeep.lapse_passed(session, now=world.now)
        world.later(hours=-50)
        self._need("never met", unmet)
        for name, what in (("George", "done"), ("Harriet", "handed back"), ("Ivy", "called off")):
            self._need(what, need := world.post(name, when="tomorrow"))
            self._ask("Joan", need)
            world.yes("Joan")
            self._visit(f"a visit, {what}", "Joan")
            if what == "called off":
                world.cancel(need)
            else:
                {"done": world.done, "handed back": world.hand_back}[what]("Joan")
        for page in ("letter", "card"):
            self.paths[f"my year, {page}"] = f"/me/{self._link(LinkPurpose.ME, 'Joan')}/year/{page}"
        self.paths["my year"] = f"/me/{self._link(LinkPurpose.ME, 'Joan')}/year"

    def _ask(self, name: str, need: PostedNeed) -> int:
        """Ask someone, two hours later each time, so that no visit is in the way of another."""
        self._hours += 2
        return self.world.ask(name, need, at=self.world.now + timedelta(hours=self._hours))

    def _need(self, what: str, posted: PostedNeed) -> None:
        person_id = self.world.execute("select resident_id from needs where id = :id", id=posted.need_id)[0][0]
        token = self.world.link(Grant(LinkPurpose.STATUS, person_id=person_id, need_id=posted.need_id), hours=9)
        self.paths[f"need: {what}"] = f"/r/{token}"
        if what in ("looking for a neighbour", "someone is coming", "a word first"):
            for page in ("sent", "print", "cancel", "change", "again", "messages", "warm", "delete"):
                self.paths[f"need: {what}, {page}"] = f"/r/{token}/{page}"

    def _match(self, what: str, name: str, match_id: int) -> None:
        token = self._link(LinkPurpose.MATCH, name, match_id=match_id)
        self.paths[what] = f"/m/{token}"
        if what == "an ask, refused":
            self.paths["not me"] = f"/m/{token}/not-me"
        if what == "an ask":
            for why in ("clash", "over", "not_allowed"):
                self.paths[f"{what}, {why}"] = f"/m/{token}/answer/{why}"

    def _visit(self, what: str, name: str) -> None:
        visit = self.world.all(Visit, person_id=self.world.people[name])[-1]
        token = self._link(LinkPurpose.VISIT, name, visit_id=visit.id)
        self.paths[what] = f"/visits/{token}"
        if what == "a visit":
            self.paths["hand it back"] = f"/visits/{token}/hand-back"
            self.paths["a problem"] = f"/visits/{token}/problem"
            with self.world.work() as session:
                visit_reports.report_problem(session, visit.id, "unsafe", "A dog.", now=self.world.now)
            self.paths["the team knows"] = f"/visits/{token}/told"

    def _link(self, purpose: LinkPurpose, name: str, **thing: int) -> str:
        return self.world.link(Grant(purpose, person_id=self.world.people[name], **thing), hours=9)

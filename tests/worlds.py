"""A made-up corner of Wiltshire for the tests of services, workers and pages.

Eileen lives on a steep street. Christopher and Ann live around the corner, Tom lives in Salisbury, much too far
away. `World` puts them in the database and does what they and the clock do, one unit of work for each verb, as
the edges do it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from matcher.domain.timewindow import TimeWindow
from matcher.engine.solve import solve_round
from matcher.services import (
    areas,
    feedback,
    handed_over,
    kinds,
    links,
    matches,
    needs,
    offers,
    outbox,
    rounds,
    sent_copies,
    staff,
    verify,
    visits,
)
from matcher.services.access import Grant
from matcher.services.matches import Answer, AnswerWhy, Proposal
from matcher.services.needs import NeedDraft, PostedNeed
from matcher.services.offers import MadeOffer, OfferDraft
from matcher.services.outbox import Envelope
from matcher.services.people import PersonDraft
from matcher.services.rounds import OpenedRound
from matcher.services.wordings import Scheme
from matcher.store.models import Area, Home, Match, Occurrence, Offer, Person, Postcode, Visit
from matcher.store.session import unit_of_work
from tests.every_table import of_every_table

Work = Callable[[], AbstractContextManager[Session]]
Row = TypeVar("Row")
Act = Callable[[Session], object]

SCHEME = Scheme("Good Neighbours", "01632 960 100", "https://help.example.org")
CONSOLE = frozenset({"text", "email", "phone", "letter"})  # channels that know what they have taken
BRADFORD = "bradford-on-avon"

# Copies of Neighbour 1, with names and numbers of their own.
_MORE_NEIGHBOURS = """
    with one as (select p.*, h.phone, h.house, h.postcode, h.easting as e, h.northing as n, h.lat, h.lon, h.email,
                        h.surname, h.born_on, o.id as offer_id
                 from people p join homes h on h.person_id = p.id join offers o on o.person_id = p.id
                 where p.first_name = 'Neighbour 1'),
    persons as (
        insert into people (first_name, area_id, cell_id, created_at)
        select 'Neighbour ' || number, area_id, cell_id, created_at
        from one, generate_series(2, :count) as number returning id),
    doors as (
        insert into homes (person_id, surname, phone, email, born_on, house, postcode, easting, northing, lat, lon)
        select persons.id, surname, phone, email, born_on, house, postcode, e, n, lat, lon from one, persons),
    promises as (
        insert into offers (person_id, status, travel_mode, travel_minutes, reach_m, promised_at, made_at)
        select persons.id, o.status, o.travel_mode, o.travel_minutes, o.reach_m, o.promised_at, o.made_at
        from persons, one join offers o on o.id = one.offer_id returning id),
    things as (
        insert into offer_kinds (offer_id, kind_slug)
        select promises.id, k.kind_slug from promises, one join offer_kinds k on k.offer_id = one.offer_id),
    times as (
        insert into availability_rules (offer_id, weekday, opens, closes)
        select promises.id, r.weekday, r.opens, r.closes
        from promises, one join availability_rules r on r.offer_id = one.offer_id)
    select id from persons order by id
"""

# Code, easting, northing, latitude, longitude, the day it was withdrawn.
POSTCODES = (
    ("BA151HL", 382_500, 161_300, 51.350505, -2.252673, None),
    ("BA151NB", 382_650, 161_100, 51.348711, -2.250510, None),
    ("BA148TW", 385_700, 158_000, 51.320922, -2.206590, None),
    ("SP11AA", 414_500, 130_100, 51.070050, -1.794429, None),
    ("BA151WD", 382_400, 161_000, 51.347804, -2.254094, date(2010, 6, 1)),
    ("BA111PP", 377_600, 148_000, 51.230743, -2.322194, None),
)


class Neighbour(NamedTuple):
    """Where someone lives. Whoever is not in NEIGHBOURS lives around the corner from Eileen."""

    house: str
    postcode: str


NEIGHBOURS = {
    "Eileen": Neighbour("14 Conigre Hill", "BA15 1HL"),
    "Christopher": Neighbour("3 Market Street", "BA15 1NB"),
    "Ann": Neighbour("Weavers Cottage", "BA15 1NB"),
    "Gwen": Neighbour("8 Mill Lane", "BA14 8TW"),
    "Tom": Neighbour("20 Castle Road", "SP1 1AA"),
}


def takes(occurrence_id: int) -> Act:
    """Locks this occurrence, as every verb that changes it does."""
    return lambda session: session.get_one(Occurrence, occurrence_id, with_for_update={"key_share": True})


@contextmanager
def within(session: Session) -> Iterator[Session]:
    """One unit of work inside a session that is rolled back in the end: an error undoes it, the next reads anew."""
    with session.begin_nested():
        yield session
    session.expunge_all()


class World:
    """The neighbours, and the verbs. `now` stands still until `later` moves it. `scheme` holds no message back."""

    def __init__(self, work: Work, now: datetime) -> None:
        self.work = work
        self.now = now
        self.scheme = SCHEME
        self.people: dict[str, int] = {}
        with work() as session:
            areas.load_starting_rows(session)
            kinds.load_starting_rows(session)
            session.add_all(
                Postcode(code=code, easting=easting, northing=northing, lat=lat, lon=lon, withdrawn_on=withdrawn)
                for code, easting, northing, lat, lon, withdrawn in POSTCODES
            )

    # What people do.

    def draft(self, name: str, **changes: Any) -> PersonDraft:
        """What they would type about themselves."""
        home = NEIGHBOURS.get(name, NEIGHBOURS["Christopher"])
        number = sum(map(ord, name)) * 31 % 1_000_000
        usual = {
            "first_name": name,
            "surname": "Sample",
            "phone": f"07700 {number:06}",
            "house": home.house,
            "postcode": home.postcode,
            "born_on": date(1980, 5, 17),
        }
        return PersonDraft(**{**usual, **changes})

    def post(self, name: str = "Eileen", *, person: dict[str, Any] | None = None, **changes: Any) -> PostedNeed:
        """Ask for help: snow to be cleared this morning, unless `changes` say otherwise."""
        usual: dict[str, Any] = {"kind": "snow", "when": "today", "times": frozenset({"am"}), "contact": "text"}
        draft = NeedDraft(**{**usual, **changes}, person=self.draft(name, **(person or {})))
        with self.work() as session:
            posted = needs.post_need(session, draft, now=self.now)
            self.people[name] = session.execute(
                text("select resident_id from needs where id = :id"), {"id": posted.need_id}
            ).scalar_one()
        return posted

    def offer(self, name: str = "Christopher", *, person: dict[str, Any] | None = None, **changes: Any) -> MadeOffer:
        """Offer help: clearing snow at any time, on foot within twenty minutes, unless `changes` say otherwise."""
        usual: dict[str, Any] = {
            "kinds": frozenset({"snow"}),
            "pattern": "any",
            "times": frozenset(),
            "travel_mode": "foot",
            "travel_minutes": 20,
            "has_promised": True,
        }
        draft = OfferDraft(**{**usual, **changes}, person=self.draft(name, **(person or {})))
        with self.work() as session:
            made = offers.make_offer(session, draft, now=self.now)
        self.people[name] = made.person_id
        return made

    def crowd(self, count: int) -> list[str]:
        """So many neighbours who offer what Christopher would, and live where he does; their names."""
        names = [f"Neighbour {number}" for number in range(1, count + 1)]
        self.offer(names[0])
        for name, (person_id,) in zip(names[1:], self.execute(_MORE_NEIGHBOURS, count=count), strict=True):
            self.people[name] = person_id
        return names

    def ask(self, name: str, need: PostedNeed, *, at: datetime | None = None, occurrence_id: int | None = None) -> int:
        """Ask someone by hand, with no engine: the match."""
        return self.ask_all([name], need, at=at, occurrence_id=occurrence_id)[0]

    def ask_all(
        self, names: list[str], need: PostedNeed, *, at: datetime | None = None, occurrence_id: int | None = None
    ) -> list[int]:
        """Ask them all at once, by hand, about the first occurrence unless one is named: the matches, in that order."""
        starts_at = at or self.now + timedelta(hours=2)
        visit = TimeWindow(starts_at, starts_at + timedelta(minutes=30))
        occurrence_id = occurrence_id or self.occurrence_id(need)
        offer_of = {offer.person_id: offer.id for offer in self.all(Offer)}
        proposals = [
            Proposal(
                occurrence_id=occurrence_id,
                offer_id=offer_of[self.people[name]],
                person_id=self.people[name],
                visit=visit,
                distance_band="under half a mile",
                reach_m=1000,
                weight_min=100.0,
                breakdown=[],
                sentence="You offered this kind of help.",
            )
            for name in names
        ]
        with self.work() as session:
            asked, skipped = matches.propose(session, None, proposals, now=self.now)
        assert (asked, skipped) == (len(names), 0)
        return [self.asked(name) for name in names]

    def yes(self, name: str) -> Answer:
        """They say yes to what they were asked last."""
        with self.work() as session:
            return matches.accept(session, self.asked(name), now=self.now)

    def no(self, name: str, *, reason: str | None = None) -> AnswerWhy:
        """They say no to what they were asked last."""
        with self.work() as session:
            return matches.decline(session, self.asked(name), reason=reason, now=self.now)

    def set_off(self, name: str) -> None:
        """They are on the way to their latest visit."""
        with self.work() as session:
            visits.set_off(session, self.visit(name).id, now=self.now)

    def done(self, name: str, *, minutes: int | None = None) -> None:
        """They have done their latest visit."""
        with self.work() as session:
            visits.complete(session, self.visit(name).id, minutes=minutes, now=self.now)

    def hand_back(self, name: str) -> None:
        """They cannot go to their latest visit after all."""
        with self.work() as session:
            visits.hand_back(session, self.visit(name).id, now=self.now)

    def cancel(self, need: PostedNeed) -> None:
        """The resident calls it off."""
        with self.work() as session:
            needs.cancel_need(session, need.need_id, actor="person:1", now=self.now)

    def how(self, need: PostedNeed, answer: str, thanks: str = "") -> str:
        """The resident says how it went."""
        with self.work() as session:
            return feedback.say_how_it_went(session, need.need_id, answer, thanks, now=self.now)

    # What the clock and the workers do.

    def later(self, **delta: float) -> None:
        """Time passes."""
        self.now += timedelta(**delta)

    def open_round(self, area: str = BRADFORD) -> OpenedRound | None:
        """Open a round, and no more."""
        with self.work() as session:
            return rounds.open_round(session, self.area_id(area), limits=self.scheme.limits, now=self.now)

    def close_round(self, opened: OpenedRound) -> bool:
        """Let the engine think, and close the round."""
        with self.work() as session:
            return rounds.close_round(session, opened, solve_round(opened.problem), now=self.now)

    def round(self, area: str = BRADFORD) -> bool:
        """A whole round of an area."""
        opened = self.open_round(area)
        return opened is not None and self.close_round(opened)

    def claim(self, repeatable: frozenset[str] = CONSOLE, *, limit: int = outbox.BATCH) -> tuple[Envelope, ...]:
        """Lease what is due."""
        with self.work() as session:
            return outbox.claim_due(session, self.scheme, repeatable, now=self.now, limit=limit)

    def deliver(self) -> tuple[Envelope, ...]:
        """Send everything that is due, as the console channel does; what was sent."""
        sent: list[Envelope] = []
        while envelopes := self.claim():
            for envelope in envelopes:
                with self.work() as session:
                    sent_copies.keep_console_copy(session, envelope, now=self.now)
                    handed_over.mark_sent(session, envelope.notification_id, now=self.now)
            sent.extend(envelopes)
        return tuple(sent)

    # What is there.

    def all(self, model: type[Row], **where: Any) -> list[Row]:
        """Rows of a table, by id where there is one."""
        with self.work() as session:
            order = list(model.__table__.primary_key)  # type: ignore[attr-defined]
            return list(session.scalars(select(model).filter_by(**where).order_by(*order)))

    def one(self, model: type[Row], **where: Any) -> Row:
        """The only row."""
        (row,) = self.all(model, **where)
        return row

    def area_id(self, slug: str = BRADFORD) -> int:
        """An area's id."""
        return self.one(Area, slug=slug).id

    def home(self, name: str) -> Home:
        """What is private about someone."""
        return self.one(Home, person_id=self.people[name])

    def person(self, name: str) -> Person:
        """Someone."""
        return self.one(Person, id=self.people[name])

    def occurrence_id(self, need: PostedNeed) -> int:
        """The first occurrence of a need."""
        with self.work() as session:
            wanted = text("select id from occurrences where need_id = :id order by starts_at limit 1")
            return int(session.execute(wanted, {"id": need.need_id}).scalar_one())

    def asked(self, name: str) -> int:
        """The match they were asked about last."""
        return self.all(Match, person_id=self.people[name])[-1].id

    def visit(self, name: str) -> Visit:
        """The visit they said yes to last."""
        return self.all(Visit, person_id=self.people[name])[-1]

    def who_was_asked(self, need: PostedNeed) -> list[str]:
        """Names of those who were ever asked about the first occurrence of a need, in order."""
        names = {person_id: name for name, person_id in self.people.items()}
        return [names[match.person_id] for match in self.all(Match, occurrence_id=self.occurrence_id(need))]

    def owed(self, name: str | None = None) -> list[tuple[str, str]]:
        """(template, status) of every message owed to someone, or to anyone, in the order they were owed."""
        rows = self.execute("select template, status, person_id from notifications order by id")
        wanted = self.people[name] if name else None
        return [(template, status) for template, status, person_id in rows if wanted in (None, person_id)]

    def coordinator(self, email: str = "ruth@example.org") -> int:
        """A coordinator of every area."""
        with self.work() as session:
            roles = frozenset({staff.StaffRoleName.COORDINATOR})
            return staff.add_staff(session, email, "Ruth", roles, areas=None, now=self.now)

    def link(self, grant: Grant, **lasts: float) -> str:
        """The token of a new private link."""
        with self.work() as session:
            return links.issue(session, grant, expires_at=self.now + timedelta(**lasts), now=self.now)

    def breaches(self) -> dict[str, tuple[str, ...]]:
        """What `verify` finds broken: promise -> breaches in words."""
        with self.work() as session:
            found = verify.verify(session, now=self.now)
        return {finding.name: finding.breaches for finding in found if not finding.is_kept}

    def execute(self, statement: str, **values: Any) -> list[Any]:
        """The rows of a statement of SQL."""
        with self.work() as session:
            result = session.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    def at_one_moment(self, one: Act, other: Act, *, last: Act | None = None) -> BaseException | None:
        """`one` in a transaction that is still open when `other` comes in its own and waits for it; then `last` in the
        first. Returns what `other` ended in, if it failed.
        """

        def come_later() -> None:
            with unit_of_work() as session:
                other(session)

        with ThreadPoolExecutor(1) as elsewhere:
            with unit_of_work() as session:
                one(session)
                session.flush()
                coming = elsewhere.submit(come_later)
                self.wait_for_a_lock(unless=coming.done)
                if last is not None:
                    last(session)
            return coming.exception(20)

    def wait_for_a_lock(self, *, unless: Callable[[], bool]) -> None:
        """Until someone in this database waits for a lock, or there is no need to look on."""
        waiting = (
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        until = time.monotonic() + 20
        while not unless() and self.execute(waiting) == [(0,)]:
            assert time.monotonic() < until, "nobody came to wait"
            time.sleep(0.01)

    def picture(self) -> dict[str, list[Any]]:
        """Every row of every table, but private links: those are made anew for each reading of a message."""
        but = ("private_links", "postcodes", "alembic_version")
        found = of_every_table(self.execute, "select to_jsonb(t)::text from {table} t", but=but)
        return {table: sorted(rows) for table, rows in found.items()}


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    """The neighbours, in a transaction that is rolled back."""
    return World(partial(within, session), now)


@pytest.fixture
def lasting_world(database: object, now: datetime) -> World:
    """The neighbours, in a database of the test's own where work is committed."""
    return World(unit_of_work, now)

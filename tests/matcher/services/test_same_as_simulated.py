"""What is simulated is what is done: a small county, once in the simulator and once through the database.

The same needs are posted and the same answers come in at the same minutes. The second time every fact is a row, every
answer is a verb of the service, and each round is opened and closed as the worker does it. Both ask the same people
about the same things in the same order.

Some never answer, and some only when the time they were asked about has passed: both may still come later that day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.orm import Session

from matcher.domain.geo import TravelMode
from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus
from matcher.domain.localtime import local_day
from matcher.domain.recurrence import Recurrence
from matcher.engine.params import Params
from matcher.engine.solve import solve_round
from matcher.services import areas, kinds, matches, rounds, upkeep
from matcher.simulation.county import County, build_county, point_at
from matcher.simulation.desk import AskStatus, Desk, SimAsk
from matcher.simulation.hours import instant, minute_of
from matcher.simulation.parameters import CHECK, KINDS, QUIET
from matcher.simulation.policies import Choice, Decision
from matcher.simulation.question import RESIDENTS_FROM, Ours
from matcher.simulation.run import run_policy
from matcher.store.models import (
    AvailabilityException,
    Cell,
    Check,
    Feedback,
    Home,
    Match,
    Need,
    Occurrence,
    Offer,
    OfferKind,
    Person,
    Visit,
)

LONG_AGO = instant(0).replace(year=2025)
PAST_NEEDS_FROM = 100_000


def small_county(seed: int) -> County:
    """Two dozen volunteers, a dozen residents and a busy day. Targets are where the service sets them."""
    scenario = replace(
        QUIET.smaller(0.05), volunteers=24, residents=12, needs_a_day=16, warm_up_days=0, measured_days=1
    )
    county = build_county(scenario, seed)
    needs, helpers = county.needs, county.helpers
    target = needs.opens + Params().target_share * (needs.ends - needs.opens)
    reach_km = np.floor(helpers.reach_km * 1000) / 1000  # an offer keeps whole metres
    return replace(county, needs=replace(needs, target=target), helpers=replace(helpers, reach_km=reach_km))


class ThroughTheDatabase:
    """A policy of the simulator that keeps everything in the tables and lets the service's rounds decide."""

    name = "service"

    def __init__(self, session: Session) -> None:
        self.session = session
        self._seen: dict[int, AskStatus] = {}
        self._match_of: dict[int, int] = {}
        self._posted: set[int] = set()

    def begin(self, county: County) -> None:
        """Everyone who lives in the county."""
        self.county = county
        areas.load_starting_rows(self.session)
        kinds.load_starting_rows(self.session)
        self.area_id = self.session.execute(text("select min(id) from areas")).scalar_one()
        self._levels()
        for v in range(len(county.helpers.xy)):
            self._volunteer(v)
        for resident in sorted(set(county.needs.resident.tolist())):
            self._resident(resident)
        self.session.flush()
        for resident in sorted(set(county.needs.resident.tolist())):
            self._helped_before(resident)
        self.session.flush()

    def night(self, desk: Desk) -> None:
        """Nothing is learned, nor by the simulated one: this is about rounds."""

    def decide(self, desk: Desk) -> Decision:
        """What has happened since the last round is written down; then a round, as the worker runs it."""
        now = instant(desk.now)
        for need in sorted(desk.open_needs - self._posted):
            self._post(need)
        for at, ask in sorted(enumerate(desk.asks), key=lambda one: (one[1].ended, one[0])):
            self._hear(at, ask)
        upkeep.lapse_passed(self.session, now=now)
        self.session.flush()
        self.session.expire_all()
        opened = rounds.open_round(self.session, self.area_id, now=now)
        assert opened is not None
        assert rounds.close_round(self.session, opened, solve_round(opened.problem), now=now)
        self.session.expire_all()
        return Decision(tuple(self._choices(desk, opened.round_id)), self._look_at(desk))

    def _choices(self, desk: Desk, round_id: int) -> list[Choice]:
        asked = self.session.scalars(select(Match).where(Match.round_id == round_id).order_by(Match.id)).all()
        for place, match in enumerate(asked, len(desk.asks)):
            self._match_of[place] = match.id
        return [Choice(match.occurrence_id - 1, match.offer_id - 1, minute_of(match.starts_at)) for match in asked]

    def _look_at(self, desk: Desk) -> dict[int, float]:
        """The simulator's clock has parts of a second and the service's rounds have not: `soon` is soon for both."""
        rows = self.session.execute(select(Occurrence.id, Occurrence.next_round_at))
        look_at = {row.id - 1: minute_of(row.next_round_at) for row in rows if row.id - 1 in desk.open_needs}
        return {need: at if at > desk.now + 1 + 1 / 60 else desk.now for need, at in look_at.items()}

    def _hear(self, place: int, ask: SimAsk) -> None:
        """An ask that has ended since: by an answer, which is a verb of the service."""
        if ask.status is self._seen.get(place, AskStatus.LIVE):
            return
        self._seen[place] = ask.status
        match_id, at = self._match_of[place], instant(ask.ended)
        if ask.status is AskStatus.ACCEPTED:
            assert matches.accept(self.session, match_id, now=at).held
            self._one_visit_a_half_day(ask)
        elif ask.status is AskStatus.DECLINED:
            matches.decline(self.session, match_id, now=at)
        elif ask.status in (AskStatus.SET_ASIDE, AskStatus.LAPSED):
            matches.step_aside(self.session, match_id, now=at)
        self.session.flush()

    def _one_visit_a_half_day(self, ask: SimAsk) -> None:
        """The county's own rule."""
        visit = self.session.scalars(select(Visit).where(Visit.occurrence_id == ask.need + 1)).one()
        self._exception(ask.volunteer, self.county.slot_of(minute_of(visit.starts_at)), is_free=False)

    def _exception(self, volunteer: int, slot: int, *, is_free: bool) -> None:
        during = Range(instant(self.county.slot_start[slot]), instant(self.county.slot_end[slot]))
        self.session.add(AvailabilityException(offer_id=volunteer + 1, during=during, is_free=is_free))

    def _levels(self) -> None:
        """Only one of the county's kinds wants a check."""
        self.session.execute(
            text(
                "insert into levels (code, name, checks, rules, needs_words)"
                " values ('none', '', '{}', '{}', ''), ('one', '', array[:check], '{}', '')"
            ),
            {"check": CHECK},
        )
        for kind in KINDS:
            level = "one" if kind.wants_dbs else "none"
            self.session.execute(
                text("update kinds set level_code = :level where slug = :slug"), {"level": level, "slug": kind.slug}
            )

    def _person(self, person_id: int, name: str, xy: np.ndarray) -> None:
        point = point_at(xy)
        self.session.add(
            Cell(id=person_id, code=str(person_id), easting=0, northing=0, size_m=1, lat=point.lat, lon=point.lon)
        )
        self.session.flush()
        self.session.add(
            Person(id=person_id, first_name=name, area_id=self.area_id, cell_id=person_id, created_at=LONG_AGO)
        )
        self.session.flush()
        phone = f"+4477009{person_id:06}"
        self.session.add(
            Home(
                person_id=person_id,
                phone=phone,
                house="",
                postcode="",
                easting=0,
                northing=0,
                lat=point.lat,
                lon=point.lon,
            )
        )

    def _volunteer(self, v: int) -> None:
        helpers = self.county.helpers
        self._person(v + 1, f"Volunteer {v + 1}", helpers.xy[v])
        self.session.add(
            Offer(
                id=v + 1,
                person_id=v + 1,
                status=OfferStatus.ACTIVE,
                travel_mode=TravelMode.CAR,
                travel_minutes=30,
                reach_m=round(float(helpers.reach_km[v]) * 1000),
                visits_per_week=int(helpers.visits_a_week[v]),
                promised_at=LONG_AGO,
                made_at=LONG_AGO,
            )
        )
        self.session.flush()
        for kind in np.flatnonzero(helpers.does[v]).tolist():
            self.session.add(OfferKind(offer_id=v + 1, kind_slug=KINDS[kind].slug))
        if helpers.dbs[v]:
            self.session.add(Check(person_id=v + 1, name=CHECK, seen_on=LONG_AGO.date(), expires_on=None))
        for slot in np.flatnonzero(helpers.free[v]).tolist():
            self._exception(v, slot, is_free=True)

    def _resident(self, resident: int) -> None:
        first = int(np.flatnonzero(self.county.needs.resident == resident)[0])
        self._person(RESIDENTS_FROM + resident, f"Resident {resident}", self.county.needs.xy[first])

    def _helped_before(self, resident: int) -> None:
        """Whoever is known to a resident has made them a visit that went well, a year ago."""
        first = int(np.flatnonzero(self.county.needs.resident == resident)[0])
        for order, v in enumerate(np.flatnonzero(self.county.needs.known[first]).tolist()):
            place = PAST_NEEDS_FROM + resident * 100 + order
            start = LONG_AGO.replace(hour=9 + order)
            self._need(place, resident, "snow", start, LONG_AGO.replace(hour=10 + order), 30, OccurrenceStatus.DONE)
            match = (
                "insert into matches (id, occurrence_id, offer_id, person_id, status, starts_at, ends_at,"
                " distance_band, reach_m, weight_min, breakdown, sentence, asked_at, answered_at)"
                " values (:id, :id, :v, :v, 'accepted', :start, :ends, '', 1, 0, '[]', '', :start, :start)"
            )
            visit = (
                "insert into visits (match_id, occurrence_id, person_id, place, helpers, starts_at, ends_at, during,"
                " status, held_at, ended_at) values (:id, :id, :v, 1, 1, :start, :ends, tstzrange(:start, :ends),"
                " 'done', :start, :ends) returning id"
            )
            facts = {"id": place, "v": v + 1, "start": start, "ends": start.replace(minute=30)}
            self.session.execute(text(match), facts)
            visit_id = self.session.execute(text(visit), facts).scalar_one()
            self.session.add(Feedback(visit_id=visit_id, answer="well", thanks="", said_at=facts["ends"]))

    def _post(self, need: int) -> None:
        self._posted.add(need)
        needs = self.county.needs
        slug = KINDS[needs.kind[need]].slug
        opens, ends = instant(needs.opens[need]), instant(needs.ends[need])
        made = self._need(
            need + 1, int(needs.resident[need]), slug, opens, ends, int(needs.minutes[need]), OccurrenceStatus.OPEN
        )
        made.urgency = needs.urgency[need]
        occurrence = self.session.get_one(Occurrence, need + 1)
        occurrence.open_since = occurrence.next_round_at = instant(needs.posted[need])
        self.session.flush()

    def _need(
        self,
        place: int,
        resident: int,
        slug: str,
        opens: datetime,
        ends: datetime,
        minutes: int,
        status: OccurrenceStatus,
    ) -> Need:
        need = Need(
            id=place,
            reference=str(place),
            resident_id=RESIDENTS_FROM + resident,
            area_id=self.area_id,
            kind_slug=slug,
            details=[],
            urgency="normal",
            minutes=minutes,
            helpers=1,
            recurrence=Recurrence.ONCE,
            first_day=local_day(opens),
            bands=["am"],
            contact="text",
            posted_at=opens,
        )
        self.session.add(need)
        self.session.flush()
        self.session.add(
            Occurrence(
                id=place,
                need_id=place,
                area_id=self.area_id,
                windows=MultiRange([Range(opens, ends)]),
                starts_at=opens,
                ends_at=ends,
                helpers=1,
                door_word="SPADE",
                status=status,
                open_since=opens,
                closed_at=None if status is OccurrenceStatus.OPEN else ends,
            )
        )
        self.session.flush()
        return need


def asked(desk: Desk) -> list[tuple[int, int, datetime]]:
    """Every ask in order: about which need, of whom, for what time."""
    return [(ask.need, ask.volunteer, instant(ask.start)) for ask in desk.asks]


def test_the_worker_asks_the_same_people_in_the_same_order_as_the_simulator(session: Session) -> None:
    county = small_county(seed=4)
    simulated = run_policy(county, Ours(learns=False)).desk
    served = run_policy(county, ThroughTheDatabase(session)).desk
    assert len(asked(simulated)) > 20
    assert any(simulated.held[a.need].said_yes > a.start for a in simulated.asks if a.status is AskStatus.ACCEPTED)
    assert asked(served) == asked(simulated)
    # The simulator's clock has parts of a second.
    assert [ask.asked for ask in served.asks] == pytest.approx([ask.asked for ask in simulated.asks], abs=1 / 30)
    assert {need: promise.volunteer for need, promise in served.held.items()} == {
        need: promise.volunteer for need, promise in simulated.held.items()
    }
    visits = session.execute(select(Visit.occurrence_id, Visit.starts_at).where(Visit.occurrence_id < PAST_NEEDS_FROM))
    assert {visit.occurrence_id - 1: visit.starts_at for visit in visits} == {
        need: instant(promise.start) for need, promise in simulated.held.items()
    }

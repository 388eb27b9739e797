"""A small made-up village to build rounds from, and an oracle that decides each rule the slow, plain way."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from geopy.distance import geodesic

from matcher.domain.geo import SPEED_M_PER_MIN, Point, TravelMode, chord_m
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import (
    HeldVisit,
    LiveAsk,
    OpenOccurrence,
    ReasonCode,
    RoundProblem,
    Volunteer,
)

MONDAY = datetime(2026, 1, 12, tzinfo=UTC)
NOW = MONDAY + timedelta(hours=7)
MINUTE = timedelta(minutes=1)
TRAITS = ("calm_with_dogs", "speaks_polish", "step_free_car")


class Village:
    """Builders with plain defaults: a snowy Monday at seven, everyone on the High Street, everyone willing."""

    now = NOW
    high_street = Point(51.3470, -2.2520)

    def at(self, hour: float, day: int = 0) -> datetime:
        """That hour of the Monday, or so many days later."""
        return MONDAY + timedelta(days=day, hours=hour)

    def window(self, start: float, end: float, day: int = 0) -> TimeWindow:
        return TimeWindow(self.at(start, day), self.at(end, day))

    def north(self, metres: float) -> Point:
        """So far north of the High Street."""
        there = geodesic(meters=metres).destination((self.high_street.lat, self.high_street.lon), 0)
        return Point(there.latitude, there.longitude)

    def need(self, id: int = 1, **changes: Any) -> OpenOccurrence:  # noqa: A002
        usual: dict[str, Any] = {
            "need_id": id,
            "resident_id": 1000 + id,
            "kind": "snow",
            "windows": (self.window(8, 12),),
            "minutes": 30,
            "point": self.high_street,
            "waiting_since": NOW,
        }
        usual |= changes
        usual.setdefault("told_point", usual["point"])
        return OpenOccurrence(id=id, **usual)

    def neighbour(self, id: int = 1, **changes: Any) -> Volunteer:  # noqa: A002
        usual: dict[str, Any] = {
            "person_id": id,
            "kinds": frozenset({"snow"}),
            "free": (self.window(8, 18),),
            "point": self.high_street,
            "reach_m": 2000.0,
        }
        return Volunteer(offer_id=100 + id, **(usual | changes))

    def ask(self, need: OpenOccurrence, neighbour: Volunteer, hour: float, asked_at: datetime = NOW) -> LiveAsk:
        visit = TimeWindow(self.at(hour), self.at(hour) + need.minutes * MINUTE)
        return LiveAsk(
            occurrence_id=need.id, offer_id=neighbour.offer_id, visit=visit, asked_at=asked_at, point=need.point
        )

    def round(self, needs: Iterable[OpenOccurrence], neighbours: Iterable[Volunteer], **changes: Any) -> RoundProblem:
        usual: dict[str, Any] = {"now": NOW, "occurrences": tuple(needs), "volunteers": tuple(neighbours)}
        return RoundProblem(**(usual | changes))

    def random_round(self, seed: int, needs: int = 4, neighbours: int = 5) -> RoundProblem:
        """A tiny world in which every rule fails somebody now and then."""
        return _RandomRound(self, random.Random(seed), random.Random(-1 - seed)).draw(needs, neighbours)


@dataclass
class _RandomRound:
    """Every other world is mild: most people could help, so that needs compete for them."""

    village: Village
    dice: random.Random
    night: random.Random
    mild: bool = False

    def draw(self, needs: int, neighbours: int) -> RoundProblem:
        dice = self.dice
        self.mild = dice.random() < 0.5
        occurrences = [self.need(n + 1) for n in range(dice.randint(1, needs))]
        volunteers = [self.in_their_hours(self.neighbour(v + 1)) for v in range(dice.randint(0, neighbours))]
        people = [v.person_id for v in volunteers]
        apart = {frozenset({dice.choice(people), 1000 + dice.randint(1, needs)}) for _ in people if dice.random() < 0.2}
        apart |= {frozenset(dice.sample(people, 2)) for _ in people if len(people) > 1 and dice.random() < 0.1}
        return self.village.round(
            dice.sample(occurrences, len(occurrences)),
            dice.sample(volunteers, len(volunteers)),
            now=NOW + dice.choice([0, 0, 0, 90, 200]) * MINUTE,
            live_asks=tuple(self.asks(occurrences, volunteers)),
            never_pairs=frozenset(apart),
        )

    def need(self, id: int) -> OpenOccurrence:  # noqa: A002
        dice = self.dice
        return self.village.need(
            id,
            kind="snow" if self.mild else dice.choice(["snow", "snow", "lift"]),
            windows=tuple(self.windows(dice.choice([1, 1, 2]))),
            minutes=dice.choice([15, 30, 60, 90]),
            helpers_wanted=dice.choice([0, 1, 1, 1, 2]),
            urgency=dice.choice(list(Urgency)),
            point=self.point(),
            waiting_since=NOW - timedelta(hours=dice.choice([0, 1, 20])),
            required_checks=frozenset(
                dice.sample(["id_seen", "dbs_adults"], 0 if self.mild else dice.choice([0, 0, 1, 2]))
            ),
            musts=frozenset(dice.sample(TRAITS, 0 if self.mild else dice.choice([0, 0, 0, 1, 2]))),
            wishes=frozenset(dice.sample(TRAITS, dice.choice([0, 0, 1, 3]))),
            refused_by=frozenset(101 + v for v in range(5) if dice.random() < 0.15),
            usual=frozenset(1 + v for v in range(5) if dice.random() < 0.15),
            held_by=frozenset(1 + v for v in range(5) if dice.random() < 0.05),
            pinned=frozenset(1 + v for v in range(5) if dice.random() < 0.03),
        )

    def neighbour(self, id: int) -> Volunteer:  # noqa: A002
        dice = self.dice
        return self.village.neighbour(
            dice.choice([id, id, id, 1001]) if id == 2 else id,
            kinds=frozenset(dice.sample(["snow", "lift"], 2 if self.mild else dice.choice([0, 1, 1, 2]))),
            checks={
                c: dice.choice([None, date(2026, 1, 12), date(2026, 1, 14)])
                for c in dice.sample(["id_seen", "dbs_adults"], dice.choice([1, 2, 2]))
            },
            traits=frozenset(dice.sample(TRAITS, dice.choice([0, 1, 2]))),
            free=tuple(self.windows(dice.choice([1, 2, 3]))),
            point=self.point(),
            reach_m=9000.0 if self.mild else dice.choice([500.0, 2000.0, 9000.0]),
            travel_mode=dice.choice(list(TravelMode)),
            visits_per_week=dice.choice([None, 1, 2]),
            held=tuple(self.held()),
            asked_at=tuple(NOW - dice.choice([1, 5, 30, 500]) * 10 * MINUTE for _ in range(dice.choice([0, 0, 1, 6]))),
        )

    def in_their_hours(self, one: Volunteer) -> Volunteer:
        told_at = self.village.at(self.night.choice([6, 8, 10, 10.25]))
        is_quiet = self.night.random() < 0.2
        return replace(one, told_at=told_at if is_quiet else None, is_woken=self.night.random() < 0.3)

    def windows(self, count: int) -> Iterable[TimeWindow]:
        for _ in range(count):
            start = self.dice.choice([8, 9, 10, 13])
            day = 0 if self.mild else self.dice.choice([0, 0, 0, 6, 7])
            yield self.village.window(start, start + self.dice.choice([0.5, 1, 2, 4]), day)

    def held(self) -> Iterable[HeldVisit]:
        start = 8.0
        for _ in range(self.dice.choice([0, 0, 1, 2])):
            start += self.dice.choice([0.5, 1.0, 2.0])
            yield HeldVisit(self.village.window(start, start + 0.5), self.point())
            start += 0.5

    def asks(self, occurrences: list[OpenOccurrence], volunteers: list[Volunteer]) -> Iterable[LiveAsk]:
        for neighbour in volunteers:
            if self.dice.random() < 0.2:
                ago = self.dice.choice([1, 20, 400]) * MINUTE
                need = self.dice.choice(occurrences)
                yield self.village.ask(need, neighbour, self.dice.choice([8, 9, 11]), NOW - ago)

    def point(self) -> Point:
        return self.village.north(self.dice.choice([0, 100, 700, 1500, 6000]))


class Oracle:
    """The rules one pair at a time, from the words of the design. It shares no code with the engine."""

    order = tuple(ReasonCode)

    def fits(
        self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer, waived: Iterable[ReasonCode] = ()
    ) -> bool:
        """Nothing keeps this volunteer from being asked (before anybody is asked in this round)."""
        return self.start(problem, need, one, waived) is not None

    def is_a_pair(self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer) -> bool:
        asked = {a.offer_id for a in problem.live_asks if a.occurrence_id == need.id}
        asked_people = {v.person_id for v in problem.volunteers if v.offer_id in asked}
        return one.person_id not in {need.resident_id} | need.held_by | asked_people

    def start(
        self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer, waived: Iterable[ReasonCode] = ()
    ) -> datetime | None:
        rules = set(self.order) - set(waived)
        if not self.is_a_pair(problem, need, one) or any(self.fails(problem, need, one, rule) for rule in rules):
            return None
        return min(
            (s for s in self.moments(problem, need, one) if self.suits(problem, need, one, s, rules)), default=None
        )

    def fails(self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer, rule: ReasonCode) -> bool:
        """For the rules that do not depend on when the visit begins."""
        last_day = local_day(max(w.end for w in need.windows) - timedelta(microseconds=1))
        apart = {p for pair in problem.never_pairs for p in pair if one.person_id in pair} - {one.person_id}
        asked = {a.offer_id for a in problem.live_asks if a.occurrence_id == need.id}
        there = {need.resident_id} | need.held_by | {v.person_id for v in problem.volunteers if v.offer_id in asked}
        live = sum(a.offer_id == one.offer_id for a in problem.live_asks)
        today = sum(problem.now - timedelta(days=1) < at for at in one.asked_at)
        far = geodesic((need.point.lat, need.point.lon), (one.point.lat, one.point.lon)).m > one.reach_m
        return {
            ReasonCode.NOBODY_NEAR: far,
            ReasonCode.NOBODY_DOES_THIS: need.kind not in one.kinds,
            ReasonCode.NOBODY_CHECKED: any(
                c not in one.checks or (one.checks[c] or date.max) < last_day for c in need.required_checks
            ),
            ReasonCode.NOBODY_AS_ASKED: any(trait not in one.traits for trait in need.musts),
            ReasonCode.ALL_ASKED_ENOUGH: live >= 2 or today >= 6,
            ReasonCode.KEPT_APART: bool(apart & there),
            ReasonCode.ALL_SAID_NO: one.offer_id in need.refused_by,
            ReasonCode.KEPT_FOR_ANOTHER: bool(need.pinned) and one.person_id not in need.pinned,
        }.get(rule, False)

    def moments(self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer) -> Iterable[datetime]:
        """Where an earliest start can lie: where something begins or ends."""
        yield self.ready(problem, need, one)
        yield from (w.start for w in (*need.windows, *one.free))
        yield from (MONDAY + timedelta(weeks=w) for w in range(3))
        for window, point in self.promises(problem, one):
            yield window.end + self.way(point, need.point, one)

    def suits(
        self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer, start: datetime, rules: set[ReasonCode]
    ) -> bool:
        visit = TimeWindow(start, start + need.minutes * MINUTE)
        in_time = any(w.contains(visit) for w in need.windows) and start >= self.ready(problem, need, one)
        overrun = any(w.start == start for w in need.windows) or any(w.contains(visit) for w in need.windows)
        return (
            (in_time if ReasonCode.WINDOW_PASSED in rules else overrun)
            and (ReasonCode.NOBODY_FREE not in rules or self.is_free(one, visit))
            and (ReasonCode.ALL_AT_LIMIT not in rules or self.is_below_limit(problem, one, start))
            and (ReasonCode.ALL_BUSY_ELSEWHERE not in rules or self.is_not_busy(problem, need, one, visit))
        )

    def is_free(self, one: Volunteer, visit: TimeWindow) -> bool:
        moments = [visit.start + m * MINUTE for m in range(ceil(visit.minutes))]
        moments.append(visit.end - timedelta(microseconds=1))
        return all(any(w.start <= moment < w.end for w in one.free) for moment in moments)

    def is_below_limit(self, problem: RoundProblem, one: Volunteer, start: datetime) -> bool:
        if one.visits_per_week is None:
            return True
        week = local_day(start).isocalendar()[:2]
        starts = (window.start for window, _ in self.promises(problem, one))
        return sum(local_day(s).isocalendar()[:2] == week for s in starts) < one.visits_per_week

    def is_not_busy(self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer, visit: TimeWindow) -> bool:
        return all(
            visit.end + self.way(point, need.point, one) <= window.start
            or window.end + self.way(point, need.point, one) <= visit.start
            for window, point in self.promises(problem, one)
        )

    def promises(self, problem: RoundProblem, one: Volunteer) -> list[tuple[TimeWindow, Point]]:
        asks = [(a.visit, a.point) for a in problem.live_asks if a.offer_id == one.offer_id]
        return [(h.window, h.point) for h in one.held] + asks

    def ready(self, problem: RoundProblem, need: OpenOccurrence, one: Volunteer) -> datetime:
        notice = problem.params.notice_min * MINUTE
        is_told_at_once = one.told_at is None or (one.is_woken and need.urgency is Urgency.URGENT)
        told_at = problem.now if is_told_at_once else max(problem.now, one.told_at)
        return told_at + notice + self.way(one.point, need.point, one)

    def way(self, a: Point, b: Point, one: Volunteer) -> timedelta:
        return timedelta(seconds=ceil(chord_m(a, b) / SPEED_M_PER_MIN[one.travel_mode] * 60))


@pytest.fixture(scope="session")
def village() -> Village:
    return Village()


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle()


__all__ = ["Oracle", "Village", "replace"]

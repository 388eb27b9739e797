"""The desk of one run: what is open, who was asked, who has promised what, and how tired people are."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from matcher.domain.timewindow import TimeWindow, subtract
from matcher.engine.clock import Bools, Floats, Ints
from matcher.engine.late import Span, begins_at
from matcher.simulation.answers import Answers
from matcher.simulation.county import County
from matcher.simulation.dice import Throw, uniform
from matcher.simulation.hours import instant, minute_of, week_of
from matcher.simulation.parameters import ANSWERING, DAY_MIN, SLOTS_A_DAY


class AskStatus(StrEnum):
    """What became of an ask. `set_aside`: they said yes to something else; `expired`: a policy gave up waiting."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    EXPIRED = "expired"
    LAPSED = "lapsed"


@dataclass(slots=True)
class SimAsk:
    """One ask. Times are minutes. ended: when it stopped being live. chance: what the asker thought of it."""

    need: int
    volunteer: int
    start: float
    asked: float
    yes: bool
    answers_at: float
    status: AskStatus = AskStatus.LIVE
    ended: float = float("inf")
    chance: float = float("nan")


@dataclass(frozen=True, slots=True)
class Promise:
    """A visit that somebody holds."""

    need: int
    volunteer: int
    start: float
    end: float
    said_yes: float


@dataclass(slots=True)
class Tiredness:
    """Asks of late, (V,): each counts half after three days."""

    level: Floats
    since: float = 0.0

    def now(self, minute: float) -> Floats:
        """Levels at that minute."""
        levels: Floats = self.level * 0.5 ** ((minute - self.since) / (ANSWERING.half_life_days * DAY_MIN))
        return levels

    def add(self, volunteer: int, minute: float, amount: float, happened: float) -> None:
        """Something that counted `amount` when it happened."""
        self.level, self.since = self.now(minute), minute
        self.level[volunteer] += amount * 0.5 ** ((minute - happened) / (ANSWERING.half_life_days * DAY_MIN))


@dataclass(slots=True)
class Desk:
    """The state of a run. open_needs: rows that still want somebody. visits: (V, slots) promised in each half-day.
    weekly: (V, weeks). most: (V, slots) how many visits fit into a half-day.
    """

    county: County
    answers: Answers
    tired: Tiredness
    visits: Ints
    weekly: Ints
    most: Ints
    now: float = 0.0
    open_needs: set[int] = field(default_factory=set)
    asks: list[SimAsk] = field(default_factory=list)
    of_need: dict[int, list[SimAsk]] = field(default_factory=dict)
    of_volunteer: dict[int, list[SimAsk]] = field(default_factory=dict)
    held: dict[int, Promise] = field(default_factory=dict)
    held_by: dict[int, list[Promise]] = field(default_factory=dict)
    refused: dict[int, set[int]] = field(default_factory=dict)
    live_count: Counter[int] = field(default_factory=Counter)
    changes: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, county: County) -> Desk:
        """An empty desk."""
        count, slots = county.helpers.free.shape
        return cls(
            county=county,
            answers=Answers(county),
            tired=Tiredness(np.zeros(count)),
            visits=np.zeros((count, slots), dtype=np.int64),
            weekly=np.zeros((count, county.scenario.days // 7 + 2), dtype=np.int64),
            most=most_visits(county),
        )

    def ask(self, need: int, volunteer: int, start: float, chance: float = float("nan")) -> SimAsk:
        """Ask somebody. What they will say is settled now; nobody knows it before they answer."""
        tired = float(self.tired.now(self.now)[volunteer])
        yes = self.answers.says_yes(need, volunteer, start, self.now, tired)
        silent = not yes and bool(self.answers.is_silent_no[need, volunteer])
        answers_at = float("inf") if silent else self.answers.answers_at(need, volunteer, start, self.now)
        one = SimAsk(need, volunteer, start, self.now, yes, answers_at, chance=chance)
        self.tired.add(volunteer, self.now, 1.0, self.now)
        self.asks.append(one)
        self.of_need.setdefault(need, []).append(one)
        self.of_volunteer.setdefault(volunteer, []).append(one)
        self.live_count[volunteer] += 1
        self.changes[volunteer] += 1
        return one

    def live(self, need: int) -> list[SimAsk]:
        """Asks for it that wait for an answer."""
        return [ask for ask in self.of_need.get(need, ()) if ask.status is AskStatus.LIVE]

    def end(self, ask: SimAsk, status: AskStatus) -> None:
        """An ask stops being live."""
        if ask.status is AskStatus.LIVE:
            ask.status, ask.ended = status, self.now
            self.live_count[ask.volunteer] -= 1

    def hear(self, ask: SimAsk) -> set[int]:
        """An answer comes in. The rows of needs that must be looked at again, because somebody said no."""
        if not ask.yes:
            return self._hear_no(ask)
        if ask.status is AskStatus.SET_ASIDE:
            return set()
        start = self._begins(ask) if ask.status is AskStatus.LIVE and ask.need in self.open_needs else None
        if start is None:
            self.end(ask, AskStatus.LAPSED)
            self.tired.add(ask.volunteer, self.now, ANSWERING.too_late_counts - 1, ask.asked)
            return {ask.need} & self.open_needs
        return self._hold(ask, start)

    def reopen(self, need: int) -> None:
        """Whoever said yes did not come."""
        promise = self.held.pop(need)
        self._count(promise, -1)
        self.held_by[promise.volunteer].remove(promise)
        self.refused.setdefault(need, set()).add(promise.volunteer)
        self.open_needs.add(need)

    def close(self, need: int) -> None:
        """Its time has passed."""
        if need in self.open_needs:
            self.open_needs.discard(need)
            for ask in self.live(need):
                self.end(ask, AskStatus.LAPSED)

    def clashes(self, need: int, volunteer: int, start: float) -> bool:
        """Another visit of theirs is in the way. With one visit in a half-day only one that runs on can be."""
        end = start + float(self.county.needs.minutes[need])
        return any(one.start < end and start < one.end for one in self.held_by.get(volunteer, ()))

    def asks_since(self, volunteer: int, since: float) -> list[float]:
        """When this volunteer was asked, from that minute on."""
        found = []
        for ask in reversed(self.of_volunteer.get(volunteer, ())):
            if ask.asked < since:
                break
            found.append(ask.asked)
        return found

    def _hear_no(self, ask: SimAsk) -> set[int]:
        if ask.status is not AskStatus.LIVE:
            return set()
        self.end(ask, AskStatus.DECLINED)
        self.refused.setdefault(ask.need, set()).add(ask.volunteer)
        return {ask.need} & self.open_needs

    def _begins(self, ask: SimAsk) -> float | None:
        """When the visit begins, by the service's own rule; None if by now there is no room left for it."""
        county, v = self.county, ask.volunteer
        minutes, way = float(county.needs.minutes[ask.need]), float(county.way_min[ask.need, v])
        start = begins_at(ask.start, minutes, now=self.now, way=way, free=self._free(ask.need, v))
        if start is None:
            return None
        slot = county.slot_of(start)
        is_free = self.visits[v, slot] < self.most[v, slot]
        below_limit = self.weekly[v, week_of(start)] < county.helpers.visits_a_week[v]
        return start if is_free and below_limit and not self.clashes(ask.need, v, start) else None

    def _free(self, need: int, volunteer: int) -> list[Span]:
        """Inside the need's window, when they are free and have promised nothing."""
        county, opens, ends = self.county, float(self.county.needs.opens[need]), float(self.county.needs.ends[need])
        room = county.helpers.free[volunteer] & (self.visits[volunteer] < self.most[volunteer])
        slots = np.flatnonzero(room & (county.slot_start < ends) & (county.slot_end > opens)).tolist()
        held = self.held_by.get(volunteer, ())
        left = subtract(
            (TimeWindow(instant(county.slot_start[slot]), instant(county.slot_end[slot])) for slot in slots),
            (TimeWindow(instant(one.start), instant(one.end)) for one in held),
        )
        spans = ((max(minute_of(one.start), opens), min(minute_of(one.end), ends)) for one in left)
        return [(start, end) for start, end in spans if start < end]

    def _hold(self, ask: SimAsk, start: float) -> set[int]:
        promise = Promise(ask.need, ask.volunteer, start, start + self.county.needs.minutes[ask.need], self.now)
        self.end(ask, AskStatus.ACCEPTED)
        self.open_needs.discard(ask.need)
        self.held[ask.need] = promise
        self.held_by.setdefault(ask.volunteer, []).append(promise)
        self._count(promise, 1)
        for other in self.live(ask.need):
            self.end(other, AskStatus.WITHDRAWN)
        return self._set_aside(ask.volunteer, promise)

    def _set_aside(self, volunteer: int, promise: Promise) -> set[int]:
        """Their other asks for which there is no room any more."""
        slot, week = self.county.slot_of(promise.start), week_of(promise.start)
        no_room = self.visits[volunteer, slot] >= self.most[volunteer, slot]
        at_limit = self.weekly[volunteer, week] >= self.county.helpers.visits_a_week[volunteer]
        again = set()
        for ask in self.of_volunteer[volunteer]:
            same_slot = no_room and self.county.slot_of(ask.start) == slot
            if ask.status is AskStatus.LIVE and (same_slot or (at_limit and week_of(ask.start) == week)):
                self.end(ask, AskStatus.SET_ASIDE)
                again.add(ask.need)
        return again & self.open_needs

    def _count(self, promise: Promise, by: int) -> None:
        self.changes[promise.volunteer] += 1
        self.visits[promise.volunteer, self.county.slot_of(promise.start)] += by
        self.weekly[promise.volunteer, week_of(promise.start)] += by


def most_visits(county: County) -> Ints:
    """(V, slots): how many visits fit into a half-day: one, but for the extensions."""
    most = np.ones(county.helpers.free.shape, dtype=np.int64)
    if county.scenario.extensions.several_visits:
        most[:] = 2
    for day in county.scenario.snow_days:
        most[county.helpers.standby, day * SLOTS_A_DAY] = 2
    return most


def latest_in_slot(county: County, need: int, free: Bools) -> Floats:
    """(..., slots): the latest start in each half-day: a visit may run on into the next if they are free then too."""
    minutes = county.needs.minutes[need]
    runs_on = np.zeros(free.shape, dtype=np.bool_)
    runs_on[..., :-1] = free[..., 1:] & (county.slot_end[:-1] == county.slot_start[1:])
    latest: Floats = np.minimum(
        np.where(runs_on, county.slot_end - 1 / 60, county.slot_end - minutes), county.needs.ends[need] - minutes
    )
    return latest


def earliest_in_slot(county: County, need: int, room: Bools, not_before: Floats) -> Floats:
    """(V, slots): the earliest start in each half-day with room, not before (V,) minutes; infinite if there is none."""
    start = np.maximum(county.slot_start, county.needs.opens[need])[None, :]
    start = np.maximum(start, not_before[:, None])
    fits = room & (start <= latest_in_slot(county, need, room)) & (start < county.slot_end)
    found: Floats = np.where(fits, start, np.inf)
    return found


def shuffled(seed: int, need: int, count: int) -> Floats:
    """A number for every volunteer by which to put them in no particular order."""
    return uniform(seed, Throw.ORDER, need, np.arange(count))

"""The desk put as a round's question, and our policy: the engine that answers it in the service answers it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Allocation
from matcher.engine.params import Params
from matcher.engine.problem import HeldVisit, LiveAsk, OpenOccurrence, RoundProblem, Volunteer
from matcher.engine.solve import solve_round
from matcher.simulation.county import County, point_at
from matcher.simulation.desk import Desk
from matcher.simulation.hours import instant, minute_of, week_of
from matcher.simulation.parameters import CHECK, DAY_MIN, HABITS, KINDS
from matcher.simulation.policies import Choice, Decision

ASKS_REMEMBERED_MIN = 14 * DAY_MIN
RESIDENTS_FROM = 100_000  # ids of residents; volunteers come before
WEEK_MIN = 7 * DAY_MIN

Solve = Callable[[RoundProblem], Allocation]


class Questions:
    """Makes the question of each round of one county. What does not change between rounds is made once."""

    def __init__(self, county: County, params: Params) -> None:
        self.county, self.params = county, params
        helpers = county.helpers
        self._homes = [point_at(xy) for xy in helpers.xy]
        self._doors = [point_at(xy) for xy in county.needs.xy]
        self._kinds = [frozenset(KINDS[k].slug for k in np.flatnonzero(does)) for does in helpers.does]
        self._checks = [{CHECK: None} if dbs else {} for dbs in helpers.dbs]
        self._slots = [
            TimeWindow(instant(start), instant(end))
            for start, end in zip(county.slot_start, county.slot_end, strict=True)
        ]
        self._state: tuple[int, int, float, int] | None = None
        self._made: dict[int, tuple[int, Volunteer]] = {}
        self._occurrences = [self._occurrence(need) for need in range(county.needs.posted.size)]

    def of(self, desk: Desk) -> RoundProblem:
        """The question as it stands now."""
        needs = sorted(desk.open_needs)
        last = self.county.slot_of(max(self.county.needs.ends[need] for need in needs))
        first = max(self.county.slot_of(desk.now), 0)
        return RoundProblem(
            now=instant(desk.now),
            params=self.params,
            occurrences=tuple(self._as_it_stands(desk, need) for need in needs),
            volunteers=self._volunteers(desk, first, last),
            live_asks=tuple(
                LiveAsk(
                    occurrence_id=ask.need + 1,
                    offer_id=ask.volunteer + 1,
                    visit=self._visit(ask.need, ask.start),
                    asked_at=instant(ask.asked),
                    point=self._doors[ask.need],
                )
                for need in needs
                for ask in desk.live(need)
            ),
        )

    def _occurrence(self, need: int) -> OpenOccurrence:
        needs = self.county.needs
        return OpenOccurrence(
            id=need + 1,
            need_id=need + 1,
            resident_id=RESIDENTS_FROM + int(needs.resident[need]),
            kind=KINDS[needs.kind[need]].slug,
            windows=(TimeWindow(instant(needs.opens[need]), instant(needs.ends[need])),),
            minutes=int(needs.minutes[need]),
            urgency=needs.urgency[need],
            point=self._doors[need],
            told_point=self._doors[need],
            waiting_since=instant(needs.posted[need]),
            target=instant(needs.target[need]),
            required_checks=frozenset({CHECK} if KINDS[needs.kind[need]].wants_dbs else ()),
            usual=frozenset((np.flatnonzero(needs.known[need]) + 1).tolist()),
        )

    def _as_it_stands(self, desk: Desk, need: int) -> OpenOccurrence:
        refused = desk.refused.get(need)
        if not refused:
            return self._occurrences[need]
        return replace(self._occurrences[need], refused_by=frozenset(v + 1 for v in refused))

    def _volunteers(self, desk: Desk, first: int, last: int) -> tuple[Volunteer, ...]:
        """Everybody, as they stand: made anew only where something has changed since the last round."""
        factor = self.county.reach_on(desk.now)
        state = (first, last, factor, int(desk.now // DAY_MIN))
        if state != self._state:
            self._state, self._made = state, {}
        for v in range(len(self._homes)):
            made = self._made.get(v)
            if made is None or made[0] != desk.changes[v]:
                self._made[v] = (desk.changes[v], self._volunteer(desk, v, first, last, factor))
        return tuple([self._made[v][1] for v in range(len(self._homes))])

    def _volunteer(self, desk: Desk, v: int, first: int, last: int, factor: float) -> Volunteer:
        helpers = self.county.helpers
        room = helpers.free[v, first : last + 1] & (desk.visits[v] < desk.most[v])[first : last + 1]
        return Volunteer(
            offer_id=v + 1,
            person_id=v + 1,
            kinds=self._kinds[v],
            checks=self._checks[v],
            free=tuple([self._slots[first + slot] for slot in np.flatnonzero(room).tolist()]),
            point=self._homes[v],
            reach_m=float(helpers.reach_km[v]) * factor * 1000,
            visits_per_week=int(helpers.visits_a_week[v]),
            held=self._held(desk, v),
            asked_at=tuple([instant(at) for at in desk.asks_since(v, desk.now - ASKS_REMEMBERED_MIN)]),
        )

    def _held(self, desk: Desk, volunteer: int) -> tuple[HeldVisit, ...]:
        monday = week_of(desk.now) * WEEK_MIN
        return tuple(
            HeldVisit(TimeWindow(instant(one.start), instant(one.end)), self._doors[one.need])
            for one in desk.held_by.get(volunteer, ())
            if one.end > monday
        )

    def _visit(self, need: int, start: float) -> TimeWindow:
        return TimeWindow(instant(start), instant(start + float(self.county.needs.minutes[need])))


class Ours:
    """The service's own way of asking. solve: `solve_round`, the very function that the service's worker calls."""

    def __init__(self, params: Params | None = None, *, solve: Solve = solve_round, name: str = "ours") -> None:
        self.name, self._params, self._solve = name, params or Params(), solve

    def begin(self, county: County) -> None:
        """Prepare the questions."""
        self._questions = Questions(county, self._params)

    def night(self, desk: Desk) -> None:
        """Learn from the answers so far."""

    def decide(self, desk: Desk) -> Decision:
        """One round."""
        answer = self._solve(self._questions.of(desk))
        look_at = dict.fromkeys(desk.open_needs, desk.now + HABITS.look_again_min)
        look_at |= {waits.occurrence_id - 1: minute_of(waits.next_ask_at) for waits in answer.waiting}
        choices = tuple(
            Choice(ask.occurrence_id - 1, ask.offer_id - 1, minute_of(ask.visit.start)) for ask in answer.asks
        )
        return Decision(choices, look_at)

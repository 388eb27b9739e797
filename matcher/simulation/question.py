"""The desk put as a round's question, and our policy: the engine that answers it in the service answers it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.domain.kinds import is_personal
from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Allocation
from matcher.engine.learning import Learned
from matcher.engine.params import Params
from matcher.engine.problem import LiveAsk, OpenOccurrence, RoundProblem, Volunteer
from matcher.engine.snapshot import ASKED, HELD, Snapshot, microseconds, snapshot_of
from matcher.engine.solve import solve_round
from matcher.simulation.county import County, point_at
from matcher.simulation.desk import Desk
from matcher.simulation.forecast import SnowForecast
from matcher.simulation.hours import instant, minute_of, week_of
from matcher.simulation.learner import learn
from matcher.simulation.parameters import CHECK, DAY_MIN, HABITS, KINDS
from matcher.simulation.policies import Choice, Decision

RESIDENTS_FROM = 100_000  # ids of residents; volunteers come before
WEEK_MIN = 7 * DAY_MIN

Solve = Callable[[RoundProblem], Allocation]
whom_to_ask: Solve = partial(solve_round, say_why=False)


class Questions:
    """Makes the question of each round of one county. What does not change between rounds is made once."""

    def __init__(self, county: County, params: Params) -> None:
        self.county, self.params = county, params
        helpers = county.helpers
        self._doors = [point_at(xy) for xy in county.needs.xy]
        self._slots = [
            TimeWindow(instant(start), instant(end))
            for start, end in zip(county.slot_start, county.slot_end, strict=True)
        ]
        self._forecast = SnowForecast(county)
        self._state: tuple[int, int, int] | None = None
        self._free: dict[int, tuple[int, tuple[TimeWindow, ...]]] = {}
        self._asked_so_far: list[tuple[int, int]] = []
        self._everybody = snapshot_of(tuple(_volunteer(county, v) for v in range(helpers.reach_km.size)))
        self._occurrences = [self._occurrence(need) for need in range(county.needs.posted.size)]

    def of(self, desk: Desk) -> RoundProblem:
        """The question as it stands now."""
        needs = sorted(desk.open_needs)
        forecast = self._forecast.at(desk.now) if self.params.reserve_share else ()
        ends = [float(self.county.needs.ends[need]) for need in needs]
        ends += [minute_of(one.occurrence.windows[-1].end) for one in forecast[-1:]]  # the last day's last
        last = self.county.slot_of(max(ends))
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
            forecast=forecast,
        )

    def believe(self, learned: Learned) -> None:
        """From now on, ask by these chances of a yes."""
        self.params = replace(self.params, acceptance=learned.acceptance)
        leaning = [learned.leaning.get(person, 0.0) for person in self._everybody.person.tolist()]
        self._everybody = replace(self._everybody, leaning=np.array(leaning, dtype=np.float64))

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
            usual_first=is_personal({CHECK} if KINDS[needs.kind[need]].wants_dbs else ()),
        )

    def _as_it_stands(self, desk: Desk, need: int) -> OpenOccurrence:
        refused = desk.refused.get(need)
        if not refused:
            return self._occurrences[need]
        return replace(self._occurrences[need], refused_by=frozenset(v + 1 for v in refused))

    def _volunteers(self, desk: Desk, first: int, last: int) -> Snapshot:
        """Everybody as they stand, in columns, as the service reads them; what has not changed is not made again."""
        state = (first, last, int(desk.now // DAY_MIN))
        if state != self._state:
            self._state, self._free = state, {}
        weeks = tuple([self._free_of(desk, v, first, last) for v in range(len(self._everybody))])
        return replace(
            self._everybody,
            reach_m=self._everybody.reach_m * self.county.reach_on(desk.now),
            week=np.arange(len(weeks), dtype=np.int32),
            weeks=weeks,
            held=self._held(desk),
            asked=self._asked(desk),
        )

    def _free_of(self, desk: Desk, v: int, first: int, last: int) -> tuple[TimeWindow, ...]:
        made = self._free.get(v)
        if made is None or made[0] != desk.changes[v]:
            room = self.county.helpers.free[v, first : last + 1] & (desk.visits[v] < desk.most[v])[first : last + 1]
            free = tuple([self._slots[first + slot] for slot in np.flatnonzero(room).tolist()])
            made = self._free[v] = (desk.changes[v], free)
        return made[1]

    def _asked(self, desk: Desk) -> npt.NDArray[Any]:
        """Asks that still count as of late, by row, each row in the order of asking."""
        for ask in desk.asks[len(self._asked_so_far) :]:
            self._asked_so_far.append((ask.volunteer, microseconds(instant(ask.asked))))
        asked = np.array(self._asked_so_far, dtype=ASKED)
        remembered = self.params.idle_days * DAY_MIN
        asked = asked[asked["at"] > microseconds(instant(desk.now - remembered))]
        return asked[np.argsort(asked["row"], kind="stable")]

    def _held(self, desk: Desk) -> npt.NDArray[Any]:
        """Visits held or done from the Monday of this week on, by row."""
        monday = week_of(desk.now) * WEEK_MIN
        held = [
            (one.volunteer, microseconds(instant(one.start)), microseconds(instant(one.end)), door.lat, door.lon)
            for one in sorted(desk.held.values(), key=lambda one: (one.volunteer, one.start))
            if one.end > monday
            for door in (self._doors[one.need],)
        ]
        return np.array(held, dtype=HELD)

    def _visit(self, need: int, start: float) -> TimeWindow:
        return TimeWindow(instant(start), instant(start + float(self.county.needs.minutes[need])))


def _volunteer(county: County, v: int) -> Volunteer:
    """What does not change of somebody."""
    helpers = county.helpers
    return Volunteer(
        offer_id=v + 1,
        person_id=v + 1,
        kinds=frozenset(KINDS[k].slug for k in np.flatnonzero(helpers.does[v])),
        checks={CHECK: None} if helpers.dbs[v] else {},
        free=(),
        point=point_at(helpers.xy[v]),
        reach_m=float(helpers.reach_km[v]) * 1000,
        visits_per_week=int(helpers.visits_a_week[v]),
    )


class Ours:
    """The service's own way of asking. solve: by default `solve_round`, the very function that the service's worker
    calls, without its reasons. learns: chances of a yes are learned night by night.
    """

    def __init__(
        self, params: Params | None = None, *, solve: Solve = whom_to_ask, name: str = "ours", learns: bool = True
    ) -> None:
        self.name, self._params, self._solve, self._learns = name, params or Params(), solve, learns

    def begin(self, county: County) -> None:
        """Prepare the questions."""
        self._questions = Questions(county, self._params)

    def night(self, desk: Desk) -> None:
        """Learn from the answers so far, as the service does every night."""
        if self._learns and desk.asks:
            self._questions.believe(learn(desk, self._params))

    def decide(self, desk: Desk) -> Decision:
        """One round."""
        answer = self._solve(self._questions.of(desk))
        look_at = dict.fromkeys(desk.open_needs, desk.now + HABITS.look_again_min)
        look_at |= {waits.occurrence_id - 1: minute_of(waits.next_ask_at) for waits in answer.waiting}
        choices = tuple(
            Choice(ask.occurrence_id - 1, ask.offer_id - 1, minute_of(ask.visit.start)) for ask in answer.asks
        )
        return Decision(choices, look_at)

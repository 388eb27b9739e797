"""One run: needs are posted, rounds ask, answers come in, time passes."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum

from matcher.simulation.county import County
from matcher.simulation.desk import Desk, SimAsk
from matcher.simulation.hours import in_the_day
from matcher.simulation.parameters import DAY_MIN, HABITS
from matcher.simulation.policies import Decision, Policy

NO_SHOW_SEEN_MIN = 30.0


class Happening(IntEnum):
    """What can happen, in the order in which it does when it happens at the same minute."""

    NIGHT = 0
    CLOSE = 1
    POST = 2
    ANSWER = 3
    NO_SHOW = 4


@dataclass(slots=True)
class Run:
    """One county under one policy. due: when each open need is to be looked at next."""

    desk: Desk
    policy: Policy
    due: dict[int, float] = field(default_factory=dict)
    queue: list[tuple[float, Happening, int]] = field(default_factory=list)
    last_round: float = -HABITS.batch_min
    will_not_wait: bool = False
    rounds: int = 0

    def until_over(self) -> Desk:
        """Let everything happen."""
        self._prepare()
        while self.queue:
            at = self._next_round_at()
            if at < self.queue[0][0]:
                self._hold_round(at)
            else:
                self._happens(*heapq.heappop(self.queue))
        return self.desk

    def _prepare(self) -> None:
        county = self.desk.county
        for need, (posted, ends) in enumerate(zip(county.needs.posted, county.needs.ends, strict=True)):
            self.queue.append((float(posted), Happening.POST, need))
            self.queue.append((float(ends), Happening.CLOSE, need))
        nights = ((day + 1) * DAY_MIN for day in range(county.scenario.days))
        self.queue += [(float(night), Happening.NIGHT, 0) for night in nights]
        heapq.heapify(self.queue)
        self.policy.begin(county)

    def _next_round_at(self) -> float:
        if not self.due:
            return float("inf")
        due = max(min(self.due.values()), self.desk.now)
        return in_the_day(due if self.will_not_wait else max(due, self.last_round + HABITS.batch_min))

    def _hold_round(self, at: float) -> None:
        self.desk.now = self.last_round = at
        self.will_not_wait = False
        self.rounds += 1
        decision = self.policy.decide(self.desk)
        self._ask(decision)
        self.due = {need: max(decision.look_at.get(need, 0.0), at + 1) for need in self.desk.open_needs}

    def _ask(self, decision: Decision) -> None:
        for choice in decision.choices:
            ask = self.desk.ask(choice.need, choice.volunteer, choice.start, choice.chance)
            if ask.answers_at < float("inf"):
                heapq.heappush(self.queue, (ask.answers_at, Happening.ANSWER, len(self.desk.asks) - 1))

    def _happens(self, at: float, what: Happening, row: int) -> None:
        self.desk.now = at
        if what is Happening.POST:
            self._post(row)
        elif what is Happening.CLOSE:
            self.desk.close(row)
            self.due.pop(row, None)
        elif what is Happening.ANSWER:
            self._answer(self.desk.asks[row])
        elif what is Happening.NO_SHOW:
            self._no_show(row)
        else:
            self.policy.night(self.desk)

    def _post(self, need: int) -> None:
        self.desk.open_needs.add(need)
        self.due[need] = self.desk.now
        self.will_not_wait |= bool(self.desk.county.needs.urgent[need])

    def _answer(self, ask: SimAsk) -> None:
        self._look_again(self.desk.hear(ask))
        promise = self.desk.held.get(ask.need)
        if promise and promise.volunteer == ask.volunteer:
            self.due.pop(ask.need, None)
            if not self.desk.answers.comes[ask.need, ask.volunteer]:
                heapq.heappush(self.queue, (promise.start + NO_SHOW_SEEN_MIN, Happening.NO_SHOW, ask.need))

    def _no_show(self, need: int) -> None:
        self.desk.reopen(need)
        if self.desk.county.needs.ends[need] <= self.desk.now:
            self.desk.close(need)
        else:
            self._look_again({need})

    def _look_again(self, needs: Iterable[int]) -> None:
        for need in needs:
            self.due[need] = self.desk.now
            self.will_not_wait = True


def run_policy(county: County, policy: Policy) -> Run:
    """One run from the first Monday to the end of the last need."""
    run = Run(Desk.of(county), policy)
    run.until_over()
    return run

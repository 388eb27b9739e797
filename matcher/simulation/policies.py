"""The ways of asking that are compared. Each looks at the desk and says whom to ask now, and when to look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from matcher.engine.clock import Floats, Ints
from matcher.simulation.answers import wishes
from matcher.simulation.county import County
from matcher.simulation.desk import AskStatus, Desk, SimAsk, earliest_in_slot, shuffled
from matcher.simulation.hours import week_of
from matcher.simulation.parameters import DAY_MIN, HABITS


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to ask now, for a visit at `start`. chance: what the policy thinks of a yes, if it does."""

    need: int
    volunteer: int
    start: float
    chance: float = float("nan")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to ask, and for each open need when to look at it again."""

    choices: tuple[Choice, ...] = ()
    look_at: dict[int, float] = field(default_factory=dict)


class Policy(Protocol):
    """A way of asking."""

    name: str

    def begin(self, county: County) -> None:
        """A new county."""

    def night(self, desk: Desk) -> None:
        """The day is over."""

    def decide(self, desk: Desk) -> Decision:
        """Whom to ask now."""


Order = Callable[[County, int, Ints], Floats]


def nearest_first(county: County, need: int, rows: Ints) -> Floats:
    """By distance."""
    away: Floats = county.km[need, rows]
    return away


def in_no_order(county: County, need: int, rows: Ints) -> Floats:
    """By lot, the same one for every policy."""
    return shuffled(county.seed, need, county.helpers.reach_km.size)[rows]


class PlainPolicy:
    """What the plain ones share: who may be asked at all, and from when on."""

    name = "plain"

    def begin(self, county: County) -> None:
        """Work out whom to think of at all: those who are free at some time that the need allows."""
        wished = wishes(county)
        self._rows = [_ever_free(county, need, np.flatnonzero(wished[need])) for need in range(len(wished))]

    def night(self, desk: Desk) -> None:
        """They learn nothing."""

    def eligible(self, desk: Desk, need: int) -> tuple[Ints, Floats]:
        """Rows of volunteers who may be asked about it now, and the start to propose to each."""
        county = desk.county
        asked = [ask.volunteer for ask in desk.of_need.get(need, ())]
        rows = self._rows[need]
        rows = rows[~np.isin(rows, asked)] if asked else rows
        if not rows.size:
            return rows, np.empty(0)
        ready = desk.now + HABITS.notice_min + county.way_min[need, rows]
        room = county.helpers.free[rows] & (desk.visits[rows] < desk.most[rows])
        start = earliest_in_slot(county, need, room, ready).min(axis=1, initial=np.inf)
        week = np.array([week_of(s) if np.isfinite(s) else 0 for s in start], dtype=np.int64)
        able = np.isfinite(start) & (desk.weekly[rows, week] < county.helpers.visits_a_week[rows])
        able &= [not desk.clashes(need, v, s) for v, s in zip(rows.tolist(), start.tolist(), strict=True)]
        return rows[able], start[able]


def _ever_free(county: County, need: int, rows: Ints) -> Ints:
    start = earliest_in_slot(
        county, need, county.helpers.free[rows], county.needs.posted[need] + county.way_min[need, rows]
    )
    able: Ints = rows[np.isfinite(start).any(axis=1)]
    return able


class Broadcast(PlainPolicy):
    """Everyone in a radius who could do it is asked at once, as soon as a need is posted; the first yes wins."""

    name = "broadcast"

    def decide(self, desk: Desk) -> Decision:
        """All of them, once."""
        choices: list[Choice] = []
        for need in sorted(desk.open_needs):
            if need in desk.of_need:
                continue
            rows, starts = self.eligible(desk, need)
            near = desk.county.km[need, rows] <= HABITS.radius_km
            pairs = zip(rows[near].tolist(), starts[near].tolist(), strict=True)
            choices += [Choice(need, v, start) for v, start in pairs]
        return Decision(tuple(choices), dict.fromkeys(desk.open_needs, desk.now + HABITS.look_again_min))


class Cascade(PlainPolicy):
    """One after another: when an ask has been silent for a while, the next one is asked too. hard: the silent one's
    ask expires then, and a later yes comes too late.
    """

    def __init__(self, name: str, order: Order, *, hard: bool) -> None:
        self.name, self._order, self._hard = name, order, hard

    def decide(self, desk: Desk) -> Decision:
        """The next one for every need that is due."""
        choices: list[Choice] = []
        look_at: dict[int, float] = {}
        asked_now: set[int] = set()
        for need in sorted(desk.open_needs):
            until = self._patient_until(desk, need)
            if until > desk.now:
                look_at[need] = until
                continue
            self._give_up(desk.live(need), desk)
            choice = self._next(desk, need, asked_now)
            choices += [choice] if choice else []
            look_at[need] = desk.now + (_expiry(desk, need) if choice else HABITS.look_again_min)
        return Decision(tuple(choices), look_at)

    def _patient_until(self, desk: Desk, need: int) -> float:
        live = desk.live(need)
        return max((ask.asked for ask in live), default=-np.inf) + _expiry(desk, need)

    def _give_up(self, live: Iterable[SimAsk], desk: Desk) -> None:
        for ask in live if self._hard else ():
            desk.end(ask, AskStatus.EXPIRED)

    def _next(self, desk: Desk, need: int, asked_now: set[int]) -> Choice | None:
        rows, starts = self.eligible(desk, need)
        order = np.argsort(self._order(desk.county, need, rows), kind="stable")
        for at in order.tolist():
            volunteer = int(rows[at])
            if volunteer not in asked_now and _has_room(desk, volunteer):
                asked_now.add(volunteer)
                return Choice(need, volunteer, float(starts[at]))
        return None


def _expiry(desk: Desk, need: int) -> float:
    return HABITS.expiry_urgent_min if desk.county.needs.urgent[need] else HABITS.expiry_min


def _has_room(desk: Desk, volunteer: int) -> bool:
    today = len(desk.asks_since(volunteer, desk.now - DAY_MIN))
    return desk.live_count[volunteer] < HABITS.live_most and today < HABITS.day_most


def plain_policies() -> Iterator[Policy]:
    """Those that need no engine."""
    yield Broadcast()
    yield Cascade("nearest", nearest_first, hard=True)
    yield Cascade("nearest_soft", nearest_first, hard=False)
    yield Cascade("random", in_no_order, hard=False)

"""Where to recruit: what one more volunteer in some place, at some time of the week, would have met of the past needs.

The past is solved again as it was: whoever came could have come, and whoever said yes too late could have come too. The
dual prices of that say which needs one more pair of hands is worth most to, and so which newcomers to try; each that
looks good is then tried by solving again with a virtual volunteer. What is told is the second, never the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from matcher.domain.geo import Point, TravelMode, reach_m
from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import local_day, local_window
from matcher.domain.timewindow import TimeWindow
from matcher.engine.assignment import Assignment
from matcher.engine.candidates import find_candidates
from matcher.engine.clock import Floats, Ints
from matcher.engine.conflicts import plan_assignment
from matcher.engine.params import Params
from matcher.engine.problem import OpenOccurrence, RoundProblem, Volunteer
from matcher.engine.world import build_world

VISITS_A_WEEK = 2  # what a newcomer is taken to offer, and at most one visit a day
TRIED = 12  # newcomers that the prices speak for
LEAST_WORTH_TELLING = 2
MINUTES_OF_TRAVEL = 20
SECONDS_TO_SOLVE = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNeed:
    """One dated instance whose time is over. area: its name. point: the middle of the cell, never the home.

    short: places that nobody took. came: people who did. too_late: people who said yes when it was taken or over.
    """

    id: int
    area: str
    kind: str
    windows: tuple[TimeWindow, ...]
    minutes: int
    urgency: Urgency
    point: Point
    required_checks: frozenset[str] = frozenset()
    short: int = 0
    came: frozenset[int] = frozenset()
    too_late: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the week in which a newcomer would be free: weekdays by number, Monday 0, and local hours."""

    words: str
    weekdays: tuple[int, ...]
    opens: time
    closes: time


BLOCKS = (
    Block("on weekday mornings", (0, 1, 2, 3, 4), time(8), time(13)),
    Block("on weekday afternoons", (0, 1, 2, 3, 4), time(13), time(18)),
    Block("on weekday evenings", (0, 1, 2, 3, 4), time(18), time(22)),
    Block("at weekends", (5, 6), time(8), time(20)),
)


@dataclass(frozen=True, slots=True)
class Way:
    """How a newcomer gets about, in the singular and the plural."""

    mode: TravelMode
    one: str
    several: str


WAYS = (Way(TravelMode.CAR, "driver", "drivers"), Way(TravelMode.FOOT, "neighbour on foot", "neighbours on foot"))


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A kind of volunteer who is not there yet."""

    area: str
    block: Block
    way: Way
    point: Point


@dataclass(frozen=True, slots=True)
class Recruit:
    """Advice: so many newcomers would have met so many more places. checks: what they would have had to show.

    worth_min: what the dual prices promised, in minutes of welfare: an upper bound, for the order of trying only.
    """

    newcomer: Newcomer
    count: int
    more_met: int
    checks: tuple[str, ...]
    worth_min: float


def where_to_recruit(past: Sequence[PastNeed], *, params: Params | None = None, most: int = 5) -> tuple[Recruit, ...]:
    """The newcomers who would have met most, best first, one for each area and time. Each by itself: they overlap."""
    unmet = [need for need in past if need.short]
    if not unmet:
        return ()
    market = _Market(past, params or Params())
    newcomers = [
        Newcomer(area, block, way, _middle([need.point for need in unmet if need.area == area]))
        for area in sorted({need.area for need in unmet})
        for block in BLOCKS
        for way in WAYS
    ]
    worth = {newcomer: market.worth(newcomer) for newcomer in newcomers}
    likely = sorted(newcomers, key=lambda one: -worth[one])[:TRIED]
    tried = [market.tried(newcomer, worth[newcomer]) for newcomer in likely if worth[newcomer] > 0]
    return _best_of_each([one for one in tried if one.more_met >= LEAST_WORTH_TELLING], most)


class _Market:
    """The past as an assignment: a row for each place, a column for each person and week."""

    def __init__(self, past: Sequence[PastNeed], params: Params) -> None:
        self.needs = [need for need in sorted(past, key=lambda one: one.id) if need.short or need.came]
        self.params = params
        self.row_need = np.array(
            [n for n, need in enumerate(self.needs) for _ in range(need.short + len(need.came))], dtype=np.int64
        )
        self.value = np.array([params.value.of(self.needs[n].urgency) for n in self.row_need])
        self.rows, self.columns, self.capacity = self._facts()
        solved = self._solve(self.rows, self.columns, self.capacity, ())
        self.met = int((solved.volunteer_of >= 0).sum())
        # What one more who could take this place would be worth: its value, less what it costs the scheme already.
        self.price: Floats = np.maximum(self.value + solved.need_price, 0.0)

    def worth(self, newcomer: Newcomer) -> float:
        """Minutes of welfare of one of them, by the prices: their best places of each week."""
        rows, days = self._reached(newcomer)
        total = 0.0
        for week in np.unique(days // 7):
            total += float(np.sort(self.price[rows[days // 7 == week]])[-VISITS_A_WEEK:].sum())
        return total

    def tried(self, newcomer: Newcomer, worth_min: float) -> Recruit:
        """Solved again with one of them, and with two: two are told if the second adds a third of the first or more."""
        one, two = self._more_met(newcomer, 1), self._more_met(newcomer, 2)
        count, (more, rows) = (2, two) if two[0] - one[0] >= max(1, one[0] / 3) else (1, one)
        checks = {check for row in rows for check in self.needs[self.row_need[row]].required_checks}
        return Recruit(newcomer, count, more, tuple(sorted(checks)), worth_min)

    def _facts(self) -> tuple[Ints, Ints, Ints]:
        """Pairs of a place and somebody who came or would have; nobody does more in a week than they did."""
        column_of: dict[tuple[int, int], int] = {}
        did: dict[int, int] = {}
        pairs: list[tuple[int, int]] = []
        for row, n in enumerate(self.row_need.tolist()):
            need = self.needs[n]
            week = _day(need.windows[0].start) // 7
            could = sorted(need.came | need.too_late)
            pairs += [(row, column_of.setdefault((person, week), len(column_of))) for person in could]
        for need in self.needs:
            for person in need.came:
                column = column_of[person, _day(need.windows[0].start) // 7]
                did[column] = did.get(column, 0) + 1
        table = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2)
        capacity = np.array([did.get(column, 0) for column in range(len(column_of))], dtype=np.int64)
        return table[:, 0], table[:, 1], capacity

    def _reached(self, newcomer: Newcomer) -> tuple[Ints, Ints]:
        """Rows of the places they could have gone to, by the engine's own requirements, and the day of each."""
        first = min(window.start for need in self.needs for window in need.windows)
        last = max(window.end for need in self.needs for window in need.windows)
        problem = RoundProblem(
            now=first - timedelta(days=1),
            params=self.params,
            occurrences=tuple(_as_open(need) for need in self.needs),
            volunteers=(_as_volunteer(newcomer, self.needs, _free(newcomer.block, local_day(first), local_day(last))),),
        )
        world = build_world(problem)
        found = find_candidates(world, np.arange(len(self.needs), dtype=np.int64))
        day_of: Mapping[int, int] = {
            n: _day(world.clock.instant(start))
            for n, start in zip(found.occurrence.tolist(), found.start.tolist(), strict=True)
        }
        rows = np.flatnonzero(np.isin(self.row_need, found.occurrence))
        return rows, np.array([day_of[n] for n in self.row_need[rows].tolist()], dtype=np.int64)

    def _more_met(self, newcomer: Newcomer, count: int) -> tuple[int, list[int]]:
        """How many more places are met with so many of them, and which they take."""
        rows, days = self._reached(newcomer)
        weeks, week = np.unique(days // 7, return_inverse=True)
        first = self.capacity.size
        new_rows = np.tile(rows, count)
        new_columns = first + np.concatenate([week + k * weeks.size for k in range(count)])
        capacity = np.concatenate([self.capacity, np.full(weeks.size * count, VISITS_A_WEEK, dtype=np.int64)])
        exclusive = list(_one_a_day(np.tile(days, count), new_columns, self.rows.size))
        solved = self._solve(
            np.concatenate([self.rows, new_rows]), np.concatenate([self.columns, new_columns]), capacity, exclusive
        )
        taken = np.flatnonzero(solved.volunteer_of >= first).tolist()
        return int((solved.volunteer_of >= 0).sum()) - self.met, taken

    def _solve(self, rows: Ints, columns: Ints, capacity: Ints, exclusive: Sequence[Ints]) -> Assignment:
        return plan_assignment(
            rows,
            columns,
            -self.value[rows],
            unserved=np.zeros(self.row_need.size),
            capacity=capacity,
            exclusive=exclusive,
            time_limit_s=SECONDS_TO_SOLVE,
        )


def recruit_words(one: Recruit, days: int) -> str:
    """`Two drivers in Box on weekday mornings would have met nine more of the last 90 days' needs.`"""
    way = one.newcomer.way
    who = f"{_number(one.count).capitalize()} {way.one if one.count == 1 else way.several}"
    where = f"in {one.newcomer.area} {one.newcomer.block.words}"
    return f"{who} {where} would have met {_number(one.more_met)} more of the last {days} days' needs."


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _best_of_each(found: Sequence[Recruit], most: int) -> tuple[Recruit, ...]:
    """For each area and time the newcomer who meets most for each of them, best first; of two alike, who walks: there
    are more of those to be found.
    """
    best: dict[tuple[str, str], Recruit] = {}
    for one in sorted(
        found, key=lambda one: (-one.more_met / one.count, -one.more_met, one.newcomer.way.mode is not TravelMode.FOOT)
    ):
        best.setdefault((one.newcomer.area, one.newcomer.block.words), one)
    return tuple(sorted(best.values(), key=lambda one: (-one.more_met, one.count, one.newcomer.area))[:most])


def _one_a_day(days: Ints, columns: Ints, offset: int) -> Iterator[Ints]:
    """Positions of pairs of one newcomer on one day, where there is more than one."""
    key = columns * (int(days.max(initial=0)) + 1) + days
    for one in np.unique(key):
        together = np.flatnonzero(key == one)
        if together.size > 1:
            yield together + offset


def _as_open(need: PastNeed) -> OpenOccurrence:
    return OpenOccurrence(
        id=need.id,
        need_id=need.id,
        resident_id=-need.id - 1,  # nobody: the newcomer is no resident
        kind=need.kind,
        windows=need.windows,
        minutes=need.minutes,
        urgency=need.urgency,
        point=need.point,
        told_point=need.point,
        waiting_since=need.windows[0].start,
        required_checks=need.required_checks,
    )


def _as_volunteer(newcomer: Newcomer, needs: Sequence[PastNeed], free: tuple[TimeWindow, ...]) -> Volunteer:
    """They do everything that can be done in their way of getting about, and are checked for it."""
    on_foot = newcomer.way.mode is TravelMode.FOOT
    return Volunteer(
        offer_id=1,
        person_id=0,
        kinds=frozenset(need.kind for need in needs if not (on_foot and need.kind == "lift")),
        checks=dict.fromkeys(check for need in needs for check in need.required_checks),
        free=free,
        point=newcomer.point,
        reach_m=float(reach_m(newcomer.way.mode, MINUTES_OF_TRAVEL)),
        travel_mode=newcomer.way.mode,
    )


def _free(block: Block, first: date, last: date) -> tuple[TimeWindow, ...]:
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    return tuple(local_window(day, block.opens, block.closes) for day in days if day.weekday() in block.weekdays)


def _day(at: datetime) -> int:
    """Days since a Monday, by London clocks, so that a week is seven of them."""
    return local_day(at).toordinal() - 1


def _middle(points: Sequence[Point]) -> Point:
    """The one of them that is nearest to their mean."""
    lat = sum(point.lat for point in points) / len(points)
    lon = sum(point.lon for point in points) / len(points)
    return min(points, key=lambda p: ((p.lat - lat) ** 2 + (0.63 * (p.lon - lon)) ** 2, p.lat, p.lon))

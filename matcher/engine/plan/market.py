"""A plan as pairs with a cost: who could visit whom in which week, and rules on what cannot be chosen together.

What no plan may leave out comes first: a helper more is worth more than any saving of travel. So each helper short
costs more metres than all visits together could.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import at_local, local_day
from matcher.engine.candidates import find_candidates
from matcher.engine.clock import NONE, Bools, Floats, Ints
from matcher.engine.plan.problem import PlanNeed, PlanProblem, PlanVolunteer
from matcher.engine.plan.timetable import Stop
from matcher.engine.problem import OpenOccurrence, RoundProblem, Volunteer
from matcher.engine.snapshot import NO_LIMIT
from matcher.engine.starts import TIME_RULES, earliest_starts
from matcher.engine.world import Pairs as CandidatePairs
from matcher.engine.world import World, build_world

# What a helper short weighs: the ratios of the values of filling in `Params`.
URGENCY_WEIGHT = {Urgency.LOW: 3, Urgency.NORMAL: 4, Urgency.URGENT: 5}
_BEFORE = timedelta(days=2)  # a plan is made long before it begins: nobody is short of notice


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Who could make a visit, once for each period in which they could begin it, (E,), by need, volunteer and time.

    metres: whole ones. column: the volunteer's visits of that period. is_pinned: the need has them pinned to it.
    """

    need: Ints
    volunteer: Ints
    metres: Ints
    column: Ints
    is_pinned: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """What a volunteer's visits are counted by: weeks where they set a limit, else days. first: (V + 1,), columns.

    weeks, days: the seconds at which each begins, and the last ends. by_week: (V,).
    """

    first: Ints
    by_week: Bools
    weeks: Ints
    days: Ints

    def span(self, volunteer: int, column: int) -> tuple[int, int]:
        """From which second, to which, not included."""
        edges = self.weeks if self.by_week[volunteer] else self.days
        at = column - int(self.first[volunteer])
        return int(edges[at]), int(edges[at + 1])


@dataclass(frozen=True, slots=True, eq=False)
class PlanMarket:
    """A plan's world: rows of needs and of volunteers in the order of their ids, and the pairs.

    place_m: what one helper short costs, in metres, times its weight. limit, minutes_limit: visits, and minutes, by
    column.
    """

    needs: tuple[PlanNeed, ...]
    volunteers: tuple[PlanVolunteer, ...]
    world: World
    periods: Periods
    pairs: Pairs
    limit: Ints
    minutes_limit: Floats
    weight: Ints
    helpers: Ints
    place_m: float
    metres_a_minute: float

    def periods_of(self, volunteer: int) -> Iterator[tuple[int, int, int]]:
        """Each period of a volunteer: from which second to which, and its column."""
        for column in range(int(self.periods.first[volunteer]), int(self.periods.first[volunteer + 1])):
            yield (*self.periods.span(volunteer, column), column)

    def pairs_of(self, need: int) -> Ints:
        """Where the pairs of a need stand."""
        return np.arange(*np.searchsorted(self.pairs.need, [need, need + 1]))

    def pairs_with(self, volunteer: int) -> Ints:
        """Where the pairs of a volunteer stand."""
        return np.flatnonzero(self.pairs.volunteer == volunteer)

    @property
    def unserved(self) -> Floats:
        """What each helper short costs, (N,)."""
        return self.weight.astype(np.float64) * self.place_m

    @property
    def pin_m(self) -> float:
        """What a pin costs that could be kept and is not, in metres: more than all else together."""
        return float((self.unserved * self.helpers).sum()) + self.place_m

    @property
    def pins(self) -> int:
        """How many pins could be kept, each by itself."""
        at = np.flatnonzero(self.pairs.is_pinned)
        return int(np.unique(self.pairs.need[at] * len(self.volunteers) + self.pairs.volunteer[at]).size)

    @property
    def cost(self) -> Floats:
        """What each pair costs, (E,), if each pin that could be kept has been paid for."""
        return self.pairs.metres - self.pin_m * self.pairs.is_pinned

    def total(self, chosen: Iterable[int]) -> float:
        """What is minimised, of these pairs."""
        at = np.fromiter(chosen, dtype=np.int64)
        short = self.helpers - np.bincount(self.pairs.need[at], minlength=len(self.needs))
        pins = self.pins - np.count_nonzero(self.pairs.is_pinned[at])
        return float((short * self.unserved).sum() + self.pairs.metres[at].sum() + (self.pin_m * pins if pins else 0.0))

    def stop(self, pair: int) -> Stop:
        """The visit of a pair, and when it may begin."""
        need, volunteer = int(self.pairs.need[pair]), int(self.pairs.volunteer[pair])
        opens, closes = self.periods.span(volunteer, int(self.pairs.column[pair]))
        spans = ((max(a, opens), min(b, closes - 60)) for a, b in self.spans(need, volunteer))
        return self.as_stop(need, volunteer, tuple((a, b) for a, b in spans if a <= b))

    def spans(self, need: int, volunteer: int) -> list[tuple[int, int]]:
        """Closed spans of seconds in which this visit of theirs may begin."""
        index, free = self.world.needs, self.world.offers.free
        opens, closes = int(index.piece_start[need, 0]), int(index.piece_end[need, 0])
        rows = self.world.offers.free_spans(volunteer)
        both = ((max(int(free.start[r]), opens), min(int(free.end[r]), closes)) for r in rows)
        length = int(index.length[need])
        return [(a, b - length) for a, b in both if a <= b - length]

    def free_s(self, volunteer: int, opens: int, closes: int) -> int:
        """Seconds for which a volunteer is free between the two."""
        free = self.world.offers.free
        own = self.world.offers.free_spans(volunteer)
        rows = slice(own.start, own.stop)
        inside = np.minimum(free.end[rows], closes) - np.maximum(free.start[rows], opens)
        return int(np.maximum(inside, 0).sum())

    def as_stop(self, need: int, volunteer: int, starts: tuple[tuple[int, int], ...]) -> Stop:
        """A visit that may begin in these spans."""
        x, y, z = self.world.needs.point[need].tolist()
        return Stop(need, volunteer, starts, int(self.world.needs.length[need]), (x, y, z))


def set_out(problem: PlanProblem) -> PlanMarket:
    """The market of a problem. Nothing is made for a pair but numbers."""
    needs = tuple(sorted(problem.needs, key=lambda need: need.id))
    volunteers = tuple(sorted(problem.volunteers, key=lambda volunteer: volunteer.id))
    world = build_world(_as_round(needs, volunteers))
    minutes = np.array([np.inf if v.minutes_per_week is None else v.minutes_per_week for v in volunteers])
    periods = _periods(world, np.isfinite(minutes))
    pairs = _pairs(world, periods, _pin_keys(needs, volunteers))
    helpers = np.array([need.helpers for need in needs], dtype=np.int64)
    return PlanMarket(
        needs=needs,
        volunteers=volunteers,
        world=world,
        periods=periods,
        pairs=pairs,
        limit=np.repeat(world.offers.limit, np.diff(periods.first)),
        minutes_limit=np.repeat(minutes, np.diff(periods.first)),
        weight=np.array([URGENCY_WEIGHT[need.urgency] for need in needs], dtype=np.int64),
        helpers=helpers,
        place_m=_place_m(pairs, helpers),
        metres_a_minute=problem.metres_a_minute,
    )


def _as_round(needs: tuple[PlanNeed, ...], volunteers: tuple[PlanVolunteer, ...]) -> RoundProblem:
    """The same people and needs as a round sees them: one set of rules decides who could go."""
    before = min((need.window.start for need in needs), default=datetime.now(UTC)) - _BEFORE
    row_of = {volunteer.id: row for row, volunteer in enumerate(volunteers)}
    return RoundProblem(
        now=before,
        occurrences=tuple(
            OpenOccurrence(
                id=row,
                need_id=row,
                resident_id=-1 - row,
                kind=need.kind,
                windows=(need.window,),
                minutes=need.minutes,
                helpers_wanted=need.helpers,
                urgency=need.urgency,
                point=need.point,
                told_point=need.point,
                waiting_since=before,
                required_checks=need.required_of_each,
            )
            for row, need in enumerate(needs)
        ),
        volunteers=tuple(
            Volunteer(
                offer_id=row,
                person_id=row,
                kinds=volunteer.kinds,
                checks=dict.fromkeys(volunteer.checks),
                free=volunteer.free,
                point=volunteer.point,
                reach_m=volunteer.reach_m,
                visits_per_week=volunteer.visits_per_week,
            )
            for row, volunteer in enumerate(volunteers)
        ),
        never_pairs=frozenset(
            frozenset({-1 - row, row_of[name]})
            for row, need in enumerate(needs)
            for name in need.never
            if name in row_of
        ),
    )


def _pin_keys(needs: tuple[PlanNeed, ...], volunteers: tuple[PlanVolunteer, ...]) -> Ints:
    """Need row times the number of volunteers, and the volunteer's row, for each pin."""
    row_of = {volunteer.id: row for row, volunteer in enumerate(volunteers)}
    keys = [n * len(volunteers) + row_of[name] for n, need in enumerate(needs) for name in need.pinned]
    return np.array(keys, dtype=np.int64)


def _periods(world: World, by_minutes: Bools) -> Periods:
    weeks = world.clock.weeks
    first, last = (local_day(world.clock.instant(int(second))) for second in (weeks[0], weeks[-1]))
    count = (last - first).days + 1
    midnights = [at_local(first + timedelta(days=day), datetime.min.time()) for day in range(count)]
    days = np.array([world.clock.floor(midnight) for midnight in midnights], dtype=np.int64)
    by_week = (world.offers.limit < NO_LIMIT) | by_minutes
    sizes = np.where(by_week, weeks.size - 1, days.size - 1)
    return Periods(np.concatenate([[0], np.cumsum(sizes)]), by_week, weeks, days)


def _pairs(world: World, periods: Periods, pins: Ints) -> Pairs:
    found = find_candidates(world, np.arange(world.needs.id.size, dtype=np.int64))
    every = world.pairs(found.occurrence, found.volunteer)
    by_week = periods.by_week[every.volunteer]
    parts = [
        *_in_each(world, every, np.flatnonzero(by_week), periods.weeks),
        *_in_each(world, every, np.flatnonzero(~by_week), periods.days),
    ]
    at, period = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((period, at))
    at, period = at[order], period[order]
    return Pairs(
        need=every.occurrence[at],
        volunteer=every.volunteer[at],
        metres=np.rint(every.metres[at]).astype(np.int64),
        column=periods.first[every.volunteer[at]] + period,
        is_pinned=np.isin(every.occurrence[at] * periods.by_week.size + every.volunteer[at], pins),
    )


def _in_each(world: World, every: CandidatePairs, some: Ints, edges: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Which of these pairs could begin in which period between the edges."""
    if not some.size:
        yield some, some
        return
    latest = world.needs.piece_end[:, 0] - world.needs.length
    first, last = (np.searchsorted(edges, at, side="right") - 1 for at in (world.needs.piece_start[:, 0], latest))
    need = every.occurrence[some]
    settled = some[(first == last)[need]]
    yield settled, first[every.occurrence[settled]]
    for period in range(edges.size - 1):  # needs that may be met in one period or another
        between = (first < last) & (first <= period) & (period <= last)
        at = some[between[need]]
        if at.size:
            at = at[_begins_in(world, every.where(at), int(edges[period]), int(edges[period + 1]))]
            yield at, np.full(at.size, period, dtype=np.int64)


def _begins_in(world: World, every: CandidatePairs, opens: int, closes: int) -> Bools:
    not_before = np.full(every.occurrence.size, opens, dtype=np.int64)
    begins = earliest_starts(world, every, upto=TIME_RULES[-1], not_before=not_before)
    can: Bools = (begins != NONE) & (begins < closes)
    return can


def _place_m(pairs: Pairs, helpers: Ints) -> float:
    """More metres than any choice of visits adds up to."""
    farthest = np.zeros(helpers.size, dtype=np.int64)
    np.maximum.at(farthest, pairs.need, pairs.metres)
    return float((farthest * helpers).sum() + 1)

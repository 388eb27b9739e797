"""When a visit could begin: the earliest start of many pairs at once, under the rules about time that are
asked of them.

Each rule is a step that moves a start later until it suits that rule alone; the steps are repeated until none
moves it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matcher.engine.clock import FAR_OFF, NONE, Bools, Ints
from matcher.engine.params import NOTICES_H
from matcher.engine.problem import ReasonCode
from matcher.engine.promises import Promises
from matcher.engine.world import Pairs, World, lengths

TIME_RULES = (
    ReasonCode.WINDOW_PASSED,
    ReasonCode.NOBODY_FREE,
    ReasonCode.ALL_AT_LIMIT,
    ReasonCode.ALL_BUSY_ELSEWHERE,
    ReasonCode.NEEDED_ELSEWHERE,
)


def earliest_starts(world: World, pairs: Pairs, *, upto: ReasonCode, not_before: Ints | None = None) -> Ints:
    """Earliest second at which each pair's visit can begin, NONE if it cannot.

    Asked are the rules of TIME_RULES up to and including `upto`, without those waived. not_before: (E,)
    seconds.
    """
    rules = frozenset(TIME_RULES[: TIME_RULES.index(upto) + 1]) - pairs.waived
    begins = np.full(pairs.occurrence.size, NONE, dtype=np.int64)
    ready = _ready(world, pairs, rules)
    for piece in range(world.needs.piece_start.shape[1]):
        earliest, latest = _bounds(world, pairs.occurrence, piece, rules)
        earliest = np.maximum(earliest, ready)
        if not_before is not None:
            earliest = np.maximum(earliest, not_before)
        todo = np.flatnonzero((begins == NONE) & (earliest <= latest))
        some = pairs.where(todo)
        begins[todo] = _settle(world, some, earliest[todo], latest[todo], rules)
    return begins


def can_begin(world: World, pairs: Pairs, upto: ReasonCode) -> Bools:
    """Which pairs have any start under the rules about time up to and including `upto`."""
    able: Bools = earliest_starts(world, pairs, upto=upto) != NONE
    return able


def may_be_free(world: World, occurrence: Ints, volunteer: Ints) -> Bools:
    """False only where the volunteer has no free moment in any half-hour of the windows: the quick reject."""
    shared = np.zeros(occurrence.size, dtype=np.bool_)
    needs, week = world.needs, world.offers.week[volunteer]
    for j in range(needs.word.shape[1]):
        held = world.offers.half_hours[week, needs.word[occurrence, j]]
        shared |= (held & needs.bits[occurrence, j]) != 0
    return shared


def proposed_starts(world: World, pairs: Pairs, earliest: Ints) -> Ints:
    """The start to propose: with the other helper if that can be; else the first that gives longer notice and is not
    past the target; else on a round time; else the earliest.
    """
    chosen = _if_possible(world, pairs, _round_time(world, earliest), earliest)
    for hours in NOTICES_H:
        chosen = _with_notice(world, pairs, chosen, hours * 3600)
    together = world.needs.begins[pairs.occurrence]
    return _if_possible(world, pairs, np.where(together == NONE, chosen, together), chosen)


def _with_notice(world: World, pairs: Pairs, chosen: Ints, notice_s: int) -> Ints:
    """At least so long from now, where that can be by the target."""
    wish, target = world.clock.now + notice_s, world.needs.target[pairs.occurrence]
    sooner = np.flatnonzero((chosen < wish) & (wish <= target))
    wishes = np.full(sooner.size, _round_time(world, np.array(wish)))
    found = earliest_starts(world, pairs.where(sooner), upto=TIME_RULES[-1], not_before=wishes)
    later = chosen.copy()
    later[sooner] = np.where((found != NONE) & (found <= target[sooner]), found, chosen[sooner])
    return later


def _round_time(world: World, second: Ints) -> Ints:
    step = world.params.start_step_min * 60
    return -(-second // step) * step


def travel_s(world: World, pairs: Pairs) -> Ints:
    """Seconds from the volunteer's home to the resident's, rounded up."""
    minutes = pairs.metres / world.offers.speed[pairs.volunteer]
    return np.ceil(minutes * 60).astype(np.int64)


def _if_possible(world: World, pairs: Pairs, wish: Ints, otherwise: Ints) -> Ints:
    differs = np.flatnonzero(wish != otherwise)
    some = pairs.where(differs)
    found = earliest_starts(world, some, upto=TIME_RULES[-1], not_before=wish[differs])
    chosen = otherwise.copy()
    chosen[differs] = np.where(found == wish[differs], wish[differs], otherwise[differs])
    return chosen


def _ready(world: World, pairs: Pairs, rules: frozenset[ReasonCode]) -> Ints:
    if ReasonCode.WINDOW_PASSED not in rules:
        return np.zeros(pairs.occurrence.size, dtype=np.int64)
    return _told(world, pairs) + round(world.params.notice_min * 60) + travel_s(world, pairs)


def _told(world: World, pairs: Pairs) -> Ints:
    """The second at which the question would reach them: nobody can say yes to what they have not heard."""
    at_once = world.needs.urgent[pairs.occurrence] & world.offers.woken[pairs.volunteer]
    return np.where(at_once, world.clock.now, world.offers.told[pairs.volunteer])


def _bounds(world: World, occurrence: Ints, piece: int, rules: frozenset[ReasonCode]) -> tuple[Ints, Ints]:
    needs = world.needs
    earliest = needs.piece_start[occurrence, piece]
    latest = needs.piece_end[occurrence, piece] - needs.length[occurrence]
    real = needs.piece_end[occurrence, piece] > earliest
    if ReasonCode.WINDOW_PASSED not in rules:
        # Waived: the visit may run over a piece that is too short for it.
        latest = np.maximum(latest, earliest)
    return earliest, np.where(real, latest, NONE)


def _settle(world: World, pairs: Pairs, earliest: Ints, latest: Ints, rules: frozenset[ReasonCode]) -> Ints:
    steps = _steps(world, rules)
    begins = earliest.copy()
    moving = np.arange(begins.size)
    while moving.size:
        some = pairs.where(moving)
        moved = begins[moving]
        for step in steps:
            moved = step(some, moved)
        changed = (moved != begins[moving]) & (moved <= latest[moving])
        begins[moving] = moved
        moving = moving[changed]
    return np.where(begins <= latest, begins, NONE)


Step = Callable[[Pairs, Ints], Ints]


def _steps(world: World, rules: frozenset[ReasonCode]) -> list[Step]:
    # What was asked for in this round counts on top of what was promised before it.
    promises = world.after if ReasonCode.NEEDED_ELSEWHERE in rules else world.before
    steps: dict[ReasonCode, Step] = {
        ReasonCode.NOBODY_FREE: lambda pairs, at: _when_free(world, pairs, at),
        ReasonCode.ALL_AT_LIMIT: lambda pairs, at: _when_below_limit(world, promises, pairs, at),
        ReasonCode.ALL_BUSY_ELSEWHERE: lambda pairs, at: _when_not_promised(world, promises, pairs, at),
    }
    return [step for code, step in steps.items() if code in rules]


def _when_free(world: World, pairs: Pairs, at: Ints) -> Ints:
    week = world.offers.week[pairs.volunteer].astype(np.int64)
    return world.offers.free.free_from(week, at, world.needs.length[pairs.occurrence])


def _when_below_limit(world: World, promises: Promises, pairs: Pairs, at: Ints) -> Ints:
    week = world.clock.week_of(at)
    visits = promises.weekly[world.offers.person[pairs.volunteer], week]
    full = visits >= world.offers.limit[pairs.volunteer]
    mondays = np.append(world.clock.weeks, FAR_OFF)
    return np.where(full, mondays[week + 1], at)


def _when_not_promised(world: World, promises: Promises, pairs: Pairs, at: Ints) -> Ints:
    person = world.offers.person[pairs.volunteer]
    first, count = promises.ptr[person], promises.ptr[person + 1] - promises.ptr[person]
    begins = at.copy()
    for k in range(int(count.max(initial=0))):
        some = np.flatnonzero(count > k)
        begins[some] = _past(world, promises, pairs.where(some), first[some] + k, begins[some])
    return begins


def _past(world: World, promises: Promises, pairs: Pairs, promise: Ints, at: Ints) -> Ints:
    """Later than the promise and the way from it, unless the visit ends in time for the way to it."""
    apart = world.needs.point[pairs.occurrence] - promises.point[promise]
    way = np.ceil(lengths(apart) / world.offers.speed[pairs.volunteer] * 60).astype(np.int64)
    over = at + world.needs.length[pairs.occurrence] + way <= promises.start[promise]
    back = promises.end[promise] + way
    return np.where(over, at, np.maximum(at, back))

"""When visits can take place: each inside its own times, nobody in two places, the way between two included.

The visits of one person are put in order by a search over who is done and who was last, the earliest end of each
kept (Held and Karp 1962). Helpers who come together begin at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

WAY_STEP_S = 300  # ways are told in steps of five minutes
EFFORT = 200_000  # states looked at before the search gives up

Timetable = dict[tuple[int, int], int]  # (need row, volunteer row) -> second at which the visit begins


class TooHard(Exception):
    """The search was given up: nothing is known."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One volunteer's visit to one need. starts: closed spans of seconds in which it may begin, ascending.

    length_s: how long it lasts. point: earth-centred metres.
    """

    need: int
    volunteer: int
    starts: tuple[tuple[int, int], ...]
    length_s: int
    point: tuple[float, float, float]

    def first_start(self, at: int) -> int | None:
        """The first second at or after `at` at which it may begin."""
        return next((max(at, first) for first, last in self.starts if max(at, first) <= last), None)

    def at(self, second: int) -> Stop:
        """The same visit, which begins then."""
        return replace(self, starts=((second, second),))


@dataclass(slots=True)
class Pace:
    """How fast people get about, and how many more states the search may look at."""

    metres_a_minute: float
    effort: int = field(default=EFFORT)

    def way_s(self, a: Stop, b: Stop) -> int:
        """Seconds from one visit to the next, in whole steps; none between two at the same place."""
        steps = math.dist(a.point, b.point) / self.metres_a_minute * 60 / WAY_STEP_S
        return math.ceil(round(steps, 6)) * WAY_STEP_S  # a millimetre is no step

    def spend(self, states: int) -> None:
        """Raise TooHard if that is more than is left."""
        self.effort -= states
        if self.effort < 0:
            raise TooHard


def timetable(stops: Sequence[Stop], metres_a_minute: float) -> Timetable | None:
    """A start for every visit, as early as can be, or None if they cannot all take place. May raise TooHard."""
    found: Timetable = {}
    for group in linked(stops):
        together = _group_times(group, Pace(metres_a_minute))
        if together is None:
            return None
        found.update(together)
    return found


def linked(stops: Iterable[Stop]) -> list[list[Stop]]:
    """The visits in groups that have nothing to do with each other: no volunteer and no need in common."""
    group_of: dict[tuple[str, int], list[Stop]] = {}
    for stop in stops:
        keys = (("need", stop.need), ("volunteer", stop.volunteer))
        groups = {id(g): g for key in keys if (g := group_of.get(key)) is not None}
        merged = [stop, *(one for group in groups.values() for one in group)]
        for one in merged:
            group_of[("need", one.need)] = group_of[("volunteer", one.volunteer)] = merged
    return [sorted(g, key=_by_row) for g in {id(g): g for g in group_of.values()}.values()]


def smallest_clash(stops: Sequence[Stop], metres_a_minute: float) -> list[Stop]:
    """Of visits that cannot all take place, some that cannot either, of which none can be spared.

    Those named first are left out first. May raise TooHard.
    """
    clash = list(stops)
    for stop in stops:
        without = [one for one in clash if one is not stop]
        if timetable(without, metres_a_minute) is None:
            clash = without
    return clash


def _by_row(stop: Stop) -> tuple[int, int]:
    return stop.volunteer, stop.need


def _group_times(group: Sequence[Stop], pace: Pace) -> Timetable | None:
    routes: dict[int, list[Stop]] = {}
    visitors: dict[int, list[Stop]] = {}
    for stop in group:
        routes.setdefault(stop.volunteer, []).append(stop)
        visitors.setdefault(stop.need, []).append(stop)
    if any(_route_times(route, pace) is None for route in routes.values()):
        return None
    shared = [visit for visit in visitors.values() if len(visit) > 1]
    return _pinned(routes, shared, pace, _tick(group))


def _pinned(routes: dict[int, list[Stop]], shared: Sequence[Sequence[Stop]], pace: Pace, tick: int) -> Timetable | None:
    """Starts for all, those who come together tried at every time that suits them all."""
    if not shared:
        return _all_times(routes, pace)
    first, *rest = shared
    for second in _common_starts(first, pace, tick):
        tried = dict(routes)
        for stop in first:
            tried[stop.volunteer] = [one.at(second) if one == stop else one for one in tried[stop.volunteer]]
        if all(_route_times(tried[stop.volunteer], pace) is not None for stop in first):
            found = _pinned(tried, rest, pace, tick)
            if found is not None:
                return found
    return None


def _all_times(routes: dict[int, list[Stop]], pace: Pace) -> Timetable | None:
    found: Timetable = {}
    for route in routes.values():
        times = _route_times(route, pace)
        if times is None:
            return None
        found.update(times)
    return found


def _common_starts(stops: Sequence[Stop], pace: Pace, tick: int) -> Iterable[int]:
    """Every time, a tick apart, at which each of these visits may begin."""
    second: int | None = min(stop.starts[0][0] for stop in stops)
    while second is not None:
        pace.spend(1)
        wishes = [stop.first_start(second) for stop in stops]
        if None in wishes:
            return
        latest = max(wish for wish in wishes if wish is not None)
        if latest == second:
            yield second
            second += tick
        else:
            second = latest


def _tick(group: Sequence[Stop]) -> int:
    """The coarsest clock on which some timetable runs if any does: everything is a whole number of its ticks."""
    edges = [edge for stop in group for span in stop.starts for edge in span]
    return math.gcd(WAY_STEP_S, *(stop.length_s for stop in group), *(edge - edges[0] for edge in edges))


def _route_times(route: Sequence[Stop], pace: Pace) -> Timetable | None:
    """Starts for the visits of one volunteer, the last one over as early as can be."""
    if len(route) == 1:
        (stop,) = route
        return {(stop.need, stop.volunteer): stop.starts[0][0]} if stop.starts else None
    ways = [[pace.way_s(a, b) for b in route] for a in route]
    states: dict[tuple[int, int], tuple[int, ...]] = {}
    for k, stop in enumerate(route):
        at = stop.first_start(-(2**62))
        if at is not None:
            states[1 << k, k] = (at,)
    orders: dict[tuple[int, int], tuple[int, ...]] = {key: (key[1],) for key in states}
    for _ in range(len(route) - 1):
        states, orders = _one_more(route, ways, states, orders)
        pace.spend(len(states) * len(route) + 1)
    if not states:
        return None
    best = min(states, key=lambda key: states[key][-1] + route[key[1]].length_s)
    return {(route[k].need, route[k].volunteer): at for k, at in zip(orders[best], states[best], strict=True)}


States = dict[tuple[int, int], tuple[int, ...]]  # (who is done as bits, who was last) -> one number for each in order


def _one_more(
    route: Sequence[Stop], ways: Sequence[Sequence[int]], states: States, orders: States
) -> tuple[States, States]:
    """Every way to do one more visit; of those that end alike, the earliest."""
    further: States = {}
    order: States = {}
    for (done, last), times in states.items():
        over = times[-1] + route[last].length_s
        left = [k for k in range(len(route)) if not done >> k & 1]
        at = [route[k].first_start(over + ways[last][k]) for k in left]
        for k, second in zip(left, at, strict=True):
            key = (done | 1 << k, k)
            # If one of them comes too late now, it comes too late after any other too.
            if second is not None and None not in at and (key not in further or second < further[key][-1]):
                further[key], order[key] = (*times, second), (*orders[done, last], k)
    return further, order

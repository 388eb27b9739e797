"""What in a choice of visits cannot take place, put as rules that say as much as can be said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

from matcher.engine.clock import Ints
from matcher.engine.plan.market import PlanMarket
from matcher.engine.plan.timetable import Pace, Stop, TooHard, smallest_clash, timetable

Rule = Callable[[PlanMarket, Sequence[Stop], Stop], bool]

NEIGHBOURS = 60  # pairs looked at to widen a rule


@dataclass(frozen=True, slots=True)
class Clash:
    """Of these pairs at most `most` can be chosen. is_proved: False if that is a guess, the search being too hard."""

    pairs: frozenset[int]
    most: int
    is_proved: bool = True


def clashes_in(market: PlanMarket, group: Sequence[Stop], pair_of: dict[tuple[int, int], int]) -> list[Clash]:
    """Rules that this group of visits breaks: at least one if it cannot take place, none if it can."""
    found: list[Clash] = []
    left = list(group)
    try:
        while left and timetable(left, market.metres_a_minute) is None:
            clash = smallest_clash(left, market.metres_a_minute)
            found.append(_widened(market, clash, pair_of))
            left = [stop for stop in left if stop is not clash[-1]]
    except TooHard:
        everything = frozenset(pair_of[stop.need, stop.volunteer] for stop in group)
        return found or [Clash(everything, len(everything) - 1, is_proved=False)]
    return found


def _widened(market: PlanMarket, clash: Sequence[Stop], pair_of: dict[tuple[int, int], int]) -> Clash:
    """The rule for these visits, and for as many others as it holds for too."""
    members = {pair_of[stop.need, stop.volunteer]: stop for stop in clash}
    most = len(clash) - 1
    if len({stop.volunteer for stop in clash}) == 1:
        others = market.pairs_with(clash[0].volunteer)
        rule: Rule = _excludes_all if most == 1 else partial(_are_too_long, len(clash))
    elif len({stop.need for stop in clash}) == 1:
        others, rule = market.pairs_of(clash[0].need), _excludes_all
    else:
        return Clash(frozenset(members), most)
    return Clash(frozenset(_with_others(market, members, others, rule)), most)


def _with_others(market: PlanMarket, members: dict[int, Stop], others: Ints, holds: Rule) -> dict[int, Stop]:
    nearest = others[market.pairs.metres[others].argsort(kind="stable")]
    stops = {int(pair): market.stop(int(pair)) for pair in nearest[:NEIGHBOURS] if int(pair) not in members}
    widened = dict(members)
    for pair, stop in sorted(stops.items(), key=lambda item: -item[1].length_s):
        if holds(market, list(widened.values()), stop):
            widened[pair] = stop
    return widened


def _excludes_all(market: PlanMarket, stops: Sequence[Stop], other: Stop) -> bool:
    """None of them can take place besides the other."""
    return all(_exclude(market, stop, other) for stop in stops)


def _exclude(market: PlanMarket, a: Stop, b: Stop) -> bool:
    if (a.need, a.volunteer) == (b.need, b.volunteer):
        return True  # one visit, in different weeks
    return timetable([a, b], market.metres_a_minute) is None


def _are_too_long(count: int, market: PlanMarket, stops: Sequence[Stop], other: Stop) -> bool:
    """Any so many of them, with the shortest ways between them, take longer than the volunteer is free."""
    every = [*stops, other]
    opens = min(stop.starts[0][0] for stop in every)
    closes = max(stop.starts[-1][1] + stop.length_s for stop in every)
    lengths = sorted(stop.length_s for stop in every)
    pace = Pace(market.metres_a_minute)
    way = min(pace.way_s(a, b) for a, b in combinations(every, 2))
    return sum(lengths[:count]) + (count - 1) * way > market.free_s(other.volunteer, opens, closes)

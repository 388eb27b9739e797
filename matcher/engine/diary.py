"""Who has which visits so far, and whether one more fits in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from matcher.engine.plan_market import PlanMarket
from matcher.engine.timetable import Stop, Timetable, TooHard, timetable


class Diary:
    """The visits of a plan in the making. `times` holds their starts, by need row and volunteer row."""

    def __init__(self, market: PlanMarket, pairs: Iterable[int] = (), times: Timetable | None = None) -> None:
        self.market = market
        self.pairs: set[int] = set()
        self.times: Timetable = dict(times or {})
        self.of_volunteer: dict[int, list[Stop]] = {}
        self.of_need: dict[int, list[Stop]] = {}
        self.visits: Counter[int] = Counter()
        for pair in pairs:
            self._note(pair, market.stop(pair))

    def add_if_it_fits(self, pair: int) -> bool:
        """Take the visit in if that breaks no rule; others may be moved to another time for it."""
        if self.is_at_limit(pair) or self._has_enough(pair):
            return False
        stop = self.market.stop(pair)
        times = self.times_with(stop)
        if times is None:
            return False
        self._note(pair, stop)
        self.times.update(times)
        return True

    def is_at_limit(self, pair: int) -> bool:
        """The volunteer has all the visits of that week that they offered."""
        column = int(self.market.pairs.column[pair])
        return self.visits[column] >= int(self.market.limit[column])

    def times_with(self, stop: Stop) -> Timetable | None:
        """New times for all that hangs together with this visit, None if there are none or too hard to find."""
        if any(other.need == stop.need for other in self.of_volunteer.get(stop.volunteer, ())):
            return None
        try:
            return timetable([*self._hanging_together(stop), stop], self.market.metres_a_minute)
        except TooHard:
            return None

    def has_room(self, pair: int) -> bool:
        """The visit would fit in, limits left aside."""
        return self.times_with(self.market.stop(pair)) is not None

    def helpers_of(self, need: int) -> list[int]:
        """Rows of the volunteers who come."""
        return [stop.volunteer for stop in self.of_need.get(need, ())]

    def _has_enough(self, pair: int) -> bool:
        need = int(self.market.pairs.need[pair])
        return len(self.of_need.get(need, ())) >= int(self.market.helpers[need])

    def _note(self, pair: int, stop: Stop) -> None:
        self.pairs.add(pair)
        self.of_volunteer.setdefault(stop.volunteer, []).append(stop)
        self.of_need.setdefault(stop.need, []).append(stop)
        self.visits[int(self.market.pairs.column[pair])] += 1

    def _hanging_together(self, stop: Stop) -> list[Stop]:
        """Visits that share a volunteer with this one, or a need, or with one that does, and so on."""
        found: dict[tuple[int, int], Stop] = {}
        todo = [stop]
        while todo:
            one = todo.pop()
            for other in (*self.of_volunteer.get(one.volunteer, ()), *self.of_need.get(one.need, ())):
                if (other.need, other.volunteer) not in found:
                    found[other.need, other.volunteer] = other
                    todo.append(other)
        return list(found.values())

"""Who has which visits so far, and whether one more fits in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from matcher.engine.plan.market import PlanMarket
from matcher.engine.plan.timetable import Stop, Timetable, TooHard, timetable


class Diary:
    """The visits of a plan in the making. `times` holds their starts, by need row and volunteer row."""

    def __init__(self, market: PlanMarket, pairs: Iterable[int] = (), times: Timetable | None = None) -> None:
        self.market = market
        self.pairs: set[int] = set()
        self.times: Timetable = dict(times or {})
        self.of_volunteer: dict[int, list[Stop]] = {}
        self.of_need: dict[int, list[Stop]] = {}
        self.visits: Counter[int] = Counter()
        self.minutes: Counter[int] = Counter()
        for pair in pairs:
            self._note(pair, market.stop(pair))

    def add_if_it_fits(self, pair: int) -> bool:
        """Take the visit in if that breaks no rule; others may be moved to another time for it."""
        if self.is_at_limit(pair) or self._has_enough(pair) or self.is_barred(pair):
            return False
        stop = self.market.stop(pair)
        times = self.times_with(stop)
        if times is None:
            return False
        self._note(pair, stop)
        self.times.update(times)
        return True

    def is_at_limit(self, pair: int) -> bool:
        """The volunteer has all the visits of that week that they offered, or too few minutes left."""
        return self.is_full(int(self.market.pairs.column[pair]), int(self.market.pairs.need[pair]))

    def is_full(self, column: int, need: int) -> bool:
        """There is no room in what was offered for that period: no visit left, or no time."""
        return self.has_all_visits(column) or self.lacks_minutes(column, need)

    def has_all_visits(self, column: int) -> bool:
        """All the visits offered for that period are taken."""
        return self.visits[column] >= int(self.market.limit[column])

    def lacks_minutes(self, column: int, need: int) -> bool:
        """The minutes offered for that period do not hold this visit too."""
        after = self.minutes[column] + self.market.needs[need].minutes
        return after > float(self.market.minutes_limit[column])

    def is_barred(self, pair: int) -> bool:
        """The company at that need leaves no place for them."""
        return bool(self.barred_by(int(self.market.pairs.need[pair]), int(self.market.pairs.volunteer[pair])))

    def barred_by(self, need: int, volunteer: int) -> str:
        """All that leaves no place for this volunteer in the company at that need; nothing if it does."""
        others, missing = self.unwelcome(need, volunteer), self.lacking_one(need, volunteer)
        told = [f"is not to be with {others[0]}"] if others else []
        told += [f"does not hold {' and '.join(sorted(missing))}, which one of the helpers must"] if missing else []
        return ", and ".join(told)

    def unwelcome(self, need: int, volunteer: int) -> list[str]:
        """Ids of those who come to that need and are not to be with this volunteer."""
        them = self.market.volunteers[volunteer]
        coming = (self.market.volunteers[row] for row in self.helpers_of(need))
        return [one.id for one in coming if one.id in them.never_with or them.id in one.never_with]

    def lacking_one(self, need: int, volunteer: int) -> frozenset[str]:
        """Checks that the last place must bring, as nobody has who comes, and this volunteer does not hold."""
        asked, coming = self.market.needs[need], self.helpers_of(need)
        if not asked.requires_one or asked.helpers == 1:  # alone they must hold them all, which is a rule of candidates
            return frozenset()
        everyone = [self.market.volunteers[row].checks for row in (*coming, volunteer)]
        is_lacking = len(everyone) >= asked.helpers and not any(asked.requires_one <= held for held in everyone)
        return asked.requires_one - everyone[-1] if is_lacking else frozenset()

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
        return not self.is_barred(pair) and self.times_with(self.market.stop(pair)) is not None

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
        column = int(self.market.pairs.column[pair])
        self.visits[column] += 1
        self.minutes[column] += self.market.needs[stop.need].minutes

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

"""What each volunteer was asked and gave so far, so that the past goes beyond no limit that anyone had set."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

from matcher.domain.localtime import local_day, to_local
from matcher.domain.timewindow import TimeWindow
from matcher.services.demo.past.story import Giver, minute_of
from matcher.services.proposals import LIVE_ASKS_MOST

ASKS_A_WEEK = 3
_A_WEEK = timedelta(days=7)
_STEP_MIN = 15


class Diary:
    """One page for each volunteer."""

    def __init__(self) -> None:
        self._asked: defaultdict[int, list[tuple[date, TimeWindow]]] = defaultdict(list)
        self._visits: defaultdict[int, list[date]] = defaultdict(list)

    def has_room(self, giver: Giver, at: datetime, visit: TimeWindow) -> bool:
        """Whether they may be asked then for that time: three questions in a week, and two at a time; one visit a day,
        and no more in a week than they offered.
        """
        day, visit_day = local_day(at), local_day(visit.start)
        waits = TimeWindow(at, visit.end)
        lately = [stood for asked_on, stood in self._asked[giver.person_id] if abs(asked_on - day) < _A_WEEK]
        if len(lately) >= ASKS_A_WEEK or sum(stood.overlaps(waits) for stood in lately) >= LIVE_ASKS_MOST:
            return False
        return self.can_go(giver, visit_day)

    def can_go(self, giver: Giver, day: date) -> bool:
        """Whether that day is free of visits, and the week has one left."""
        near = [one for one in self._visits[giver.person_id] if abs(one - day) < _A_WEEK]
        return day not in near and len(near) < giver.per_week

    def note_asked(self, giver: Giver, at: datetime, until: datetime) -> None:
        """They were asked, and the question stood until then."""
        stood = TimeWindow(at, max(until, at + timedelta(minutes=1)))
        self._asked[giver.person_id].append((local_day(at), stood))

    def note_visit(self, giver: Giver, day: date) -> None:
        """They go there on that day."""
        self._visits[giver.person_id].append(day)


def slot(rng: random.Random, giver: Giver, window: TimeWindow, minutes: int) -> TimeWindow | None:
    """A time for so long a visit at which they are free, wholly inside the window of one day; None if there is none."""
    starts = list(_starts(giver, window, minutes))
    if not starts:
        return None
    start = minute_of(_of_day(window)[0], rng.choice(starts))
    return TimeWindow(start, start + timedelta(minutes=minutes))


def is_free(giver: Giver, window: TimeWindow, minutes: int) -> bool:
    """Whether there is such a time."""
    return any(True for _ in _starts(giver, window, minutes))


def _starts(giver: Giver, window: TimeWindow, minutes: int) -> Iterator[int]:
    day, opens, closes = _of_day(window)
    for free_from, free_until in giver.hours.get(day.weekday(), ()):
        first = -(-max(opens, free_from) // _STEP_MIN) * _STEP_MIN
        yield from range(first, min(closes, free_until) - minutes + 1, _STEP_MIN)


@lru_cache
def _of_day(window: TimeWindow) -> tuple[date, int, int]:
    """Its day, and its two ends in minutes after midnight, by London clocks."""
    start, end = to_local(window.start), to_local(window.end)
    return start.date(), start.hour * 60 + start.minute, end.hour * 60 + end.minute

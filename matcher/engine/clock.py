"""A round's time line: whole seconds instead of instants, and the local weeks that limits are counted in.

An availability is rounded inwards and a promise outwards, so that a visit that fits the seconds fits the
instants.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from matcher.domain.localtime import at_local, local_day
from matcher.engine.problem import RoundProblem

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

NONE = -1  # no time
FAR_OFF = 2**40  # seconds; later than any horizon
HALF_HOUR_S = 1800


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """The round's time line. base: epoch seconds of second 0. now and horizon: seconds. weeks: local Mondays,
    ascending, the first at or before both now and second 0.
    """

    base: int
    now: int
    horizon: int
    weeks: Ints

    def floor(self, instant: datetime) -> int:
        """Seconds since base, rounded down."""
        return math.floor(instant.timestamp()) - self.base

    def ceil(self, instant: datetime) -> int:
        """Seconds since base, rounded up."""
        return math.ceil(instant.timestamp()) - self.base

    def instant(self, second: int) -> datetime:
        """The instant, in UTC, of a second of this clock."""
        return datetime.fromtimestamp(self.base + int(second), UTC)

    def week_of(self, seconds: Ints) -> Ints:
        """Row of `weeks` in which each second falls; weeks before the first count as the first."""
        return np.maximum(np.searchsorted(self.weeks, seconds, side="right") - 1, 0)


def make_clock(problem: RoundProblem) -> Clock:
    """The time line of a round: from the half-hour of now, or of the first window, to the end of the last
    visit.
    """
    first = min((w.start for o in problem.rows for w in o.windows), default=problem.now)
    last = max((w.end for o in problem.rows for w in o.windows), default=problem.now)
    longest = max((o.minutes for o in problem.rows), default=0)
    base = math.floor(min(first, problem.now).timestamp()) // HALF_HOUR_S * HALF_HOUR_S
    end = max(last, problem.now) + timedelta(minutes=longest)
    return Clock(
        base=base,
        now=math.ceil(problem.now.timestamp()) - base,
        horizon=math.ceil(end.timestamp()) - base,
        weeks=_weeks(datetime.fromtimestamp(base, UTC), end, base),
    )


def _weeks(first: datetime, last: datetime, base: int) -> Ints:
    day = local_day(first)
    monday = day - timedelta(days=day.weekday())
    count = (local_day(last) - monday).days // 7 + 2
    mondays = [at_local(monday + timedelta(weeks=w), datetime.min.time()) for w in range(count)]
    return np.array([int(m.timestamp()) - base for m in mondays], dtype=np.int64)

"""When a visit begins for which the yes comes only now: one rule, of the service and of the simulator."""

from __future__ import annotations

import math
from collections.abc import Sequence

STEP_MIN = 5.0  # a later start is told, and begins, on a round five minutes where that still fits

Span = tuple[float, float]


def begins_at(asked: float, minutes: float, *, now: float, way: float, free: Sequence[Span]) -> float | None:
    """The start of a visit that was asked about for `asked`; None if there is no room left for it.

    As asked, if they can be there by then; else the next moment at which the whole visit fits, the way there first. If
    there is none, but it is not yet the time they were asked for, that time stands: they know how fast they are.
    All are minutes of one clock. free: stretches in order, in which the visit may lie and nothing else of theirs does.
    """
    ready = now + way
    if ready <= asked:
        return asked
    for start, end in free:
        earliest = max(start, ready)
        for at in (math.ceil(earliest / STEP_MIN) * STEP_MIN, earliest):
            if at + minutes <= end:
                return at
    return asked if now <= asked else None

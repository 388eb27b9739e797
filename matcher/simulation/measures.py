"""What is counted of a run: the needs posted after the warm-up, and the asks made since."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matcher.engine.clock import Bools, Floats
from matcher.simulation.county import County
from matcher.simulation.desk import Desk
from matcher.simulation.hindsight import Hindsight
from matcher.simulation.parameters import DAY_MIN


@dataclass(frozen=True, slots=True)
class Measures:
    """One run in figures. Shares are per cent. gini: of asks among volunteers, 0 if all were asked as often."""

    needs: int
    fill: float
    of_clairvoyant: float
    on_time: float
    on_time_of_clairvoyant: float
    urgent_fill: float
    asks: float
    asks_per_fill: float
    worst_off: float
    busiest_tenth: float
    never_asked: float
    gini: float
    known: float
    minutes_to_yes: float
    minutes_to_yes_p90: float
    nobody_would: float


# What is measured of the asking: a bound that asks nobody has none of it.
ASKING = (
    *("asks", "asks_per_fill", "worst_off", "busiest_tenth", "never_asked", "gini", "known"),
    *("minutes_to_yes", "minutes_to_yes_p90"),
)


def measure(county: County, desk: Desk, hindsight: Hindsight) -> Measures:
    """Count."""
    measured = county.measured
    filled = np.zeros(measured.size, dtype=np.bool_)
    on_time, known = filled.copy(), filled.copy()
    waits: list[float] = []
    for need, promise in desk.held.items():
        filled[need] = True
        on_time[need] = promise.start <= county.needs.target[need]
        known[need] = county.needs.known[need, promise.volunteer]
        if measured[need]:
            waits.append(promise.said_yes - float(county.needs.posted[need]))
    return _figures(county, desk, hindsight, filled & measured, on_time & measured, known & measured, waits)


def clairvoyant_measures(county: County, hindsight: Hindsight) -> Measures:
    """The bound in the same figures; what it has none of is not a number."""
    empty = Desk.of(county)
    found = _figures(county, empty, hindsight, hindsight.filled, hindsight.on_time, hindsight.filled, [])
    nothing: dict[str, Any] = dict.fromkeys(ASKING, float("nan"))
    return replace(found, **nothing)


def _figures(
    county: County,
    desk: Desk,
    hindsight: Hindsight,
    filled: Bools,
    on_time: Bools,
    known: Bools,
    waits: list[float],
) -> Measures:
    measured, urgent = county.measured, county.measured & county.needs.urgent
    asked = _asks_a_week(county, desk)
    fills = int(filled.sum())
    return Measures(
        needs=int(measured.sum()),
        fill=_share(fills, measured.sum()),
        of_clairvoyant=_share(fills, hindsight.filled.sum()),
        on_time=_share(on_time.sum(), measured.sum()),
        on_time_of_clairvoyant=_share(on_time.sum(), hindsight.on_time.sum()),
        urgent_fill=_share((filled & urgent).sum(), urgent.sum()),
        asks=float(asked.sum()),
        asks_per_fill=float(asked.sum()) / max(fills, 1),
        worst_off=float(asked.max()),
        busiest_tenth=_share(np.sort(asked)[-max(1, asked.size // 10) :].sum(), asked.sum()),
        never_asked=_share((asked == 0).sum(), asked.size),
        gini=gini(asked),
        known=_share(known.sum(), fills),
        minutes_to_yes=float(np.median(waits)) if waits else float("nan"),
        minutes_to_yes_p90=float(np.percentile(waits, 90)) if waits else float("nan"),
        nobody_would=_share(hindsight.nobody.sum(), measured.sum()),
    )


def _asks_a_week(county: County, desk: Desk) -> Floats:
    """(V,): asks made in the measured week, scaled to seven days."""
    first = county.scenario.warm_up_days * DAY_MIN
    last = first + county.scenario.measured_days * DAY_MIN
    counts = Counter(ask.volunteer for ask in desk.asks if first <= ask.asked < last)
    return np.array([counts[v] for v in range(county.helpers.reach_km.size)], dtype=np.float64)


def gini(values: Floats) -> float:
    """Gini coefficient (1912): 0 if all are equal, towards 1 if one has everything."""
    total = float(values.sum())
    if not total:
        return 0.0
    ranks = np.arange(1, values.size + 1)
    return float(2 * (ranks * np.sort(values)).sum() / (values.size * total) - (values.size + 1) / values.size)


def _share(part: float, whole: float) -> float:
    return 100.0 * float(part) / float(whole) if whole else float("nan")

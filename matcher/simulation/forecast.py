"""What a forecast of snow makes one expect: how many will ask for gritting, where and in which half-day, not who."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import Forecast, OpenOccurrence
from matcher.engine.reserve import chances
from matcher.simulation.county import County, point_at
from matcher.simulation.hours import OPEN_FOR_MIN, instant, later
from matcher.simulation.parameters import DAY_MIN, GRITTING, KINDS, SLOTS_A_DAY, SNOW

FORESEEN_DAYS = 2  # before the first day of snow
SQUARE_KM = 5.0  # homes in one square are told by their middle
ANEW_MIN = 60.0  # how often the forecast is made again


class SnowForecast:
    """The forecasts of one county; the same ones within an hour."""

    def __init__(self, county: County) -> None:
        self.county = county
        home_of = dict(zip(county.needs.resident.tolist(), county.needs.xy, strict=True))
        squares = Counter(tuple(np.floor(xy / SQUARE_KM).astype(int).tolist()) for xy in home_of.values())
        self._share = {square: count / len(home_of) for square, count in sorted(squares.items())}
        self._made: tuple[float, tuple[Forecast, ...]] = (-1.0, ())

    def at(self, now: float) -> tuple[Forecast, ...]:
        """What may yet be asked for, as seen then: nothing but on days of snow and shortly before."""
        hour = now // ANEW_MIN
        if hour != self._made[0]:
            self._made = (hour, tuple(Forecast(o, chance) for o, chance in self._numbered(hour * ANEW_MIN)))
        return self._made[1]

    def _numbered(self, now: float) -> Iterator[tuple[OpenOccurrence, float]]:
        scenario = self.county.scenario
        nth = 0
        for day in scenario.snow_days:
            if now < (min(scenario.snow_days) - FORESEEN_DAYS) * DAY_MIN:
                return
            for slot in range(day * SLOTS_A_DAY, (day + 1) * SLOTS_A_DAY):
                opens = max(float(self.county.slot_start[slot]), now)
                left = max(float(self.county.slot_end[slot]) - opens, 0.0) / OPEN_FOR_MIN
                expected = scenario.needs_a_snow_day * scenario.gritting_share * left
                for square, share in self._share.items():
                    for chance in chances(expected * share):
                        nth += 1
                        yield _need(nth, square, opens), chance


def _need(nth: int, square: tuple[int, int], opens: float) -> OpenOccurrence:
    middle = point_at((np.array(square) + 0.5) * SQUARE_KM)
    return OpenOccurrence(
        id=-nth,
        need_id=-nth,
        resident_id=0,
        kind=KINDS[SNOW].slug,
        windows=(TimeWindow(instant(opens), instant(later(opens, GRITTING.end_h * 60))),),
        minutes=KINDS[SNOW].minutes,
        helpers_wanted=0,
        urgency=GRITTING.urgency,
        point=middle,
        told_point=middle,
        waiting_since=instant(opens),
        target=instant(later(opens, GRITTING.target_h * 60)),
    )

"""Weekly rule, exceptions and pauses, expanded into windows in local time so that nine stays nine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from matcher.domain.localtime import at_local, local_day
from matcher.domain.timewindow import TimeWindow, merge, subtract


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Free every week on `weekday` (Monday is 0) from `opens` to `closes`, by London clocks.

    ValueError for a day there is not, or unless it opens before it closes.
    """

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"no such day of the week: {self.weekday}")
        if self.opens >= self.closes:
            raise ValueError(f"a weekly rule must close after it opens: {self.opens} .. {self.closes}")


@dataclass(frozen=True, slots=True)
class DaysAway:
    """Not free on any day from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def window(self) -> TimeWindow:
        """Midnight to midnight, local time."""
        return TimeWindow(at_local(self.first, time()), at_local(self.last + timedelta(days=1), time()))


@dataclass(frozen=True, slots=True)
class Availability:
    """When an offer holds: the weekly rules, extra windows, and what is cut out of both."""

    weekly: tuple[WeeklyRule, ...] = ()
    extra: tuple[TimeWindow, ...] = ()
    away: tuple[DaysAway, ...] = ()
    paused: tuple[TimeWindow, ...] = ()

    def windows(self, horizon: TimeWindow) -> tuple[TimeWindow, ...]:
        """The windows inside `horizon`, merged and sorted."""
        usual = (w for rule in self.weekly for w in _expand(rule, horizon))
        free = subtract([*usual, *self.extra], [*(a.window for a in self.away), *self.paused])
        return merge(piece for w in free if (piece := w.intersection(horizon)))


def _expand(rule: WeeklyRule, horizon: TimeWindow) -> Iterator[TimeWindow]:
    first = local_day(horizon.start)
    day = first + timedelta(days=(rule.weekday - first.weekday()) % 7)
    while day <= local_day(horizon.end):
        opens, closes = at_local(day, rule.opens), at_local(day, rule.closes)
        if opens < closes:  # the hour that March skips may be all there was
            yield TimeWindow(opens, closes)
        day += timedelta(days=7)


# The bands of a day that people choose from, by London clocks.
BANDS: dict[str, tuple[time, time]] = {
    "early": (time(6), time(8)),
    "am": (time(8), time(12)),
    "pm": (time(12), time(17)),
    "eve": (time(17), time(20)),
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

# What one radio button stands for, so that most people finish in one tap.
PATTERNS: dict[str, frozenset[str]] = {
    "any": frozenset(f"{day}-{band}" for day in DAYS for band in BANDS),
    "weekday_daytimes": frozenset(f"{day}-{band}" for day in DAYS[:5] for band in ("am", "pm")),
    "evenings": frozenset(f"{day}-eve" for day in DAYS),
    "weekends": frozenset(f"{day}-{band}" for day in DAYS[5:] for band in ("am", "pm", "eve")),
    "on_duty": frozenset(),
}


def weekly_rules(choices: Iterable[str]) -> tuple[WeeklyRule, ...]:
    """Rules for boxes such as `MO-am`; bands that touch become one rule. ValueError for an unknown box."""
    chosen = set(choices)
    known = {f"{day}-{band}" for day in DAYS for band in BANDS}
    if unknown := chosen - known:
        raise ValueError(f"no such time: {sorted(unknown)[0]}")
    return tuple(
        WeeklyRule(weekday, opens, closes)
        for weekday, day in enumerate(DAYS)
        for opens, closes in band_spans(band for band in BANDS if f"{day}-{band}" in chosen)
    )


def boxes_of(rules: Iterable[WeeklyRule]) -> frozenset[str]:
    """The boxes that rules stand for: what `weekly_rules` made them from."""
    return frozenset(
        f"{DAYS[rule.weekday]}-{band}"
        for rule in rules
        for band, (opens, closes) in BANDS.items()
        if rule.opens <= opens and closes <= rule.closes
    )


def pattern_of(boxes: frozenset[str]) -> str:
    """The radio button that these boxes are, the early band aside; `choose` if they are none, or early alone."""
    late = _without_early(boxes)
    if boxes and not late:
        return "choose"
    return next((name for name, stands_for in PATTERNS.items() if _without_early(stands_for) == late), "choose")


def _without_early(boxes: frozenset[str]) -> frozenset[str]:
    return frozenset(box for box in boxes if not box.endswith("-early"))


def band_spans(bands: Iterable[str]) -> tuple[tuple[time, time], ...]:
    """Local clock spans for bands of one day, touching ones joined: `am`, `pm` is 8 to 17."""
    spans: list[tuple[time, time]] = []
    for opens, closes in sorted(BANDS[band] for band in bands):
        if spans and spans[-1][1] == opens:
            spans[-1] = (spans[-1][0], closes)
        else:
            spans.append((opens, closes))
    return tuple(spans)


def horizon_from(now: datetime, days: int) -> TimeWindow:
    """The stretch of time a round looks at."""
    return TimeWindow(now, now + timedelta(days=days))

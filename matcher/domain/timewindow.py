"""Half-open windows of time, [start, end), aware and in UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class TimeWindow:
    """From `start` up to, not including, `end`. Both aware; kept in UTC. ValueError unless start < end."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a time window needs aware datetimes")
        if self.start >= self.end:
            raise ValueError(f"a time window must end after it starts: {self.start} .. {self.end}")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))

    @property
    def minutes(self) -> float:
        """Length in minutes."""
        return (self.end - self.start) / timedelta(minutes=1)

    def overlaps(self, other: TimeWindow) -> bool:
        """True if they share an instant; windows that only touch do not."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: TimeWindow) -> bool:
        """True if `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end

    def intersection(self, other: TimeWindow) -> TimeWindow | None:
        """The part they share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return TimeWindow(start, end) if start < end else None

    def padded(self, minutes: int) -> TimeWindow:
        """The same window with `minutes` more on each side."""
        pad = timedelta(minutes=minutes)
        return TimeWindow(self.start - pad, self.end + pad)


def merge(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The union, sorted; windows that overlap or touch become one."""
    merged: list[TimeWindow] = []
    for window in sorted(windows):
        if merged and window.start <= merged[-1].end:
            merged[-1] = TimeWindow(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return tuple(merged)


def subtract(windows: Iterable[TimeWindow], away: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """What is left of `windows` once every window of `away` is cut out."""
    left = list(merge(windows))
    for cut in merge(away):
        left = [piece for window in left for piece in _without(window, cut)]
    return tuple(left)


def _without(window: TimeWindow, cut: TimeWindow) -> Iterable[TimeWindow]:
    if not window.overlaps(cut):
        yield window
        return
    if window.start < cut.start:
        yield TimeWindow(window.start, cut.start)
    if cut.end < window.end:
        yield TimeWindow(cut.end, window.end)

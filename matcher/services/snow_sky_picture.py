"""The snow sky as it is drawn: three days on one line of time, once side by side and once below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from matcher.domain.localtime import clock_words, day_words, local_day, to_local
from matcher.domain.weather.forecast import Hour
from matcher.services.drawing import Box, Picture, Stroke, Words, seen
from matcher.services.snow_sky import HalfDay, SnowSky, Warned

WIDE, NARROW = 720, 288
MM_OF_A_FLAKE = 2.0
_BAR, _BARS, _CURVE = 44, 64, 56
_LETTER = 8  # pixels of a letter of a word on a warning
_FEWEST_LETTERS = 14  # that are said of it, also where its bar is shorter
_ASIDE = 6  # pixels between an edge and words beside it
_MOST_FLAKES = 60  # in a day


def finding(sky: SnowSky) -> str:
    """When it is tightest, as a sentence worked out from the half-days."""
    last = f"{sky.days[-1]:%A}"
    worst = max(sky.halves, key=lambda half: half.too_many)
    if worst.too_many:
        name = half_day_words(worst)
        can = f"volunteers for {worst.capacity:,}" if worst.capacity else "nobody is free"
        return f"{name} is the pinch: {_expected_words(worst)}, and {can}"
    at_worst = max(half.high - half.capacity for half in sky.halves)
    if at_worst > 0:
        return f"Enough volunteers for what is likely to {last}; at worst {at_worst:,} too many in half a day"
    if any(half.high for half in sky.halves):
        return f"Enough volunteers for every half-day to {last}"
    return f"No visit to clear snow or ice is expected to {last}"


def half_day_words(half: HalfDay) -> str:
    """`Sunday morning`."""
    return f"{to_local(half.window.start):%A} {half.name}"


def draw(sky: SnowSky, *, is_wide: bool) -> Picture:
    """The days side by side, or one below the other."""
    picture = Picture(WIDE if is_wide else NARROW)
    for days in [sky.days] if is_wide else [(day,) for day in sky.days]:
        _Block(picture, sky, days).draw()
    return picture


def half_rows(sky: SnowSky) -> Sequence[tuple[str, str, str, str]]:
    """The visits and who can make them."""
    return [
        (half_day_words(half), f"{half.likely:,}", f"{half.low:,} to {half.high:,}", f"{half.volunteers:,}")
        for half in sky.halves
    ]


def weather_rows(sky: SnowSky) -> Sequence[tuple[str, str, str]]:
    """The coldest hour of each day, and its snow."""
    found = []
    for day in sky.days:
        hours = _of_day(sky.hours, day)
        coldest = degrees(min(hour.ground_c for hour in hours)) if hours else "not known"
        snow = _millimetres(sum(hour.snow_mm for hour in hours)) if hours else "not known"
        found.append((f"{day:%A} {day.day}", coldest, snow))
    return found


def warning_rows(sky: SnowSky) -> Sequence[tuple[str, str, str]]:
    """The warnings in full: a short bar has no room for all of its words."""
    return [(one.why, _moment(one.begins_at), _moment(one.ends_at)) for one in sky.warnings]


def not_known(sky: SnowSky) -> str:
    """Since when the forecast is not known; empty where it is."""
    if sky.hours:
        return ""
    if sky.read_at is None:
        return "No forecast is known"
    return f"Forecast not known since {_moment(sky.read_at)}"


def degrees(celsius: float) -> str:
    """`−4.8 °C`."""
    return f"{celsius:.1f} °C".replace("-", "−")


def _moment(at: datetime) -> str:
    return f"{clock_words(at)} on {day_words(at)}"


def _millimetres(snow: float) -> str:
    return "under 1 mm" if 0 < snow < 1 else f"{snow:.0f} mm"


def _expected_words(half: HalfDay) -> str:
    about = f"about {half.likely:,} {'visit' if half.likely == 1 else 'visits'} expected"
    return f"{about} (between {half.low:,} and {half.high:,})" if half.low < half.high else about


def _of_day(hours: Sequence[Hour], day: date) -> list[Hour]:
    return [hour for hour in hours if local_day(hour.at) == day]


def _beside(why: str, x: float, end: float, width: int) -> tuple[str, float]:
    """As much of the words as the bar of a warning from x to end has room for, and where they begin."""
    room = max(int((end - x - 2 * _ASIDE) / _LETTER), _FEWEST_LETTERS)
    words = why if len(why) <= room else f"{why[: room - 3].rstrip()}..."
    return words, min(x + _ASIDE, width - _LETTER * len(words))


class _Block:
    """Some of the days beside each other, with a row for each thing that is told of them, below what is drawn."""

    def __init__(self, picture: Picture, sky: SnowSky, days: Sequence[date]) -> None:
        self.picture, self.sky, self.days = picture, sky, days
        self.wide = picture.width / len(days)  # of a day

    def draw(self) -> None:
        top = self.picture.height
        for nth, day in enumerate(self.days):
            self._say(f"{day:%A} {day.day}", nth * self.wide + (_ASIDE if nth else 0), top + 16, "name")
        self.picture.height = top + 24
        if self.sky.warnings:
            self._draw_warnings()
        if self.sky.hours:
            self._draw_snow()
            self._draw_ground()
        else:
            self._row("Forecast: not known", 10)
        self._draw_visits()
        edges = "".join(f"M{nth * self.wide:g} {top + 4}V{self.picture.height}" for nth in range(1, len(self.days)))
        if edges:
            self.picture.strokes.append(Stroke(edges, "guide"))
        self.picture.height += 20

    def _say(self, words: str, x: float, y: float, kind: str = "soft", anchor: str = "start") -> None:
        self.picture.words.append(Words(words, x, y, kind, anchor))

    def _row(self, words: str, height: int) -> int:
        """A row with these words on top; where it begins below them."""
        begins = self.picture.height + 26
        self._say(words, 0, begins - 8)
        self.picture.height = begins + height
        return begins

    def _x(self, moment: datetime) -> float:
        """Across: by London clocks; what is before or after stands at the edge."""
        days = (local_day(moment) - self.days[0]).days
        local = to_local(moment)
        across = (days + (local.hour + local.minute / 60) / 24) * self.wide
        return min(max(across, 0.0), float(self.picture.width))

    def _draw_warnings(self) -> None:
        here = [(one, self._x(one.begins_at), self._x(one.ends_at)) for one in self.sky.warnings]
        shown: list[tuple[Warned, float, float]] = [(one, x, end) for one, x, end in here if end - x >= 1]
        if not shown:
            return
        top = self._row("Warning", 28 * len(shown))
        for nth, (one, x, end) in enumerate(shown):
            self.picture.boxes.append(Box(x + 0.6, top + 28 * nth, end - x - 1.2, 24, "warned"))
            self._say(*_beside(one.why, x, end, self.picture.width), top + 28 * nth + 17, "name")

    def _draw_snow(self) -> None:
        top = self._row(f"Snow: a flake is {MM_OF_A_FLAKE:g} mm", 30)
        path = "".join(f for day in self.days for f in self._flakes(day, top))
        self.picture.marks["flake"] = self.picture.marks.get("flake", "") + path
        if not path:
            fallen = sum(hour.snow_mm for day in self.days for hour in _of_day(self.sky.hours, day))
            self._say(f"less than {MM_OF_A_FLAKE:g} mm" if fallen else "none", 0, top + 16, "name")

    def _flakes(self, day: date, top: int) -> Iterator[str]:
        fallen, drawn = 0.0, 0
        for hour in _of_day(self.sky.hours, day):
            fallen += hour.snow_mm
            while fallen >= MM_OF_A_FLAKE and drawn < _MOST_FLAKES:
                x, y = self._x(hour.at) + drawn % 2 * 3, top + 4 + drawn % 3 * 9
                yield f"M{x - 4:.1f} {y}h8m-6 -3.5l4 7m0 -7l-4 7"
                fallen, drawn = fallen - MM_OF_A_FLAKE, drawn + 1

    def _draw_ground(self) -> None:
        cold = self.sky.threshold_c
        top = self._row(f"Ground: shaded at {degrees(cold)} and below", _CURVE + 40)
        told = [hour.ground_c for hour in self.sky.hours]
        highest, lowest = max(*told, cold + 1), min(*told, cold - 1)

        def y(celsius: float) -> float:
            return top + _CURVE * (highest - celsius) / (highest - lowest)

        hours = [hour for day in self.days for hour in _of_day(self.sky.hours, day)]
        points = [(self._x(hour.at), y(hour.ground_c), hour.ground_c <= cold) for hour in hours]
        for is_cold, run in groupby(points, key=lambda point: point[2]):
            spots = list(run)
            if is_cold and len(spots) > 1:
                line = "L".join(f"{x:.1f} {at:.1f}" for x, at, _ in spots)
                self.picture.strokes.append(
                    Stroke(f"M{spots[0][0]:.1f} {y(cold):.1f}L{line}L{spots[-1][0]:.1f} {y(cold):.1f}z", "frost")
                )
        self.picture.strokes.append(Stroke(f"M0 {y(cold):.1f}H{self.picture.width}", "guide"))
        if len(points) > 1:
            line = "L".join(f"{x:.1f} {at:.1f}" for x, at, _ in points)
            self.picture.strokes.append(Stroke(f"M{line}", "median"))
        self._name_coldest(hours, y(lowest))
        self._draw_clock(top + _CURVE + 38)

    def _name_coldest(self, hours: Sequence[Hour], below: float) -> None:
        if not hours:
            return
        coldest = min(hours, key=lambda hour: hour.ground_c)
        x = min(max(self._x(coldest.at), 64.0), self.picture.width - 64.0)
        self._say(f"lowest {degrees(coldest.ground_c)}", x, below + 18, "name", "middle")

    def _draw_clock(self, y: float) -> None:
        for nth in range(len(self.days)):
            for hour in (6, 12, 18):
                self._say(f"{hour:02}", (nth + hour / 24) * self.wide, y, "soft", "middle")

    def _draw_visits(self) -> None:
        top = self._row("Expected: bar likely, line range", _BARS + 72)
        foot = top + 20 + _BARS
        most = max(1, *(half.high for half in self.sky.halves))
        here = [half for half in self.sky.halves if local_day(half.window.start) in self.days]
        for half in here:
            nth = self.days.index(local_day(half.window.start))
            middle = (nth + (0.26 if half.name == "morning" else 0.74)) * self.wide
            self._draw_half(half, middle, foot, _BARS / most)
        self.picture.strokes.append(Stroke(f"M0 {foot}H{self.picture.width}", "axis"))

    def _draw_half(self, half: HalfDay, middle: float, foot: int, each: float) -> None:
        left, can = middle - _BAR / 2, min(half.likely, half.capacity)
        if can:
            self.picture.boxes.append(Box(left, foot - seen(can * each), _BAR, round(seen(can * each), 1), "given"))
        if half.too_many:
            height = round(half.too_many * each, 1)
            self.picture.boxes.append(Box(left, foot - half.likely * each, _BAR, height, "over"))
            self._say(f"{half.too_many:,} too many", middle, foot + 54, "alert", "middle")
        if half.high > half.low:
            low, high = foot - half.low * each, foot - half.high * each
            whisker = f"M{middle} {low:.1f}V{high:.1f}M{middle - 6} {low:.1f}h12M{middle - 6} {high:.1f}h12"
            self.picture.strokes.append(Stroke(whisker, "axis"))
        self._say(f"{half.likely:,}", middle + 12, foot - max(half.high, half.likely) * each - 4, "sum")
        self._say(half.name, middle, foot + 18, "soft", "middle")
        self._say(f"{half.volunteers:,} free", middle, foot + 36, "name", "middle")

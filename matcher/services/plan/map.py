"""A plan as a picture: an SVG map over the points of a scheme, no tile and no third party."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sized
from html import escape

from matcher.domain.geo import Point
from matcher.engine.plan.problem import Plan, PlanProblem

WIDTH, MARGIN = 640.0, 24.0
MOST_NAMED = 20  # of those short of help, in the words beside the map
BESIDE = 10.0  # how far apart marks are that stand for the same place
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))  # turns by it fill a disc evenly
Spot = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom
SMALL, LARGE = 15.0, 30.0  # letters on a wide screen and on a phone's, where the picture is half as wide
_LETTER = 0.62  # widths of a letter in its heights, of a bold sans: names are to be too far apart, not too near
_LARGEST_RATIO = 1.25  # of height to width
_LEAST_DEGREES = 1e-4  # of a picture, should all of it be one place: it stands in the middle then
_M_PER_DEGREE = 111_320.0  # of latitude; enough for a picture


class _Sheet:
    """From degrees to the picture's units, north up; one kilometre is as long either way."""

    def __init__(self, points: list[Point]) -> None:
        lats, lons = [point.lat for point in points], [point.lon for point in points]
        self._middle = (min(lats) + max(lats)) / 2
        self._squeeze = math.cos(math.radians(self._middle))
        wide = max((max(lons) - min(lons)) * self._squeeze, _LEAST_DEGREES)
        tall = max(max(lats) - min(lats), _LEAST_DEGREES)
        self._west = (min(lons) + max(lons)) / 2 - wide / self._squeeze / 2
        self._north = self._middle + tall / 2
        self.scale = min((WIDTH - 2 * MARGIN) / wide, (WIDTH * _LARGEST_RATIO - 2 * MARGIN) / tall)
        self.height = tall * self.scale + 2 * MARGIN + 28
        self._left = (WIDTH - wide * self.scale) / 2

    def at(self, point: Point) -> Spot:
        x = self._left + (point.lon - self._west) * self._squeeze * self.scale
        return x, MARGIN + (self._north - point.lat) * self.scale

    @property
    def km(self) -> float:
        """The picture's units for a kilometre."""
        return self.scale / _M_PER_DEGREE * 1000


def svg_map(problem: PlanProblem, plan: Plan) -> str:
    """Homes of volunteers as circles, needs as squares, visits as lines; the unserved stand out by shape too."""
    homes = {volunteer.id: volunteer.point for volunteer in problem.volunteers}
    places = {need.id: need.point for need in problem.needs}
    if not homes and not places:
        return ""
    sheet = _Sheet([*homes.values(), *places.values()])
    at = _apart([sheet.at(point) for point in (*places.values(), *homes.values())])
    place, home = dict(zip(places, at, strict=False)), dict(zip(homes, at[len(places) :], strict=True))
    short = {one.need_id for one in plan.unserved}
    going = {one.volunteer_id for one in plan.visits}
    parts = [
        *(_line(home[v.volunteer_id], place[v.need_id]) for v in plan.visits),
        *(_home(name, spot, is_going=name in going) for name, spot in home.items()),
        *(_need(name, spot) for name, spot in place.items() if name not in short),
        *(_short(name, place[name]) for name in sorted(short)),
        *_names(sheet, {name: place[name] for name in sorted(short)}),
        _rule(sheet),
    ]
    counted = _some(places, "need"), _some(homes, "volunteer"), _some(plan.visits, "visit")
    words = "Map: {}, {} and {}; the table says the same.".format(*counted)
    body = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH:.0f} {sheet.height:.0f}" role="img" aria-label="{escape(words)}">{body}</svg>'


def _some(things: Sized, noun: str) -> str:
    return f"{len(things):,} {noun}{'' if len(things) == 1 else 's'}"


def _apart(spots: Iterable[Spot]) -> list[Spot]:
    """The same spots, but whoever would stand where another already stands is moved to beside them, turn by turn."""
    taken: Counter[tuple[int, int]] = Counter()
    return [_beside(spot, taken) for spot in spots]


def _beside(spot: Spot, taken: Counter[tuple[int, int]]) -> Spot:
    box = round(spot[0] / BESIDE), round(spot[1] / BESIDE)
    turn, away = taken[box] * GOLDEN_ANGLE, BESIDE * math.sqrt(taken[box])
    taken[box] += 1
    return spot[0] + away * math.cos(turn), spot[1] + away * math.sin(turn)


def _line(a: Spot, b: Spot) -> str:
    return f'<line class="way" x1="{a[0]:.1f}" y1="{a[1]:.1f}" x2="{b[0]:.1f}" y2="{b[1]:.1f}"/>'


def _home(name: str, spot: Spot, *, is_going: bool) -> str:
    kind = "home going" if is_going else "home"
    return f'<circle class="{kind}" cx="{spot[0]:.1f}" cy="{spot[1]:.1f}" r="5"><title>{escape(name)}</title></circle>'


def _need(name: str, spot: Spot) -> str:
    return (
        f'<rect class="need" x="{spot[0] - 4.5:.1f}" y="{spot[1] - 4.5:.1f}" width="9" height="9">'
        f"<title>{escape(name)}</title></rect>"
    )


def _short(name: str, spot: Spot) -> str:
    x, y = spot
    corners = _corners((x, y - 9), (x + 9, y), (x, y + 9), (x - 9, y))
    return f'<polygon class="short" points="{corners}"><title>{escape(name)}: short of help</title></polygon>'


def _names(sheet: _Sheet, short: Mapping[str, Spot]) -> Iterator[str]:
    """The names of those short of help that have room: on a phone's screen too, else on a wide one only."""
    taken: list[Box] = [(x - 9, y - 9, x + 9, y + 9) for x, y in short.values()]
    waiting = dict(short)
    for size, words in ((LARGE, "name"), (SMALL, "name wide")):
        for name, spot in [*waiting.items()]:
            box = next((box for box in _places(name, spot, size) if _has_room(sheet, box, taken)), None)
            if box is not None:
                taken.append(box)
                del waiting[name]
                x, y = (box[0] + box[2]) / 2, box[3] - size / 5
                yield f'<text class="{words}" x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'


def _places(name: str, spot: Spot, size: float) -> Iterator[Box]:
    """Where its name could stand: above it, below, right, left."""
    (x, y), wide, off = spot, len(name) * size * _LETTER, 11.0
    yield x - wide / 2, y - off - size, x + wide / 2, y - off
    yield x - wide / 2, y + off, x + wide / 2, y + off + size
    yield x + off, y - size / 2, x + off + wide, y + size / 2
    yield x - off - wide, y - size / 2, x - off, y + size / 2


def _has_room(sheet: _Sheet, box: Box, taken: Iterable[Box]) -> bool:
    left, top, right, bottom = box
    if left < 0 or top < 0 or right > WIDTH or bottom > sheet.height - 28:
        return False
    return not any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in taken)


def _corners(*corners: tuple[float, float]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)


def _rule(sheet: _Sheet) -> str:
    """A scale: the longest of these that fits in a third of the width."""
    km = _longest((0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500), WIDTH / 3 / sheet.km)
    x, y = WIDTH - MARGIN - km * sheet.km, sheet.height - 12
    return (
        f'<line class="rule" x1="{x:.1f}" y1="{y:.1f}" x2="{WIDTH - MARGIN:.1f}" y2="{y:.1f}"/>'
        f'<text class="scale" x="{WIDTH - MARGIN:.1f}" y="{y - 6:.1f}">{km:g} km</text>'
    )


def _longest(lengths: Iterable[float], at_most: float) -> float:
    every = sorted(lengths)
    return max((length for length in every if length <= at_most), default=every[0])

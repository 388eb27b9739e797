"""The sum as a ladder, and the tornado: which assumption moves it most."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from matcher.domain.money import pounds
from matcher.services.drawing import NARROW, WIDE, Box, Picture, Stroke, Words, seen, short
from matcher.services.impact_report.money import Money

_BAR, _STEP, _LEFT_BAR = 22, 62, 30
_SUM_ROOM = 84  # for the amount to the right of a bar
_LONGEST = {WIDE: 62, NARROW: 32}
SWINGS_SHOWN = 6
Scale = Callable[[Decimal], float]


def ladder(money: Money, width: int) -> Picture | None:
    """From the hours given, line by line, to what is left, with its two ends; None where all is nothing."""
    if not any(line.pounds for found in (money.low, money.central, money.high) for line in found.lines):
        return None
    picture = Picture(width)
    totals = [Decimal(0)]
    for line in money.central.lines:
        totals.append(totals[-1] + line.pounds)
    at = _scale([*totals, money.low.left, money.high.left], width - _SUM_ROOM)
    y = 0.0
    for line, before, after in zip(money.central.lines, totals, totals[1:], strict=False):
        _caption(picture, line.name, line.how, y)
        kind = "given" if after >= before else "off"
        _bar(picture, at, before, after, y + 38, kind)
        picture.words.append(
            Words(pounds(line.pounds), _beside(max(at(before), at(after)), at(Decimal(0))), y + 54, "sum")
        )
        _axis(picture, at(Decimal(0)), y + 38, _BAR)
        picture.strokes.append(Stroke(f"M{at(after):.1f} {y + 38 + _BAR:g}v{_STEP - _BAR - 0:g}", "guide"))
        y += _STEP + 6
    left = money.central.left
    _caption(picture, "What is left", "", y)
    picture.boxes.append(Box(min(at(Decimal(0)), at(left)), y + 22, abs(at(left) - at(Decimal(0))), _LEFT_BAR, "left"))
    picture.words.append(Words(pounds(left), max(at(left), at(Decimal(0))) + 6, y + 43, "sum"))
    _axis(picture, at(Decimal(0)), y + 22, _LEFT_BAR)
    y = _whisker(picture, money, at, y + 22 + _LEFT_BAR + 14)
    picture.height = round(y)
    return picture


def tornado(money: Money, width: int, *, most: int = SWINGS_SHOWN) -> Picture | None:
    """Each assumption moved alone, the widest first and so many at most; None where none of them moves anything."""
    swings = money.swings[:most]
    if not swings:
        return None
    picture = Picture(width)
    central = money.central.left
    at = _scale([central, *(end for one in swings for end in (one.low, one.high))], width, is_from_nothing=False)
    picture.words.append(
        Words(f"central {pounds(central)}", *_above(at(central), width), "sum", _side(at(central), width))
    )
    y = 28.0
    for one in swings:
        _caption(picture, one.name, f"{one.low_at} to {one.high_at}", y)
        for end, kind in ((one.low, "low"), (one.high, "high")):
            if end != central:
                _bar(picture, at, central, end, y + 38, kind)
        _axis(picture, at(central), y + 38, _BAR)
        y += _STEP + 6
    picture.height = round(y)
    return picture


def _above(x: float, width: int) -> tuple[float, float]:
    return (min(max(x, 0), width), 15.0)


def _side(x: float, width: int) -> str:
    return "start" if x < width / 3 else "end" if x > width * 2 / 3 else "middle"


def _caption(picture: Picture, name: str, how: str, y: float) -> None:
    longest = _LONGEST[picture.width]
    picture.words.append(Words(short(name, longest), 7, y + 15, "name"))
    if how:
        picture.words.append(Words(short(how, longest), 7, y + 32))


def _bar(picture: Picture, at: Scale, before: Decimal, after: Decimal, y: float, kind: str) -> None:
    left, right = sorted((at(before), at(after)))
    picture.boxes.append(Box(left, y, seen(right - left), _BAR, kind))


def _beside(bar: float, axis: float) -> float:
    """Where the amount to the right of a bar begins: not across the axis."""
    return (axis if bar <= axis < bar + _SUM_ROOM else bar) + 6


def _axis(picture: Picture, x: float, y: float, height: float) -> None:
    """A piece of the axis beside a bar: it crosses no words."""
    picture.strokes.append(Stroke(f"M{x:.1f} {y - 4:.1f}v{height + 8:g}", "axis"))


def _whisker(picture: Picture, money: Money, at: Scale, y: float) -> float:
    low, high = at(money.low.left), at(money.high.left)
    picture.strokes.append(
        Stroke(f"M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - 6:.1f}v12M{high:.1f} {y - 6:.1f}v12", "axis")
    )
    middle = at(money.central.left)
    picture.strokes.append(Stroke(f"M{middle:.1f} {y - 6:.1f}v12", "axis"))
    words = [
        f"low {pounds(money.low.left)}",
        f"central {pounds(money.central.left)}",
        f"high {pounds(money.high.left)}",
    ]
    lines = [", ".join(words)] if picture.width == WIDE else [", ".join(words[:2]), words[2]]
    for line in lines:
        y += 24
        picture.words.append(Words(line, 0, y, "sum"))
    return y + 10 + (24 if len(lines) == 1 else 0)


def _scale(amounts: list[Decimal], width: float, *, is_from_nothing: bool = True) -> Scale:
    ends = [float(one) for one in amounts] + ([0.0] if is_from_nothing else [])
    least, most = min(ends), max(ends)
    span = (most - least) or 1.0
    return lambda amount: 1 + (float(amount) - least) / span * (width - 2)

"""One mark for each request by how long its yes took, and one for each volunteer by how often they were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log

from matcher.services.drawing import (
    ALERT,
    DOT,
    MARK,
    OPEN,
    STACK_HEIGHT,
    WIDE,
    Picture,
    Stroke,
    Words,
    stack_height,
    stands_for,
)
from matcher.services.impact_report.asked_for import Waits
from matcher.services.impact_report.askings import OFTEN, Askings

A_DAY = 24 * 60
_TICKS = (
    (5, "5 min"),
    (15, "15"),
    (60, "1 hour"),
    (240, "4 h"),
    (A_DAY, "1 day"),
    (3 * A_DAY, "3 days"),
    (10 * A_DAY, "10"),
)
_TICKS_NARROW = (5, 60, 240, A_DAY, 10 * A_DAY)
_LEAST, _SIDE = 5, 22
_TOP, _ONE_LINE = 44, 24  # for two lines of words over the marks; for one
_MOST_TIMES = 12
_LETTER, _LINE = 9, 16  # of a count over its marks: how wide a figure is, how high a line


def time_to_yes(waits: Waits, width: int, *, at_least: int = 1) -> tuple[Picture, int] | None:
    """(the strip, for how many a mark stands, and that is at least so many); None where nobody said yes."""
    if not waits.minutes:
        return None
    most = max(waits.minutes[-1], 2 * A_DAY)
    span = width - 2 * _SIDE

    def at(minutes: int) -> float:
        return _SIDE + log(max(minutes, _LEAST) / _LEAST) / log(most / _LEAST) * span

    columns = Counter((round((at(one) - _SIDE) / (MARK + 1)), one > A_DAY) for one in waits.minutes)
    one_for = max(at_least, stands_for(max(columns.values())))
    foot = _TOP + stack_height(max(columns.values()), one_for)
    picture = Picture(width, foot + 28)
    picture.stack(
        (
            (_SIDE + place * (MARK + 1), count, ALERT if late else DOT)
            for (place, late), count in sorted(columns.items())
        ),
        foot,
        one_for,
    )
    picture.strokes.append(Stroke(f"M0 {foot}H{width}", "axis"))
    for minutes, words in _TICKS:
        if minutes <= most and (width == WIDE or minutes in _TICKS_NARROW):
            picture.strokes.append(Stroke(f"M{at(minutes):.1f} {foot}v6", "axis"))
            picture.words.append(Words(words, at(minutes), foot + 22, anchor="middle"))
    for found, words, kind, y in (
        (waits.p90, "9 in 10 within", "p90", 34),
        (waits.median, "half within", "median", 14),
    ):
        if found is not None:
            x = at(found)
            gaps = "".join(f"V{one.y - 14:g}M{x:.1f} {one.y + 6:g}" for one in picture.words if _lies_across(x, y, one))
            picture.strokes.append(Stroke(f"M{x:.1f} {y + 5}{gaps}V{foot}", kind))
            picture.words.append(_beside(f"{words} {minutes_words(found)}", x, y, width))
    return picture, one_for


def times_asked(askings: Askings, width: int) -> tuple[Picture, int] | None:
    """(the strip, for how many a mark stands); None where nobody is willing."""
    if not askings.willing:
        return None
    columns: Counter[int] = Counter()
    for times, count in askings.times.items():
        columns[min(times, _MOST_TIMES)] += count
    step = (width - 2 * _SIDE) / _MOST_TIMES
    side_by_side = max(1, int(step * 0.8) // (MARK + 1))
    one_for = stands_for(-(-max(columns.values()) // side_by_side))
    shares_of = {times: _side_by_side(-(-count // one_for), side_by_side) for times, count in columns.items()}
    foot = _ONE_LINE + stack_height(max(map(max, shares_of.values())), 1)
    picture = Picture(width, foot + 46)
    counts: list[Words] = []
    for times, count in sorted(columns.items()):
        middle, shares = _SIDE + times * step, shares_of[times]
        across = len(shares)
        kind = OPEN if not times else ALERT if times >= OFTEN else DOT
        places = (middle + (place - (across - 1) / 2) * (MARK + 1) for place in range(across))
        picture.stack(((x, share, kind) for x, share in zip(places, shares, strict=True)), foot, 1)
        counts.append(Words(f"{count:,}", middle, foot - MARK * max(shares) - 8, "sum", "middle"))
    picture.words.extend(_with_room(counts))
    picture.strokes.append(Stroke(f"M0 {foot}H{width}", "axis"))
    for times in range(0, _MOST_TIMES + 1, 1 if width == WIDE else 3):
        words = f"{times}+" if times == _MOST_TIMES else str(times)
        picture.words.append(Words(words, _SIDE + times * step, foot + 20, anchor="middle"))
    picture.words.append(Words("times asked in 28 days", 0, foot + 40))
    return picture, one_for


def _with_room(counts: Sequence[Words]) -> Iterator[Words]:
    """From left to right, without those that would lie on the one before: the table has all."""
    ends, height = 0.0, 0.0
    for count in counts:
        half = _LETTER * len(count.text) / 2
        if count.x - half > ends or abs(count.y - height) > _LINE:
            yield count
            ends, height = count.x + half, count.y


def _side_by_side(marks: int, most: int) -> list[int]:
    """So many marks in as few stacks as have room for them: how many in each."""
    across = min(most, max(1, -(-marks * MARK // STACK_HEIGHT)))
    return [marks // across + (place < marks % across) for place in range(across)]


def minutes_words(minutes: int) -> str:
    """`97 min`, `7 h`, `3 days`; under a minute is within one."""
    if minutes < 120:
        return f"{max(minutes, 1)} min"
    if minutes < 2 * A_DAY:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / A_DAY)} days"


def _lies_across(x: float, y: float, words: Words) -> bool:
    """Whether words beside another line would be struck out by a line that begins above them."""
    if words.kind != "sum" or words.y < y:
        return False
    ends = words.x + _LETTER * len(words.text) * (-1 if words.anchor == "end" else 1)
    return min(ends, words.x) < x < max(ends, words.x)


def _beside(words: str, x: float, y: float, width: int) -> Words:
    if x > width / 2:
        return Words(words, x - 5, y, "sum", "end")
    return Words(words, x + 5, y, "sum")

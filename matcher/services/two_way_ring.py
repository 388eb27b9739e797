"""The two-way ring: everyone who met lately, as marks in a ring, by whether they gave help, got it, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, pi, sin

from matcher.domain.small_numbers import all_of
from matcher.services.drawing import DOT, OPEN, WIDE, Picture, Stroke, Words, stands_for
from matcher.services.ties import Sides

_RADIUS, _EDGE = 106, 14
_ROOM = 70  # marks
_LARGEST, _APART = 17.0, 0.72  # a mark: units, and of the way to the next one
_WITHIN = 0.5  # the dot in the square of who gave and got
_LINE, _IN_WORDS = 34, 15.0
_GAVE, _GOT, _BOTH = (DOT,), (OPEN,), (OPEN, DOT)


def finding(shown: Sides) -> str:
    """What the ring shows, as a sentence that is worked out from it."""
    if not shown.people:
        return "Nobody has met lately"
    if not shown.both:
        return f"None of {shown.people:,} people has both given and got help yet"
    if shown.both == shown.people:
        return f"{all_of(shown.people)} people have both given and got help"
    return f"{shown.both:,} of {shown.people:,} people {_have(shown.both)} both given and got help"


def way(shown: Sides) -> str:
    """How the help of those who gave and got went: back to the same neighbour, or round."""
    said = []
    if shown.each_other:
        said.append(f"{shown.each_other:,} {_have(shown.each_other)} helped somebody who helped them")
    if shown.passed_on:
        said.append(f"{shown.passed_on:,} {_have(shown.passed_on)} passed it on to somebody else")
    return f"{', and '.join(said)}." if said else ""


def rows(shown: Sides) -> tuple[tuple[str, str], ...]:
    """The numbers of the ring."""
    return (
        ("Only gave help", f"{shown.gave:,}"),
        ("Only got help", f"{shown.got:,}"),
        ("Both, and helped somebody who helped them", f"{shown.each_other:,}"),
        ("Both, and passed it on to somebody else", f"{shown.passed_on:,}"),
    )


def draw(shown: Sides, width: int) -> Picture | None:
    """The ring with what its marks mean, beside it on a wide page and below it on a narrow one; None of nobody."""
    if not shown.people:
        return None
    is_wide = width >= WIDE
    across = 2 * (_RADIUS + _EDGE)
    one_for = stands_for(shown.people, _ROOM)
    picture = Picture(width, across)
    middle = across / 2 if is_wide else width / 2
    _draw_ring(picture, shown, one_for, middle, across / 2)
    meanings = _meanings(shown, one_for)
    left, top = (across + 24, (across - _LINE * len(meanings)) / 2) if is_wide else (4, across + 8)
    _draw_meanings(picture, meanings, left, top)
    picture.height = max(across, round(top) + _LINE * len(meanings))
    return picture


def _draw_ring(picture: Picture, shown: Sides, one_for: int, x: float, y: float) -> None:
    """Who gave and got at the top, who gave on the left, who got on the right."""
    marks = list(_marks(shown, one_for))
    size = min(_LARGEST, _APART * 2 * pi * _RADIUS / len(marks))
    begins = -pi / 2 - pi * (-(-shown.both // one_for) - 1) / len(marks)
    for nth, kinds in enumerate(marks):
        angle = begins + 2 * pi * nth / len(marks)
        _put(picture, kinds, x + _RADIUS * cos(angle), y + _RADIUS * sin(angle), size)
    r = _RADIUS - _EDGE  # within the marks, so that two or three of them are a ring as well
    picture.strokes.append(Stroke(f"M{x - r} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z", "guide"))
    picture.words.append(Words(f"{shown.both:,} of {shown.people:,}", x, y, "sum", "middle"))
    picture.words.append(Words("gave and got", x, y + 20, "soft", "middle"))


def _marks(shown: Sides, one_for: int) -> Iterator[Sequence[str]]:
    """Clockwise, from the first of who gave and got."""
    for count, kinds in ((shown.both, _BOTH), (shown.got, _GOT), (shown.gave, _GAVE)):
        yield from [kinds] * -(-count // one_for)


def _meanings(shown: Sides, one_for: int) -> list[tuple[Sequence[str], str]]:
    said: list[tuple[Sequence[str], str]] = [
        (_BOTH, f"Gave and got: {shown.both:,}"),
        (_GAVE, f"Only gave: {shown.gave:,}"),
        (_GOT, f"Only got: {shown.got:,}"),
    ]
    if one_for > 1:
        said.append(((), f"A mark stands for up to {one_for:,} people"))
    return said


def _draw_meanings(picture: Picture, meanings: Sequence[tuple[Sequence[str], str]], left: float, top: float) -> None:
    for nth, (kinds, words) in enumerate(meanings):
        middle = top + _LINE * (nth + 0.5)
        _put(picture, kinds, left + _IN_WORDS / 2, middle, _IN_WORDS)
        picture.words.append(Words(words, left + (_IN_WORDS + 10 if kinds else 0), middle + 5, "name"))


def _put(picture: Picture, kinds: Sequence[str], x: float, y: float, size: float) -> None:
    for kind in kinds:
        picture.put(kind, x, y, size * _WITHIN if len(kinds) > 1 and kind == DOT else size)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"

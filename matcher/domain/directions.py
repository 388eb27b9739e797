"""The way from one point to another in words: how far in a straight line, and towards where."""

from __future__ import annotations

import math

from matcher.domain.geo import METRES_PER_MILE

_METRES_PER_YARD = 0.9144
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_HERE_M = 10
_YARDS_UP_TO_M = 400  # about a quarter of a mile: further away people say miles


def way_words(east_m: float, north_m: float) -> str:
    """`about 250 yards north-east of`, `about 1.2 miles south of`, `right beside`: metres to the east and the north."""
    metres = math.hypot(east_m, north_m)
    if metres < _HERE_M:
        return "right beside"
    return f"about {_length(metres)} {bearing_words(east_m, north_m)} of"


def bearing_words(east_m: float, north_m: float) -> str:
    """The nearest of the eight winds."""
    degrees = math.degrees(math.atan2(east_m, north_m)) % 360
    return _WINDS[round(degrees / 45) % 8]


def _length(metres: float) -> str:
    if metres <= _YARDS_UP_TO_M:
        return f"{max(10, round(metres / _METRES_PER_YARD / 10) * 10)} yards"
    miles = round(metres / METRES_PER_MILE, 1)
    return f"{miles:g} {'mile' if miles == 1 else 'miles'}"

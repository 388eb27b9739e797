"""What the cells of a plan's spreadsheets may say. Each reader raises ValueError with what it expected."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from matcher.domain.lifecycle import Urgency
from matcher.services.spreadsheets import has_control_characters

_URGENCIES = {"high": Urgency.URGENT, "medium": Urgency.NORMAL}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LENGTH = re.compile(
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:h|hrs?|hours?))?\s*(?:(?:and )?(\d+)\s*(?:m|mins?|minutes?))?", re.IGNORECASE
)
_HOURS_AND_MINUTES = re.compile(r"(\d+):(\d\d)")
_A_DISTANCE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(km|kms|kilometres?|m|mi|miles?)?", re.IGNORECASE)
_KM_IN_A_MILE = 1.609344


def plain_id(text: str) -> str:
    """An id, as it stands."""
    if not text or has_control_characters(text):
        raise ValueError("an id, such as N1")
    return text


def label(text: str) -> str:
    """One label; those that differ only in capitals or blanks are equal."""
    if not text or has_control_characters(text):
        raise ValueError("a word")
    return " ".join(text.casefold().split())


def labels(text: str) -> frozenset[str]:
    """Labels with semicolons between them, perhaps none."""
    return frozenset(label(part) for part in text.split(";") if part.strip())


def names(text: str) -> frozenset[str]:
    """Ids with semicolons between them, perhaps none, as they stand."""
    return frozenset(part.strip() for part in text.split(";") if part.strip())


def some_labels(text: str) -> frozenset[str]:
    """At least one label."""
    if not (found := labels(text)):
        raise ValueError("one or more kinds of help with semicolons between them, such as shopping; lifts")
    return found


def whole_number(least: int, most: int, what: str) -> Callable[[str], int]:
    """A reader of whole numbers from `least` to `most`; `what` says of what."""

    def read(text: str) -> int:
        try:
            value = float(_NUMBERS.index(text.lower())) if text.lower() in _NUMBERS else float(text)
        except ValueError:
            value = math.nan
        if not (value.is_integer() and least <= value <= most):
            raise ValueError(f"a whole number of {what} from {least} to {most}")
        return int(value)

    return read


def length(least: int, most: int, what: str) -> Callable[[str], int]:
    """A reader of lengths: whole minutes, or `45 mins`, `2 hours`, `1 h 30 min`, `1:30`."""
    whole = whole_number(least, most, what)

    def read(text: str) -> int:
        clock, words = _HOURS_AND_MINUTES.fullmatch(text), _LENGTH.fullmatch(text)
        if clock:
            return whole(str(60 * int(clock[1]) + int(clock[2])))
        if words and any(words.groups()):
            return whole(str(60 * float((words[1] or "0").replace(",", ".")) + int(words[2] or 0)))
        return whole(text)

    return read


def kilometres(most: float) -> Callable[[str], float]:
    """A reader of distances in kilometres, or `3 km`, `4 miles`."""
    plain = number(0, most, "kilometres")

    def read(text: str) -> float:
        found = _A_DISTANCE.fullmatch(text)
        is_in_miles = bool(found and found[2] and found[2].lower().startswith("mi"))
        if found and found[2] and found[2].lower() != "m":  # metres, or miles: who knows
            return plain(found[1]) * (_KM_IN_A_MILE if is_in_miles else 1.0)
        return plain(text)

    return read


def number(least: float, most: float, what: str) -> Callable[[str], float]:
    """A reader of numbers from `least` to `most`, with a point or a comma."""

    def read(text: str) -> float:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise ValueError(f"a number of {what} from {least:g} to {most:g}")
        return value

    return read


def urgency(text: str) -> Urgency:
    """low, normal or urgent; high and medium are understood."""
    try:
        return _URGENCIES.get(text.lower()) or Urgency(text.lower())
    except ValueError:
        raise ValueError("low, normal or urgent") from None

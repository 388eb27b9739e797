"""Words for moments, windows and distances, as templates need them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from matcher.domain.geo import METRES_PER_MILE, TravelMode, reach_m
from matcher.domain.localtime import clock_words, day_words, local_day, to_local
from matcher.domain.messages.catalogue import name_of, subject_of
from matcher.domain.money import pounds, pounds_and_pence
from matcher.domain.worth import hours_words
from web import clock


def day(moment: datetime | date) -> str:
    """`Thursday 24 December`."""
    if isinstance(moment, datetime):
        return day_words(moment)
    return f"{moment:%A} {moment.day} {moment:%B}"


def day_near(moment: datetime) -> str:
    """`Today`, `Tomorrow`, `Yesterday`, else `Thursday 24 December`."""
    away = (local_day(moment) - local_day(clock.now())).days
    return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get(away, day_words(moment))


def day_named(when: datetime) -> str:
    """`Today, Thursday 24 December`, `Tomorrow, Friday 25 December`, else the day alone."""
    near, named = day_near(when), day_words(when)
    return named if near == named else f"{near}, {named}"


def moment(when: datetime) -> str:
    """`Today, 2:15pm`."""
    return f"{day_near(when)}, {clock_words(when)}"


def by_moment(when: datetime) -> str:
    """`6:30pm today`, `9am on Friday 25 December`: as it stands after `by`."""
    away = (local_day(when) - local_day(clock.now())).days
    named = {0: "today", 1: "tomorrow"}.get(away)
    return f"{clock_words(when)} {named}" if named else f"{clock_words(when)} on {day_words(when)}"


def _hours(hours: int, minutes: int) -> str:
    """`2 h 05 min`, never broken over two lines."""
    return f"{hours}\u00a0h\u00a0{minutes:02}\u00a0min"


def in_time(when: datetime) -> str:
    """`in 43 min`, `in 2 h 13 min`, `in 3 days`, for the coordinators' list; `now` once it has come."""
    minutes = int((when - clock.now()) / timedelta(minutes=1))
    if minutes <= 0:
        return "now"
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"in {rest} min"
    if hours < 24:
        return f"in {_hours(hours, rest)}"
    return f"in {hours // 24} day{'s' if hours >= 48 else ''}"


def within(wait: timedelta) -> str:
    """`an hour`, `5 hours`, `a day`, `3 days`: as it stands after `within`, rounded up."""
    hours = max(1, -(-wait // timedelta(hours=1)))
    days = -(-hours // 24)
    if hours <= 20:
        return "an hour" if hours == 1 else f"{hours} hours"
    return "a day" if days == 1 else f"{days} days"


def lasted(time: timedelta) -> str:
    """`under a minute`, `7 min`, `2 h 05 min`, `3 days`: how long something took."""
    minutes = int(time / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if minutes < 1:
        return "under a minute"
    if hours == 0:
        return f"{rest} min"
    return _hours(hours, rest) if hours < 24 else plural(hours // 24, "day")


def stamp(when: datetime) -> str:
    """`24 December 2026, 2:15pm`: as it stands on paper, whenever that is read."""
    return f"{to_local(when):%-d %B %Y}, {clock_words(when)}"


def date_words(day: date) -> str:
    """`24 December 2026`."""
    return f"{day:%-d %B %Y}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    things = list(words)
    return f" {last} ".join(filter(None, [", ".join(things[:-1]), *things[-1:]]))


def capital(words: str) -> str:
    """The first letter large, the rest as it is."""
    return words[:1].upper() + words[1:]


def lower_first(words: str) -> str:
    """The first letter small, as inside a sentence; names of one letter and initials stay."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 neighbour`, `3 neighbours`, `1,200 neighbours`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def no_break(words: str) -> str:
    """The same words on one line: references and telephone numbers never break."""
    return words.replace(" ", "\u00a0").replace("-", "\u2011")


# A telephone number inside a sentence, with its spaces; a date of figures is one too, and no worse for it.
_NUMBER = re.compile(r"(?<![\w-])\+?\d[\d ]{6,15}\d(?![\w-])")


def unbroken(words: Any) -> Any:
    """The same words, with each telephone number in them on one line. What is no words stays as it is."""
    if not isinstance(words, str):
        return words
    return type(words)(_NUMBER.sub(lambda found: found[0].replace(" ", "\u00a0"), words))


def reach(minutes: int) -> str:
    """How far that gets you, by each way of going: `about a third of a mile on foot, ...`."""
    ways = ((TravelMode.FOOT, "on foot"), (TravelMode.BIKE, "by bike"), (TravelMode.CAR, "by car"))
    parts = [f"{_miles(reach_m(mode, minutes) / METRES_PER_MILE)} {how}" for mode, how in ways]
    return f"About {listed(parts, 'or')}"


_UNDER_A_MILE = ((0.29, "a quarter of a mile"), (0.42, "a third of a mile"), (0.62, "half a mile"))


def _miles(miles: float) -> str:
    for below, words in _UNDER_A_MILE:
        if miles < below:
            return words
    if miles < 0.88:
        return "three quarters of a mile"
    whole, half = divmod(round(miles * 2), 2)
    if half and whole < 3:
        return f"{whole} and a half miles"
    return plural(max(1, round(miles)), "mile")


def dial(words: str) -> str:
    """A telephone number as a `tel:` address takes it."""
    return "".join(sign for sign in words if sign.isdigit() or sign == "+")


def map_query(lines: Iterable[str]) -> str:
    """An address as a `geo:` address takes it: opened by the phone's own map, sent to nobody by us."""
    return quote(", ".join(lines))


def first_id(field: Any) -> str:
    """The id of the first input of a form field, where the error summary leads."""
    return str(getattr(field, "first_id", field.id))


def rows(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """A field's choices as our macros take them: value, words, no hint."""
    return [(value, words, "") for value, words in choices]


def named_parts(text: str) -> list[str]:
    """`Hello {v}, ring {tel}` in parts: plain words, and the values in brackets."""
    return [part for part in re.split(r"(\{\w+\})", text) if part]


ALL: dict[str, Callable[..., Any]] = {
    "by_moment": by_moment,
    "capital": capital,
    "clock": clock_words,
    "date_words": date_words,
    "day": day,
    "day_named": day_named,
    "day_near": day_near,
    "decimal": "{:f}".format,
    "dial": dial,
    "first_id": first_id,
    "hours_words": hours_words,
    "in_time": in_time,
    "lasted": lasted,
    "listed": listed,
    "lower_first": lower_first,
    "map_query": map_query,
    "message_name": name_of,
    "message_subject": subject_of,
    "moment": moment,
    "named_parts": named_parts,
    "no_break": no_break,
    "plural": plural,
    "pounds": pounds,
    "pounds_and_pence": pounds_and_pence,
    "reach": reach,
    "rows": rows,
    "stamp": stamp,
    "unbroken": unbroken,
    "within": within,
}

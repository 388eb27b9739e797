"""Help that neighbours gave outside the service, as they tell of it: seen by nobody, and none of it counts twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = {
    "0": "Monday",
    "1": "Tuesday",
    "2": "Wednesday",
    "3": "Thursday",
    "4": "Friday",
    "5": "Saturday",
    "6": "Sunday",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody told that they helped, or were helped. The one of the two who is not known is None.

    minutes: what that kind of help usually takes, for nobody timed it.
    """

    helper_id: int | None
    resident_id: int | None
    area_id: int
    kind: str
    day: date
    minutes: int


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that was done: it counts by itself, whoever tells of it again."""

    helper_id: int
    resident_id: int
    kind: str
    day: date


@dataclass(frozen=True, slots=True)
class Weekly:
    """Somebody told once that they help on these days of each week (0 is Monday), from the first day to the last."""

    helper_id: int
    area_id: int
    kind: str
    weekdays: frozenset[int]
    first_day: date
    last_day: date
    minutes: int


def days_of(one: Weekly, told: Collection[Told], done: Collection[Done]) -> list[Told]:
    """Each of its days as if it had been told that day, but for those that were told by themselves.

    A day with a visit of that kind is that visit. A visit on any other day of a week may be one of that week's, moved:
    so a week has as many fewer.
    """
    mine = (one.helper_id, one.kind)
    apart = {row.day for row in told if (row.helper_id, row.kind) == mine}
    visited = [row.day for row in done if (row.helper_id, row.kind) == mine]
    every = (one.first_day + timedelta(days=nth) for nth in range((one.last_day - one.first_day).days + 1))
    days = [day for day in every if day.weekday() in one.weekdays and day not in apart]
    moved = Counter(_week(day) for day in set(visited).difference(days))
    found = []
    for day in (day for day in days if day not in visited):
        if moved[_week(day)]:
            moved[_week(day)] -= 1
        else:
            found.append(Told(one.helper_id, None, one.area_id, one.kind, day, one.minutes))
    return found


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def counted_once(told: Iterable[Told], done: Iterable[Done]) -> list[Told]:
    """What was told, without whatever could be a visit that was done, or the same help told by both sides.

    Where only one side is known the other may be anybody: of those who helped somebody and those whom somebody helped,
    in one area on one day with one kind of help, the more numerous count, and the others may be the same.
    """
    visits = list(done)
    seen = {(one.helper_id, one.resident_id, one.kind, one.day) for one in visits}
    every = list(told)
    by_both = [one for one in every if _is_of_both(one) and _key(one) not in seen]
    known: list[Told | Done] = [*visits, *by_both]
    helpers = {(one.helper_id, one.kind, one.day) for one in known}
    residents = {(one.resident_id, one.kind, one.day) for one in known}
    by_helper: defaultdict[tuple[int, str, date], list[Told]] = defaultdict(list)
    by_resident: defaultdict[tuple[int, str, date], list[Told]] = defaultdict(list)
    for one in every:
        if one.resident_id is None and (one.helper_id, one.kind, one.day) not in helpers:
            by_helper[one.area_id, one.kind, one.day].append(one)
        elif one.helper_id is None and (one.resident_id, one.kind, one.day) not in residents:
            by_resident[one.area_id, one.kind, one.day].append(one)
    places = by_helper.keys() | by_resident.keys()
    return by_both + [one for place in places for one in max(by_helper[place], by_resident[place], key=len)]


def _is_of_both(one: Told) -> bool:
    return one.helper_id is not None and one.resident_id is not None


def _key(one: Told) -> tuple[int | None, int | None, str, date]:
    return one.helper_id, one.resident_id, one.kind, one.day

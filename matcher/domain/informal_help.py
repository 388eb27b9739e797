"""Help that neighbours gave outside the service, as they tell of it: seen by nobody, and none of it counts twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


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

"""The snapshot of everyone who offers help, decoded from the copies of the tables they are kept in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import Bools, Ints, Words
from matcher.engine.copied import DAY_ZERO, instants_us, numbers, rows_of_copy
from matcher.engine.snapshot import ASKED, HELD, Snapshot, bit_sets

_OFFER = {"offer": ">i8", "person": ">i8", "mode": ">i4", "reach": ">i4", "limit": ">i4", "asks": ">i4"}
_OFFER |= {"told": ">i8", "woken": ">i4"}
_OFFER |= {"leaning": ">f8", "lat": ">f8", "lon": ">f8"}
_KIND = {"offer": ">i8", "kind": ">i4"}
_TRAIT = {"offer": ">i8", "trait": ">i4"}
_RULE = {"offer": ">i8", "weekday": ">i4", "opens": ">i8", "closes": ">i8"}
_CHECK = {"offer": ">i8", "check": ">i4", "last_day": ">i4"}
_HELD = {"offer": ">i8", "start": ">i8", "end": ">i8", "lat": ">f8", "lon": ">f8"}
_ASKED = {"offer": ">i8", "at": ">i8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedOffers:
    """What COPY wrote of every active offer, as bytes; each copy but the first may speak of other offers too.

    offers: id, person, place of the travel mode in its enum, reach in metres, visits a week (2^31 - 1 for no limit),
    questions a day (-1 for the scheme's own limit), when a question of now would reach them, 1 for whom an urgent one
    would at once, leaning in logits, latitude, longitude; by id. kinds: offer, place in kind_names. traits: offer,
    place in trait_names. rules: offer, weekday, opens, closes; those of the weekdays that matter. checks: offer, place
    in check_names, last day (9999-12-31 for no end). held: offer, start, end, latitude, longitude. asked: offer, when.
    exceptions: for an offer id, stretches of time in which it is free, or not.
    """

    offers: bytes
    kinds: bytes
    kind_names: tuple[str, ...]
    traits: bytes
    trait_names: tuple[str, ...]
    rules: bytes
    checks: bytes
    check_names: tuple[str, ...]
    held: bytes
    asked: bytes
    exceptions: Mapping[int, Sequence[tuple[TimeWindow, bool]]]


def snapshot_from(copied: CopiedOffers, horizon: TimeWindow) -> Snapshot:
    """Every active offer as columns, free when it is free inside `horizon`."""
    offers = rows_of_copy(copied.offers, _OFFER)
    ids = numbers(offers["offer"])
    week, weeks = _weeks(copied, ids, horizon)
    kinds = _of_these(ids, rows_of_copy(copied.kinds, _KIND), "kind")
    traits = _of_these(ids, rows_of_copy(copied.traits, _TRAIT), "trait")
    return Snapshot(
        offer=ids,
        person=numbers(offers["person"]),
        lat=offers["lat"].astype(np.float64),
        lon=offers["lon"].astype(np.float64),
        reach_m=offers["reach"].astype(np.float64),
        mode=offers["mode"].astype(np.uint8),
        limit=numbers(offers["limit"]),
        asks_a_day=numbers(offers["asks"]),
        told=instants_us(offers["told"]),
        woken=offers["woken"].astype(np.bool_),
        leaning=offers["leaning"].astype(np.float64),
        kinds=bit_sets(*kinds, ids.size, len(copied.kind_names)),
        kind_names=copied.kind_names,
        traits=bit_sets(*traits, ids.size, len(copied.trait_names)),
        trait_names=copied.trait_names,
        week=week,
        weeks=weeks,
        checks=_check_days(copied, ids),
        check_names=copied.check_names,
        held=_by_row(ids, rows_of_copy(copied.held, _HELD), HELD, ("start", "end")),
        asked=_by_row(ids, rows_of_copy(copied.asked, _ASKED), ASKED, ("at",)),
    )


def _rows(ids: Ints, offer: Ints) -> tuple[Ints, Bools]:
    """The row of each offer, and whether it has one."""
    row = np.searchsorted(ids, offer)
    known: Bools = row < ids.size
    known[known] = ids[row[known]] == offer[known]
    return row, known


def _of_these(ids: Ints, rows: npt.NDArray[Any], column: str) -> tuple[Ints, Ints]:
    """The row of each offer that has one, and the number beside it."""
    row, known = _rows(ids, numbers(rows["offer"]))
    return row[known], numbers(rows[column])[known]


def _by_row(ids: Ints, rows: npt.NDArray[Any], of_type: npt.DTypeLike, instants: Sequence[str]) -> npt.NDArray[Any]:
    """These rows by the row of their offer, in the order of the copy, without those of other offers."""
    row, known = _rows(ids, numbers(rows["offer"]))
    sorted_rows = np.empty(int(known.sum()), dtype=of_type)
    order = np.argsort(row[known], kind="stable")
    sorted_rows["row"] = row[known][order]
    for name in (rows.dtype.names or ())[1:]:
        column = instants_us(rows[name]) if name in instants else rows[name]
        sorted_rows[name] = column[known][order]
    return sorted_rows


def _check_days(copied: CopiedOffers, ids: Ints) -> npt.NDArray[np.int32]:
    rows = rows_of_copy(copied.checks, _CHECK)
    row, known = _rows(ids, numbers(rows["offer"]))
    days = np.zeros((ids.size, len(copied.check_names)), dtype=np.int32)
    days[row[known], rows["check"][known]] = numbers(rows["last_day"])[known] + DAY_ZERO
    return days


def _weeks(
    copied: CopiedOffers, ids: Ints, horizon: TimeWindow
) -> tuple[npt.NDArray[np.int32], tuple[tuple[TimeWindow, ...], ...]]:
    """For each row the place of its free time, and every free time there is: each distinct week expanded once."""
    rows = rows_of_copy(copied.rules, _RULE)
    row, known = _rows(ids, numbers(rows["offer"]))
    rules, rule = _distinct_rules(rows[known])
    sets = bit_sets(row[known], rule, ids.size, len(rules))
    week, kept_by = _numbered(sets)
    # A week is expanded once for all who keep it; an exception makes it one person's own.
    free = [Availability(weekly=_chosen(rules, sets[one])).windows(horizon) for one in kept_by.tolist()]
    for offer_id, exceptions in sorted(copied.exceptions.items()):
        (own,), (is_known,) = _rows(ids, np.array([offer_id], dtype=np.int64))
        if is_known:
            week[own] = len(free)
            free.append(_with_exceptions(_chosen(rules, sets[own]), exceptions, horizon))
    return week, tuple(free)


def _distinct_rules(rows: npt.NDArray[Any]) -> tuple[list[WeeklyRule], Ints]:
    """Every rule that somebody has, and for each row the place of its rule."""
    opens, opens_at = np.unique(numbers(rows["opens"]), return_inverse=True)
    closes, closes_at = np.unique(numbers(rows["closes"]), return_inverse=True)
    code = (numbers(rows["weekday"]) * opens.size + opens_at) * closes.size + closes_at
    _, first, rule = np.unique(code, return_index=True, return_inverse=True)
    some = rows[first]
    times = zip(some["weekday"].tolist(), some["opens"].tolist(), some["closes"].tolist(), strict=True)
    return [WeeklyRule(weekday, _clock(opens_us), _clock(closes_us)) for weekday, opens_us, closes_us in times], rule


def _clock(us: int) -> time:
    """The time of day so many microseconds after midnight."""
    return (datetime.min.replace(tzinfo=UTC) + timedelta(microseconds=us)).time()


def _numbered(sets: Words) -> tuple[npt.NDArray[np.int32], Ints]:
    """For each row the number of its set, and a row for each number."""
    number = np.zeros(len(sets), dtype=np.int64)
    for word in sets.T:
        words, place = np.unique(word, return_inverse=True)
        _, number = np.unique(number * words.size + place, return_inverse=True)
    _, first = np.unique(number, return_index=True)
    return number.astype(np.int32), first


def _chosen(rules: Sequence[WeeklyRule], bits: Words) -> tuple[WeeklyRule, ...]:
    return tuple(rule for k, rule in enumerate(rules) if int(bits[k // 64]) >> k % 64 & 1)


def _with_exceptions(
    weekly: tuple[WeeklyRule, ...], exceptions: Sequence[tuple[TimeWindow, bool]], horizon: TimeWindow
) -> tuple[TimeWindow, ...]:
    return Availability(
        weekly=weekly,
        extra=tuple(window for window, is_free in exceptions if is_free),
        paused=tuple(window for window, is_free in exceptions if not is_free),
    ).windows(horizon)

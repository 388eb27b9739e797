"""A round's offers as arrays, built once: one row each, in the order of their ids.

Times are seconds of the round's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from matcher.domain.geo import SPEED_M_PER_MIN
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import FAR_OFF, HALF_HOUR_S, Bools, Clock, Floats, Ints, Words
from matcher.engine.positions import earth_centred_array
from matcher.engine.snapshot import MODES, Snapshot

SECOND_US = 1_000_000
REACH_CLASS = 1.5  # reaches within this factor share a search tree


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Time spans by row: those of row r are entries ptr[r] to ptr[r + 1], sorted, disjoint. key: ends, offset
    by row, so that one search finds the span of a row that ends at or after a time.
    """

    ptr: Ints
    start: Ints
    end: Ints
    key: Ints
    stride: int

    def free_from(self, row: Ints, second: Ints, length: Ints) -> Ints:
        """First second at or after `second` from which a span that lasts `length` may begin; FAR_OFF if there
        is none.

        It may have to be asked again with its own answer: a span that begins later can be too short.
        """
        if self.key.size == 0:
            return np.full(row.shape, FAR_OFF, dtype=np.int64)
        until = np.minimum(second + length, self.stride - 1)
        at = np.searchsorted(self.key, row * self.stride + until)
        found = at < self.ptr[row + 1]
        begin = self.start[np.minimum(at, self.key.size - 1)]
        return np.where(found, np.maximum(second, begin), FAR_OFF)


@dataclass(frozen=True, slots=True, eq=False)
class VolunteerIndex:
    """Offers as arrays, V rows. person: row of the person. kinds: (V, words) bit set over the kinds there are. checks:
    (V, C) last day as an ordinal, 0 if missing. traits: (V, T), over the traits that anyone asks for. week: the row
    of `free` and of `half_hours` that holds when they are free: most people share theirs. half_hours: (weeks, W) bit
    set, a bit for every half-hour of the horizon that holds a free moment. limit: visits a week. speed:
    metres a minute. told: the second at which a question of now would reach them; woken: an urgent one would at once.
    classes: by reach.
    """

    id: Ints
    person: Ints
    point: Floats
    reach_m: Floats
    speed: Floats
    kinds: Words
    checks: npt.NDArray[np.int32]
    traits: Bools
    week: npt.NDArray[np.int32]
    free: Spans
    half_hours: Words
    limit: Ints
    told: Ints
    woken: Bools
    classes: tuple[ReachClass, ...]

    def free_spans(self, row: int) -> range:
        """Which spans of `free` are those of one row."""
        week = int(self.week[row])
        return range(int(self.free.ptr[week]), int(self.free.ptr[week + 1]))


@dataclass(frozen=True, slots=True, eq=False)
class ReachClass:
    """Offers of about the same reach. members: their rows. widest: the longest reach, metres; fastest: the highest
    speed, metres a minute. homes: a search tree of where they live, in the order of `members`.
    """

    members: Ints
    widest: float
    fastest: float
    homes: cKDTree


def index_volunteers(
    snapshot: Snapshot, person: Ints, kinds: Sequence[str], checks: Sequence[str], traits: Sequence[str], clock: Clock
) -> VolunteerIndex:
    """Arrays of the offers, in the order of the snapshot; `kinds` begins with the kinds of the snapshot."""
    free = _free_spans(snapshot.weeks, clock)
    speed = np.array([SPEED_M_PER_MIN[mode] for mode in MODES])[snapshot.mode]
    point = earth_centred_array(snapshot.lat, snapshot.lon)
    more_words = -(-len(kinds) // 64) - snapshot.kinds.shape[1]
    return VolunteerIndex(
        id=snapshot.offer,
        person=person,
        point=point,
        reach_m=snapshot.reach_m,
        speed=speed,
        kinds=np.pad(snapshot.kinds, ((0, 0), (0, max(0, more_words)))),
        checks=_check_days(snapshot, checks),
        traits=_traits(snapshot, traits),
        week=snapshot.week,
        free=free,
        half_hours=_half_hours(free, clock.horizon),
        limit=snapshot.limit,
        told=np.maximum(-(-snapshot.told // SECOND_US) - clock.base, clock.now),
        woken=snapshot.woken,
        classes=_reach_classes(snapshot.reach_m, speed, point),
    )


def _reach_classes(reach_m: Floats, speed: Floats, point: Floats) -> tuple[ReachClass, ...]:
    number = np.floor(np.log(np.maximum(reach_m, 1.0)) / np.log(REACH_CLASS))
    groups = (np.flatnonzero(number == one) for one in np.unique(number))
    return tuple(
        ReachClass(some, float(reach_m[some].max()), float(speed[some].max()), cKDTree(point[some])) for some in groups
    )


def _check_days(snapshot: Snapshot, checks: Sequence[str]) -> npt.NDArray[np.int32]:
    days = np.zeros((len(snapshot), len(checks)), dtype=np.int32)
    for c, check in enumerate(checks):
        if check in snapshot.check_names:
            days[:, c] = snapshot.checks[:, snapshot.check_names.index(check)]
    return days


def _traits(snapshot: Snapshot, traits: Sequence[str]) -> Bools:
    held = np.zeros((len(snapshot), len(traits)), dtype=np.bool_)
    for t, trait in enumerate(traits):
        if trait in snapshot.trait_names:
            word, bit = divmod(snapshot.trait_names.index(trait), 64)
            held[:, t] = snapshot.traits[:, word] >> np.uint64(bit) & np.uint64(1)
    return held


def _free_spans(weeks: Sequence[Iterable[TimeWindow]], clock: Clock) -> Spans:
    stride = clock.horizon + 2
    merged = [_merged(free, clock) for free in weeks]
    counts = np.array([len(spans) for spans in merged], dtype=np.int64)
    spans = np.array([span for of_one in merged for span in of_one], dtype=np.int64).reshape(-1, 2)
    row = np.repeat(np.arange(len(merged), dtype=np.int64), counts)
    ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Spans(ptr, spans[:, 0], spans[:, 1], row * stride + spans[:, 1], stride)


def _merged(windows: Iterable[TimeWindow], clock: Clock) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for window in sorted(windows):
        start, end = max(clock.ceil(window.start), 0), min(clock.floor(window.end), clock.horizon)
        if start < end and merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def _half_hours(free: Spans, horizon: int, chunk: int = 4096) -> Words:
    rows = free.ptr.size - 1
    width = -(-(horizon // HALF_HOUR_S + 1) // 64)
    packed = np.zeros((rows, width * 8), dtype=np.uint8)
    for begin in range(0, rows, chunk):
        some = min(chunk, rows - begin)
        span = slice(int(free.ptr[begin]), int(free.ptr[begin + some]))
        row = np.repeat(np.arange(some), np.diff(free.ptr[begin : begin + some + 1]))
        edges: npt.NDArray[Any] = np.zeros((some, width * 64 + 1), dtype=np.int32)
        np.add.at(edges, (row, free.start[span] // HALF_HOUR_S), 1)
        np.add.at(edges, (row, -(-free.end[span] // HALF_HOUR_S)), -1)
        held = np.cumsum(edges, axis=1, dtype=np.int32)[:, :-1] > 0
        packed[begin : begin + some] = np.packbits(held, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64, copy=False)

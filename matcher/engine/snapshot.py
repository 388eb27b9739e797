"""A round as arrays, built once: rows of occurrences, of offers and of people, in the order of their ids.

Times are seconds of the round's clock; NONE stands for no time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.domain.geo import SPEED_M_PER_MIN, Point, earth_centred
from matcher.domain.localtime import local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import FAR_OFF, HALF_HOUR_S, NONE, Bools, Clock, Floats, Ints, Words
from matcher.engine.problem import OpenOccurrence, Volunteer

NO_LIMIT = 2**31 - 1


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
class OccurrenceIndex:
    """Occurrences as arrays, N rows. piece_*: (N, K), padded with empty pieces. word, bits: (N, J), which
    words of a volunteer's half-hour mask matter and which of their bits, padded with zeros. requires: (N,
    C). last_day: proleptic ordinal. point: (N, 3) earth-centred metres. begins: NONE if free to choose.
    """

    id: Ints
    kind: Ints
    point: Floats
    minutes: Ints
    length: Ints
    piece_start: Ints
    piece_end: Ints
    word: Ints
    bits: Words
    requires: Bools
    last_day: Ints
    begins: Ints


@dataclass(frozen=True, slots=True, eq=False)
class VolunteerIndex:
    """Offers as arrays, V rows. person: row of the person. kinds: (V, words) bit set over the kinds of this
    round. checks: (V, C) last day as an ordinal, 0 if missing. half_hours: (V, W) bit set, a bit for every
    half-hour of the horizon that holds a free moment. limit: visits a week. speed: metres a minute.
    """

    id: Ints
    person: Ints
    point: Floats
    reach_m: Floats
    speed: Floats
    kinds: Words
    checks: Ints
    free: Spans
    half_hours: Words
    limit: Ints


@dataclass(frozen=True, slots=True, eq=False)
class KeySet:
    """A set of (occurrence row, row) pairs as sorted keys."""

    keys: Ints
    stride: int

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]], stride: int) -> KeySet:
        """From pairs of rows; `stride` is above every second row."""
        rows = np.array(sorted({a * stride + b for a, b in pairs}), dtype=np.int64)
        return cls(rows, stride)

    def plus(self, pairs: Iterable[tuple[int, int]]) -> KeySet:
        """The set with these pairs of rows too."""
        return KeySet(np.union1d(self.keys, KeySet.of(pairs, self.stride).keys), self.stride)

    def has(self, first: Ints, second: Ints) -> Bools:
        """Which of the pairs are in the set."""
        if self.keys.size == 0:
            return np.zeros(first.shape, dtype=np.bool_)
        wanted = first * self.stride + second
        at = np.minimum(np.searchsorted(self.keys, wanted), self.keys.size - 1)
        found: Bools = self.keys[at] == wanted
        return found


def points_array(points: Sequence[Point]) -> Floats:
    """Earth-centred metres, (len, 3)."""
    return np.array([earth_centred(p) for p in points], dtype=np.float64).reshape(len(points), 3)


def index_occurrences(
    occurrences: Sequence[OpenOccurrence], kinds: Sequence[str], checks: Sequence[str], clock: Clock
) -> OccurrenceIndex:
    """Arrays of the occurrences, in the order given."""
    start = _padded([[clock.ceil(w.start) for w in sorted(o.windows)] for o in occurrences], fill=0)
    end = _padded([[clock.floor(w.end) for w in sorted(o.windows)] for o in occurrences], fill=-1)
    word, bits = _wanted_half_hours(start, end)
    minutes = np.array([o.minutes for o in occurrences], dtype=np.int64)
    return OccurrenceIndex(
        id=np.array([o.id for o in occurrences], dtype=np.int64),
        kind=np.array([kinds.index(o.kind) for o in occurrences], dtype=np.int64),
        point=points_array([o.point for o in occurrences]),
        minutes=minutes,
        length=minutes * 60,
        piece_start=start,
        piece_end=end,
        word=word,
        bits=bits,
        requires=np.array([[c in o.required_checks for c in checks] for o in occurrences], dtype=np.bool_).reshape(
            len(occurrences), len(checks)
        ),
        last_day=np.array([_last_day(o.windows) for o in occurrences], dtype=np.int64),
        begins=np.array(
            [NONE if o.begins_at is None else clock.ceil(o.begins_at) for o in occurrences], dtype=np.int64
        ),
    )


def _last_day(windows: Sequence[TimeWindow]) -> int:
    last = max(w.end for w in windows)
    return local_day(last - timedelta(microseconds=1)).toordinal()


def _padded(rows: list[list[int]], fill: int) -> Ints:
    width = max((len(row) for row in rows), default=0)
    return np.array([row + [fill] * (width - len(row)) for row in rows], dtype=np.int64).reshape(len(rows), width)


def _wanted_half_hours(start: Ints, end: Ints) -> tuple[Ints, Words]:
    words: list[list[int]] = []
    bits: list[list[int]] = []
    for begins, ends in zip(start.tolist(), end.tolist(), strict=True):
        mask = 0
        for first, last in zip(begins, ends, strict=True):
            mask |= _ones(first // HALF_HOUR_S, -(-last // HALF_HOUR_S)) if last > first else 0
        used = [w for w in range(mask.bit_length() // 64 + 1) if mask >> 64 * w & (2**64 - 1)]
        words.append(used)
        bits.append([mask >> 64 * w & (2**64 - 1) for w in used])
    width = max((len(row) for row in words), default=0)
    padded = np.array([row + [0] * (width - len(row)) for row in bits], dtype=np.uint64)
    return _padded(words, fill=0), padded.reshape(len(bits), width)


def _ones(first: int, last: int) -> int:
    return (1 << last) - (1 << first)


def index_volunteers(
    volunteers: Sequence[Volunteer], person: Ints, kinds: Sequence[str], checks: Sequence[str], clock: Clock
) -> VolunteerIndex:
    """Arrays of the offers, in the order given."""
    free = _free_spans(volunteers, clock)
    return VolunteerIndex(
        id=np.array([v.offer_id for v in volunteers], dtype=np.int64),
        person=person,
        point=points_array([v.point for v in volunteers]),
        reach_m=np.array([v.reach_m for v in volunteers], dtype=np.float64),
        speed=np.array([SPEED_M_PER_MIN[v.travel_mode] for v in volunteers], dtype=np.float64),
        kinds=_kind_bits(volunteers, kinds),
        checks=_check_days(volunteers, checks),
        free=free,
        half_hours=_half_hours(free, len(volunteers), clock.horizon),
        limit=np.array(
            [NO_LIMIT if v.visits_per_week is None else v.visits_per_week for v in volunteers], dtype=np.int64
        ),
    )


def _kind_bits(volunteers: Sequence[Volunteer], kinds: Sequence[str]) -> Words:
    bit = {kind: 1 << k for k, kind in enumerate(kinds)}
    width = max(1, -(-len(kinds) // 64))
    sets = [sum(bit.get(kind, 0) for kind in v.kinds) for v in volunteers]
    rows = [[s >> 64 * w & (2**64 - 1) for w in range(width)] for s in sets]
    return np.array(rows, dtype=np.uint64).reshape(len(volunteers), width)


def _check_days(volunteers: Sequence[Volunteer], checks: Sequence[str]) -> Ints:
    never = date.max
    days = [[(v.checks[c] or never).toordinal() if c in v.checks else 0 for c in checks] for v in volunteers]
    return np.array(days, dtype=np.int64).reshape(len(volunteers), len(checks))


def _free_spans(volunteers: Sequence[Volunteer], clock: Clock) -> Spans:
    stride = clock.horizon + 2
    ptr: list[int] = [0]
    starts: list[int] = []
    ends: list[int] = []
    # Whoever reads the offers expands each distinct week once, so that many share one and the same tuple.
    weeks = {id(volunteer.free): volunteer.free for volunteer in volunteers}
    merged = {week: _merged(free, clock) for week, free in weeks.items()}
    for volunteer in volunteers:
        for begins, until in merged[id(volunteer.free)]:
            starts.append(begins)
            ends.append(until)
        ptr.append(len(starts))
    first, start, end = (np.array(x, dtype=np.int64) for x in (ptr, starts, ends))
    row = np.repeat(np.arange(len(volunteers), dtype=np.int64), np.diff(first))
    return Spans(first, start, end, row * stride + end, stride)


def _merged(windows: Iterable[TimeWindow], clock: Clock) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for window in sorted(windows):
        start, end = max(clock.ceil(window.start), 0), min(clock.floor(window.end), clock.horizon)
        if start < end and merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def _half_hours(free: Spans, volunteers: int, horizon: int, chunk: int = 4096) -> Words:
    width = -(-(horizon // HALF_HOUR_S + 1) // 64)
    packed = np.zeros((volunteers, width * 8), dtype=np.uint8)
    for begin in range(0, volunteers, chunk):
        rows = min(chunk, volunteers - begin)
        span = slice(int(free.ptr[begin]), int(free.ptr[begin + rows]))
        row = np.repeat(np.arange(rows), np.diff(free.ptr[begin : begin + rows + 1]))
        edges: NDArray[Any] = np.zeros((rows, width * 64 + 1), dtype=np.int32)
        np.add.at(edges, (row, free.start[span] // HALF_HOUR_S), 1)
        np.add.at(edges, (row, -(-free.end[span] // HALF_HOUR_S)), -1)
        held = np.cumsum(edges, axis=1, dtype=np.int32)[:, :-1] > 0
        packed[begin : begin + rows] = np.packbits(held, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64, copy=False)

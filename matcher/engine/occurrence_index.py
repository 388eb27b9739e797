"""A round's occurrences as arrays, built once: one row each, in the order of their ids.

Times are seconds of the round's clock; NONE stands for no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from matcher.domain.lifecycle import Urgency
from matcher.domain.localtime import local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import HALF_HOUR_S, NONE, Bools, Clock, Floats, Ints, Words
from matcher.engine.positions import points_array
from matcher.engine.problem import OpenOccurrence


@dataclass(frozen=True, slots=True, eq=False)
class OccurrenceIndex:
    """Occurrences as arrays, N rows. piece_*: (N, K), padded with empty pieces. word, bits: (N, J), which
    words of a volunteer's half-hour mask matter and which of their bits, padded with zeros. requires: (N,
    C). musts, wishes: (N, T), over the traits that anyone asks for. last_day: proleptic ordinal. point: (N, 3)
    earth-centred metres. begins: NONE if free to choose. target: by when it should have begun.
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
    musts: Bools
    wishes: Bools
    last_day: Ints
    begins: Ints
    target: Ints
    urgent: Bools


def index_occurrences(
    occurrences: Sequence[OpenOccurrence],
    kinds: Sequence[str],
    checks: Sequence[str],
    traits: Sequence[str],
    clock: Clock,
    target_share: float,
) -> OccurrenceIndex:
    """Arrays of the occurrences, in the order given. target_share: where in its windows an occurrence has its target,
    unless it says.
    """
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
        requires=_membership([o.required_checks for o in occurrences], checks),
        musts=_membership([o.musts for o in occurrences], traits),
        wishes=_membership([o.wishes for o in occurrences], traits),
        last_day=np.array([_last_day(o.windows) for o in occurrences], dtype=np.int64),
        target=np.array([clock.floor(_target(o, target_share)) for o in occurrences], dtype=np.int64),
        urgent=np.array([o.urgency is Urgency.URGENT for o in occurrences], dtype=np.bool_),
        begins=np.array(
            [NONE if o.begins_at is None else clock.ceil(o.begins_at) for o in occurrences], dtype=np.int64
        ),
    )


def _membership(sets: Sequence[frozenset[str]], names: Sequence[str]) -> Bools:
    """(len(sets), len(names)): which names each set holds."""
    held = np.array([[name in one for name in names] for one in sets], dtype=np.bool_)
    return held.reshape(len(sets), len(names))


def _target(occurrence: OpenOccurrence, share: float) -> datetime:
    first, end = min(w.start for w in occurrence.windows), max(w.end for w in occurrence.windows)
    return occurrence.target or first + share * (end - first)


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

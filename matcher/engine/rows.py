"""Rows of a round's arrays: which row an id has, and sets of pairs of rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matcher.engine.clock import Bools, Ints


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

    def count(self, rows: int) -> Ints:
        """How many pairs each first row has, (rows,)."""
        return np.bincount(self.keys // self.stride, minlength=rows)

    def has(self, first: Ints, second: Ints) -> Bools:
        """Which of the pairs are in the set."""
        if self.keys.size == 0:
            return np.zeros(first.shape, dtype=np.bool_)
        wanted = first * self.stride + second
        at = np.minimum(np.searchsorted(self.keys, wanted), self.keys.size - 1)
        found: Bools = self.keys[at] == wanted
        return found


def rows_of(ids: Ints, wanted: Iterable[int]) -> dict[int, int]:
    """The row in `ids`, which ascend, of each one wanted; those it does not hold are left out."""
    some = np.array(sorted(set(wanted)), dtype=np.int64)
    at = np.searchsorted(ids, some)
    found = at < ids.size
    found[found] = ids[at[found]] == some[found]
    return dict(zip(some[found].tolist(), at[found].tolist(), strict=True))

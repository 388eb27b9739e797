"""Chance that every policy shares: a number that depends on the seed, what it is for, and the ids, and on nothing
else. So the same volunteer gives the same answer to the same need, whoever else was asked, and when.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from matcher.engine.clock import Floats, Words

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Throw(IntEnum):
    """What a number is for: each use has a stream of its own."""

    PLACES = 1
    VOLUNTEERS = 2
    WEEK = 3
    KNOWN = 4
    NEEDS = 5
    ANSWER = 6
    SILENT = 7
    DELAY = 8
    NO_SHOW = 9
    MOOD = 10
    STANDBY = 11
    ORDER = 12


def generator(seed: int, throw: Throw) -> np.random.Generator:
    """A stream for building the county, where the order of the draws is fixed."""
    return np.random.default_rng([seed, throw])


def uniform(seed: int, throw: Throw, *ids: npt.ArrayLike) -> Floats:
    """Numbers in (0, 1), one for each combination of the ids (broadcast together): splitmix64 as a hash (Steele, Lea
    and Flood 2014).
    """
    with np.errstate(over="ignore"):
        state = _mixed(np.asarray(np.uint64(seed) * _GOLDEN + np.uint64(throw)))
        for one in ids:
            state = _mixed(state + _GOLDEN * (np.asarray(one).astype(np.uint64) + np.uint64(1)))
    numbers: Floats = ((state >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    return numbers


def normal(seed: int, throw: Throw, *ids: npt.ArrayLike) -> Floats:
    """Standard normal numbers, made in the same way."""
    numbers: Floats = ndtri(uniform(seed, throw, *ids))
    return numbers


def _mixed(state: Words) -> Words:
    state = (state ^ (state >> np.uint64(30))) * _MIX_A
    state = (state ^ (state >> np.uint64(27))) * _MIX_B
    mixed: Words = np.asarray(state ^ (state >> np.uint64(31)))
    return mixed

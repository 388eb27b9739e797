"""Where people are expected already: what they hold, and what they have been asked and may yet say yes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from matcher.engine.clock import Clock, Floats, Ints
from matcher.engine.positions import earth_centred_array
from matcher.engine.problem import LiveAsk
from matcher.engine.rows import rows_of
from matcher.engine.snapshot import HELD, Snapshot, microseconds

DAY_US = 86_400_000_000
# As HELD; asked: not answered yet.
PROMISED = np.dtype([*((name, HELD[name]) for name in HELD.names or ()), ("asked", "?")])


@dataclass(frozen=True, slots=True, eq=False)
class Promises:
    """Promises by person row: those of person p are entries ptr[p] to ptr[p + 1] of start, end (seconds),
    point (metres).

    live, today: (P,) unanswered asks; asks in the last 24 hours. weekly: (P, weeks) visits by local week.
    """

    ptr: Ints
    start: Ints
    end: Ints
    point: Floats
    live: Ints
    today: Ints
    weekly: Ints


@dataclass(frozen=True, slots=True, eq=False)
class AskedVisits:
    """Visits asked for just now, (A,) each: person row, seconds, and where, (A, 3)."""

    person: Ints
    start: Ints
    end: Ints
    point: Floats


def promised(volunteers: Snapshot, person: Ints, live_asks: Sequence[LiveAsk]) -> npt.NDArray[Any]:
    """Every visit that somebody is, or may be, expected at: PROMISED, by person and time.

    A person with two offers brings the same visits with both; an ask of an offer that is not there is left out.
    """
    row_of = rows_of(volunteers.offer, (ask.offer_id for ask in live_asks))
    held = np.zeros(volunteers.held.size, dtype=PROMISED)
    for name in volunteers.held.dtype.names or ():
        held[name] = volunteers.held[name]
    held["row"] = person[held["row"]]
    asks = [_promise(ask, int(person[row_of[ask.offer_id]])) for ask in live_asks if ask.offer_id in row_of]
    both = np.concatenate([np.unique(held), np.array(asks, dtype=PROMISED)])
    return both[np.lexsort((both["end"], both["start"], both["row"]))]


def _promise(ask: LiveAsk, person: int) -> tuple[int, int, int, float, float, bool]:
    start, end = microseconds(ask.visit.start), microseconds(ask.visit.end)
    return person, start, end, ask.point.lat, ask.point.lon, True


def asked_by_person(volunteers: Snapshot, person: Ints) -> npt.NDArray[Any]:
    """When people were asked: ASKED, by row of the person and time."""
    asked = volunteers.asked.copy()
    asked["row"] = person[asked["row"]]
    return asked[np.lexsort((asked["at"], asked["row"]))]


def make_promises(
    promised: npt.NDArray[Any], asked: npt.NDArray[Any], people: int, now: datetime, clock: Clock
) -> Promises:
    """Promises as arrays, from PROMISED and ASKED by row of the person."""
    person, now_us = promised["row"], microseconds(now)
    start = promised["start"] // 1_000_000 - clock.base
    weekly = np.zeros((people, clock.weeks.size), dtype=np.int64)
    current = start >= clock.weeks[0]
    np.add.at(weekly, (person[current], clock.week_of(start[current])), 1)
    today = (asked["at"] > now_us - DAY_US) & (asked["at"] <= now_us)
    return Promises(
        ptr=np.searchsorted(person, np.arange(people + 1)),
        start=start,
        end=-(-promised["end"] // 1_000_000) - clock.base,
        point=earth_centred_array(promised["lat"], promised["lon"]),
        live=np.bincount(person[promised["asked"]], minlength=people),
        today=np.bincount(asked["row"][today], minlength=people),
        weekly=weekly,
    )


def with_visits(promises: Promises, visits: AskedVisits, clock: Clock) -> Promises:
    """The promises once these people have been asked for these visits too."""
    people = promises.live.size
    person = np.concatenate([np.repeat(np.arange(people), np.diff(promises.ptr)), visits.person])
    order = np.argsort(person, kind="stable")
    added = np.bincount(visits.person, minlength=people)
    weekly = promises.weekly.copy()
    np.add.at(weekly, (visits.person, clock.week_of(visits.start)), 1)
    return Promises(
        ptr=np.searchsorted(person[order], np.arange(people + 1)),
        start=np.concatenate([promises.start, visits.start])[order],
        end=np.concatenate([promises.end, visits.end])[order],
        point=np.concatenate([promises.point, visits.point])[order],
        live=promises.live + added,
        today=promises.today + added,
        weekly=weekly,
    )

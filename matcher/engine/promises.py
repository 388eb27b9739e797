"""Where people are expected already: what they hold, and what they have been asked and may yet say yes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from matcher.domain.geo import Point
from matcher.domain.timewindow import TimeWindow
from matcher.engine.clock import Clock, Floats, Ints
from matcher.engine.snapshot import points_array

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """Someone is expected, or has been asked to be expected, somewhere. asked: not answered yet."""

    person: int
    window: TimeWindow
    point: Point
    asked: bool


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


def make_promises(
    promised: Sequence[Promise], asked: Sequence[Iterable[datetime]], now: datetime, clock: Clock
) -> Promises:
    """Promises as arrays; `asked` holds, for each person row, when they were asked."""
    people = len(asked)
    person = np.array([p.person for p in promised], dtype=np.int64)
    order = np.argsort(person, kind="stable")
    start = np.array([clock.floor(p.window.start) for p in promised], dtype=np.int64)
    weekly = np.zeros((people, clock.weeks.size), dtype=np.int64)
    current = start >= clock.weeks[0]
    np.add.at(weekly, (person[current], clock.week_of(start[current])), 1)
    return Promises(
        ptr=np.searchsorted(person[order], np.arange(people + 1)),
        start=start[order],
        end=np.array([clock.ceil(p.window.end) for p in promised], dtype=np.int64)[order],
        point=points_array([p.point for p in promised])[order],
        live=np.bincount(person[np.array([p.asked for p in promised], dtype=np.bool_)], minlength=people),
        today=np.array([sum(now - DAY < at <= now for at in times) for times in asked], dtype=np.int64),
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

"""The naive way to one assignment: geopy in a loop over all pairs, a dense matrix, and scipy's dense solver."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil

import numpy as np
from geopy.distance import geodesic
from scipy.optimize import linear_sum_assignment

from matcher.domain.geo import SPEED_M_PER_MIN
from matcher.domain.localtime import local_day
from matcher.engine.problem import OpenOccurrence, RoundProblem, Volunteer

MINUTE = timedelta(minutes=1)
FORBIDDEN = 0.0  # what a pair that does not fit is worth: as much as nobody


def feasible_pairs(problem: RoundProblem) -> set[tuple[int, int]]:
    """(occurrence id, offer id) of everyone who could come. The cheap rules stand before geopy, for fairness' sake."""
    return {
        (need.id, one.offer_id)
        for need in problem.occurrences
        for one in problem.volunteers
        if _is_suited(need, one) and _can_come(problem, need, one)
    }


def best_total(pairs: set[tuple[int, int]], worth: Mapping[tuple[int, int], float]) -> float:
    """The most that an assignment of these pairs is worth, by a dense matrix; what is worth nothing is left out."""
    rows = {need: row for row, need in enumerate(sorted({need for need, _ in pairs}))}
    columns = {offer: column for column, offer in enumerate(sorted({offer for _, offer in pairs}))}
    matrix = np.full((len(rows), len(columns)), FORBIDDEN)
    for need, offer in pairs:
        matrix[rows[need], columns[offer]] = max(worth[need, offer], FORBIDDEN)
    chosen = linear_sum_assignment(matrix, maximize=True)
    return float(matrix[chosen].sum())


def _is_suited(need: OpenOccurrence, one: Volunteer) -> bool:
    last_day = local_day(max(window.end for window in need.windows) - timedelta(microseconds=1))
    return need.kind in one.kinds and all(
        name in one.checks and (one.checks[name] or date.max) >= last_day for name in need.required_checks
    )


def _can_come(problem: RoundProblem, need: OpenOccurrence, one: Volunteer) -> bool:
    metres = geodesic((need.point.lat, need.point.lon), (one.point.lat, one.point.lon)).m
    if metres > one.reach_m:
        return False
    way = timedelta(seconds=ceil(metres / SPEED_M_PER_MIN[one.travel_mode] * 60))
    ready = problem.now + problem.params.notice_min * MINUTE + way
    return any(
        _fits(need, ready, window.start, window.end, free.start, free.end)
        for window in need.windows
        for free in one.free
    )


def _fits(need: OpenOccurrence, ready: datetime, *bounds: datetime) -> bool:
    opens, closes, free_from, free_until = bounds
    return max(ready, opens, free_from) + need.minutes * MINUTE <= min(closes, free_until)

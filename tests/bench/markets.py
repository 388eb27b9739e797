"""Made-up markets of any size: a county's clusters and villages, whole seconds of welfare as costs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

SPEED_M_PER_MIN = 400.0
NEAREST = 160  # how many of the nearest volunteers are looked at
SUITABLE = 0.3  # the share of those who are free, willing and checked


@dataclass(frozen=True)
class Market:
    """One assignment to solve: the arguments of `assign`."""

    name: str
    need: npt.NDArray[np.int64]
    volunteer: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]
    unserved: npt.NDArray[np.float64]
    n_volunteers: int


def places(rng: np.random.Generator, count: int, density: float) -> npt.NDArray[np.float64]:
    """`count` homes in metres: clusters of all sizes, and 30 % anywhere, on ground that grows with `density`."""
    side = 65_000 * np.sqrt(density)
    centres = np.random.default_rng(7).random((max(12, int(12 * density)), 2)) * side
    size = np.random.default_rng(8).lognormal(0, 1, len(centres))
    towns = rng.choice(len(centres), count, p=size / size.sum())
    points = centres[towns] + rng.normal(0, 1800, (count, 2))
    rural = rng.random(count) < 0.3
    points[rural] = rng.random((int(rural.sum()), 2)) * side
    return points


def county(n_needs: int, n_volunteers: int, *, equal: bool = False, seed: int = 1) -> Market:
    """A market of this size; with `equal`, every pair costs the same."""
    rng = np.random.default_rng(seed)
    density = max(1.0, n_volunteers / 5000)
    needs, volunteers = places(rng, n_needs, density), places(rng, n_volunteers, density)
    near = min(NEAREST, n_volunteers)
    metres, who = cKDTree(volunteers).query(needs, k=near, distance_upper_bound=15_000)
    fits = (rng.random(who.shape) < SUITABLE) & np.isfinite(metres)
    need, column = np.nonzero(fits)
    volunteer = who[need, column]
    travel_s = 60 * metres[need, column] / SPEED_M_PER_MIN
    busy_s = 900 * rng.poisson(0.6, n_volunteers)
    known_s = np.where(rng.random(len(need)) < 0.02, -3600, 0)
    cost = np.zeros(len(need)) if equal else np.rint(2 * travel_s + busy_s[volunteer] + known_s)
    unserved = np.full(n_needs, 14_400.0) if equal else rng.choice([10_800.0, 14_400.0, 18_000.0], n_needs)
    return Market(f"{n_needs} x {n_volunteers}", need, volunteer, cost, unserved, n_volunteers)


@dataclass(frozen=True)
class Week:
    """One week to plan: the arguments of `plan_assignment`."""

    name: str
    pairs: dict[str, npt.NDArray[np.float64] | npt.NDArray[np.int64]]
    rules: dict[str, object]


def week(n_needs: int, n_volunteers: int, *, seed: int = 1) -> Week:
    """A county's week: visits at fixed times, 2 to 6 visits and 2 to 6 hours a volunteer, travel between visits, and
    one need in ten wants two helpers."""
    rng = np.random.default_rng(seed)
    market = county(n_needs, n_volunteers, seed=seed)
    need, volunteer = market.need, market.volunteer
    minutes = rng.choice([30, 45, 60, 90], n_needs)
    start = rng.integers(0, 7, n_needs) * 1440 + rng.integers(16, 40, n_needs) * 30  # half-hours from 8 to 20
    is_free = (market.need * 31 + start[need] // 720 * 17 + volunteer * 7) % 10 < 5  # one half-day in two
    need, volunteer, cost = need[is_free], volunteer[is_free], np.rint(market.cost[is_free] / 60) + 60
    travel = np.rint(rng.uniform(5, 40, len(need)))
    begins, ends = start[need] - travel / 2, start[need] + minutes[need] + travel / 2
    return Week(
        name=f"{n_needs} x {n_volunteers}",
        pairs={"need": need, "volunteer": volunteer, "cost": cost},
        rules={
            "unserved": market.unserved / 60,
            "minutes": minutes[need],
            "minutes_limit": rng.choice([120.0, 180.0, 240.0, 360.0], n_volunteers),
            "capacity": rng.integers(2, 7, n_volunteers),
            "helpers": np.where(rng.random(n_needs) < 0.1, 2, 1),
            "exclusive": overlaps(volunteer, begins, ends),
        },
    )


def overlaps(
    volunteer: npt.NDArray[np.int64], begins: npt.NDArray[np.float64], ends: npt.NDArray[np.float64]
) -> list[list[int]]:
    """For each volunteer, every largest set of pairs that all overlap at one moment."""
    sets: list[list[int]] = []
    order = np.lexsort((begins, volunteer))
    for mine in np.split(order, np.flatnonzero(np.diff(volunteer[order])) + 1):
        under_way: list[int] = []
        grew = False
        for pair in mine.tolist():
            still = [other for other in under_way if ends[other] > begins[pair]]
            if grew and len(under_way) > 1 and len(still) < len(under_way):
                sets.append(under_way)
            under_way, grew = [*still, pair], True
        if len(under_way) > 1:
            sets.append(under_way)
    return sets

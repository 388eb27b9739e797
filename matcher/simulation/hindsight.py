"""The clairvoyant: with hindsight, knowing who would say yes, the most needs that anybody could have filled.

It is a bound, not a policy: nobody is tired, every ask is made the moment a need is posted, and the notice is the
longest there could have been. So whoever says yes to a policy says yes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from matcher.engine.clock import Bools, Floats, Ints
from matcher.simulation.answers import STANDBY_DELAY_MIN, STANDBY_YES, Answers
from matcher.simulation.county import County
from matcher.simulation.desk import earliest_in_slot, latest_in_slot, most_visits
from matcher.simulation.hours import later
from matcher.simulation.parameters import DAY_MIN, SLOTS_A_DAY

ON_TIME_COUNTS = 1e-3  # so little that no number of visits on time is worth one fewer


@dataclass(frozen=True, slots=True, eq=False)
class Hindsight:
    """What could have been, for the needs that are measured. filled: (N,); on_time: (N,). nobody: (N,) nobody would
    have said yes. gap: how far from proved the best.
    """

    filled: Bools
    on_time: Bools
    nobody: Bools
    gap: float


@dataclass(frozen=True, slots=True, eq=False)
class _Chances:
    """Visits that could have been, (E,) each."""

    need: Ints
    volunteer: Ints
    slot: Ints
    on_time: Bools


def look_back(county: County) -> Hindsight:
    """The best there could have been."""
    chances = _chances(county, Answers(county))
    chosen, gap = _best(county, chances)
    filled, on_time = (np.zeros(county.needs.posted.size, dtype=np.bool_) for _ in range(2))
    filled[chances.need[chosen]] = True
    on_time[chances.need[chosen]] = chances.on_time[chosen]
    nobody = county.measured.copy()
    nobody[chances.need] = False
    return Hindsight(filled, on_time, nobody, gap)


def _chances(county: County, answers: Answers) -> _Chances:
    parts = [_chances_of(county, answers, int(need)) for need in np.flatnonzero(county.measured)]
    return _Chances(*(np.concatenate([part[column] for part in parts]) for column in range(4)))


def _chances_of(county: County, answers: Answers, need: int) -> tuple[Ints, Ints, Ints, Bools]:
    posted = float(county.needs.posted[need])
    factor = _best_reach(county, posted)
    able = np.flatnonzero(county.able[need] & (county.far(need) <= factor.max()))
    start = _starts(county, answers, need, able, factor)
    row, slot = np.nonzero(np.isfinite(start))
    on_time = start[row, slot] <= county.needs.target[need]
    return np.full(row.size, need, dtype=np.int64), able[row], slot.astype(np.int64), on_time


def _best_reach(county: County, posted: float) -> Floats:
    """(slots,): the furthest that reaches went between the posting and that half-day."""
    day = int(posted // DAY_MIN)
    days = np.arange(county.slot_start.size) // SLOTS_A_DAY
    best = np.maximum.accumulate(county.reach_factor[day : days[-1] + 1])
    furthest: Floats = best[np.clip(days - day, 0, best.size - 1)]
    return furthest


def _starts(county: County, answers: Answers, need: int, able: Ints, factor: Floats) -> Floats:
    """(able, slots): the earliest start in each half-day to which they say yes; infinite if there is none."""
    posted = float(county.needs.posted[need])
    free, way = county.helpers.free[able], county.way_min[need, able]
    answer = np.array([later(posted, float(answers.delay_min[need, v])) for v in able])
    earliest = earliest_in_slot(county, need, free, answer + way)
    at_once = earliest_in_slot(county, need, free, later(posted, STANDBY_DELAY_MIN) + way)
    earliest = np.where(answers.standing_by[able], np.minimum(at_once, earliest), earliest)
    latest = latest_in_slot(county, need, free)
    found = np.full(earliest.shape, np.inf)
    # More notice makes a yes likelier: the earliest start, or the first with three hours of notice, or with ten.
    for notice in (600.0, 180.0, 0.0):
        start = np.maximum(earliest, posted + notice)
        yes = (start <= latest) & _says_yes(answers, need, able, start - posted, factor)
        found = np.where(yes, start, found)
    return found


def _says_yes(answers: Answers, need: int, able: Ints, notice: Floats, factor: Floats) -> Bools:
    slots = notice.shape[1]
    columns = [
        answers.chance(need, notice_min=_spread(answers, able, notice[:, slot]), factor=factor[slot], tired=0.0)[able]
        for slot in range(slots)
    ]
    chance = np.stack(columns, axis=1)
    chance = np.where(answers.standing_by[able], np.maximum(chance, STANDBY_YES), chance)
    can = (answers.county.far(need)[able][:, None] <= factor[None, :]) & answers.comes[need, able][:, None]
    yes: Bools = (answers.luck[need, able][:, None] < chance) & can
    return yes


def _spread(answers: Answers, able: Ints, values: Floats) -> Floats:
    whole = np.zeros(answers.county.helpers.reach_km.size)
    whole[able] = values
    return whole


def _best(county: County, chances: _Chances) -> tuple[Ints, float]:
    """Positions of the chosen visits: one for each need, what a half-day holds, and everybody's weekly limit."""
    if not chances.need.size:
        return np.empty(0, dtype=np.int64), 0.0
    slots = county.slot_start.size
    in_slot = chances.volunteer * slots + chances.slot
    in_week = chances.volunteer * slots + chances.slot // (7 * SLOTS_A_DAY)
    weekly = np.repeat(county.helpers.visits_a_week, slots)
    one_each = np.ones(county.needs.posted.size, dtype=np.int64)
    groups = ((chances.need, one_each), (in_slot, most_visits(county).ravel()), (in_week, weekly))
    found = milp(
        -(1 + ON_TIME_COUNTS * chances.on_time),
        constraints=_at_most(groups),
        bounds=Bounds(0, 1),
        integrality=np.ones(chances.need.size, dtype=np.int64),
        options={"mip_rel_gap": 0.0, "time_limit": 60.0},
    )
    assert found.x is not None  # to fill nothing breaks no rule, so that there always is an answer
    return np.flatnonzero(found.x > 0.5), float(found.mip_gap or 0.0)


def _at_most(groups: Sequence[tuple[Ints, Ints]]) -> LinearConstraint:
    """For each group that a visit can be in, (E,), and how many visits each group holds: one row a group."""
    row_parts, limits, first = [], [], 0
    for group, limit in groups:
        names, row = np.unique(group, return_inverse=True)
        row_parts.append(row + first)
        limits.append(limit[names])
        first += names.size
    rows, columns = np.concatenate(row_parts), np.tile(np.arange(groups[0][0].size), len(groups))
    matrix = csr_array((np.ones(rows.size), (rows, columns)), shape=(first, groups[0][0].size))
    return LinearConstraint(matrix, ub=np.concatenate(limits))

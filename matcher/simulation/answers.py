"""Who would say yes, and how long they take: the same for every policy, but for how tired they were made."""

from __future__ import annotations

import numpy as np

from matcher.engine.clock import Bools, Floats
from matcher.simulation.county import County
from matcher.simulation.dice import Throw, normal, uniform
from matcher.simulation.hours import later
from matcher.simulation.parameters import ANSWERING, DAY_MIN, SLOTS_A_DAY

STANDBY_YES = 0.9
STANDBY_DELAY_MIN = 2.0


class Answers:
    """The answers of one county, worked out once: (N, V) tables of what does not depend on the moment."""

    def __init__(self, county: County) -> None:
        self.county = county
        needs, helpers = county.needs, county.helpers
        rows = np.arange(needs.posted.size)[:, None]
        columns = np.arange(helpers.reach_km.size)[None, :]
        seed = county.seed
        self.luck = uniform(seed, Throw.ANSWER, rows, columns)
        self.is_silent_no = uniform(seed, Throw.SILENT, rows, columns) < ANSWERING.silent_share
        median = np.where(needs.urgent, ANSWERING.median_urgent_min, ANSWERING.median_min)[:, None]
        self.delay_min = median * np.exp(ANSWERING.sigma * normal(seed, Throw.DELAY, rows, columns))
        self.standing_by = _standing_by(county)
        self.comes = uniform(seed, Throw.NO_SHOW, rows, columns) >= county.scenario.extensions.no_show
        self._logit = (
            ANSWERING.base
            + helpers.leaning[:, needs.kind].T
            + ANSWERING.known * needs.known
            + (ANSWERING.urgent * needs.urgent)[:, None]
            + _mood(county)
        )

    def chance(self, need: int, *, notice_min: Floats, factor: float | Floats, tired: float | Floats) -> Floats:
        """(V,): chance of a yes for a visit so long after the ask, with reaches shrunk by `factor`, from people who
        have been asked `tired` times of late.
        """
        logit = (
            self._logit[need]
            + ANSWERING.whole_reach * self.county.far(need, factor)
            + np.where(notice_min < 180, ANSWERING.under_3h, np.where(notice_min < 600, ANSWERING.under_10h, 0.0))
            + ANSWERING.per_log_ask * self.county.scenario.fatigue * np.log1p(tired)
        )
        chance: Floats = 1 / (1 + np.exp(-logit))
        return chance

    def says_yes(self, need: int, volunteer: int, start: float, asked: float, tired: float) -> bool:
        """What this volunteer, asked now for a visit at `start`, makes up their mind to."""
        factor = self.county.reach_on(asked)
        notice = np.array(start - asked)
        chance = float(self.chance(need, notice_min=notice, factor=factor, tired=tired)[volunteer])
        if self.standing_by[volunteer, self.county.slot_of(start)]:
            chance = max(chance, STANDBY_YES)
        return bool(self.luck[need, volunteer] < chance)

    def answers_at(self, need: int, volunteer: int, start: float, asked: float) -> float:
        """When they answer, if they do."""
        if self.standing_by[volunteer, self.county.slot_of(start)]:
            return later(asked, STANDBY_DELAY_MIN)
        return later(asked, float(self.delay_min[need, volunteer]))


def _standing_by(county: County) -> Bools:
    """(V, slots): asked the evening before, they keep that morning of snow free."""
    mornings = np.zeros(county.slot_start.size, dtype=np.bool_)
    mornings[[day * SLOTS_A_DAY for day in county.scenario.snow_days]] = True
    keeps: Bools = county.helpers.standby[:, None] & mornings & county.helpers.free
    return keeps


def _mood(county: County) -> Floats:
    """(N, V): a mood that everybody in a cluster shares on a day of snow; those out in the country have their own."""
    spread = county.scenario.extensions.shared_refusal
    day = (county.needs.posted // DAY_MIN).astype(np.int64)[:, None]
    cluster = county.helpers.cluster
    where = np.where(cluster < 0, county.scenario.clusters + np.arange(cluster.size), cluster)[None, :]
    moods: Floats = spread * normal(county.seed, Throw.MOOD, day, where) * county.needs.snowy[:, None]
    return moods


def wishes(county: County) -> Bools:
    """(N, V): within reach when it was posted, does this, holds the check: whom a policy may think of at all."""
    day = (county.needs.posted // DAY_MIN).astype(np.int64)
    near = county.km <= county.helpers.reach_km[None, :] * county.reach_factor[day][:, None]
    found: Bools = county.able & near
    return found

"""The county: who lives where, who could help and when, and what is asked for, all drawn from one seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from matcher.domain.geo import SPEED_M_PER_MIN, Point, TravelMode
from matcher.domain.lifecycle import Urgency
from matcher.engine.clock import Bools, Floats, Ints
from matcher.simulation.dice import Throw, generator, uniform
from matcher.simulation.hours import in_the_day, later
from matcher.simulation.parameters import (
    ANSWERING,
    CLOSES_MIN,
    DAY_MIN,
    GRITTING,
    KINDS,
    OPENS_MIN,
    PEOPLE,
    SLOT_EDGES_MIN,
    SLOTS_A_DAY,
    SNOW,
    WAITS,
    Scenario,
    Wait,
)

# A plane laid over the middle of Wiltshire. Kilometres to degrees on the WGS84 ellipsoid at its origin.
ORIGIN = Point(51.0, -2.3)
KM_A_DEGREE_NORTH = 111.25
KM_A_DEGREE_EAST = 111.39 * math.cos(math.radians(51.3))


@dataclass(frozen=True, slots=True, eq=False)
class Helpers:
    """The volunteers, V rows. xy: (V, 2) kilometres. reach_km: their longest distance, as a straight line. free: (V,
    slots). does: (V, kinds). leaning: (V, kinds) logits added to the base.
    """

    xy: Floats
    reach_km: Floats
    free: Bools
    does: Bools
    dbs: Bools
    visits_a_week: Ints
    leaning: Floats
    cluster: Ints
    standby: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Needs:
    """What was asked for, N rows in the order of posting. Times are minutes. known: (N, V) who knows the resident.
    snowy: posted on a day of snow.
    """

    resident: Ints
    xy: Floats
    kind: Ints
    minutes: Ints
    urgency: tuple[Urgency, ...]
    urgent: Bools
    posted: Floats
    opens: Floats
    target: Floats
    ends: Floats
    snowy: Bools
    known: Bools


@dataclass(frozen=True, slots=True, eq=False)
class County:
    """One seed's county. slot_start, slot_end: minutes of every half-day. reach_factor: for every day, what a reach
    shrinks to. km: (N, V) straight line between the two homes. way_min: the same in minutes of road. able: (N, V) does
    this and holds the check.
    """

    seed: int
    scenario: Scenario
    helpers: Helpers
    needs: Needs
    slot_start: Floats
    slot_end: Floats
    reach_factor: Floats
    km: Floats
    way_min: Floats
    able: Bools

    @property
    def measured(self) -> Bools:
        """Needs posted after the warm-up: those that count."""
        found: Bools = self.needs.posted >= self.scenario.warm_up_days * DAY_MIN
        return found

    def reach_on(self, minute: float) -> float:
        """What a reach shrinks to that day."""
        return float(self.reach_factor[int(minute // DAY_MIN)])

    def far(self, need: int, factor: float | Floats = 1.0) -> Floats:
        """(V,): the way there as a share of their longest; above 1 is out of reach."""
        shares: Floats = self.km[need] / (self.helpers.reach_km * factor)
        return shares

    def slot_of(self, minute: float) -> int:
        """The half-day in which that minute lies."""
        return int(np.searchsorted(self.slot_start, minute, side="right")) - 1


def build_county(scenario: Scenario, seed: int) -> County:
    """The county of that seed: the same every time."""
    places = _Places(scenario, seed)
    helpers = _helpers(scenario, seed, places)
    needs = _needs(scenario, seed, places, helpers)
    reach_factor = np.ones(scenario.days + 1)
    reach_factor[list(scenario.snow_days)] = scenario.snow_reach
    km = np.sqrt(((needs.xy[:, None, :] - helpers.xy[None, :, :]) ** 2).sum(axis=2))
    wants_dbs = np.array([KINDS[k].wants_dbs for k in needs.kind], dtype=np.bool_)
    slots = np.arange(scenario.days * SLOTS_A_DAY)
    midnight = slots // SLOTS_A_DAY * DAY_MIN
    edges = np.array(SLOT_EDGES_MIN, dtype=np.float64)
    return County(
        seed=seed,
        scenario=scenario,
        helpers=helpers,
        needs=needs,
        slot_start=midnight + edges[slots % SLOTS_A_DAY],
        slot_end=midnight + edges[slots % SLOTS_A_DAY + 1],
        reach_factor=reach_factor,
        km=km,
        way_min=km * 1000 / SPEED_M_PER_MIN[TravelMode.CAR],
        able=helpers.does[:, needs.kind].T & (helpers.dbs[None, :] | ~wants_dbs[:, None]),
    )


def point_at(xy: Floats) -> Point:
    """The point of a place on the plane."""
    return Point(ORIGIN.lat + float(xy[1]) / KM_A_DEGREE_NORTH, ORIGIN.lon + float(xy[0]) / KM_A_DEGREE_EAST)


class _Places:
    """Where people live: mostly in clusters of different sizes."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.dice = generator(seed, Throw.PLACES)
        self.size = np.array([scenario.width_km, scenario.height_km])
        self.centres = self.dice.uniform(0.1, 0.9, (scenario.clusters, 2)) * self.size
        self.weights = self.dice.dirichlet(np.full(scenario.clusters, scenario.evenness))

    def homes(self, count: int) -> tuple[Floats, Ints]:
        """Homes, (count, 2) kilometres, and the cluster of each, -1 for none."""
        cluster = self.dice.choice(self.scenario.clusters, count, p=self.weights)
        around = self.centres[cluster] + self.dice.normal(0, self.scenario.cluster_km, (count, 2))
        anywhere = self.dice.uniform(0, 1, (count, 2)) * self.size
        rural = self.dice.uniform(size=count) < self.scenario.rural
        xy = np.clip(np.where(rural[:, None], anywhere, around), 0, self.size)
        return xy, np.where(rural, -1, cluster)


def _helpers(scenario: Scenario, seed: int, places: _Places) -> Helpers:
    count = scenario.volunteers
    dice = generator(seed, Throw.VOLUNTEERS)
    xy, cluster = places.homes(count)
    longest = PEOPLE.longest_km * np.exp(PEOPLE.longest_sigma * dice.normal(size=count))
    does = dice.uniform(size=(count, len(KINDS))) < np.array([kind.offered for kind in KINDS])
    does[np.flatnonzero(~does.any(axis=1)), 1] = True  # nobody signs up to do nothing
    person = dice.normal(ANSWERING.person_mean, ANSWERING.person_sd, count)
    return Helpers(
        xy=xy,
        reach_km=longest / PEOPLE.road,
        free=_free(scenario, seed, count),
        does=does,
        dbs=dice.uniform(size=count) < PEOPLE.dbs,
        visits_a_week=dice.integers(PEOPLE.visits_least, PEOPLE.visits_most + 1, count),
        leaning=person[:, None] + dice.normal(0, ANSWERING.kind_sd, (count, len(KINDS))),
        cluster=cluster,
        standby=uniform(seed, Throw.STANDBY, np.arange(count)) < scenario.extensions.standby,
    )


def _free(scenario: Scenario, seed: int, count: int) -> Bools:
    """The weekly rule, turned round where that week is an exception."""
    slots = scenario.days * SLOTS_A_DAY
    dice = generator(seed, Throw.WEEK)
    rule = dice.uniform(size=(count, 7 * SLOTS_A_DAY)) < PEOPLE.free_share
    exception = dice.uniform(size=(count, slots)) < PEOPLE.exceptions
    free: Bools = rule[:, np.arange(slots) % (7 * SLOTS_A_DAY)] ^ exception
    return free


def _needs(scenario: Scenario, seed: int, places: _Places, helpers: Helpers) -> Needs:
    residents, _ = places.homes(scenario.residents)
    known = _known(scenario, seed, residents, helpers)
    dice = generator(seed, Throw.NEEDS)
    drawn = sorted(
        (_drawn(dice, day, snowy=day in scenario.snow_days, scenario=scenario) for day, _ in _posts(scenario)),
        key=lambda one: one[0],
    )
    posted = np.array([one[0] for one in drawn], dtype=np.float64)
    kind = np.array([one[1] for one in drawn], dtype=np.int64)
    waits = [one[2] for one in drawn]
    opens = np.array(
        [in_the_day(later(p, w.opens_h * 60 * one[3])) for p, w, one in zip(posted, waits, drawn, strict=True)]
    )
    resident = dice.integers(0, scenario.residents, posted.size)
    return Needs(
        resident=resident,
        xy=residents[resident],
        kind=kind,
        minutes=np.array([KINDS[k].minutes for k in kind], dtype=np.int64),
        urgency=tuple(w.urgency for w in waits),
        urgent=np.array([w.urgency is Urgency.URGENT for w in waits], dtype=np.bool_),
        posted=posted,
        opens=opens,
        target=np.array([later(o, w.target_h * 60) for o, w in zip(opens, waits, strict=True)]),
        ends=np.array([later(o, w.end_h * 60) for o, w in zip(opens, waits, strict=True)]),
        snowy=np.isin(posted // DAY_MIN, scenario.snow_days),
        known=known[resident],
    )


def _posts(scenario: Scenario) -> list[tuple[int, int]]:
    return [
        (day, number)
        for day in range(scenario.posting_days)
        for number in range(scenario.needs_a_snow_day if day in scenario.snow_days else scenario.needs_a_day)
    ]


def _drawn(dice: np.random.Generator, day: int, *, snowy: bool, scenario: Scenario) -> tuple[float, int, Wait, float]:
    """When it was posted, its kind, how long it may wait, and how far ahead it opens as a share of the most."""
    posted = day * DAY_MIN + round(float(dice.uniform(OPENS_MIN, CLOSES_MIN)), 2)
    kind = int(dice.choice(len(KINDS), p=[k.share for k in KINDS]))
    wait = WAITS[int(dice.choice(len(WAITS), p=[w.share for w in WAITS]))]
    ahead = float(dice.uniform())
    if snowy and dice.uniform() < scenario.gritting_share:
        return posted, SNOW, GRITTING, ahead
    return posted, kind, wait, ahead


def _known(scenario: Scenario, seed: int, residents: Floats, helpers: Helpers) -> Bools:
    """(residents, V): who has helped whom before."""
    dice = generator(seed, Throw.KNOWN)
    known = np.zeros((len(residents), len(helpers.xy)), dtype=np.bool_)
    for row, home in enumerate(residents):
        if dice.uniform() < scenario.with_known:
            nearest = np.argsort(((helpers.xy - home) ** 2).sum(axis=1))[: scenario.known_among]
            count = int(dice.integers(1, scenario.known_most + 1))
            known[row, dice.choice(nearest, min(count, nearest.size), replace=False)] = True
    return known

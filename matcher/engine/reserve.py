"""What is kept for needs that are expected and not posted yet: a price on people's visits, never a lock.

The needs that are expected, each worth what it is likely to be worth, are assigned to the visits that people have left
in the week, as if nothing else were asked for. What they would lose by one fewer is its price: bid prices from a
deterministic programme (Talluri and van Ryzin 1998). Whoever has visits to spare has none. The price is a line of the
weight. So it decides who is asked, and never whether anybody is: a place of a need that is there is always worth one
ask.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import pdtrc

from matcher.engine.acceptance import chance_of_yes
from matcher.engine.assignment import assign
from matcher.engine.candidates import Candidates, find_candidates
from matcher.engine.clock import Floats, Ints
from matcher.engine.costs import Urge, set_scene, weights
from matcher.engine.problem import RoundProblem
from matcher.engine.world import World

LEAST_CHANCE = 0.05  # what is less likely is not looked at


def chances(on_average: float) -> list[float]:
    """The chance that there is one, that there is a second, and so on, where so many come on average (Poisson)."""
    more_than = np.arange(math.ceil(on_average + 10 * math.sqrt(on_average)))
    found = pdtrc(more_than, on_average)
    return [float(chance) for chance in found[found >= LEAST_CHANCE]]


def with_reserve(world: World, problem: RoundProblem) -> World:
    """The world with a price on the visits that may be wanted more for what is expected, as the round begins."""
    if not problem.forecast or not problem.params.reserve_share:
        return world
    rows = np.arange(len(problem.occurrences), len(world.occurrences), dtype=np.int64)
    found = find_candidates(world, rows)
    week = world.offers.person[found.volunteer] * world.clock.weeks.size + world.clock.week_of(found.start)
    visits = Visits(found.occurrence, week, _worth(world, problem, found))
    price = visits.price_of_one_fewer(len(world.occurrences), _visits_left(world).ravel())
    return replace(world, reserve=price.reshape(world.reserve.shape))


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Visits that could be made to needs that are expected, (E,) each: the need's row, which column of a person's weeks
    they would be made in, and what they are worth, in minutes.
    """

    need: Ints
    week: Ints
    worth: Floats

    def price_of_one_fewer(self, needs: int, left: Ints) -> Floats:
        """What all of them lose, (C,), if one of the visits that are left in a week is made elsewhere.

        The duals say what one more would bring, which may be nothing where one fewer is a loss. What is lost is that,
        and by how much the need that is missed least prefers them to the next best, who has a price as well. To miss
        more than one at once may cost more: it is a price, not a proof.
        """
        solved = assign(self.need, self.week, -np.rint(self.worth * 60), unserved=np.zeros(needs), capacity=left)
        one_more = -solved.volunteer_price / 60
        net = self.worth - one_more[self.week]
        need, week = self.need[solved.chosen], self.week[solved.chosen]
        taken_by = np.full(needs, -1, dtype=np.int64)
        taken_by[need] = week
        others = self.week != taken_by[self.need]  # a second offer of the same person is no other
        next_best = np.zeros(needs)
        np.maximum.at(next_best, self.need[others], net[others])
        missed = np.full(left.size, np.inf)
        np.minimum.at(missed, week, np.maximum(net[solved.chosen] - next_best[need], 0.0))
        is_full = np.bincount(week, minlength=left.size) >= left
        return np.where(is_full & np.isfinite(missed), one_more + missed, 0.0)


def _worth(world: World, problem: RoundProblem, found: Candidates) -> Floats:
    """Minutes of welfare, by how likely the need is: asked about when it begins, nobody else having been asked."""
    occurrences = world.occurrences
    urge = Urge(
        value=np.array([world.params.value.of(o.urgency) for o in occurrences], dtype=np.float64),
        waited=np.zeros(len(occurrences)),
        target=world.needs.target,
        unheard=np.ones(len(occurrences)),
    )
    pairs = world.pairs(found.occurrence, found.volunteer)
    asked = world.needs.piece_start[found.occurrence, 0]
    scene = replace(set_scene(world, found, urge), p=chance_of_yes(world, pairs, found.start, asked))
    chance = {one.occurrence.id: one.chance for one in problem.forecast}
    likely = np.array([chance.get(o.id, 0.0) for o in occurrences])
    worth: Floats = likely[found.occurrence] * weights(scene)
    return worth


def _visits_left(world: World) -> Ints:
    """(P, weeks): how many more visits each person may be asked for."""
    limit = np.zeros(world.people.size, dtype=np.int64)
    np.maximum.at(limit, world.offers.person, world.offers.limit)
    left: Ints = np.maximum(limit[:, None] - world.after.weekly, 0)
    return left

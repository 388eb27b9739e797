"""How many people to ask now: the soft cascade. No ask is ever ended by a timer; while hope is too small for the time
that is left, one more person is asked.

Hope is measured in hazard: an ask that comes to a yes with chance p adds -ln(1 - p), so that hopes add up. A whole wait
has to bring -ln(1 - P*), where P* is the chance of a yes aimed at; it is spread evenly over the rounds that are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from matcher.engine.acceptance import chance_of_yes, residual_chance, response_median
from matcher.engine.candidates import Candidates, find_usual
from matcher.engine.clock import Bools, Floats, Ints
from matcher.engine.costs import Urge
from matcher.engine.params import Params
from matcher.engine.problem import OpenOccurrence, RoundProblem
from matcher.engine.rows import rows_of
from matcher.engine.world import World

MINUTE = timedelta(minutes=1)
Moment = float | Floats  # seconds of the round's clock; many of them as a column, (G, 1)
LOOK_EVERY_MIN = 5  # how finely the moment of the next ask is told


@dataclass(frozen=True, slots=True, eq=False)
class Unanswered:
    """The asks that are out, (A,) each: the occurrence's row, the chance of a yes when they were made, how long they
    have been silent, and whether they went to one of its usual people.
    """

    row: Ints
    chance: Floats
    silent_min: Floats
    usual: Bools

    def plus(self, row: Ints, chance: Floats, usual: Bools) -> Unanswered:
        """With these asks, made just now, too."""
        return Unanswered(
            np.concatenate([self.row, row]),
            np.concatenate([self.chance, chance]),
            np.concatenate([self.silent_min, np.zeros(row.size)]),
            np.concatenate([self.usual, usual]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """What the time that is left asks for, (N,) each. places: helpers not held yet. due, last: seconds by which each
    should, and must, have begun. since: when it began to wait. goal: the hazard of a whole wait, for all its places.
    """

    params: Params
    places: Ints
    due: Floats
    last: Floats
    since: Floats
    goal: Floats
    usual_first: Bools

    def round_min(self, now: Moment) -> Floats:
        """Minutes of one round of asking."""
        lengths: Floats = np.clip(self._left(now) / self.params.rounds, self.params.round_min, self.params.round_max)
        return lengths

    def rounds_left(self, now: Moment) -> Floats:
        """How often one can still wait for an answer: 1 when it is time to ask widely."""
        rounds = np.maximum(self._left(now) / self.round_min(now), 1.0)
        return np.where(now >= self.last - self.params.wide_share * (self.last - self.since), 1.0, rounds)

    def wanted(self, now: Moment) -> Floats:
        """The hazard that the asks that are out should come to."""
        hazard: Floats = self.goal / self.rounds_left(now)
        return hazard

    def are_for_usual_people(self, now: float) -> Bools:
        """Where the usual people are asked alone at first, and there is time for that."""
        return self.usual_first & (self.rounds_left(now) > self.params.alone_rounds)

    def _left(self, now: Moment) -> Floats:
        """Minutes to the target, or once that has come, to the last moment."""
        due = np.where(self.due - now >= 60 * self.params.round_min, self.due, self.last)
        left: Floats = np.maximum((due - now) / 60, 0.0)
        return left


def pace(world: World, problem: RoundProblem) -> Pace:
    """The pace of every occurrence of the round."""
    clock, chosen = world.clock, world.occurrences
    places = np.array([o.helpers_wanted for o in chosen], dtype=np.int64)
    goal = -np.log1p(-np.array([problem.params.wanted_yes.of(o.urgency) for o in chosen], dtype=np.float64))
    return Pace(
        params=problem.params,
        places=places,
        due=world.needs.target.astype(np.float64),
        last=np.array([clock.floor(_last_start(o)) for o in chosen], dtype=np.float64),
        since=np.array([clock.floor(o.waiting_since) for o in chosen], dtype=np.float64),
        goal=goal * places,
        usual_first=np.array([o.usual_first for o in chosen], dtype=np.bool_),
    )


def unanswered(world: World, problem: RoundProblem) -> Unanswered:
    """The live asks of the round's occurrences. Someone who is not in the round any more may still say yes."""
    n_of = {o.id: n for n, o in enumerate(world.occurrences)}
    v_of = rows_of(world.offers.id, (a.offer_id for a in problem.live_asks))
    asks = sorted(
        (a for a in problem.live_asks if a.occurrence_id in n_of),
        key=lambda a: (a.occurrence_id, a.asked_at, a.offer_id),
    )
    rows = np.array([n_of[a.occurrence_id] for a in asks], dtype=np.int64)
    chance = np.full(len(asks), problem.params.acceptance.floor)
    usual = np.zeros(len(asks), dtype=np.bool_)
    there = np.array([a.offer_id in v_of for a in asks], dtype=np.bool_)
    known = [a for a in asks if a.offer_id in v_of]
    volunteer = np.array([v_of[a.offer_id] for a in known], dtype=np.int64)
    start = np.array([world.clock.floor(a.visit.start) for a in known], dtype=np.int64)
    asked = np.array([world.clock.floor(a.asked_at) for a in known], dtype=np.int64)
    chance[there] = chance_of_yes(world, world.pairs(rows[there], volunteer), start, asked)
    usual[there] = world.usual.has(rows[there], world.offers.person[volunteer])
    silent = np.array([max((problem.now - a.asked_at) / MINUTE, 0.0) for a in asks], dtype=np.float64)
    return Unanswered(rows, chance, silent, usual)


def asked_for(world: World, out: Unanswered) -> Ints:
    """How many asks are out for each occurrence, (N,)."""
    return np.bincount(out.row, minlength=len(world.occurrences))


def hope(world: World, out: Unanswered, later_min: Floats | float = 0.0) -> Floats:
    """The hazard of the asks that are out, (N,), once they have been silent so much longer; (N, G) for (G,) minutes."""
    silent = np.add.outer(out.silent_min, later_min)
    chance, median = (
        np.expand_dims(a, tuple(range(1, silent.ndim))) for a in (out.chance, response_median(world)[out.row])
    )
    residual = residual_chance(np.broadcast_to(chance, silent.shape), silent, median, world.params.acceptance)
    hazard = np.zeros((len(world.occurrences), *silent.shape[1:]))
    np.add.at(hazard, out.row, -np.log1p(-residual))
    return hazard


def unheard(pace: Pace, out_for: Ints, hoped: Floats) -> Floats:
    """S, (N,): the chance that all asks for a place come to nothing. Where asks outnumber places, they are shared."""
    chance: Floats = np.where(out_for >= pace.places, np.exp(-hoped / np.maximum(pace.places, 1)), 1.0)
    return chance


def wanting(world: World, pace: Pace, out: Unanswered) -> Bools:
    """Which occurrences want one more ask now, (N,)."""
    is_short = asked_for(world, out) < pace.places
    is_low = (hope(world, out) < pace.wanted(float(world.clock.now))) & ~_leaves_to_usual(world, pace, out)
    return (pace.places > 0) & (is_short | is_low)


def reserved_for_usual(world: World, pace: Pace, out: Unanswered, rows: Ints) -> Candidates:
    """The usual people who can be asked, of those rows for which they are to be asked first and have not been."""
    alone = pace.are_for_usual_people(float(world.clock.now)) & ~_any(world, out.row[out.usual])
    return find_usual(world, rows[alone[rows]])


def next_asks_at(world: World, pace: Pace, out: Unanswered) -> list[datetime]:
    """When hope will have sunk below what is wanted, for each occurrence, if nobody answers before."""
    later = np.arange(LOOK_EVERY_MIN, pace.params.round_max + LOOK_EVERY_MIN, LOOK_EVERY_MIN)
    then = world.clock.now + 60 * later
    are_low = hope(world, out, later) < pace.wanted(then[:, None]).T
    if pace.usual_first.any():
        are_low &= ~np.stack([_leaves_to_usual(world, pace, out, minutes) for minutes in later.tolist()], axis=1)
    are_low[:, -1] = True  # look again by then, whatever is hoped
    return [world.clock.instant(int(then[at])) for at in are_low.argmax(axis=1).tolist()]


def urges(world: World, problem: RoundProblem) -> Urge:
    """What each occurrence is worth now, nobody having been asked."""
    return Urge(
        value=np.array([world.params.value.of(o.urgency) for o in world.occurrences], dtype=np.float64),
        waited=np.array([_waited(o, problem.now) for o in world.occurrences], dtype=np.float64),
        target=world.needs.target,
        unheard=np.ones(len(world.occurrences)),
    )


def _leaves_to_usual(world: World, pace: Pace, out: Unanswered, later_min: float = 0.0) -> Bools:
    """Where one of the usual people was asked not a round ago, and nobody else is asked meanwhile."""
    then = world.clock.now + 60 * later_min
    alone = pace.are_for_usual_people(then)
    if not alone.any():
        return alone
    fresh = out.usual & (out.silent_min + later_min < pace.round_min(then)[out.row])
    return alone & _any(world, out.row[fresh])


def _any(world: World, rows: Ints) -> Bools:
    """Which occurrences are among these rows, (N,)."""
    found = np.zeros(len(world.occurrences), dtype=np.bool_)
    found[rows] = True
    return found


def _waited(occurrence: OpenOccurrence, now: datetime) -> float:
    whole = _end(occurrence) - occurrence.waiting_since
    if whole <= timedelta():
        return 1.0
    return min(max((now - occurrence.waiting_since) / whole, 0.0), 1.0)


def _last_start(occurrence: OpenOccurrence) -> datetime:
    return _end(occurrence) - occurrence.minutes * MINUTE


def _end(occurrence: OpenOccurrence) -> datetime:
    return max(w.end for w in occurrence.windows)

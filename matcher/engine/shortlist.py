"""The best choice of one layer, without looking at every pair: the nearest first, then whoever may still pay.

What a pair is worth falls with the distance. So the nearest are found and assigned; then the prices of that answer say
how far away somebody could be and still make it better, or as good; those are found too, until there is nobody more.
Nothing is given up: at the last prices every pair left out costs more than it saves, which is the certificate of the
whole market (`prices`), and such a pair is in no best answer at all. The answer is therefore the very one that looking
at every pair would give, ties and all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.engine.assignment import Assignment, assign
from matcher.engine.candidates import (
    Candidates,
    find_between,
    find_candidates,
    find_usual,
    joined,
    put_together,
)
from matcher.engine.clock import Bools, Floats, Ints
from matcher.engine.costs import Urge, ceilings, set_scene, weights
from matcher.engine.volunteer_index import ReachClass
from matcher.engine.world import World

ALL_AT_ONCE = 200_000  # pairs, of any kind: so few are looked at as they are
FIRST_LOOK = 20  # how many of the nearest, free or not, a middling occurrence begins with
SAMPLE = 64  # occurrences that are asked how far away those are
HALVINGS = 8  # of a distance: it is known to a part in 256


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Candidates that are worth an ask, what each is worth in whole seconds, and the best assignment of them."""

    found: Candidates
    seconds: Floats
    solved: Assignment

    @property
    def chosen(self) -> Ints:
        """Where the chosen stand among the candidates, by occurrence row."""
        at = np.flatnonzero(self.solved.chosen)
        return at[np.argsort(self.found.occurrence[at])]


def best_choice(world: World, urge: Urge, rows: Ints, must: Bools, also: Candidates) -> Choice:
    """The best choice for these occurrence rows (ascending), at most one ask for each and for each person.

    must: (N,), whether a place of the occurrence has nobody who was asked: then one ask is always worth it. also: the
    only candidates of further rows.
    """
    usual = np.array([row for row in rows.tolist() if not world.waived_for(row)], dtype=np.int64)
    unusual = sorted(set(rows.tolist()) - set(usual.tolist()))
    parts = [also]
    parts += [find_candidates(world, np.array([row], dtype=np.int64), world.waived_for(row)) for row in unusual]
    if usual.size * len(world.volunteers) <= ALL_AT_ONCE:
        return _choose(world, urge, [_worth(world, urge, must, joined([find_candidates(world, usual), *parts]))])
    return _nearest_first(world, urge, usual, must, joined([find_usual(world, usual), *parts]))


def _nearest_first(world: World, urge: Urge, rows: Ints, must: Bools, others: Candidates) -> Choice:
    within = np.full((rows.size, len(world.offers.classes)), -1.0)
    widest = np.array([group.widest for group in world.offers.classes])
    farther = np.broadcast_to(np.minimum(_first_look_m(world, rows), widest), within.shape)
    parts = [_worth(world, urge, must, others)]
    while True:
        parts.append(_worth(world, urge, must, find_between(world, rows, within, farther)))
        within = farther
        choice = _choose(world, urge, parts)
        farther = _may_pay_within(world, urge, rows, must, choice, within)
        if not (farther > within).any():
            return choice


def _worth(world: World, urge: Urge, must: Bools, found: Candidates) -> tuple[Candidates, Floats]:
    """Those worth an ask, and what each is worth in whole seconds."""
    seconds = _worth_asking(np.rint(weights(set_scene(world, found, urge)) * 60), must[found.occurrence])
    kept = np.flatnonzero(seconds > 0)
    return found.only(kept), seconds[kept]


def _choose(world: World, urge: Urge, parts: Sequence[tuple[Candidates, Floats]]) -> Choice:
    found = put_together([one for one, _ in parts])
    seconds = np.concatenate([seconds for _, seconds in parts])
    in_front = urge.waited > world.params.front_share
    solved = assign(
        found.occurrence,
        world.offers.person[found.volunteer],
        -seconds,
        unserved=np.where(in_front, world.params.front_class * 60, 0.0),
        capacity=np.ones(world.people.size, dtype=np.int64),
    )
    return Choice(found, seconds, solved)


def _worth_asking(seconds: Floats, must: Bools) -> Floats:
    """A place nobody has been asked for is always worth one ask; a further ask only if its weight is positive."""
    return np.where(must, np.maximum(seconds, 1.0), seconds)


def _first_look_m(world: World, rows: Ints) -> float:
    """How far away the nearest few are from a middling occurrence."""
    some = world.needs.point[rows[:: max(1, rows.size // SAMPLE)]]
    nearest = [group.homes.query(some, k=range(1, FIRST_LOOK + 1))[0] for group in world.offers.classes]
    return float(np.median(np.sort(np.hstack(nearest), axis=1)[:, FIRST_LOOK - 1]))


def _may_pay_within(world: World, urge: Urge, rows: Ints, must: Bools, choice: Choice, within: Floats) -> Floats:
    """How far from each row somebody of each class of reach may be and still pay, (len(rows), classes) metres; no
    less than `within`.
    """
    enough = np.maximum(-choice.solved.need_price[rows], 1.0)  # seconds
    farther = within.copy()
    for nth, group in enumerate(world.offers.classes):

        def may_pay(at: Ints, metres: Floats, group: ReachClass = group) -> Bools:
            worth = np.rint(ceilings(world, urge, rows[at], metres, group) * 60) + 1  # rounding, and to spare
            return _worth_asking(worth, must[rows[at]]) >= enough[at]

        at = np.flatnonzero(within[:, nth] < group.widest)
        at = at[may_pay(at, np.maximum(within[at, nth], 0.0))]
        least, most = within[at, nth], np.full(at.size, group.widest)
        least = np.where(may_pay(at, most), most, least)
        for _ in range(HALVINGS):
            middle = (least + most) / 2
            pays = may_pay(at, middle)
            least, most = np.where(pays, middle, least), np.where(pays, most, middle)
        farther[at, nth] = most
    return farther

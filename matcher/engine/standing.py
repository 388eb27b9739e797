"""Why you, why not you: how each person stands to one visit that is looked for, as things stand now.

Whoever could come is told by what asking them is worth; whoever could not, by the fewest requirements that keep them
away. The predicates are those of `candidates.py`, so what is said here is what a round does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from matcher.engine.allocation import Ask
from matcher.engine.asks import asks_of
from matcher.engine.candidates import Candidates, all_pairs
from matcher.engine.clock import NONE, Ints
from matcher.engine.costs import Urge, set_scene
from matcher.engine.explain import BIT, failures
from matcher.engine.problem import ReasonCode
from matcher.engine.starts import TIME_RULES, earliest_starts, proposed_starts
from matcher.engine.world import Pairs, World

LOOKED_INTO = 256  # people whose hours and diaries are looked into: those whom the fewest other rules keep away
# As things stand: the asks a round would make are not made yet.
_RULES = tuple(rule for rule in TIME_RULES if rule != ReasonCode.NEEDED_ELSEWHERE)

# What keeps one person away: continues their name.
KEPT_AWAY: Mapping[ReasonCode, str] = {
    ReasonCode.NOBODY_NEAR: "lives too far away",
    ReasonCode.NOBODY_DOES_THIS: "does not offer this kind of help",
    ReasonCode.WINDOW_PASSED: "cannot hear of it and get there in the time that is left",
    ReasonCode.NOBODY_FREE: "is not free for the whole visit",
    ReasonCode.NOBODY_CHECKED: "does not have the checks it needs",
    ReasonCode.NOBODY_AS_ASKED: "does not meet every must-have",
    ReasonCode.ALL_AT_LIMIT: "has no visit left of those they offered that week",
    ReasonCode.ALL_ASKED_ENOUGH: "has been asked as often as is fair for now",
    ReasonCode.ALL_BUSY_ELSEWHERE: "is promised elsewhere then",
    ReasonCode.KEPT_APART: "is to be kept apart from someone there",
    ReasonCode.ALL_SAID_NO: "has said no to it",
    ReasonCode.KEPT_FOR_ANOTHER: "is not asked: the team keeps it for somebody else",
    ReasonCode.NEEDED_ELSEWHERE: "is being asked to another visit just now",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person, by the offer of theirs that suits best, stands to one occurrence.

    missing: the fewest requirements that would have to give way before they could be asked; none if they could be
    now, and then `ask` is that ask. distance_m: to the home. beyond_m: how much farther than their reach that is. All
    of it is for the scheme alone: it follows exact distances.
    """

    offer_id: int
    person_id: int
    missing: tuple[ReasonCode, ...]
    distance_m: float
    beyond_m: float
    ask: Ask | None = None

    @property
    def weight_min(self) -> float:
        """What asking them now is worth, in minutes of welfare; 0 for whoever cannot be asked."""
        return self.ask.weight_min if self.ask else 0.0


def standings(world: World, urge: Urge, row: int, most: int) -> tuple[Standing, ...]:
    """Of everyone who might still be asked for this occurrence row, the `most` who stand best to it.

    First who could come, by what asking them is worth; then who is kept away by the fewest requirements, the nearest
    first. Those who hold a place or have been asked for one are not among them.
    """
    (pairs,) = all_pairs(world, np.array([row]), world.waived_for(row))
    pairs, failed, count = failures(world, pairs, len(ReasonCode))
    first = np.lexsort((pairs.metres, count))[:LOOKED_INTO]
    found = _told(world, urge, pairs.where(first), failed[first])
    found.sort(key=lambda one: (len(one.missing), -one.weight_min, one.distance_m, one.offer_id))
    best: dict[int, Standing] = {}
    for one in found:
        best.setdefault(one.person_id, one)
    return tuple(best.values())[:most]


def _told(world: World, urge: Urge, pairs: Pairs, failed: Ints) -> list[Standing]:
    about_time, begins = _fewest_rules_about_time(world, pairs)
    could = np.flatnonzero((failed == 0) & (about_time == 0))
    begins[could] = proposed_starts(world, pairs.where(could), begins[could])
    told = [_standing(world, pairs, e, bits) for e, bits in enumerate((failed | about_time).tolist())]
    found = Candidates(pairs.occurrence[could], pairs.volunteer[could], begins[could])
    for e, ask in zip(could.tolist(), asks_of(world, found, set_scene(world, found, urge)), strict=True):
        told[e] = replace(told[e], ask=ask)
    return told


def _fewest_rules_about_time(world: World, pairs: Pairs) -> tuple[Ints, Ints]:
    """For each pair the fewest rules about time without which a visit could begin, as bits, and its earliest start.

    Of sets of the same size the one whose rules come last in the order of the waterfall, as for an occurrence.
    """
    bits = np.zeros(pairs.occurrence.size, dtype=np.int64)
    begins = np.full(pairs.occurrence.size, NONE, dtype=np.int64)
    todo = np.arange(pairs.occurrence.size)
    rules = [rule for rule in _RULES if rule not in pairs.waived]
    for size in range(len(rules) + 1):
        for without in reversed([*combinations(rules, size)]):
            some = pairs.where(todo)
            some = replace(some, waived=pairs.waived | frozenset(without))
            found = earliest_starts(world, some, upto=_RULES[-1])
            bits[todo] = sum(BIT[rule] for rule in without)
            begins[todo] = found
            todo = todo[found == NONE]
            if not todo.size:
                return bits, begins
    return bits, begins


def _standing(world: World, pairs: Pairs, e: int, bits: int) -> Standing:
    volunteer, metres = int(pairs.volunteer[e]), float(pairs.metres[e])
    return Standing(
        offer_id=int(world.offers.id[volunteer]),
        person_id=int(world.volunteers.person[volunteer]),
        missing=tuple(code for code in ReasonCode if bits & BIT[code]),
        distance_m=metres,
        beyond_m=max(0.0, metres - float(world.offers.reach_m[volunteer])),
    )

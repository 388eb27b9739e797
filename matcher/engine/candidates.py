"""Who could help: every requirement a named predicate with a label, asked of many pairs at once.

The predicates that find the candidates of a round are the ones that explain why an occurrence has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from matcher.engine.clock import NONE, Bools, Floats, Ints
from matcher.engine.market import spans
from matcher.engine.problem import ReasonCode
from matcher.engine.promises import Promises
from matcher.engine.starts import TIME_RULES, can_begin, earliest_starts, may_be_free, proposed_starts
from matcher.engine.volunteer_index import ReachClass
from matcher.engine.world import Pairs, World

CHUNK = 256  # occurrences at once: their pairs stay in the processor's cache
TOLERANCE_M = 1e-3
WIDE_CHUNK = 1024  # the same, where only the nearest are looked at
MOST_AT_ONCE = 2**18  # pairs at once, where all of them are looked at


@dataclass(frozen=True, slots=True)
class Requirement:
    """One hard rule: `holds` says for each pair whether it is met; `label` continues "12 are ..."."""

    code: ReasonCode
    label: str
    holds: Callable[[World, Pairs], Bools]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Feasible pairs, (E,), by occurrence row, and the second at which each visit would begin."""

    occurrence: Ints
    volunteer: Ints
    start: Ints

    def only(self, at: Ints) -> Candidates:
        """Those at these positions."""
        return Candidates(self.occurrence[at], self.volunteer[at], self.start[at])


def is_near_enough(world: World, pairs: Pairs) -> Bools:
    """The chord is within reach: exact, since it is never above the geodesic and half a millimetre short at
    most.
    """
    near: Bools = pairs.metres <= world.offers.reach_m[pairs.volunteer]
    return near


def does_this(world: World, pairs: Pairs) -> Bools:
    """They offered this kind of help."""
    kind = world.needs.kind[pairs.occurrence]
    word = world.offers.kinds[pairs.volunteer, kind // 64]
    return (word >> (kind % 64).astype(np.uint64) & np.uint64(1)).astype(np.bool_)


def can_get_there(world: World, pairs: Pairs) -> Bools:
    """What is left of the windows holds the visit, once they have heard of it, after notice and the way there."""
    return can_begin(world, pairs, ReasonCode.WINDOW_PASSED)


def is_free(world: World, pairs: Pairs) -> Bools:
    """They are free for the whole visit. The half-hours reject most; the exact windows decide."""
    able = np.zeros(pairs.occurrence.size, dtype=np.bool_)
    likely = np.flatnonzero(may_be_free(world, pairs.occurrence, pairs.volunteer))
    able[likely] = can_begin(world, pairs.where(likely), ReasonCode.NOBODY_FREE)
    return able


def has_checks(world: World, pairs: Pairs) -> Bools:
    """They hold every check that is asked for, to the last day of the windows."""
    able: Bools = np.ones(pairs.occurrence.size, dtype=np.bool_)
    last_day = world.needs.last_day[pairs.occurrence]
    for check in range(world.needs.requires.shape[1]):
        wanted = world.needs.requires[pairs.occurrence, check]
        able &= ~wanted | (world.offers.checks[pairs.volunteer, check] >= last_day)
    return able


def is_as_asked(world: World, pairs: Pairs) -> Bools:
    """They have every trait that the resident must have."""
    able: Bools = np.ones(pairs.occurrence.size, dtype=np.bool_)
    for trait in np.flatnonzero(world.needs.musts.any(axis=0)).tolist():
        able &= ~world.needs.musts[pairs.occurrence, trait] | world.offers.traits[pairs.volunteer, trait]
    return able


def is_below_limit(world: World, pairs: Pairs) -> Bools:
    """One more visit in that week is within what they offered."""
    return can_begin(world, pairs, ReasonCode.ALL_AT_LIMIT)


def is_not_asked_enough(world: World, pairs: Pairs) -> Bools:
    """They have room for one more unanswered ask, and for one more today."""
    return _has_room(world, world.before, pairs)


def is_not_busy_elsewhere(world: World, pairs: Pairs) -> Bools:
    """No visit they promised, or were asked to promise, is in the way; travel between the two included."""
    return can_begin(world, pairs, ReasonCode.ALL_BUSY_ELSEWHERE)


def is_not_kept_apart(world: World, pairs: Pairs) -> Bools:
    """They may meet the resident, and whoever else comes."""
    return ~world.apart.has(pairs.occurrence, world.offers.person[pairs.volunteer])


def has_not_said_no(world: World, pairs: Pairs) -> Bools:
    """They have not declined this occurrence."""
    return ~world.refused.has(pairs.occurrence, pairs.volunteer)


def is_kept_for_them(world: World, pairs: Pairs) -> Bools:
    """The team keeps it for nobody, or for them."""
    return ~world.is_pinned[pairs.occurrence] | world.pinned.has(pairs.occurrence, world.offers.person[pairs.volunteer])


def is_not_needed_elsewhere(world: World, pairs: Pairs) -> Bools:
    """What they have been asked in this round leaves room for this too."""
    able = can_begin(world, pairs, ReasonCode.NEEDED_ELSEWHERE)
    return able & _has_room_still(world, pairs)


def _has_room_still(world: World, pairs: Pairs) -> Bools:
    if pairs.waived & {ReasonCode.ALL_ASKED_ENOUGH, ReasonCode.NEEDED_ELSEWHERE}:
        return np.ones(pairs.occurrence.size, dtype=np.bool_)
    return _has_room(world, world.after, pairs)


def _has_room(world: World, promises: Promises, pairs: Pairs) -> Bools:
    person = world.offers.person[pairs.volunteer]
    live, today = promises.live[person], promises.today[person]
    able: Bools = (live < world.params.live_asks_max) & (today < world.asks_a_day[person])
    return able


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(ReasonCode.NOBODY_NEAR, "near enough", is_near_enough),
    Requirement(ReasonCode.NOBODY_DOES_THIS, "offer this kind of help", does_this),
    Requirement(ReasonCode.WINDOW_PASSED, "able to hear of it and get there in time", can_get_there),
    Requirement(ReasonCode.NOBODY_FREE, "free for the whole visit", is_free),
    Requirement(ReasonCode.NOBODY_CHECKED, "have the checks it needs", has_checks),
    Requirement(ReasonCode.NOBODY_AS_ASKED, "meet every must-have", is_as_asked),
    Requirement(ReasonCode.ALL_AT_LIMIT, "below their weekly limit", is_below_limit),
    Requirement(ReasonCode.ALL_ASKED_ENOUGH, "not asked too often already", is_not_asked_enough),
    Requirement(ReasonCode.ALL_BUSY_ELSEWHERE, "not promised elsewhere then, travel included", is_not_busy_elsewhere),
    Requirement(ReasonCode.KEPT_APART, "not kept apart", is_not_kept_apart),
    Requirement(ReasonCode.ALL_SAID_NO, "have not said no to it", has_not_said_no),
    Requirement(ReasonCode.KEPT_FOR_ANOTHER, "not passed over for whom the team keeps it for", is_kept_for_them),
    Requirement(ReasonCode.NEEDED_ELSEWHERE, "not asked for another visit just now", is_not_needed_elsewhere),
)

# One search for a start settles every rule about time at once; the pairs that are sifted are near enough already.
_SETTLED = frozenset({*TIME_RULES, ReasonCode.NOBODY_NEAR})


def find_candidates(world: World, rows: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Candidates:
    """Every feasible pair of these occurrences, ascending by occurrence row, then offer row.

    Nothing is capped: each pair left out fails a requirement.
    """
    return joined([_sift(world, pairs) for pairs in near_pairs(world, rows, waived)])


def joined(parts: Sequence[Candidates]) -> Candidates:
    """All of them, ascending by occurrence row, then offer row."""
    whole = put_together(parts)
    offers = int(whole.volunteer.max(initial=0)) + 1
    return whole.only(np.argsort(whole.occurrence * offers + whole.volunteer))


def put_together(parts: Sequence[Candidates]) -> Candidates:
    """All of them, as they come."""
    none = np.empty(0, dtype=np.int64)
    return Candidates(
        np.concatenate([none, *(part.occurrence for part in parts)]),
        np.concatenate([none, *(part.volunteer for part in parts)]),
        np.concatenate([none, *(part.start for part in parts)]),
    )


def _sift(world: World, pairs: Pairs) -> Candidates:
    """Of pairs that are near enough. Cheapest first: what can be looked up, then the search for a start."""
    for requirement in REQUIREMENTS:
        if requirement.code not in _SETTLED | pairs.waived:
            holds = requirement.holds(world, pairs)
            pairs = pairs if holds.all() else pairs.where(holds)
    earliest = earliest_starts(world, pairs, upto=TIME_RULES[-1])
    able = (earliest != NONE) & _has_room_still(world, pairs)
    pairs, earliest = pairs.where(able), earliest[able]
    return Candidates(pairs.occurrence, pairs.volunteer, proposed_starts(world, pairs, earliest))


def find_usual(world: World, rows: Ints) -> Candidates:
    """Feasible pairs of these occurrences with people who have helped there before."""
    known, person = np.divmod(world.usual.keys, world.usual.stride)
    by_person = np.argsort(world.offers.person, kind="stable")
    people = world.offers.person[by_person]
    first, last = (np.searchsorted(people, person, side=side) for side in ("left", "right"))
    occurrence, volunteer = np.repeat(known, last - first), by_person[spans(first, last - first)]
    wanted = np.isin(occurrence, rows)
    return _sift(world, _near(world, occurrence[wanted], volunteer[wanted]))


def near_pairs(
    world: World, rows: Ints, waived: frozenset[ReasonCode] = frozenset(), *, whenever: bool = False
) -> Iterator[Pairs]:
    """Pairs within reach, by chunks of occurrences and classes of reach, without those that are no pair at all and,
    unless `whenever`, without those who are not free in any half-hour of the windows.
    """
    if ReasonCode.NOBODY_NEAR in waived:
        yield from all_pairs(world, rows, waived)
        return
    for group in world.offers.classes:
        for begin in range(0, rows.size, CHUNK):
            chunk = rows[begin : begin + CHUNK]
            first, second, _ = _search(world, chunk, group, group.widest)
            yield _near(world, chunk[first], group.members[second], waived, whenever=whenever)


def find_between(world: World, rows: Ints, beyond: Floats, within: Floats) -> Candidates:
    """Feasible pairs of these occurrences (ascending rows) beyond one distance and within another, (len(rows), classes)
    metres each; in no order, and without those that `find_usual` finds.
    """
    parts = []
    for nth, group in enumerate(world.offers.classes):
        order = np.flatnonzero(within[:, nth] > beyond[:, nth])
        order = order[np.argsort(within[order, nth], kind="stable")]  # so that a chunk has about one distance
        for begin in range(0, order.size, WIDE_CHUNK):
            at = order[begin : begin + WIDE_CHUNK]
            place, second, metres = _search(world, rows[at], group, float(within[at[-1], nth]))
            place = at[place]
            ring = (metres > beyond[place, nth] - TOLERANCE_M) & (metres < within[place, nth] + TOLERANCE_M)
            pairs = _near(world, rows[place[ring]], group.members[second[ring]])
            place = np.searchsorted(rows, pairs.occurrence)
            ring = (pairs.metres > beyond[place, nth]) & (pairs.metres <= within[place, nth])
            ring &= ~world.usual.has(pairs.occurrence, world.offers.person[pairs.volunteer])
            parts.append(_sift(world, pairs.where(ring)))
    return put_together(parts)


def _near(
    world: World,
    occurrence: Ints,
    volunteer: Ints,
    waived: frozenset[ReasonCode] = frozenset(),
    *,
    whenever: bool = False,
) -> Pairs:
    """Those of these rows within reach, without those that are no pair at all; the half-hours reject most first."""
    if not whenever and ReasonCode.NOBODY_FREE not in waived:
        likely = may_be_free(world, occurrence, volunteer)
        occurrence, volunteer = occurrence[likely], volunteer[likely]
    pairs = world.pairs(occurrence, volunteer, waived)
    return _real(world, pairs.where(is_near_enough(world, pairs)))


def all_pairs(world: World, rows: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Iterator[Pairs]:
    """Every pair, near or not, by chunks of occurrences, without those that are no pair at all."""
    offers = np.arange(world.offers.id.size, dtype=np.int64)
    chunk = max(1, MOST_AT_ONCE // max(1, offers.size))
    for begin in range(0, rows.size, chunk):
        some = rows[begin : begin + chunk]
        yield _real(world, world.pairs(np.repeat(some, offers.size), np.tile(offers, some.size), waived))


def _search(world: World, rows: Ints, group: ReachClass, metres: float) -> tuple[Ints, Ints, Floats]:
    """Homes of the class so near these occurrences: the place of each in `rows` and in the class, and about how far."""
    # The trees compare with < on rounded squares: a millimetre more, and the exact rule decides.
    homes = cKDTree(world.needs.point[rows])
    found = homes.sparse_distance_matrix(group.homes, metres + TOLERANCE_M, output_type="ndarray")
    return found["i"].astype(np.int64), found["j"].astype(np.int64), found["v"]


def _real(world: World, pairs: Pairs) -> Pairs:
    return pairs.where(~world.out.has(pairs.occurrence, world.offers.person[pairs.volunteer]))

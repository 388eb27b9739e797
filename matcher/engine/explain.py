"""Why nobody: the waterfall of an occurrence, and the smallest set of requirements that would have to give
way.

A pair is asked every requirement, once with each rule about time left out in turn. A requirement that is all
that keeps somebody away is a true reason: without it, that somebody is a candidate. `tests/` asks the solver
to confirm it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from matcher.engine.allocation import Step, Unserved
from matcher.engine.candidates import CHUNK, REQUIREMENTS, all_pairs, is_not_needed_elsewhere, near_pairs
from matcher.engine.clock import Bools, Ints
from matcher.engine.problem import ReasonCode
from matcher.engine.starts import TIME_RULES
from matcher.engine.world import Pairs, World, together

CODES = tuple(ReasonCode)
PairsOf = Callable[[World, Ints, frozenset[ReasonCode]], Iterable[Pairs]]
BIT = {code: 1 << k for k, code in enumerate(CODES)}
_LOOKED_UP = tuple(r for r in REQUIREMENTS if r.code not in TIME_RULES)

# Nobody is left once this requirement is asked: said of those who met all before it.
NOBODY_LEFT: Mapping[ReasonCode, str] = {
    ReasonCode.NOBODY_NEAR: "Nobody who offers help lives near enough.",
    ReasonCode.NOBODY_DOES_THIS: "Nobody near enough offers this kind of help.",
    ReasonCode.WINDOW_PASSED: "Nobody near enough can hear of it and get there in the time that is left.",
    ReasonCode.NOBODY_FREE: "Nobody near enough who does this is free for the whole visit.",
    ReasonCode.NOBODY_CHECKED: "Nobody near enough who is free then has the checks it needs.",
    ReasonCode.NOBODY_AS_ASKED: "Nobody near enough who is free then meets every must-have.",
    ReasonCode.ALL_AT_LIMIT: "Everyone who could come has no visit left of those they offered that week.",
    ReasonCode.ALL_ASKED_ENOUGH: "Everyone who could come has been asked as often as is fair for now.",
    ReasonCode.ALL_BUSY_ELSEWHERE: "Everyone who could come is promised elsewhere then.",
    ReasonCode.KEPT_APART: "Everyone who could come is to be kept apart from someone there.",
    ReasonCode.ALL_SAID_NO: "Everyone who could come has said no to it.",
    ReasonCode.KEPT_FOR_ANOTHER: "The team keeps it for somebody who cannot be asked just now.",
    ReasonCode.NEEDED_ELSEWHERE: "Everyone who could come is being asked to another visit just now.",
}

# This requirement alone stands between the occurrence and those who meet all others.
ALL_ELSE_FITS: Mapping[ReasonCode, str] = {
    ReasonCode.NOBODY_NEAR: "Those who could do it otherwise live too far away.",
    ReasonCode.NOBODY_DOES_THIS: "Those who could come otherwise do not offer this kind of help.",
    ReasonCode.WINDOW_PASSED: "Those who could do it otherwise cannot hear of it and get there in time.",
    ReasonCode.NOBODY_FREE: "Those who could do it otherwise are not free for the whole visit.",
    ReasonCode.NOBODY_CHECKED: "Those who could do it otherwise do not have the checks it needs.",
    ReasonCode.NOBODY_AS_ASKED: "Those who could do it otherwise do not meet every must-have.",
    ReasonCode.ALL_AT_LIMIT: "Those who could do it otherwise have no visit left of those they offered that week.",
    ReasonCode.ALL_ASKED_ENOUGH: "Those who could do it otherwise have been asked as often as is fair for now.",
    ReasonCode.ALL_BUSY_ELSEWHERE: "Those who could do it otherwise are promised elsewhere then.",
    ReasonCode.KEPT_APART: "Those who could do it otherwise are to be kept apart from someone there.",
    ReasonCode.ALL_SAID_NO: "Those who could do it otherwise have said no to it.",
    ReasonCode.KEPT_FOR_ANOTHER: "Those who could do it otherwise are not asked: the team keeps it for somebody else.",
    ReasonCode.NEEDED_ELSEWHERE: "Those who could do it otherwise are being asked to another visit just now.",
}
NOBODY_YET = "Nobody has offered help here yet."
NOBODY_ELSE = "There is nobody else to ask."
TIME_IS_UP = "There is no time left for this visit."
NOT_ALONE = "More than that would have to change."


@dataclass(frozen=True, slots=True)
class Shortfall:
    """An occurrence row for which nobody was found, and how many places that leaves. has_others: someone holds
    another place of it or has been asked, and is not spoken of.
    """

    row: int
    short: int
    has_others: bool = False


def explain_unserved(world: World, shortfalls: Sequence[Shortfall]) -> list[Unserved]:
    """A true reason and the waterfall for each, in the order given."""
    by_waiver: dict[frozenset[ReasonCode], list[Shortfall]] = {}
    for one in shortfalls:
        by_waiver.setdefault(world.waived_for(one.row), []).append(one)
    found: dict[int, Unserved] = {}
    for waived, group in by_waiver.items():
        rows = np.array([s.row for s in group], dtype=np.int64)
        lefts = waterfalls(world, rows, waived)
        sets = relaxations(world, rows, lefts, waived)
        for one, left, codes in zip(group, lefts.tolist(), sets, strict=True):
            found[one.row] = _unserved(world, one, left, codes, waived)
    return [found[s.row] for s in shortfalls]


def waterfalls(world: World, rows: Ints, waived: frozenset[ReasonCode] = frozenset()) -> Ints:
    """(len(rows), 1 + len(REQUIREMENTS)): people left at first, and after each requirement; a waived one
    keeps all.

    The first requirement is looked up in the trees of the search for candidates: only those near enough are looked at.
    """
    lefts = np.zeros((rows.size, 1 + len(REQUIREMENTS)), dtype=np.int64)
    lefts[:, 0] = world.people.size - world.out.count(world.needs.id.size)[rows]
    at = np.zeros(world.needs.id.size, dtype=np.int64)
    at[rows] = np.arange(rows.size)
    for pairs in _chunks(world, rows, waived):
        lefts[:, 1:] += _still_there(world, pairs, at[pairs.occurrence], rows.size)
    return lefts


def _still_there(world: World, pairs: Pairs, at: Ints, rows: int) -> Ints:
    """How many of those who are near enough each requirement leaves, (rows, len(REQUIREMENTS)); at: the row of a
    pair.
    """
    left = np.empty((rows, len(REQUIREMENTS)), dtype=np.int64)
    for step, requirement in enumerate(REQUIREMENTS):
        if step and requirement.code not in pairs.waived:
            holds = requirement.holds(world, pairs)
            pairs, at = pairs.where(holds), at[holds]
        left[:, step] = _people(world, pairs, at, rows)
    return left


def _chunks(world: World, rows: Ints, waived: frozenset[ReasonCode]) -> Iterator[Pairs]:
    """Pairs that are near enough (all, if that is waived), everybody who is near one row in the same chunk."""
    for begin in range(0, rows.size, CHUNK):
        some = rows[begin : begin + CHUNK]
        yield together([*near_pairs(world, some, waived, whenever=True)], waived)


def relaxations(
    world: World, rows: Ints, lefts: Ints, waived: frozenset[ReasonCode] = frozenset()
) -> list[tuple[ReasonCode, ...]]:
    """For each row the smallest set of requirements without which somebody is a candidate, the reason first.

    If one is enough it is the reason, the last such one of the order. Otherwise the reason is where the
    waterfall runs dry, with as few others as will do. Empty if there is nobody at all.
    """
    answers: list[tuple[ReasonCode, ...]] = [()] * rows.size
    for size, pairs_of in _looks():
        open_rows = [k for k in range(rows.size) if not answers[k] and lefts[k, 0] > 0]
        if not open_rows:
            break
        sets = _sets_that_serve(world, pairs_of(world, rows[open_rows], waived), size)
        for k in open_rows:
            dry = _runs_dry(world, int(rows[k]), lefts[k])
            serving = [s for s in sets.get(int(rows[k]), ()) if size == 1 or s & BIT[dry]]
            if serving:
                answers[k] = _reason_first(max(serving), dry)
    return answers


def _looks() -> Iterator[tuple[int, PairsOf]]:
    """How many requirements give way, and among whom. That somebody is too far away is the first of the order, so the
    last one that serves alone is found among those who are near, if any of them does.
    """
    yield 1, _chunks
    for size in range(1, len(CODES) + 1):
        yield size, all_pairs


def _runs_dry(world: World, row: int, left: Ints) -> ReasonCode:
    return ReasonCode.WINDOW_PASSED if _is_over(world, row) else CODES[int(np.argmin(left[1:] > 0))]


def _is_over(world: World, row: int) -> bool:
    """Even someone next door could not begin in time, and that matters."""
    if ReasonCode.WINDOW_PASSED in world.waived_for(row):
        return False
    latest = (world.needs.piece_end[row] - world.needs.length[row])[world.needs.piece_end[row] >= 0]
    return bool((latest < world.clock.now + world.params.notice_min * 60).all())


def _reason_first(bits: int, dry: ReasonCode) -> tuple[ReasonCode, ...]:
    codes = tuple(code for code in CODES if bits & BIT[code])
    return codes if len(codes) == 1 else (dry, *(code for code in codes if code != dry))


def _sets_that_serve(world: World, chunks: Iterable[Pairs], size: int) -> dict[int, set[int]]:
    """For each row, every set of exactly `size` requirements, as bits, whose absence makes somebody a
    candidate.
    """
    sets: dict[int, set[int]] = {}
    for every in chunks:
        pairs, failed, count = failures(world, every, size)
        for about_time in _subsets(size, pairs.waived):
            some = np.flatnonzero(count == size - len(about_time))
            serve = _serving(world, pairs.where(some), failed[some], frozenset(about_time))
            bits = failed[some][serve] | sum(BIT[code] for code in about_time)
            for row, one in {*zip(pairs.occurrence[some][serve].tolist(), bits.tolist(), strict=True)}:
                sets.setdefault(row, set()).add(one)
    return sets


def _subsets(size: int, waived: frozenset[ReasonCode]) -> Iterator[tuple[ReasonCode, ...]]:
    rules = [rule for rule in TIME_RULES if rule not in waived]
    for count in range(min(size, len(rules)) + 1):
        yield from combinations(rules, count)


def failures(world: World, pairs: Pairs, most: int) -> tuple[Pairs, Ints, Ints]:
    """The pairs that fail at most so many of the requirements that are looked up, not searched for; which, as bits; and
    how many.
    """
    failed = np.zeros(pairs.occurrence.size, dtype=np.int64)
    count = np.zeros(pairs.occurrence.size, dtype=np.int64)
    for requirement in _LOOKED_UP:
        if requirement.code not in pairs.waived:
            misses = ~requirement.holds(world, pairs)
            failed += misses * BIT[requirement.code]
            count += misses
            few = count <= most
            pairs, failed, count = pairs.where(few), failed[few], count[few]
    return pairs, failed, count


def _serving(world: World, pairs: Pairs, failed: Ints, without: frozenset[ReasonCode]) -> Bools:
    """Which pairs have a start, and room for the ask, once `without` and what they failed give way."""
    asked_enough = (failed & BIT[ReasonCode.ALL_ASKED_ENOUGH]) > 0
    serve = np.zeros(pairs.occurrence.size, dtype=np.bool_)
    for also in (frozenset[ReasonCode](), frozenset({ReasonCode.ALL_ASKED_ENOUGH})):
        some = np.flatnonzero(asked_enough == bool(also))
        pairs_of_these = replace(pairs.where(some), waived=pairs.waived | without | also)
        serve[some] = is_not_needed_elsewhere(world, pairs_of_these)
    return serve


def _people(world: World, pairs: Pairs, row: Ints, rows: int) -> Ints:
    """People, not offers, left in each row; row: of each pair."""
    if world.people.size < world.offers.id.size:  # somebody has two offers
        keys = np.sort(row * (world.people.size + 1) + world.offers.person[pairs.volunteer])
        row = keys[np.diff(keys, prepend=-1) > 0] // (world.people.size + 1)
    return np.bincount(row, minlength=rows)


def _unserved(
    world: World,
    one: Shortfall,
    left: Sequence[int],
    codes: tuple[ReasonCode, ...],
    waived: frozenset[ReasonCode],
) -> Unserved:
    steps = [Step("volunteers", left[0])]
    steps += [
        Step(requirement.label, left[k])
        for k, requirement in enumerate(REQUIREMENTS, 1)
        if requirement.code not in waived
    ]
    is_over = _is_over(world, one.row)
    nobody = ReasonCode.WINDOW_PASSED if is_over else ReasonCode.NOBODY_NEAR
    reason, *also = codes or (nobody,)
    return Unserved(
        occurrence_id=int(world.needs.id[one.row]),
        reason=reason,
        sentence=TIME_IS_UP if is_over else _beside(_sentence(world, left, reason, also), one),
        waterfall=tuple(steps),
        also=tuple(also),
        short=one.short,
    )


def _beside(sentence: str, one: Shortfall) -> str:
    if not one.has_others:
        return sentence
    first, rest = sentence.split(" ", 1)
    return f"{first} else {rest}" if first in ("Nobody", "Everyone") else sentence


def _sentence(world: World, left: Sequence[int], reason: ReasonCode, also: Sequence[ReasonCode]) -> str:
    if left[0] == 0:
        return NOBODY_ELSE if world.volunteers else NOBODY_YET
    before, after = left[CODES.index(reason)], left[CODES.index(reason) + 1]
    words = NOBODY_LEFT[reason] if before > 0 and after == 0 else ALL_ELSE_FITS[reason]
    return f"{words} {NOT_ALONE}" if also else words

"""A plan told: why this person, and why nobody.

Whoever could not go at all is explained by the rules of `candidates.py`; whoever could and does not go, by what they
have in their diary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from matcher.domain.localtime import clock_words, short_day_words
from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Step
from matcher.engine.candidates import (
    REQUIREMENTS,
    does_this,
    has_checks,
    is_free,
    is_near_enough,
    is_not_kept_apart,
)
from matcher.engine.clock import Floats
from matcher.engine.explain import Shortfall, explain_unserved
from matcher.engine.plan.changes import changes_for
from matcher.engine.plan.diary import Diary
from matcher.engine.plan.market import PlanMarket
from matcher.engine.plan.problem import PinNotKept, Plan, PlannedVisit, Unplanned, Worth, distance_words
from matcher.engine.plan.timetable import TooHard, smallest_clash, timetable
from matcher.engine.problem import ReasonCode

# The rules that a plan knows, in the order in which its waterfall tells them.
_RULES = (
    ReasonCode.NOBODY_NEAR,
    ReasonCode.NOBODY_DOES_THIS,
    ReasonCode.NOBODY_FREE,
    ReasonCode.NOBODY_CHECKED,
    ReasonCode.KEPT_APART,
)
_LABELS = {requirement.label for requirement in REQUIREMENTS if requirement.code in _RULES}
_APART = next(requirement.label for requirement in REQUIREMENTS if requirement.code is ReasonCode.KEPT_APART)
_CHECKED = next(requirement.label for requirement in REQUIREMENTS if requirement.code is ReasonCode.NOBODY_CHECKED)
_NAMED = 3  # people named in one sentence
_NTH = ("", "nearest", "second nearest", "third nearest")


def told(market: PlanMarket, diary: Diary, bound: float, need_price: Floats) -> Plan:
    """The plan in words. need_price: (N,), what each need costs it by the dual prices."""
    visits = sorted((_visit(diary, pair) for pair in diary.pairs), key=lambda v: (v.visit.start, v.need_id, v.why))
    return Plan(
        visits=tuple(visits),
        unserved=tuple(_unserved(diary)),
        worth=_worth(market, need_price),
        total=market.total(diary.pairs),
        bound=bound,
        place_m=market.place_m,
        pins_not_kept=tuple(_pins_not_kept(diary)),
    )


def _visit(diary: Diary, pair: int) -> PlannedVisit:
    market = diary.market
    need, volunteer = int(market.pairs.need[pair]), int(market.pairs.volunteer[pair])
    start = market.world.clock.instant(diary.times[need, volunteer])
    return PlannedVisit(
        need_id=market.needs[need].id,
        volunteer_id=market.volunteers[volunteer].id,
        visit=TimeWindow(start, start + timedelta(minutes=market.needs[need].minutes)),
        distance_m=float(market.pairs.metres[pair]),
        why=why_you(diary, pair),
    )


def _pins_not_kept(diary: Diary) -> Iterator[PinNotKept]:
    """The pins of needs to which the pinned volunteer does not go."""
    market = diary.market
    row_of = {volunteer.id: row for row, volunteer in enumerate(market.volunteers)}
    for n, need in enumerate(market.needs):
        for name in sorted(need.pinned):
            if row_of[name] not in diary.helpers_of(n):
                yield PinNotKept(need.id, name, why_not_there(diary, n, row_of[name]))


def why_not_there(diary: Diary, need: int, volunteer: int) -> str:
    """The first rule this volunteer does not meet there, else what is in the diaries."""
    market = diary.market
    pair = market.world.pairs(np.array([need]), np.array([volunteer]))
    asked, them = market.needs[need], market.volunteers[volunteer]
    missing = " and ".join(sorted(asked.required_of_each - them.checks))
    rules = (
        (is_not_kept_apart, "is never to go there"),
        (is_near_enough, f"goes {distance_words(them.reach_m)} at most"),
        (does_this, f"does not offer “{asked.kind}”"),
        (is_free, "is not free for the whole visit"),
        (has_checks, f"does not hold {missing}"),
    )
    for holds, words in rules:
        if not holds(market.world, pair)[0]:
            return words
    pairs = market.pairs_of(need)
    own = pairs[market.pairs.volunteer[pairs] == volunteer]
    if not own.size:
        return "makes no visits"
    return why_not(diary, _furthest(diary, own.tolist())).removeprefix(f"{them.id} ")


def why_you(diary: Diary, pair: int) -> str:
    """Why this volunteer makes this visit: how near they are, and why nobody nearer."""
    market = diary.market
    need, metres = int(market.pairs.need[pair]), int(market.pairs.metres[pair])
    others = market.pairs_of(need)
    could = np.unique(market.pairs.volunteer[others]).size
    nearer = others[market.pairs.metres[others] < metres]
    nearer = nearer[np.argsort(market.pairs.metres[nearer], kind="stable")]
    away = f"{distance_words(metres)} away" if metres else "at the same place"
    if market.pairs.is_pinned[pair]:
        return f"{away}, pinned to it."
    if could == 1:
        return f"{away}, the only one who could."
    place = np.unique(market.pairs.volunteer[nearer]).size + 1
    nth = _NTH[place] if place < len(_NTH) else f"{place}th nearest"
    coming = {*diary.helpers_of(need)}
    passed_over = [other for other in nearer.tolist() if int(market.pairs.volunteer[other]) not in coming]
    but = f": {why_not(diary, passed_over[0])}" if passed_over else ""
    return f"{away}, the {nth} of {could} who could{but}."


def why_not(diary: Diary, pair: int) -> str:
    """Why someone who could make this visit does not."""
    market = diary.market
    volunteer, column = int(market.pairs.volunteer[pair]), int(market.pairs.column[pair])
    name = market.volunteers[volunteer].id
    if diary.has_all_visits(column):
        limit = int(market.limit[column])
        offered = "the one visit" if limit == 1 else f"all {limit} visits"
        return f"{name} already makes {offered} offered for that week"
    if diary.is_at_limit(pair):
        return f"{name} has {diary.minutes[column]} of the {market.minutes_limit[column]:.0f} minutes of that week"
    if words := diary.barred_by(int(market.pairs.need[pair]), volunteer):
        return f"{name} {words}"
    if diary.has_room(pair):
        return f"{name} could as well"
    other = _in_the_way(diary, pair)
    return f"{name} is with {other}" if other else f"{name} cannot come at the same time as the other helper"


def _in_the_way(diary: Diary, pair: int) -> str:
    """The visit of this volunteer that leaves no room, and when it begins; nothing if they have room."""
    market = diary.market
    stop = market.stop(pair)
    own = diary.of_volunteer.get(stop.volunteer, [])
    try:
        if timetable([*own, stop], market.metres_a_minute) is not None:
            return ""
        clash = [other for other in smallest_clash([*own, stop], market.metres_a_minute) if other is not stop]
    except TooHard:
        clash = own
    first = min(clash, key=lambda other: diary.times[other.need, other.volunteer])
    start = market.world.clock.instant(diary.times[first.need, first.volunteer])
    return f"{market.needs[first.need].id} at {clock_words(start)} on {short_day_words(start)}"


def _unserved(diary: Diary) -> Iterator[Unplanned]:
    """Every need that is short of helpers, with its reason and what would serve it."""
    market = diary.market
    short = {n: int(wanted) - len(diary.helpers_of(n)) for n, wanted in enumerate(market.helpers.tolist())}
    rows = [n for n, missing in short.items() if missing > 0]
    coming = [(n, volunteer) for n in rows for volunteer in diary.helpers_of(n)]
    world = replace(market.world, out=market.world.out.plus(coming))
    shortfalls = [Shortfall(n, short[n], has_others=bool(diary.helpers_of(n))) for n in rows]
    for n, why in zip(rows, explain_unserved(world, shortfalls), strict=True):
        others = _who_could(diary, n)
        reason, sentence = _all_taken(diary, others) if others else (why.reason, why.sentence)
        yield Unplanned(
            need_id=market.needs[n].id,
            short=short[n],
            reason=reason,
            sentence=sentence,
            waterfall=_waterfall(diary, why.waterfall, others),
            changes=changes_for(diary, n),
        )


def _who_could(diary: Diary, need: int) -> list[int]:
    """For each volunteer who could go and does not, the pair that gets furthest; the nearest first."""
    market, coming = diary.market, {*diary.helpers_of(need)}
    pairs = market.pairs_of(need)
    by_volunteer: dict[int, list[int]] = {}
    for pair in pairs[np.argsort(market.pairs.metres[pairs], kind="stable")].tolist():
        volunteer = int(market.pairs.volunteer[pair])
        if volunteer not in coming:
            by_volunteer.setdefault(volunteer, []).append(pair)
    return [_furthest(diary, own) for own in by_volunteer.values()]


def _furthest(diary: Diary, own: Sequence[int]) -> int:
    """Of somebody's pairs with one need, one for each week it could be in, that which the fewest rules forbid."""
    return min(own, key=lambda pair: (diary.is_at_limit(pair), not diary.has_room(pair)))


def _lacks_one(diary: Diary, pair: int) -> bool:
    """The last place must bring a check that this volunteer does not hold."""
    market = diary.market
    return bool(diary.lacking_one(int(market.pairs.need[pair]), int(market.pairs.volunteer[pair])))


def _all_taken(diary: Diary, others: Sequence[int]) -> tuple[ReasonCode, str]:
    if all(_lacks_one(diary, pair) for pair in others):
        named = "; ".join(why_not(diary, pair) for pair in others[:_NAMED])
        return ReasonCode.NOBODY_CHECKED, f"Nobody else who could come has the checks that one must have: {named}."
    at_limit = all(diary.is_at_limit(pair) for pair in others)
    named = "; ".join(why_not(diary, pair) for pair in others[:_NAMED])
    more = f"; and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    first = "The only one who could come" if len(others) == 1 else f"All {len(others)} who could come"
    are = "is" if len(others) == 1 else "are"
    reason = ReasonCode.ALL_AT_LIMIT if at_limit else ReasonCode.NEEDED_ELSEWHERE
    return reason, f"{first} {are} taken: {named}{more}."


def _waterfall(diary: Diary, steps: Sequence[Step], others: Sequence[int]) -> tuple[Step, ...]:
    """The rules a plan knows, then what is in the diaries. Whoever cannot fill the last place lacks a check for it."""
    lacking = sum(_lacks_one(diary, pair) for pair in others)
    kept = [steps[0], *(step for step in steps if step.label in _LABELS and step.label != _APART)]
    if steps[-1].left < kept[-1].left:
        kept.extend(step for step in steps if step.label == _APART)
    below = [pair for pair in others if not diary.is_at_limit(pair) and not _lacks_one(diary, pair)]
    after_checks = [step.label for step in kept].index(_CHECKED) if lacking else len(kept)
    return (
        *kept[:after_checks],
        *(Step(step.label, step.left - lacking) for step in kept[after_checks:]),
        Step("below their weekly limit in this plan", len(below)),
        Step("not on another visit then", sum(diary.has_room(pair) for pair in below)),
    )


def _worth(market: PlanMarket, need_price: Floats) -> tuple[Worth, ...]:
    """What one more helper for each need alone would save, about: its dual price."""
    saved = np.minimum(need_price, market.unserved)
    found = [
        Worth(market.needs[n].id, float(saved[n] // market.place_m), float(saved[n] % market.place_m))
        for n in np.argsort(-saved, kind="stable").tolist()
        if saved[n] > 0
    ]
    return tuple(found)

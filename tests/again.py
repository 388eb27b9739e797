"""Solving a round again, to see whether a reason that was given is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from matcher.engine.allocation import Allocation, Unserved
from matcher.engine.problem import LiveAsk, ReasonCode, RoundProblem
from matcher.engine.solve import solve_round

# What somebody was asked in the round itself stands, once it is made, among what they have promised.
THEN_PROMISED = {ReasonCode.ALL_AT_LIMIT, ReasonCode.ALL_ASKED_ENOUGH, ReasonCode.ALL_BUSY_ELSEWHERE}


def asks_of(answer: Allocation) -> Counter[int]:
    """How many asks each occurrence got."""
    return Counter(ask.occurrence_id for ask in answer.asks)


def with_asks_made(problem: RoundProblem, answer: Allocation) -> RoundProblem:
    """The round after its asks were made."""
    points = {need.id: need.point for need in problem.occurrences}
    made = tuple(
        LiveAsk(
            occurrence_id=ask.occurrence_id,
            offer_id=ask.offer_id,
            visit=ask.visit,
            asked_at=problem.now,
            point=points[ask.occurrence_id],
        )
        for ask in answer.asks
    )
    return replace(problem, live_asks=(*problem.live_asks, *made))


def is_confirmed(made: RoundProblem, one: Unserved) -> bool:
    """With every ask of the round made (`with_asks_made`), somebody is asked once what the reason names gives way."""
    codes = {one.reason, *one.also}
    codes |= THEN_PROMISED if ReasonCode.NEEDED_ELSEWHERE in codes else set()
    (occurrence,) = (need for need in made.occurrences if need.id == one.occurrence_id)
    alone = replace(made, occurrences=(occurrence,)).waiving(occurrence.id, codes)
    return asks_of(solve_round(alone, say_why=False))[occurrence.id] > 0

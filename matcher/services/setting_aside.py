"""What a coordinator may set aside when nobody could be asked, and whom the smallest of it would bring.

Every answer is tried: the engine solves the visit again with those requirements not asked of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.engine.problem import ReasonCode, RoundProblem
from matcher.engine.solve import solve_round, who_could
from matcher.engine.standing import LOOKED_INTO, Standing

# What a neighbour offered as their usual measure, never a check or a word against it.
MAY_SET_ASIDE = frozenset({ReasonCode.NOBODY_NEAR, ReasonCode.ALL_AT_LIMIT, ReasonCode.ALL_ASKED_ENOUGH})
NOBODY_ELSE = "nobody_else"
# Why somebody is asked in spite of a rule, or given a visit unasked: what a coordinator can choose.
WHYS: Mapping[str, str] = {
    "spoke": "I have spoken to them",
    "knows_them": "They know each other",
    "nearer": "They are nearer than it looks",
    "urgent": "It is urgent",
    "other": "Something else",
}


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Requirements that would have to give way, whom the engine would ask then, and how many others could be asked."""

    codes: tuple[ReasonCode, ...]
    standing: Standing
    others: int


def smallest(problem: RoundProblem, occurrence_id: int, standings: Sequence[Standing]) -> tuple[Relaxation, ...]:
    """The smallest sets of requirements that may be set aside and would bring somebody; none, if somebody could come
    as it is.
    """
    if any(not one.missing for one in standings):
        return ()
    sets = {one.missing for one in standings if MAY_SET_ASIDE.issuperset(one.missing)}
    for size in sorted({len(codes) for codes in sets}):
        tried = (_tried(problem, occurrence_id, codes, standings) for codes in sorted(sets) if len(codes) == size)
        if found := tuple(one for one in tried if one):
            return found
    return ()


def _tried(
    problem: RoundProblem, occurrence_id: int, codes: tuple[ReasonCode, ...], standings: Sequence[Standing]
) -> Relaxation | None:
    answer = solve_round(problem.waiving(occurrence_id, codes), say_why=False)
    asked = next((ask.offer_id for ask in answer.asks if ask.occurrence_id == occurrence_id), None)
    brought = [one for one in standings if one.missing == codes]
    first = next((one for one in brought if one.offer_id == asked), None)
    return Relaxation(codes, first, len(brought) - 1) if first else None


def in_spite(problem: RoundProblem, occurrence_id: int, one: Standing) -> Standing:
    """How they would stand to it with what keeps them from it set aside: with the visit they would be asked to make."""
    if not one.missing:
        return one
    waived = problem.waiving(occurrence_id, one.missing)
    return next(w for w in who_could(waived, occurrence_id, most=LOOKED_INTO) if w.offer_id == one.offer_id)

"""The steps from everyone to nobody, and at each what may give way there: reach and measure by a press, the time by
changing it, a check or a word against it never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from matcher.engine.candidates import REQUIREMENTS
from matcher.engine.problem import ReasonCode
from matcher.services.setting_aside import MAY_SET_ASIDE
from matcher.store.models import Occurrence

Brought = TypeVar("Brought")


class GivesWay(StrEnum):
    """Whether a step can be relaxed: `press` for somebody by a press, `time` by changing when it is wanted."""

    PRESS = "press"
    TIME = "time"
    NEVER = "never"
    NOT_ALONE = "not_alone"


@dataclass(frozen=True, slots=True)
class FallStep(Generic[Brought]):
    """One step: how many people are left, and how many fell out at it. gives_way: None where nobody did, or somebody
    could be asked as it is. brought: whom it would bring if this step alone gave way. alone: how many it alone keeps
    away.
    """

    label: str
    left: int
    fell: int = 0
    gives_way: GivesWay | None = None
    brought: Brought | None = None
    alone: int = 0


_CODES = {requirement.label: requirement.code for requirement in REQUIREMENTS}
_ABOUT_TIME = frozenset({ReasonCode.WINDOW_PASSED, ReasonCode.NOBODY_FREE})


def steps(
    occurrence: Occurrence, brought: Mapping[ReasonCode, Brought], alone: Mapping[ReasonCode, int], *, is_stuck: bool
) -> tuple[FallStep[Brought], ...]:
    """The waterfall, down to where nobody is left. brought: whom each requirement would bring if it alone gave way.
    alone: how many people it alone keeps away. is_stuck: nobody could be asked as it is.
    """
    told: list[FallStep[Brought]] = []
    for step in occurrence.waterfall or []:
        label, left, code = step["label"], step["left"], _CODES.get(step["label"])
        fell = told[-1].left - left if told else 0
        if is_stuck and fell and code is not None:
            way = _gives_way(code, is_enough=code in brought)
            told.append(FallStep(label, left, fell, way, brought.get(code), alone.get(code, 0)))
        else:
            told.append(FallStep(label, left, fell))
        if not left:
            break
    return tuple(told)


def finding(steps: Sequence[FallStep[Brought]], *, is_stuck: bool) -> str:
    """What the steps show, in a sentence. Of an older look, if somebody could be asked by now."""
    everyone, last = steps[0].left, steps[-1]
    if not everyone:
        return "Nobody who offers help just now is left to ask"
    begin = f"From {everyone:,} {'volunteer' if everyone == 1 else 'volunteers'} to"
    if last.left:
        told = f"{begin} {last.left:,}"
    elif last.fell == everyone:
        told = f"{begin} nobody: {'all fall' if everyone > 1 else 'they fall'} out at “{last.label}”"
    else:
        who = "the last one falls" if last.fell == 1 else f"the last {last.fell:,} fall"
        told = f"{begin} nobody: {who} out at “{last.label}”"
    return told if is_stuck else f"When it was last looked at: {told[0].lower()}{told[1:]}"


def _gives_way(code: ReasonCode, *, is_enough: bool) -> GivesWay:
    if code in MAY_SET_ASIDE:
        return GivesWay.PRESS if is_enough else GivesWay.NOT_ALONE
    return GivesWay.TIME if code in _ABOUT_TIME else GivesWay.NEVER

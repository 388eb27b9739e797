"""The steps from everyone to nobody, and at each what may give way there: reach and measure by a press, the time by
changing it, a check or a word against it never.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    """One step: how many people are left. gives_way: None where nobody fell out, or somebody could be asked as it is.
    brought: whom it would bring if this step alone gave way.
    """

    label: str
    left: int
    gives_way: GivesWay | None = None
    brought: Brought | None = None


_CODES = {requirement.label: requirement.code for requirement in REQUIREMENTS}
_ABOUT_TIME = frozenset({ReasonCode.WINDOW_PASSED, ReasonCode.NOBODY_FREE})


def steps(
    occurrence: Occurrence, alone: Mapping[ReasonCode, Brought], *, is_stuck: bool
) -> tuple[FallStep[Brought], ...]:
    """The waterfall, down to where nobody is left. alone: whom each requirement would bring if it alone gave way.
    is_stuck: nobody could be asked as it is.
    """
    told: list[FallStep[Brought]] = []
    for step in occurrence.waterfall or []:
        label, left, code = step["label"], step["left"], _CODES.get(step["label"])
        fell = bool(told) and left < told[-1].left
        if is_stuck and fell and code is not None:
            told.append(FallStep(label, left, _gives_way(code, is_enough=code in alone), alone.get(code)))
        else:
            told.append(FallStep(label, left))
        if not left:
            break
    return tuple(told)


def _gives_way(code: ReasonCode, *, is_enough: bool) -> GivesWay:
    if code in MAY_SET_ASIDE:
        return GivesWay.PRESS if is_enough else GivesWay.NOT_ALONE
    return GivesWay.TIME if code in _ABOUT_TIME else GivesWay.NEVER

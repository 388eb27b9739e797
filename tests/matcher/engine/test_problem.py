from dataclasses import replace
from typing import Any

import pytest

from matcher.engine.problem import ReasonCode


def test_an_id_stands_for_one_thing(village: Any) -> None:
    with pytest.raises(ValueError, match="occurrence 1 is in the round twice"):
        village.round([village.need(1), village.need(1)], [])
    with pytest.raises(ValueError, match="offer 101 is in the round twice"):
        village.round([], [village.neighbour(1), village.neighbour(1)])


def test_what_cannot_be_is_refused(village: Any) -> None:
    with pytest.raises(ValueError, match="no time window"):
        village.need(windows=())
    with pytest.raises(ValueError, match="minutes above 0"):
        village.need(minutes=0)
    with pytest.raises(ValueError, match="reach of 0 or more"):
        village.neighbour(1, reach_m=float("nan"))
    with pytest.raises(ValueError, match="aware"):
        village.round([], [], now=village.now.replace(tzinfo=None))


def test_waiving_adds_to_what_is_waived_and_leaves_the_problem_alone(village: Any) -> None:
    problem = village.round([village.need(1)], [])
    waived = problem.waiving(1, {ReasonCode.NOBODY_NEAR}).waiving(1, {ReasonCode.NOBODY_FREE})
    assert waived.waived == {1: {ReasonCode.NOBODY_NEAR, ReasonCode.NOBODY_FREE}}
    assert problem == replace(waived, waived={})

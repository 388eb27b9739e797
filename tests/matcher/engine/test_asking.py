from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from matcher.domain.lifecycle import Urgency
from matcher.engine.acceptance import residual_chance
from matcher.engine.asking import patience, turns
from matcher.engine.params import Params

MINUTE = timedelta(minutes=1)


def test_patience_is_an_eighth_of_the_time_left_within_bounds(village: Any) -> None:
    far = village.need(windows=(village.window(8, 12, 6),))
    today = village.need(windows=(village.window(8, 13.5),))
    soon = village.need(windows=(village.window(7.5, 8),))
    assert patience(far, village.now, Params()) == 120 * MINUTE
    assert patience(today, village.now, Params()) == 45 * MINUTE
    assert patience(soon, village.now, Params()) == 15 * MINUTE


def test_patience_is_shorter_for_what_is_urgent_and_as_the_time_nears(village: Any) -> None:
    normal, urgent = village.need(), village.need(urgency=Urgency.URGENT)
    assert patience(urgent, village.now, Params()) < patience(normal, village.now, Params())
    assert patience(normal, village.at(9), Params()) < patience(normal, village.now, Params())


def test_first_asks_are_for_places_nobody_was_asked_for(village: Any) -> None:
    need, one = village.need(helpers_wanted=2), village.neighbour(1)
    problem = village.round([need], [one], live_asks=(village.ask(need, one, 9),))
    (turn,) = turns(problem, problem.occurrences)
    assert (turn.live, turn.first, turn.extra, turn.wanted) == (1, 1, 0, 1)


@pytest.mark.parametrize(("silent_min", "extra"), [(33, 0), (33.75, 1), (300, 1)])
def test_one_more_is_asked_once_silence_has_lasted_long_enough(village: Any, silent_min: float, extra: int) -> None:
    """The window leaves 4.5 hours: patience is 33.75 minutes from the last ask."""
    need, one, two = village.need(), village.neighbour(1), village.neighbour(2)
    asks = (
        village.ask(need, one, 9, village.now - silent_min * MINUTE),
        village.ask(need, two, 9, village.now - 900 * MINUTE),
    )
    problem = village.round([need], [one, two], live_asks=asks)
    (turn,) = turns(problem, problem.occurrences)
    assert (turn.first, turn.extra) == (0, extra)
    wait = timedelta(minutes=33.75)
    assert turn.next_ask_at == (village.now + wait if extra else village.now - silent_min * MINUTE + wait)


def test_an_ask_of_someone_no_longer_in_the_round_still_counts(village: Any) -> None:
    need, gone = village.need(), village.neighbour(9)
    problem = village.round([need], [village.neighbour(1)], live_asks=(village.ask(need, gone, 9),))
    (turn,) = turns(problem, problem.occurrences)
    assert (turn.live, turn.wanted) == (1, 0)


def test_a_full_occurrence_wants_nobody_even_after_silence(village: Any) -> None:
    need, one = village.need(helpers_wanted=0), village.neighbour(1)
    problem = village.round([need], [one], live_asks=(village.ask(need, one, 9, village.at(1)),))
    assert turns(problem, problem.occurrences)[0].wanted == 0


def test_silence_lowers_hope_but_never_ends_it() -> None:
    hope = residual_chance(np.full(4, 0.5), np.array([0.0, 60.0, 120.0, 6000.0]), 60)
    assert hope[:3] == pytest.approx([0.5, 1 / 3, 0.2])
    assert 0 < hope[3] < 1e-20

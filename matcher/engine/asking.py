"""How many people to ask now: the soft cascade. No ask is ever ended by a timer; after silence one more is
asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from matcher.engine.acceptance import chance_of_yes, residual_chance
from matcher.engine.clock import Floats, Ints
from matcher.engine.costs import Urge
from matcher.engine.indexes import rows_of
from matcher.engine.params import Params
from matcher.engine.problem import LiveAsk, OpenOccurrence, RoundProblem
from matcher.engine.world import World

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """Where an occurrence stands. live: unanswered asks. first: places nobody has been asked for.
    extra: 1 if silence has gone on long enough to ask one more. next_ask_at: when it will have."""

    live: int
    first: int
    extra: int
    next_ask_at: datetime

    @property
    def wanted(self) -> int:
        """Asks to make now."""
        return self.first + self.extra


def turns(problem: RoundProblem, occurrences: Sequence[OpenOccurrence]) -> list[Turn]:
    """Where each occurrence stands, in the order given."""
    asks = _by_occurrence(problem)
    return [_turn(o, asks.get(o.id, []), problem) for o in occurrences]


def patience(occurrence: OpenOccurrence, now: datetime, params: Params) -> timedelta:
    """How long an ask may be silent before one more is made: shorter as the time nears, and for what is
    urgent.
    """
    latest = max(w.end for w in occurrence.windows) - occurrence.minutes * MINUTE
    share = params.patience_share.of(occurrence.urgency)
    minutes = share * max((latest - now) / MINUTE, 0.0)
    return min(max(minutes, params.patience_min), params.patience_max) * MINUTE


def urges(world: World, problem: RoundProblem) -> Urge:
    """What each occurrence is worth now."""
    params, clock = world.params, world.clock
    value = [params.value.of(o.urgency) for o in world.occurrences]
    waited = [_waited(o, problem.now) for o in world.occurrences]
    target = [clock.floor(o.target or _target(o, params)) for o in world.occurrences]
    return Urge(
        value=np.array(value, dtype=np.float64),
        waited=np.array(waited, dtype=np.float64),
        target=np.array(target, dtype=np.int64),
        unheard=_unheard(world, problem),
    )


def _turn(occurrence: OpenOccurrence, asks: Sequence[LiveAsk], problem: RoundProblem) -> Turn:
    first = max(occurrence.helpers_wanted - len(asks), 0)
    wait = patience(occurrence, problem.now, problem.params)
    next_ask_at = max((a.asked_at for a in asks), default=problem.now) + wait
    is_due = occurrence.helpers_wanted > 0 and first == 0 and problem.now >= next_ask_at
    return Turn(len(asks), first, int(is_due), problem.now + wait if is_due else next_ask_at)


def _waited(occurrence: OpenOccurrence, now: datetime) -> float:
    last = max(w.end for w in occurrence.windows)
    whole = last - occurrence.waiting_since
    if whole <= timedelta():
        return 1.0
    return min(max((now - occurrence.waiting_since) / whole, 0.0), 1.0)


def _target(occurrence: OpenOccurrence, params: Params) -> datetime:
    first = min(w.start for w in occurrence.windows)
    last = max(w.end for w in occurrence.windows)
    return first + params.target_share * (last - first)


def _unheard(world: World, problem: RoundProblem) -> Floats:
    """S, for a place: where asks outnumber places, the places share them."""
    rows, chance = _still_to_come(world, problem)
    silence = np.zeros(len(world.occurrences))
    np.add.at(silence, rows, np.log1p(-chance))
    places = np.array([max(o.helpers_wanted, 1) for o in world.occurrences], dtype=np.float64)
    enough = np.bincount(rows, minlength=places.size) >= places
    return np.where(enough, np.exp(silence / places), 1.0)


def _still_to_come(world: World, problem: RoundProblem) -> tuple[Ints, Floats]:
    """For each live ask that can be placed: its occurrence's row and the chance that it still becomes a yes."""
    n_of = {o.id: n for n, o in enumerate(world.occurrences)}
    v_of = rows_of(world.offers.id, (a.offer_id for a in problem.live_asks))
    known = [a for a in problem.live_asks if a.occurrence_id in n_of and a.offer_id in v_of]
    known.sort(key=lambda a: (a.occurrence_id, a.offer_id, a.asked_at))
    rows = np.array([n_of[a.occurrence_id] for a in known], dtype=np.int64)
    pairs = world.pairs(rows, np.array([v_of[a.offer_id] for a in known], dtype=np.int64))
    start = np.array([world.clock.floor(a.visit.start) for a in known], dtype=np.int64)
    silent = np.array([(problem.now - a.asked_at) / MINUTE for a in known], dtype=np.float64)
    half_life = world.params.acceptance.silence_half_life_min
    return rows, residual_chance(chance_of_yes(world, pairs, start), silent, half_life)


def _by_occurrence(problem: RoundProblem) -> Mapping[int, list[LiveAsk]]:
    asks: dict[int, list[LiveAsk]] = {}
    for ask in problem.live_asks:
        asks.setdefault(ask.occurrence_id, []).append(ask)
    return asks

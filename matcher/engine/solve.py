"""The map of the engine: one round from the question to the answer.

candidates -> weights -> the best assignment -> asks, layer by layer: at most one new ask for a person in each
layer, each layer the exact optimum given those before it. Whatever is left short then gets its reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.domain.kinds import KINDS
from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Allocation, Ask, Unserved, Waiting
from matcher.engine.asking import Turn, turns, urges
from matcher.engine.candidates import Candidates
from matcher.engine.clock import Ints
from matcher.engine.costs import Scene, Urge, breakdowns, set_scene, told_band
from matcher.engine.explain import Shortfall, explain_unserved
from matcher.engine.plan import plan as plan  # the other entry: a whole period at once
from matcher.engine.problem import RoundProblem
from matcher.engine.shortlist import Choice, best_choice
from matcher.engine.world import World, build_world, with_asks

_JOB_WORDS = {kind.slug: kind.job_words for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Layer:
    """The asks of one layer, their total minutes, and the bound proved for them."""

    asks: tuple[Ask, ...]
    rows: Ints
    total: float
    bound: float


def solve_round(problem: RoundProblem) -> Allocation:
    """Whom to ask now, who is waited for, and why nobody could be found for the rest.

    Same problem, same answer, in whatever order it is given. Asks are by occurrence id, then the order of
    asking.
    """
    if not problem.occurrences:
        return Allocation()
    world = build_world(problem)
    standing = turns(problem, world.occurrences)
    world, layers, made = _ask_in_layers(world, urges(world, problem), standing)
    total, bound = sum(layer.total for layer in layers), sum(layer.bound for layer in layers)
    unserved, waiting = _the_rest(world, standing, made)
    return Allocation(
        asks=tuple(sorted((ask for layer in layers for ask in layer.asks), key=lambda ask: ask.occurrence_id)),
        waiting=waiting,
        unserved=unserved,
        total=total,
        bound=bound,
        gap=(bound - total) / max(1.0, abs(total)),
    )


def _ask_in_layers(world: World, urge: Urge, standing: Sequence[Turn]) -> tuple[World, list[Layer], Ints]:
    """The world after all asks, the layers, and how many asks were made for each occurrence row."""
    wanted = np.array([turn.wanted for turn in standing], dtype=np.int64)
    must = np.array([turn.first > 0 for turn in standing], dtype=np.bool_)
    made = np.zeros_like(wanted)
    layers: list[Layer] = []
    rows = np.flatnonzero(wanted > 0)
    while rows.size:
        choice = best_choice(world, urge, rows, must)
        world, layer = _ask_layer(world, urge, choice)
        layers.append(layer)
        np.add.at(made, layer.rows, 1)
        # Those without a candidate now will have none later: what people have been asked only grows.
        possible = np.unique(choice.found.occurrence)
        rows = possible[made[possible] < wanted[possible]] if layer.rows.size else layer.rows
    return world, layers, made


def _ask_layer(world: World, urge: Urge, choice: Choice) -> tuple[World, Layer]:
    found = choice.found.only(choice.chosen)
    asks = _asks(world, found, set_scene(world, found, urge))
    total = float(choice.seconds[choice.chosen].sum()) / 60
    layer = Layer(asks, found.occurrence, total, total + (choice.solved.total - choice.solved.bound) / 60)
    return with_asks(world, found.occurrence, found.volunteer, found.start), layer


def _asks(world: World, chosen: Candidates, scene: Scene) -> tuple[Ask, ...]:
    lines = breakdowns(world, chosen, scene)
    return tuple(
        Ask(
            occurrence_id=world.occurrences[n].id,
            offer_id=int(world.volunteers.offer[v]),
            person_id=int(world.volunteers.person[v]),
            visit=_visit(world, n, start),
            weight_min=sum(line.minutes for line in breakdown),
            breakdown=breakdown,
            sentence=_sentence(world, n, v, is_usual=bool(scene.usual[e])),
        )
        for e, (n, v, start, breakdown) in enumerate(
            zip(
                chosen.occurrence.tolist(),
                chosen.volunteer.tolist(),
                chosen.start.tolist(),
                lines,
                strict=True,
            )
        )
    )


def _visit(world: World, row: int, start: int) -> TimeWindow:
    end = start + int(world.needs.length[row])
    return TimeWindow(world.clock.instant(start), world.clock.instant(end))


def _sentence(world: World, row: int, volunteer: int, *, is_usual: bool) -> str:
    """Why this person, in words that may be told before a yes."""
    job = _JOB_WORDS.get(world.occurrences[row].kind, "help in this way")
    offered = f"offered to {job[0].lower()}{job[1:]}"
    known = "have helped this neighbour before, " if is_usual else ""
    return f"You {known}are {told_band(world, row, volunteer)} away, free then, and {offered}."


def _the_rest(world: World, standing: Sequence[Turn], made: Ints) -> tuple[tuple[Unserved, ...], tuple[Waiting, ...]]:
    short = [
        Shortfall(n, turn.first - int(made[n]), has_others=bool(turn.live or made[n] or world.occurrences[n].held_by))
        for n, turn in enumerate(standing)
        if turn.first > made[n]
    ]
    patient = [n for n, turn in enumerate(standing) if turn.live and turn.first == 0 and not made[n]]
    silent = [Shortfall(n, 0, has_others=True) for n in patient if standing[n].extra]
    reasons = explain_unserved(world, [*short, *silent])
    # Where somebody is left, one more ask was possible and not worth their attention.
    why_no_more = {
        one.row: reason
        for one, reason in zip(silent, reasons[len(short) :], strict=True)
        if not reason.waterfall[-1].left
    }
    waiting = (
        Waiting(world.occurrences[n].id, standing[n].live, standing[n].next_ask_at, why_no_more.get(n)) for n in patient
    )
    return tuple(reasons[: len(short)]), tuple(waiting)

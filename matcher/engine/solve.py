"""The map of the engine: one round from the question to the answer.

candidates -> weights -> the best assignment -> asks, layer by layer: at most one new ask for a person in each
layer, each layer the exact optimum given those before it, until enough may be hoped of the asks that are out. Whatever
is left short then gets its reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.engine.allocation import Allocation, Ask, Unserved, Waiting
from matcher.engine.asking import (
    Pace,
    Unanswered,
    asked_for,
    hope,
    next_asks_at,
    pace,
    reserved_for_usual,
    unanswered,
    unheard,
    urges,
    wanting,
)
from matcher.engine.asks import asks_of
from matcher.engine.clock import Ints
from matcher.engine.costs import Urge, set_scene
from matcher.engine.explain import Shortfall, explain_unserved
from matcher.engine.plan.search import plan as plan  # the other entry: a whole period at once
from matcher.engine.problem import RoundProblem
from matcher.engine.reserve import with_reserve
from matcher.engine.shortlist import Choice, best_choice
from matcher.engine.standing import Standing, standings
from matcher.engine.world import World, build_world, with_asks


@dataclass(frozen=True, slots=True)
class Layer:
    """The asks of one layer, their total minutes, and the bound proved for them."""

    asks: tuple[Ask, ...]
    total: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Where a round stands: the world with the asks decided on so far, and all asks that are out."""

    world: World
    urge: Urge
    pace: Pace
    out: Unanswered

    @classmethod
    def of(cls, problem: RoundProblem) -> Desk:
        """As the round finds it."""
        world = with_reserve(build_world(problem), problem)
        return cls(world, urges(world, problem), pace(world, problem), unanswered(world, problem))

    def sized_up(self) -> Urge:
        """What one more ask is worth for each occurrence: the less, the more may still come of the others."""
        hoped, out_for = hope(self.world, self.out), asked_for(self.world, self.out)
        return replace(self.urge, unheard=unheard(self.pace, out_for, hoped))


def solve_round(problem: RoundProblem, *, say_why: bool = True) -> Allocation:
    """Whom to ask now, who is waited for, and why nobody could be found for the rest (if `say_why`: a simulator of
    many rounds need not hear it).

    Same problem, same answer, in whatever order it is given. Asks are by occurrence id, then the order of
    asking.
    """
    if not problem.occurrences:
        return Allocation()
    desk, layers = _ask_in_layers(Desk.of(problem))
    total, bound = sum(layer.total for layer in layers), sum(layer.bound for layer in layers)
    return Allocation(
        asks=tuple(sorted((ask for layer in layers for ask in layer.asks), key=lambda ask: ask.occurrence_id)),
        waiting=_waiting(desk, say_why=say_why),
        unserved=_unserved(desk) if say_why else (),
        total=total,
        bound=bound,
        gap=(bound - total) / max(1.0, abs(total)),
    )


def who_could(problem: RoundProblem, occurrence_id: int, *, most: int = 50) -> tuple[Standing, ...]:
    """How those who might still be asked for one occurrence of the round stand to it: why each of them, or why not.

    As things stand at the beginning of the round, live asks included. KeyError if it is not in the round.
    """
    desk = Desk.of(problem)
    row = next((n for n, o in enumerate(desk.world.occurrences) if o.id == occurrence_id), None)
    if row is None:
        raise KeyError(occurrence_id)
    return standings(desk.world, desk.sized_up(), row, most)


def _ask_in_layers(desk: Desk) -> tuple[Desk, list[Layer]]:
    """The desk after all asks, and the layers."""
    layers: list[Layer] = []
    rows = np.flatnonzero(wanting(desk.world, desk.pace, desk.out))
    while rows.size:
        urge = desk.sized_up()
        choice = _choice(desk, urge, rows)
        desk, layer = _ask_layer(desk, urge, choice)
        layers.append(layer)
        if not layer.asks:
            break
        # Those without a candidate now will have none later: what people have been asked only grows.
        possible = np.unique(choice.found.occurrence)
        rows = possible[wanting(desk.world, desk.pace, desk.out)[possible]]
    return desk, layers


def _choice(desk: Desk, urge: Urge, rows: Ints) -> Choice:
    """The best choice for these rows; where the usual people come first, among them alone."""
    usual = reserved_for_usual(desk.world, desk.pace, desk.out, rows)
    others = np.setdiff1d(rows, usual.occurrence)
    must = asked_for(desk.world, desk.out) < desk.pace.places
    return best_choice(desk.world, urge, others, must, also=usual)


def _ask_layer(desk: Desk, urge: Urge, choice: Choice) -> tuple[Desk, Layer]:
    world, found = desk.world, choice.found.only(choice.chosen)
    scene = set_scene(world, found, urge)
    total = float(choice.seconds[choice.chosen].sum()) / 60
    layer = Layer(asks_of(world, found, scene), total, total + (choice.solved.total - choice.solved.bound) / 60)
    after = with_asks(world, found.occurrence, found.volunteer, found.start)
    return replace(desk, world=after, out=desk.out.plus(found.occurrence, scene.p, scene.usual)), layer


def _unserved(desk: Desk) -> tuple[Unserved, ...]:
    """The reason of every occurrence with a place for which nobody has been asked."""
    out_for = asked_for(desk.world, desk.out)
    missing = np.maximum(desk.pace.places - out_for, 0)
    short = [
        Shortfall(n, int(missing[n]), has_others=bool(out_for[n] or desk.world.occurrences[n].held_by))
        for n in np.flatnonzero(missing).tolist()
    ]
    return tuple(explain_unserved(desk.world, short))


def _waiting(desk: Desk, *, say_why: bool) -> tuple[Waiting, ...]:
    """Who is waited for; with the reason, where it was time to ask one more and there was nobody."""
    out_for = asked_for(desk.world, desk.out)
    nobody = _nobody_more(desk, out_for) if say_why else {}
    next_at = next_asks_at(desk.world, desk.pace, desk.out)
    return tuple(
        Waiting(desk.world.occurrences[n].id, int(out_for[n]), next_at[n], nobody.get(n))
        for n in np.flatnonzero(out_for).tolist()
    )


def _nobody_more(desk: Desk, out_for: Ints) -> dict[int, Unserved]:
    """Why one more could not be asked, by row, where it was time to and every place has somebody who was asked."""
    are_enough = (out_for >= desk.pace.places) & (out_for > 0)
    wanted = np.flatnonzero(are_enough & wanting(desk.world, desk.pace, desk.out)).tolist()
    reasons = explain_unserved(desk.world, [Shortfall(n, 0, has_others=True) for n in wanted])
    # Where somebody is left, one more ask was possible and not worth their attention.
    return {n: reason for n, reason in zip(wanted, reasons, strict=True) if not reason.waterfall[-1].left}

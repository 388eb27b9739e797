"""What asking someone is worth, in minutes of welfare: one named function for each term, which add up to the
weight.

w = p (V age on_time S + continuity + preference - 2 travel - fairness - reserve) - attention (1 + fatigue) + idle

The products are told as a chain: what each factor adds to the factors before it, so that the lines add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np

from matcher.domain.geo import chord_m, distance_band
from matcher.engine.acceptance import best_chance, chance_of_yes
from matcher.engine.allocation import TermLine
from matcher.engine.candidates import Candidates
from matcher.engine.clock import Bools, Floats, Ints
from matcher.engine.params import Params
from matcher.engine.volunteer_index import ReachClass
from matcher.engine.world import Pairs, World


@dataclass(frozen=True, slots=True, eq=False)
class Urge:
    """What each occurrence is worth now, (N,). value: V. waited: share of its wait that is over. target:
    seconds. unheard: S, chance that every live ask for its place comes to nothing.
    """

    value: Floats
    waited: Floats
    target: Ints
    unheard: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the terms look at, (E,) each: one entry per candidate."""

    params: Params
    p: Floats
    value: Floats
    age: Floats
    late: Bools
    unheard: Floats
    usual: Bools
    wishes_met: Ints
    travel_min: Floats
    visits: Floats
    fatigue: Floats
    idle: Bools
    reserved: Floats

    @property
    def on_time(self) -> Floats:
        """Share of the worth that is left at that time of start."""
        return np.where(self.late, self.params.late_share, 1.0)

    def only(self, at: Ints) -> Scene:
        """The candidates at these positions."""
        columns = {f.name: getattr(self, f.name)[at] for f in fields(self) if f.name != "params"}
        return replace(self, **columns)


def filling(scene: Scene) -> Floats:
    """V: the worth of a filled place, times the chance of a yes."""
    return scene.p * scene.value


def waiting(scene: Scene) -> Floats:
    """What the wait so far adds."""
    return filling(scene) * (scene.age - 1)


def lateness(scene: Scene) -> Floats:
    """What a start after the target takes away."""
    return filling(scene) * scene.age * (scene.on_time - 1)


def others_asked(scene: Scene) -> Floats:
    """What others who may yet say yes take away: the marginal worth of one more ask is left."""
    return filling(scene) * scene.age * scene.on_time * (scene.unheard - 1)


def continuity(scene: Scene) -> Floats:
    """They have helped this resident before, and both were happy."""
    return scene.p * scene.params.continuity * scene.usual


def preference(scene: Scene) -> Floats:
    """They are as the resident wished, though it need not be."""
    params = scene.params
    worth: Floats = np.minimum(params.preference_per_wish * scene.wishes_met, params.preference_most)
    return scene.p * worth


def travel(scene: Scene) -> Floats:
    """The way there and back."""
    return -scene.p * scene.params.travel_per_min * scene.travel_min


def fairness(scene: Scene) -> Floats:
    """Visits they already have that week."""
    return -scene.p * scene.params.fairness_per_visit * scene.visits


def reserve(scene: Scene) -> Floats:
    """What one of their last visits of that week is worth to needs that are expected."""
    return -scene.p * scene.params.reserve_share * scene.reserved


def attention(scene: Scene) -> Floats:
    """Every ask costs a little of someone's goodwill, whatever they answer."""
    return np.full(scene.p.shape, -scene.params.attention)


def fatigue(scene: Scene) -> Floats:
    """The more so the more they were asked of late."""
    return -scene.params.attention * scene.fatigue


def idleness(scene: Scene) -> Floats:
    """To sign up and never be asked is the first complaint of the field."""
    return np.where(scene.idle, scene.params.idle_bonus, 0.0)


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the weight: its name, its minutes, and its words when those minutes are not nought."""

    name: str
    minutes: Callable[[Scene], Floats]
    words: str


TERMS: tuple[Term, ...] = (
    Term("value", filling, "worth of the visit, by how likely a yes is"),
    Term("age", waiting, "has been waiting"),
    Term("on_time", lateness, "would start later than hoped"),
    Term("others_asked", others_asked, "others have been asked and may yet say yes"),
    Term("continuity", continuity, "has helped this neighbour before"),
    Term("preference", preference, "is as was wished for"),
    Term("travel", travel, "the way there and back: {band}"),
    Term("fairness", fairness, "has visits that week already"),
    Term("reserve", reserve, "may be wanted for what the cold still brings"),
    Term("attention", attention, "asking takes someone's attention"),
    Term("fatigue", fatigue, "has been asked in the last days"),
    Term("idle", idleness, "has not been asked for a while"),
)


def set_scene(world: World, found: Candidates, urge: Urge) -> Scene:
    """The arrays the terms look at."""
    pairs = world.pairs(found.occurrence, found.volunteer)
    person = world.offers.person[found.volunteer]
    return Scene(
        params=world.params,
        p=chance_of_yes(world, pairs, found.start),
        value=urge.value[found.occurrence],
        age=1 + world.params.age_rise * urge.waited[found.occurrence],
        late=found.start > urge.target[found.occurrence],
        unheard=urge.unheard[found.occurrence],
        usual=world.usual.has(found.occurrence, person),
        wishes_met=_wishes_met(world, pairs),
        travel_min=pairs.metres / world.offers.speed[found.volunteer],
        visits=world.after.weekly[person, world.clock.week_of(found.start)].astype(np.float64),
        fatigue=world.fatigue[person],
        idle=world.idle[person],
        reserved=world.reserve[person, world.clock.week_of(found.start)],
    )


def _wishes_met(world: World, pairs: Pairs) -> Ints:
    met = np.zeros(pairs.occurrence.size, dtype=np.int64)
    for trait in np.flatnonzero(world.needs.wishes.any(axis=0)).tolist():
        met += world.needs.wishes[pairs.occurrence, trait] & world.offers.traits[pairs.volunteer, trait]
    return met


def weights(scene: Scene) -> Floats:
    """Minutes of welfare of each candidate."""
    total: Floats = np.zeros(scene.p.shape, dtype=np.float64)
    for term in TERMS:
        total += term.minutes(scene)
    return total


def ceilings(world: World, urge: Urge, occurrence: Ints, metres: Floats, of: ReachClass) -> Floats:
    """No less than the weight of anybody of that class of reach so far away or farther, for each of these occurrences;
    people who have helped there before aside. It never rises with the distance.
    """
    size = occurrence.size
    scene = Scene(
        params=world.params,
        p=best_chance(world, occurrence, metres, np.full(size, of.widest)),
        value=urge.value[occurrence],
        age=1 + world.params.age_rise * urge.waited[occurrence],
        late=np.zeros(size, dtype=np.bool_),
        unheard=urge.unheard[occurrence],
        usual=np.zeros(size, dtype=np.bool_),
        wishes_met=world.needs.wishes[occurrence].sum(axis=1),
        travel_min=metres / of.fastest,
        visits=np.zeros(size),
        fatigue=np.zeros(size),
        idle=np.ones(size, dtype=np.bool_),
        reserved=np.zeros(size),
    )
    # Where a visit is worth less than the way there, a yes that is less likely costs less.
    return np.maximum(weights(scene), weights(replace(scene, p=np.zeros(size))))


def breakdowns(world: World, chosen: Candidates, scene: Scene) -> list[tuple[TermLine, ...]]:
    """The weight of each candidate in words and minutes, without the lines that are nought."""
    columns = [term.minutes(scene).tolist() for term in TERMS]
    bands = [told_band(world, n, v) for n, v in zip(chosen.occurrence, chosen.volunteer, strict=True)]
    return [
        tuple(
            TermLine(term.name, term.words.format(band=band), column[e])
            for term, column in zip(TERMS, columns, strict=True)
            if column[e]
        )
        for e, band in enumerate(bands)
    ]


def told_band(world: World, occurrence: int, volunteer: int) -> str:
    """The distance as it may be told: in bands, and from the cell, never from the home."""
    return distance_band(chord_m(world.occurrences[occurrence].told_point, world.volunteers.point(volunteer)))

"""Chance of a yes: for now one population model, the same for everybody, whose numbers are in
`Params.acceptance`.
"""

from __future__ import annotations

import numpy as np

from matcher.engine.clock import Floats, Ints
from matcher.engine.world import Pairs, World

HOUR_S = 3600


def chance_of_yes(world: World, pairs: Pairs, start: Ints) -> Floats:
    """Chance, in (0, 1), that each person says yes if asked now for a visit at `start`. It never excludes
    anyone.
    """
    model = world.params.acceptance
    notice = start - world.clock.now
    reach = np.maximum(world.offers.reach_m[pairs.volunteer], 1.0)
    person = world.offers.person[pairs.volunteer]
    logit = (
        model.base
        + model.whole_reach * np.minimum(pairs.metres / reach, 1.0)
        + np.where(notice < 3 * HOUR_S, model.notice_under_3h, 0.0)
        + np.where((notice >= 3 * HOUR_S) & (notice < 10 * HOUR_S), model.notice_under_10h, 0.0)
        + model.per_log_recent_ask * np.log1p(world.fatigue[person])
        + model.known * world.usual.has(pairs.occurrence, person)
        + model.urgent * world.needs.urgent[pairs.occurrence]
    )
    chance: Floats = np.maximum(1 / (1 + np.exp(-logit)), model.floor)
    return chance


def best_chance(world: World, occurrence: Ints, metres: Floats, longest_reach: Floats) -> Floats:
    """No less than the chance of a yes of anybody so far away or farther, of such a reach or less; people who have
    helped there before aside.
    """
    model = world.params.acceptance
    latest = (world.needs.piece_end - world.needs.length[:, None]).max(axis=1, initial=0)[occurrence]
    longest_notice = latest - world.clock.now
    nearness = np.minimum(metres / np.maximum(longest_reach, 1.0), 1.0)
    most_asked = np.log1p(world.fatigue.max(initial=0.0))
    notice = np.full(occurrence.size, model.notice_under_3h)
    notice[longest_notice >= 3 * HOUR_S] = max(model.notice_under_3h, model.notice_under_10h)
    notice[longest_notice >= 10 * HOUR_S] = max(model.notice_under_3h, model.notice_under_10h, 0.0)
    logit = (
        model.base
        + np.maximum(model.whole_reach * nearness, model.whole_reach)
        + notice
        + max(0.0, model.per_log_recent_ask * most_asked)
        + model.urgent * world.needs.urgent[occurrence]
    )
    chance: Floats = np.maximum(1 / (1 + np.exp(-logit)), model.floor)
    return chance


def residual_chance(chance: Floats, silent_min: Floats, half_life_min: float) -> Floats:
    """Chance of a yes still to come from someone silent for so long: those who would have said yes answer in
    time with that half-life, and a no may stay silent for ever (Bayes).
    """
    yet = chance * 0.5 ** (np.maximum(silent_min, 0.0) / half_life_min)
    return yet / (1 - chance + yet)

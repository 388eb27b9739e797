"""Chance of a yes: a model of everybody, whose numbers are in `Params.acceptance`, and what is known of each person
beyond it.
"""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr

from matcher.engine.clock import Floats, Ints
from matcher.engine.params import NOTICES_H, Acceptance
from matcher.engine.world import Pairs, World

SHORT_S, SHORTISH_S = (hours * 3600 for hours in NOTICES_H)


def chance_of_yes(world: World, pairs: Pairs, start: Ints, asked: Ints | int | None = None) -> Floats:
    """Chance, in (0, 1), that each person says yes to a visit at `start` if asked at that second, or now. It never
    excludes anyone.
    """
    model = world.params.acceptance
    person = world.offers.person[pairs.volunteer]
    reach = np.maximum(world.offers.reach_m[pairs.volunteer], 1.0)
    notice = start - (world.clock.now if asked is None else asked)
    logit = (
        model.base
        + model.whole_reach * np.minimum(pairs.metres / reach, 1.0)
        + np.where(notice < SHORT_S, model.notice_under_3h, 0.0)
        + np.where((notice >= SHORT_S) & (notice < SHORTISH_S), model.notice_under_10h, 0.0)
        + model.per_log_recent_ask * np.log1p(world.fatigue[person])
        + model.known * world.usual.has(pairs.occurrence, person)
        + model.urgent * world.needs.urgent[pairs.occurrence]
    )
    return told_apart(logit, world.leaning[pairs.volunteer], model)


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
    notice[longest_notice >= SHORT_S] = max(model.notice_under_3h, model.notice_under_10h)
    notice[longest_notice >= SHORTISH_S] = max(model.notice_under_3h, model.notice_under_10h, 0.0)
    logit = (
        model.base
        + np.maximum(model.whole_reach * nearness, model.whole_reach)
        + notice
        + max(0.0, model.per_log_recent_ask * most_asked)
        + model.urgent * world.needs.urgent[occurrence]
    )
    return told_apart(logit, np.full(logit.shape, world.leaning.max(initial=0.0)), model)


def told_apart(logit: Floats, leaning: Floats, model: Acceptance) -> Floats:
    """Chances with what is known of each person: never below the floor, and no more apart than the spread allows."""
    usual, widest = sigmoid(logit), np.sqrt(model.spread)
    own = np.clip(sigmoid(logit + leaning), usual / widest, usual * widest)
    return np.maximum(own, model.floor)


def residual_chance(chance: Floats, silent_min: Floats, median_min: float | Floats, model: Acceptance) -> Floats:
    """Chance of a yes still to come from someone silent for so long (Bayes).

    Answers take a lognormal time with that median; some who will not come never answer at all.
    """
    with np.errstate(divide="ignore"):  # the moment of the ask: everybody is yet to answer
        late = np.log(np.maximum(silent_min, 0.0) / median_min) / model.response_sigma
    unanswered = np.exp(log_ndtr(-late))
    yes = chance * unanswered
    no = (1 - chance) * (model.silent_share + (1 - model.silent_share) * unanswered)
    # Who never fails to answer and has been silent for days: 0 of 0, and nothing is to be hoped for.
    left = yes + no
    return np.divide(yes, left, out=np.zeros_like(left), where=left > 0)


def response_median(world: World) -> Floats:
    """Minutes in which half of the answers to each occurrence come, (N,)."""
    model = world.params.acceptance
    return np.where(world.needs.urgent, model.response_median_urgent_min, model.response_median_min)


def sigmoid(logit: Floats) -> Floats:
    """Logits as chances."""
    chance: Floats = 1 / (1 + np.exp(-logit))
    return chance

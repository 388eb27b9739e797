"""A logistic model of a yes with one shrunk intercept per person, fitted to asks of which some are still unanswered.

An ask that ended in silence counts as the chance of a yes that the silence leaves, worked out again at each step (EM,
with the information of what was seen). Counted as a no, such asks make everybody look less willing than they are; left
out, more willing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.engine.acceptance import residual_chance, sigmoid
from matcher.engine.clock import Bools, Floats, Ints
from matcher.engine.params import Acceptance

STEPS_MAX = 200
CLOSE_ENOUGH = 1e-5  # logits
LONGEST_STEP = 1.0  # logits: further is not trusted, the curve bends


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Asks in columns: features (n, k), whether each was answered and with a yes, how long it has been silent, the
    median time of an answer, how much it counts, and whose it was, as a row of `people`.
    """

    features: Floats
    is_answered: Bools
    said_yes: Bools
    silent_min: Floats
    median_min: Floats
    weight: Floats
    person: Ints
    people: int

    def hoped(self, chance: Floats, curve: Acceptance) -> Floats:
        """1 for a yes, 0 for a no, and for silence the chance that a yes was to come."""
        silence = residual_chance(chance, self.silent_min, self.median_min, curve)
        return np.where(self.is_answered, self.said_yes.astype(np.float64), silence)

    def part(self, rows: Bools | Ints) -> Evidence:
        """Some of the asks; people keep their rows."""
        return Evidence(
            self.features[rows],
            self.is_answered[rows],
            self.said_yes[rows],
            self.silent_min[rows],
            self.median_min[rows],
            self.weight[rows],
            self.person[rows],
            self.people,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The likeliest coefficients (k,) and leanings (people,), in logits."""

    coefficients: Floats
    leaning: Floats

    def logit(self, of: Evidence) -> Floats:
        """Of everybody alike, without their leanings."""
        logits: Floats = of.features @ self.coefficients
        return logits


def climb(asks: Evidence, curve: Acceptance, prior: Floats, *, prior_sd: float, leaning_sd: float | None) -> Fitted:
    """The coefficients and leanings that are likeliest after these asks, if people differ by about leaning_sd; None:
    everybody is thought alike. Newton's steps, each person's leaning eliminated from the equations.
    """
    beta, leaning = prior.copy(), np.zeros(asks.people)
    for _ in range(STEPS_MAX):
        chance = sigmoid(asks.features @ beta + leaning[asks.person])
        hoped = asks.hoped(chance, curve)
        missed = asks.weight * (hoped - chance)
        # An ask tells less by what its silence leaves open.
        bend = asks.weight * np.maximum(chance * (1 - chance) - hoped * (1 - hoped), 0.0)
        uphill = asks.features.T @ missed - (beta - prior) / prior_sd**2
        steepness = (asks.features.T * bend) @ asks.features + np.eye(prior.size) / prior_sd**2
        if leaning_sd is not None:
            own_uphill = _summed(asks, missed) - leaning / leaning_sd**2
            own_bend = _summed(asks, bend) + 1 / leaning_sd**2
            shared = np.stack([_summed(asks, bend * column) for column in asks.features.T], axis=1)
            per_bend = shared / own_bend[:, None]
            step = np.linalg.solve(steepness - shared.T @ per_bend, uphill - per_bend.T @ own_uphill)
            own_step = (own_uphill - shared @ step) / own_bend
        else:
            step, own_step = np.linalg.solve(steepness, uphill), np.zeros(asks.people)
        longest = max(float(np.abs(step).max(initial=0.0)), float(np.abs(own_step).max(initial=0.0)))
        scale = min(1.0, LONGEST_STEP / max(longest, CLOSE_ENOUGH))
        beta, leaning = beta + scale * step, leaning + scale * own_step
        if longest < CLOSE_ENOUGH:
            break
    return Fitted(beta, leaning)


def _summed(asks: Evidence, values: Floats) -> Floats:
    """By person."""
    sums: Floats = np.bincount(asks.person, weights=values, minlength=asks.people).astype(np.float64)
    return sums

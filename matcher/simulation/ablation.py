"""Our policy with one thing switched off, to see what it is good for: a term of the weight, or a rule of asking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from matcher.engine.params import ByUrgency, Params
from matcher.simulation.question import Ours

_USUAL = Params()

# What each word switches off. Terms are set to nought in the parameters; rules are set to where they never bite.
OFF: Mapping[str, Params] = {
    "age": replace(_USUAL, age_rise=0.0),
    "front": replace(_USUAL, front_class=0.0),
    "on_time": replace(_USUAL, late_share=1.0),
    "continuity": replace(_USUAL, continuity=0.0),
    "preference": replace(_USUAL, preference_per_wish=0.0),
    "travel": replace(_USUAL, travel_per_min=0.0),
    "fairness": replace(_USUAL, fairness_per_visit=0.0),
    "attention": replace(_USUAL, attention=0.0),
    "fatigue": replace(_USUAL, fatigue_half_life_days=1e-6),
    "reserve": replace(_USUAL, reserve_share=0.0),
    "idle": replace(_USUAL, idle_bonus=0.0),
    "limits": replace(_USUAL, live_asks_max=10_000, asks_per_day_max=10_000),
    "pacing": replace(_USUAL, rounds=1.0, round_max=10_000.0),
    "urgency": replace(_USUAL, value=ByUrgency(_USUAL.value.normal, _USUAL.value.normal, _USUAL.value.normal)),
}


LEARNING = "learning"
TERMS = (*OFF, LEARNING)


def ablated(term: str, name: str) -> Ours:
    """Ours without it. KeyError if there is no such term."""
    if term == LEARNING:
        return Ours(name=name, learns=False)
    return Ours(OFF[term], name=name)

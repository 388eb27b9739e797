"""Every weight and limit of the engine in one validated place, in minutes of welfare unless the name says
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from matcher.domain.lifecycle import Urgency


@dataclass(frozen=True, slots=True)
class ByUrgency:
    """One number for each urgency."""

    low: float
    normal: float
    urgent: float

    def of(self, urgency: Urgency) -> float:
        """The number for `urgency`."""
        return {Urgency.LOW: self.low, Urgency.NORMAL: self.normal, Urgency.URGENT: self.urgent}[urgency]


NOTICES_H = (3, 10)  # hours: with so much notice a yes is likelier


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The population model of a yes, in logits, and of how long an answer takes. Starting values after the
    simulated county of the design.

    floor: nobody's chance is thought to be less. spread: how many times likelier one person may be thought than
    another because of their leanings. response_*: answers take a lognormal time with these medians, in minutes, and
    this sigma. silent_share: of those who will not come, how many never answer.
    """

    base: float = 0.7
    whole_reach: float = -2.0
    notice_under_3h: float = -1.0
    notice_under_10h: float = -0.4
    per_log_recent_ask: float = -0.55
    known: float = 0.9
    urgent: float = 0.5
    floor: float = 0.05
    spread: float = 4.0
    response_median_min: float = 25.0
    response_median_urgent_min: float = 12.0
    response_sigma: float = 1.0
    silent_share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.floor < 1:
            raise ValueError(f"acceptance.floor must lie between 0 and 1: {self.floor}")
        if not 0 <= self.silent_share <= 1:
            raise ValueError(f"acceptance.silent_share must lie between 0 and 1: {self.silent_share}")
        if not self.spread >= 1:
            raise ValueError(f"acceptance.spread must be 1 or more: {self.spread}")
        for name in ("response_median_min", "response_median_urgent_min", "response_sigma"):
            if not getattr(self, name) > 0:
                raise ValueError(f"acceptance.{name} must be above 0: {getattr(self, name)}")


@dataclass(frozen=True, slots=True)
class Params:
    """Weights and limits of a round. ValueError names the first field that makes no sense.

    value: V, the worth of a filled place. reserve_share: what of the price of needs that
    are expected counts. age_rise: how much V has grown by the end of the wait. front_share:
    past this share of its wait, an occurrence is served before all others. target_share: where in its windows
    an occurrence has its target, unless it says. late_share: what of V is left when the visit starts after
    the target. preference_per_wish, preference_most: what each wish that is met adds, and all of them at most.
    notice_min: shortest time between the ask and setting off. start_step_min: proposed starts are
    rounded up to this where that still fits. snow_reach: what a reach shrinks to while it is cold, for whoever reads
    the volunteers. wanted_yes: chance of a yes in time that asking aims at. rounds,
    round_min, round_max: the time left is thought of as so many rounds of asking, each between so many minutes; with
    one round left, or in the last wide_share of its wait, an occurrence is asked about widely. alone_rounds: with more
    rounds left than that, the usual people are asked alone for one.
    """

    value: ByUrgency = ByUrgency(180.0, 240.0, 300.0)
    age_rise: float = 0.5
    front_share: float = 0.6
    front_class: float = 10_000.0
    target_share: float = 0.6
    late_share: float = 0.3
    continuity: float = 60.0
    preference_per_wish: float = 30.0
    preference_most: float = 60.0
    travel_per_min: float = 2.0
    fairness_per_visit: float = 15.0
    attention: float = 6.0
    fatigue_half_life_days: float = 3.0
    idle_bonus: float = 3.0
    reserve_share: float = 1.0
    idle_days: float = 14.0
    live_asks_max: int = 2
    asks_per_day_max: int = 6
    notice_min: float = 15.0
    start_step_min: int = 15
    snow_reach: float = 0.65
    wanted_yes: ByUrgency = ByUrgency(0.7, 0.8, 0.9)
    rounds: float = 8.0
    round_min: float = 15.0
    round_max: float = 120.0
    wide_share: float = 0.2
    alone_rounds: float = 2.0
    acceptance: Acceptance = Acceptance()

    def __post_init__(self) -> None:
        for name, number in _numbers(self):
            if name not in _ANY_SIGN and not number >= 0:
                raise ValueError(f"{name} must be a number, 0 or more: {number}")
        for name in (
            "fatigue_half_life_days",
            "live_asks_max",
            "asks_per_day_max",
            "start_step_min",
            "rounds",
            "round_min",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0")
        if self.round_min > self.round_max:
            raise ValueError("round_min must not be above round_max")
        for name, chance in _numbers(self.wanted_yes, "wanted_yes."):
            if not chance < 1:
                raise ValueError(f"{name} must be below 1: {chance}")


_ANY_SIGN = frozenset(f"acceptance.{field.name}" for field in fields(Acceptance))


def _numbers(of: object, prefix: str = "") -> Iterator[tuple[str, float]]:
    for field in fields(of):  # type: ignore[arg-type]
        found = getattr(of, field.name)
        if isinstance(found, int | float):
            yield prefix + field.name, found
        else:
            yield from _numbers(found, f"{prefix}{field.name}.")

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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The population model of a yes, in logits. Starting values after the simulated county of the design."""

    base: float = 0.7
    whole_reach: float = -2.0
    notice_under_3h: float = -1.0
    notice_under_10h: float = -0.4
    per_log_recent_ask: float = -0.55
    known: float = 0.9
    urgent: float = 0.5
    floor: float = 0.05
    silence_half_life_min: float = 60.0


@dataclass(frozen=True, slots=True)
class Params:
    """Weights and limits of a round. ValueError names the first field that makes no sense.

    value: V, the worth of a filled place. age_rise: how much V has grown by the end of the wait. front_share:
    past this share of its wait, an occurrence is served before all others. target_share: where in its windows
    an occurrence has its target, unless it says. late_share: what of V is left when the visit starts after
    the target. notice_min: shortest time between the ask and setting off. start_step_min: proposed starts are
    rounded up to this where that still fits. patience_share: an ask may be silent for this share of the time
    left to the target, between patience_min and patience_max minutes, before one more person is asked.
    """

    value: ByUrgency = ByUrgency(180.0, 240.0, 300.0)
    age_rise: float = 0.5
    front_share: float = 0.6
    front_class: float = 10_000.0
    target_share: float = 0.6
    late_share: float = 0.3
    continuity: float = 60.0
    travel_per_min: float = 2.0
    fairness_per_visit: float = 15.0
    attention: float = 6.0
    fatigue_half_life_days: float = 3.0
    idle_bonus: float = 3.0
    idle_days: float = 14.0
    live_asks_max: int = 2
    asks_per_day_max: int = 6
    notice_min: float = 15.0
    start_step_min: int = 15
    patience_share: ByUrgency = ByUrgency(0.125, 0.125, 0.0625)
    patience_min: float = 15.0
    patience_max: float = 120.0
    acceptance: Acceptance = Acceptance()

    def __post_init__(self) -> None:
        for name, number in _numbers(self):
            if name not in _ANY_SIGN and not number >= 0:
                raise ValueError(f"{name} must be a number, 0 or more: {number}")
        for name in ("fatigue_half_life_days", "live_asks_max", "asks_per_day_max", "start_step_min"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0")
        if not 0 < self.acceptance.floor < 1:
            raise ValueError(f"acceptance.floor must lie between 0 and 1: {self.acceptance.floor}")
        if self.patience_min > self.patience_max:
            raise ValueError("patience_min must not be above patience_max")


_ANY_SIGN = frozenset(f"acceptance.{field.name}" for field in fields(Acceptance))


def _numbers(of: object, prefix: str = "") -> Iterator[tuple[str, float]]:
    for field in fields(of):  # type: ignore[arg-type]
        found = getattr(of, field.name)
        if isinstance(found, int | float):
            yield prefix + field.name, found
        else:
            yield from _numbers(found, f"{prefix}{field.name}.")

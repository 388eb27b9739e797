"""A whole period's question and answer, frozen: who needs what and when, who could come, and who goes where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matcher.domain.geo import Point
from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.engine.allocation import Step
from matcher.engine.problem import ReasonCode

METRES_A_MINUTE = 500.0  # 30 km/h as the crow flies: country roads by car, their detours allowed for


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanNeed:
    """Help wanted once: a visit of `minutes` wholly inside `window`, by `helpers` people who come at the same time.

    requires: checks each of them must hold; requires_one: checks that one of them at least must hold. So, if
    `helpers` come, no more than all but one may lack one. pinned: ids of volunteers who shall go if they could; never:
    of those who shall not.
    """

    id: str
    kind: str
    point: Point
    window: TimeWindow
    minutes: int
    helpers: int = 1
    urgency: Urgency = Urgency.NORMAL
    requires: frozenset[str] = frozenset()
    requires_one: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    @property
    def required_of_each(self) -> frozenset[str]:
        """Checks that whoever comes must hold, whoever else comes: alone they must hold those of `requires_one` too."""
        return self.requires | self.requires_one if self.helpers == 1 else self.requires

    def __post_init__(self) -> None:
        if not 0 < self.minutes <= self.window.minutes:
            raise ValueError(f"need {self.id}: its window does not hold a visit of {self.minutes} minutes")
        if self.helpers < 1:
            raise ValueError(f"need {self.id} wants helpers of 1 or more, not {self.helpers}")
        if len(self.pinned) > self.helpers:
            raise ValueError(f"need {self.id} has more volunteers pinned to it than helpers wanted")
        if both := self.pinned & self.never:
            raise ValueError(f"need {self.id} has {min(both)} both pinned to it and ruled out")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVolunteer:
    """Help offered over the period. free: windows, expanded already. reach_m: a straight line from home.

    visits_per_week, minutes_per_week: Monday to Sunday, local time, ways not counted; None for no limit. never_with:
    ids of volunteers with whom they shall not meet at one need.
    """

    id: str
    point: Point
    reach_m: float
    kinds: frozenset[str]
    checks: frozenset[str] = frozenset()
    free: tuple[TimeWindow, ...] = ()
    visits_per_week: int | None = None
    minutes_per_week: int | None = None
    never_with: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.reach_m >= 0:
            raise ValueError(f"volunteer {self.id} needs a reach of 0 or more: {self.reach_m}")
        if self.visits_per_week is not None and self.visits_per_week < 0:
            raise ValueError(f"volunteer {self.id} cannot make {self.visits_per_week} visits a week")
        if self.minutes_per_week is not None and self.minutes_per_week < 0:
            raise ValueError(f"volunteer {self.id} cannot give {self.minutes_per_week} minutes a week")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """What a plan depends on; the order of its parts makes no difference to the plan.

    metres_a_minute: how fast everyone gets from one visit to the next, as the crow flies; each way takes whole steps
    of five minutes. time_limit_s: about how long to look for something better. ValueError if an id occurs twice.
    """

    needs: tuple[PlanNeed, ...] = ()
    volunteers: tuple[PlanVolunteer, ...] = ()
    metres_a_minute: float = METRES_A_MINUTE
    time_limit_s: float = 60.0

    def __post_init__(self) -> None:
        if not self.metres_a_minute > 0:
            raise ValueError(f"metres_a_minute must be above 0: {self.metres_a_minute}")
        _no_twins("need", (need.id for need in self.needs))
        _no_twins("volunteer", (volunteer.id for volunteer in self.volunteers))
        known = {volunteer.id for volunteer in self.volunteers}
        for need in self.needs:
            if strangers := need.pinned - known:
                raise ValueError(f"need {need.id} has {min(strangers)} pinned to it, who is not in the plan")


def _no_twins(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} {one} is in the plan twice")
        seen.add(one)


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One helper's visit. distance_m: straight line from their home."""

    need_id: str
    volunteer_id: str
    visit: TimeWindow
    distance_m: float
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have to be otherwise for a need to be served, nothing else of the plan given up.

    amount: how much of it, in the unit of `code`: metres further, minutes later or earlier, checks, visits
    more in that week, and minutes_more with them. checks: those it is about.
    """

    code: ReasonCode
    volunteer_id: str
    amount: float
    words: str
    window: TimeWindow | None = None
    checks: frozenset[str] = frozenset()
    minutes_more: int = 0


@dataclass(frozen=True, slots=True)
class PinNotKept:
    """A volunteer is pinned to a need and does not go. words: why."""

    need_id: str
    volunteer_id: str
    words: str


@dataclass(frozen=True, slots=True)
class Unplanned:
    """`short` helpers could not be found for this need. waterfall: people left after each requirement in turn."""

    need_id: str
    short: int
    reason: ReasonCode
    sentence: str
    waterfall: tuple[Step, ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Worth:
    """The dual price of a need: about what one more helper next door, for this need alone, would save.

    places: more helpers found, weighted by urgency as in the plan. metres: less travel, if no more are found. Somebody
    who may go elsewhere too can save more: planning again says how much (`explain.newcomers`).
    """

    need_id: str
    places: float
    metres: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes where and when; visits by start, then need. Each need short of helpers is among `unserved`.

    total: what is minimised: `place_m` metres for each helper not found, times 3, 4 or 5 by urgency, and the metres
    of all visits; and more than all that for each pin that could have been kept and is not. bound: no plan has a
    smaller total. worth: by need, most first.
    """

    visits: tuple[PlannedVisit, ...] = ()
    unserved: tuple[Unplanned, ...] = ()
    worth: tuple[Worth, ...] = ()
    total: float = 0.0
    bound: float = 0.0
    place_m: float = 1.0
    pins_not_kept: tuple[PinNotKept, ...] = ()

    @property
    def gap(self) -> float:
        """How far the total may be from the best, as a share of it: 0 when no plan is better."""
        return (self.total - self.bound) / max(1.0, abs(self.total))

    @property
    def places_filled(self) -> int:
        """How many helpers were found."""
        return len(self.visits)

    @property
    def places_short(self) -> int:
        """How many helpers were not."""
        return sum(one.short for one in self.unserved)

    @property
    def travel_m(self) -> float:
        """All straight lines from home together."""
        return sum(one.distance_m for one in self.visits)


def distance_words(metres: float) -> str:
    """`850 m`, `2.3 km`: for coordinators, who know the homes."""
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"

"""One round's question, frozen: who needs help, who offers it, who has been asked, and what time it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from matcher.domain.geo import Point, TravelMode
from matcher.domain.lifecycle import Urgency
from matcher.domain.timewindow import TimeWindow
from matcher.engine.params import Params


class ReasonCode(StrEnum):
    """Which requirement nobody met: one code for each, in the order in which a waterfall tells them."""

    NOBODY_NEAR = "nobody_near"
    NOBODY_DOES_THIS = "nobody_does_this"
    WINDOW_PASSED = "window_passed"
    NOBODY_FREE = "nobody_free"
    NOBODY_CHECKED = "nobody_checked"
    NOBODY_AS_ASKED = "nobody_as_asked"
    ALL_AT_LIMIT = "all_at_limit"
    ALL_ASKED_ENOUGH = "all_asked_enough"
    ALL_BUSY_ELSEWHERE = "all_busy_elsewhere"
    KEPT_APART = "kept_apart"
    ALL_SAID_NO = "all_said_no"
    KEPT_FOR_ANOTHER = "kept_for_another"
    NEEDED_ELSEWHERE = "needed_elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOccurrence:
    """One dated instance of a need that is short of helpers.

    windows: one or more pieces; a visit of `minutes` lies wholly inside one of them. helpers_wanted: places
    not yet held; live asks are not taken off. point: the exact home, for the engine only. told_point: the
    centre of its cell, from which every word about distance is made. waiting_since: when it was posted, or
    opened. target: by when it should have begun (None: `Params.target_share` of the way through its windows).
    required_checks: names a helper must hold, unexpired to the last day of the windows. musts: traits a helper must
    have. wishes: traits that would be welcome. usual: people who
    helped this resident before and both were happy. held_by: people who already hold a place of it.
    begins_at: when they begin, so that the second helper comes at the same time if that can be. refused_by:
    offers that said no to it. pinned: people the team keeps it for; unless empty, nobody else is asked. usual_first:
    recurring or personal help: the usual people are asked alone at first.
    """

    id: int
    need_id: int
    resident_id: int
    kind: str
    windows: tuple[TimeWindow, ...]
    minutes: int
    helpers_wanted: int = 1
    urgency: Urgency = Urgency.NORMAL
    point: Point
    told_point: Point
    waiting_since: datetime
    target: datetime | None = None
    required_checks: frozenset[str] = frozenset()
    musts: frozenset[str] = frozenset()
    wishes: frozenset[str] = frozenset()
    usual: frozenset[int] = frozenset()
    held_by: frozenset[int] = frozenset()
    begins_at: datetime | None = None
    refused_by: frozenset[int] = frozenset()
    pinned: frozenset[int] = frozenset()
    usual_first: bool = False

    def __post_init__(self) -> None:
        if not self.windows:
            raise ValueError(f"occurrence {self.id} has no time window")
        if self.minutes <= 0 or self.helpers_wanted < 0:
            raise ValueError(f"occurrence {self.id} needs minutes above 0 and helpers of 0 or more")


@dataclass(frozen=True, slots=True)
class HeldVisit:
    """A visit someone holds, is on the way to, or has done: when, and where."""

    window: TimeWindow
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    """One active offer of one person, its availability already expanded over the horizon of the round.

    checks: name -> last day on which it counts, None for no end. traits: what they told of themselves.
    reach_m: straight line. visits_per_week: None for no limit. held: every visit this person holds
    or has done from the Monday of this week on. asked_at: every ask made of this offer in the last fortnight,
    live ones included. leaning: how much likelier than most this person is to say yes, in logits, as learned.
    asks_per_day: None for the scheme's own limit. told_at: when a question of now would reach them, None for at once;
    is_woken: an urgent one would at once, whatever the hour.
    """

    offer_id: int
    person_id: int
    kinds: frozenset[str]
    checks: Mapping[str, date | None] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()
    free: tuple[TimeWindow, ...]
    point: Point
    reach_m: float
    travel_mode: TravelMode = TravelMode.CAR
    visits_per_week: int | None = None
    held: tuple[HeldVisit, ...] = ()
    asked_at: tuple[datetime, ...] = ()
    leaning: float = 0.0
    asks_per_day: int | None = None
    told_at: datetime | None = None
    is_woken: bool = False

    def __post_init__(self) -> None:
        if not self.reach_m >= 0:
            raise ValueError(f"offer {self.offer_id} needs a reach of 0 or more: {self.reach_m}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAsk:
    """Someone has been asked and has not answered. `point` is where the visit would be."""

    occurrence_id: int
    offer_id: int
    visit: TimeWindow
    asked_at: datetime
    point: Point


@dataclass(frozen=True, slots=True)
class Forecast:
    """A need that may yet be posted: nobody is asked about it, but who may be wanted there has a price (`reserve`).

    occurrence: what it would be; its id is below 0, and it has no place to fill. chance: that it will be.
    """

    occurrence: OpenOccurrence
    chance: float

    def __post_init__(self) -> None:
        if self.occurrence.id >= 0 or self.occurrence.helpers_wanted:
            raise ValueError(f"forecast {self.occurrence.id} needs an id below 0 and no helpers")
        if not 0 < self.chance <= 1:
            raise ValueError(f"forecast {self.occurrence.id} needs a chance above 0 and at most 1: {self.chance}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProblem:
    """Everything a round depends on. The order of the collections makes no difference to the answer.

    forecast: what may yet be posted.
    never_pairs: pairs of person ids that are kept apart.
    volunteers: objects in a tuple, or a `Snapshot`, which is columns.
    waived: for an occurrence id, requirements not asked of it: the way to try "what if".
    ValueError if an id occurs twice.
    """

    now: datetime
    params: Params = field(default_factory=Params)
    occurrences: tuple[OpenOccurrence, ...] = ()
    volunteers: Sequence[Volunteer] = ()
    live_asks: tuple[LiveAsk, ...] = ()
    never_pairs: frozenset[frozenset[int]] = frozenset()
    waived: Mapping[int, frozenset[ReasonCode]] = field(default_factory=dict)
    forecast: tuple[Forecast, ...] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now must be aware")
        _no_twins("occurrence", (o.id for o in self.rows))
        if isinstance(self.volunteers, tuple):  # a snapshot has looked at its own
            _no_twins("offer", (v.offer_id for v in self.volunteers))

    @property
    def rows(self) -> tuple[OpenOccurrence, ...]:
        """Every occurrence that is looked at: those that are open, by id, then those that may yet be."""
        by_id = sorted(self.occurrences, key=lambda o: o.id)
        return (*by_id, *(one.occurrence for one in sorted(self.forecast, key=lambda one: -one.occurrence.id)))

    def waiving(self, occurrence_id: int, codes: Collection[ReasonCode]) -> RoundProblem:
        """The same problem with those requirements not asked of that occurrence."""
        already = self.waived.get(occurrence_id, frozenset())
        return replace(self, waived={**self.waived, occurrence_id: already | frozenset(codes)})


def _no_twins(what: str, ids: Iterable[int]) -> None:
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"{what} {one} is in the round twice")
        seen.add(one)

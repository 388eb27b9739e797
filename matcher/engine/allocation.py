"""One round's answer, frozen: whom to ask, who is still being waited for, and why nobody could be found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matcher.domain.timewindow import TimeWindow
from matcher.engine.problem import ReasonCode


@dataclass(frozen=True, slots=True)
class TermLine:
    """One line of a weight: the term's name, what it says here, and its minutes of welfare.

    The words may be shown to the volunteer; the minutes are for the scheme, since they follow the exact
    distance.
    """

    term: str
    words: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this person to make this visit. `breakdown` adds up to `weight_min`; `sentence` holds nothing
    private.
    """

    occurrence_id: int
    offer_id: int
    person_id: int
    visit: TimeWindow
    weight_min: float
    breakdown: tuple[TermLine, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall: how many people are left once the requirement with this label is asked too."""

    label: str
    left: int


@dataclass(frozen=True, slots=True)
class Unserved:
    """Nobody could be asked for `short` places of this occurrence.

    reason: the requirement to relax. also: what must be relaxed with it, empty when one is enough. Relaxing
    them serves the occurrence; no smaller set that includes `reason` does, unless it takes someone from another.
    waterfall: people left after each requirement in turn; the first step counts everyone who could be asked
    at all.
    """

    occurrence_id: int
    reason: ReasonCode
    sentence: str
    waterfall: tuple[Step, ...]
    also: tuple[ReasonCode, ...] = ()
    short: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many people have been asked, just now or before, and are silent. If they still are, one more is asked at
    `next_ask_at`, or looked for again then.

    why_no_more: set when it was time to ask one more and nobody could be (None if somebody could, and it was not worth
    their attention).
    """

    occurrence_id: int
    live: int
    next_ask_at: datetime
    why_no_more: Unserved | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The answer to one round. An occurrence with two places may be among `asks` and, for its other place, in
    `unserved`.

    total: minutes of welfare of the asks. bound: what no choice of asks in the same layers could exceed,
    proved by dual prices. gap: (bound - total) / max(1, |total|), 0 when certified the best.
    """

    asks: tuple[Ask, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    unserved: tuple[Unserved, ...] = ()
    total: float = 0.0
    bound: float = 0.0
    gap: float = 0.0

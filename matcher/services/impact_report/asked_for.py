"""Help that was asked for: how much of it was met, how long a yes took, and why what was not met was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OccurrenceStatus
from matcher.domain.recurrence import Recurrence
from matcher.engine.problem import ReasonCode
from matcher.services.impact_report.scope import Scope
from matcher.store.models import Match, Need, Occurrence, Visit

SHORT: Mapping[ReasonCode, str] = {
    ReasonCode.NOBODY_NEAR: "Nobody near enough",
    ReasonCode.NOBODY_DOES_THIS: "Nobody near does this",
    ReasonCode.WINDOW_PASSED: "Asked too late to get there",
    ReasonCode.NOBODY_FREE: "Nobody free at that time",
    ReasonCode.NOBODY_CHECKED: "Nobody with the checks it needs",
    ReasonCode.NOBODY_AS_ASKED: "Nobody who meets every must-have",
    ReasonCode.ALL_AT_LIMIT: "All had given the visits they offered",
    ReasonCode.ALL_ASKED_ENOUGH: "All had been asked enough",
    ReasonCode.ALL_BUSY_ELSEWHERE: "All were promised elsewhere",
    ReasonCode.KEPT_APART: "To be kept apart",
    ReasonCode.ALL_SAID_NO: "All who were asked said no",
    ReasonCode.KEPT_FOR_ANOTHER: "Kept for somebody who could not come",
    ReasonCode.NEEDED_ELSEWHERE: "Needed elsewhere",
}
OTHERWISE = "Nobody was found in time"


@dataclass(frozen=True, slots=True)
class Met:
    """Visits whose time was over by the last day. called_off ones are in neither of the other two."""

    met: int
    unmet: int
    called_off: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def due(self) -> int:
        """Those that somebody was to come to."""
        return self.met + self.unmet

    @property
    def percent(self) -> int | None:
        """Of those that were due, rounded down: all of them is 100, and nothing less is."""
        return self.met * 100 // self.due if self.due else None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the first yes took, shortest first, of requests made in the time of the report. without_yes: never met.

    What comes every week or is someone's for good is left out, since nobody waits for it, and so is what is still open.
    """

    minutes: tuple[int, ...]
    without_yes: int

    @property
    def asked(self) -> int:
        """How many requests there were."""
        return len(self.minutes) + self.without_yes

    def by_then(self, share: float) -> int | None:
        """In how many minutes that share of all requests had a yes; None if fewer ever got one."""
        place = ceil(share * self.asked)
        return self.minutes[place - 1] if 0 < place <= len(self.minutes) else None

    @property
    def median(self) -> int | None:
        """Half of all requests had a yes by then."""
        return self.by_then(0.5)

    @property
    def p90(self) -> int | None:
        """Nine in ten had a yes by then."""
        return self.by_then(0.9)


def met(session: Session, scope: Scope) -> Met:
    """What came of what was asked for."""
    rows = session.execute(
        select(Occurrence.status, Occurrence.reason_code, func.count())
        .where(
            Occurrence.area_id.in_(scope.area_ids),
            Occurrence.ends_at > scope.begins_at,
            Occurrence.ends_at <= scope.ends_at,
        )
        .group_by(Occurrence.status, Occurrence.reason_code)
    ).all()
    counts: Counter[OccurrenceStatus] = Counter()
    reasons: Counter[str] = Counter()
    for status, code, count in rows:
        counts[status] += count
        if status is OccurrenceStatus.UNMET:
            reasons[reason_words(code)] += count
    in_order = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return Met(
        counts[OccurrenceStatus.DONE],
        counts[OccurrenceStatus.UNMET],
        counts[OccurrenceStatus.CANCELLED],
        tuple(in_order),
    )


def waits(session: Session, scope: Scope) -> Waits:
    """From asking to the first yes."""
    since = case((Need.recurrence == Recurrence.ONCE, Need.posted_at), else_=Occurrence.open_since)
    is_theirs = select(Match.id).where(Match.occurrence_id == Occurrence.id, Match.arrangement_id.is_not(None)).exists()
    rows = session.execute(
        select(since, func.min(Visit.held_at), Occurrence.status)
        .join(Need, Need.id == Occurrence.need_id)
        .outerjoin(Visit, Visit.occurrence_id == Occurrence.id)
        .where(
            Occurrence.area_id.in_(scope.area_ids),
            Need.recurrence != Recurrence.WEEKLY,
            since >= scope.begins_at,
            since < scope.ends_at,
            ~is_theirs,
        )
        .group_by(Occurrence.id, Need.id)
    ).all()
    said = [yes_at - asked_at for asked_at, yes_at, _ in rows if yes_at is not None]
    given_up = sum(yes_at is None and status is OccurrenceStatus.UNMET for _, yes_at, status in rows)
    return Waits(_minutes(said), given_up)


def reason_words(code: str | None) -> str:
    """Why nobody came, in a few words."""
    return SHORT[ReasonCode(code)] if code in set(ReasonCode) else OTHERWISE


def _minutes(waited: Sequence[timedelta]) -> tuple[int, ...]:
    return tuple(sorted(max(0, wait // timedelta(minutes=1)) for wait in waited))

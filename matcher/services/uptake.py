"""Sign-ups, answers and visits in an area, week by week, for as many weeks before a reward began as since.

What came after may have come by itself: nothing here says that the reward brought it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Date, cast, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import MatchStatus, VisitStatus
from matcher.domain.localtime import LONDON, at_local, local_day
from matcher.domain.timewindow import TimeWindow
from matcher.engine import uptake
from matcher.engine.uptake import FEWEST_WEEKS, Difference
from matcher.services.rewards import RewardView
from matcher.store.models import Match, Need, Occurrence, Offer, Person, Visit

WEEK = timedelta(days=7)
MOST_WEEKS = 12
_SETTLED = (MatchStatus.ACCEPTED, MatchStatus.DECLINED, MatchStatus.LAPSED)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days in the area. asked: people whose question is settled, by the day it was put; yes: of them."""

    first: date
    sign_ups: int
    asked: int
    yes: int
    visits: int


@dataclass(frozen=True, slots=True)
class Uptake:
    """As many weeks before as since, in order; none while the first week since is not over, or nothing is known before.

    is_known_before: the area has a whole week of history before.
    """

    before: tuple[Week, ...]
    since: tuple[Week, ...]
    is_known_before: bool

    @property
    def weeks(self) -> int:
        """How many there are on each side."""
        return len(self.since)

    @property
    def is_few(self) -> bool:
        """So few weeks that they say little."""
        return self.weeks < FEWEST_WEEKS

    def a_week(self, what: str) -> tuple[float, float]:
        """Before and since: `sign_ups` or `visits`, on average."""
        before, since = (sum(getattr(week, what) for week in side) for side in (self.before, self.since))
        return (before / self.weeks, since / self.weeks) if self.weeks else (0.0, 0.0)

    def difference(self, what: str) -> Difference | None:
        """Of `sign_ups` or `visits` a week; None where it cannot be told."""
        return uptake.of_weeks(*([getattr(week, what) for week in side] for side in (self.before, self.since)))

    @property
    def answers(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """(yes, asked) before and since."""
        before, since = ((sum(w.yes for w in side), sum(w.asked for w in side)) for side in (self.before, self.since))
        return before, since

    @property
    def difference_of_yes(self) -> Difference | None:
        """Of the shares of yes; None where it cannot be told."""
        return None if self.is_few else uptake.of_shares(*self.answers)


def read(session: Session, reward: RewardView) -> Uptake:
    """The weeks nearest to the reward's first day, twelve on each side at most."""
    until = min(reward.today, reward.ends_on or reward.today)
    since = (until - reward.starts_on) // WEEK
    known = (reward.starts_on - (_known_since(session, reward.area_id) or reward.today)) // WEEK
    weeks = max(0, min(since, known, MOST_WEEKS))
    first = reward.starts_on - weeks * WEEK
    all_weeks = _weeks(session, reward.area_id, first, 2 * weeks) if weeks else ()
    return Uptake(all_weeks[:weeks], all_weeks[weeks:], is_known_before=known > 0)


def _known_since(session: Session, area_id: int) -> date | None:
    """The first day on which anybody asked or offered there."""
    asked = select(func.min(Need.posted_at)).where(Need.area_id == area_id)
    offered = (
        select(func.min(Offer.made_at)).join(Person, Person.id == Offer.person_id).where(Person.area_id == area_id)
    )
    found = [at for at in (session.scalar(asked), session.scalar(offered)) if at is not None]
    return local_day(min(found)) if found else None


def _weeks(session: Session, area_id: int, first: date, count: int) -> tuple[Week, ...]:
    window = TimeWindow(at_local(first, time()), at_local(first + count * WEEK, time()))
    here = Need.area_id == area_id
    visit = select(func.count()).join(Occurrence, Occurrence.id == Visit.occurrence_id)
    ask = select(func.count()).join(Occurrence, Occurrence.id == Match.occurrence_id)
    settled = (here, Match.arrangement_id.is_(None), Match.status.in_(_SETTLED))
    counted = {
        "sign_ups": (
            select(func.count()).join(Person, Person.id == Offer.person_id).where(Person.area_id == area_id),
            Offer.made_at,
        ),
        "asked": (ask.join(Need, Need.id == Occurrence.need_id).where(*settled), Match.asked_at),
        "yes": (
            ask.join(Need, Need.id == Occurrence.need_id).where(*settled, Match.status == MatchStatus.ACCEPTED),
            Match.asked_at,
        ),
        "visits": (
            visit.join(Need, Need.id == Occurrence.need_id).where(here, Visit.status == VisitStatus.DONE),
            Visit.starts_at,
        ),
    }
    by_week = {name: _by_week(session, wanted, at, first, window) for name, (wanted, at) in counted.items()}
    return tuple(
        Week(first + number * WEEK, **{name: found.get(number, 0) for name, found in by_week.items()})
        for number in range(count)
    )


def _by_week(session: Session, wanted: Any, at: Any, first: date, window: TimeWindow) -> Mapping[int, int]:
    """How many there were in each week that has any, by its number."""
    day = cast(func.timezone(LONDON.key, at), Date)
    rows = session.execute(wanted.add_columns(day).where(at >= window.start, at < window.end).group_by(day))
    weeks: Counter[int] = Counter()
    for count, on in rows:
        weeks[(on - first) // WEEK] += count
    return weeks

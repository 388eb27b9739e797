"""Both sides of it: what share of needs was met, and what share of willing people was asked. Counted, never kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus
from matcher.domain.localtime import last_midnight
from matcher.domain.small_numbers import FEWEST_SHOWN
from matcher.store.models import Area, Match, Occurrence, Offer, Person

DAYS = 28
ENOUGH_WAIT = 30  # in 100: where more of the willing were not asked, nobody is recruited
_MET = (OccurrenceStatus.FILLED, OccurrenceStatus.DONE)
_STEPS = ((0, 0, "Never"), (1, 2, "Once or twice"), (3, 8, "3 to 8 times"), (9, 10**6, "9 times or more"))


@dataclass(frozen=True, slots=True)
class AreaWaits:
    """Of an area: willing people, and how many of them nobody asked."""

    area: str
    willing: int
    never: int

    @property
    def share(self) -> int:
        """Never asked, in 100: only all of them are 100."""
        return 100 * self.never // self.willing


@dataclass(frozen=True, slots=True)
class Fairness:
    """The last 28 days. met of ended: visits whose time has passed. often: (how often asked, how many people).
    waiting: areas where enough people wait to be asked, the most first.
    """

    met: int
    ended: int
    willing: int
    never: int
    often: tuple[tuple[str, int], ...]
    waiting: tuple[AreaWaits, ...]

    @property
    def title(self) -> str:
        """The finding."""
        if not self.willing:
            return "Nobody offers help yet"
        if not self.ended:
            return f"No visit was wanted, and {self._not_asked}"
        return f"{self._needs_met}, and {self._not_asked}. Both are true"

    @property
    def _needs_met(self) -> str:
        if self.ended == 1:
            return f"The only visit that was wanted was {'met' if self.met else 'not met'}"
        return f"{self.met * 100 // self.ended}% of needs were met"

    @property
    def _not_asked(self) -> str:
        if self.willing == 1:
            return f"the only willing person was {'not ' * self.never}asked"
        if not self.never:
            return "every willing person was asked"
        share = self.never * 100 // self.willing
        return f"{share if share else 'under 1'}% of willing people were not asked"


def read(session: Session, area_ids: frozenset[int], *, now: datetime) -> Fairness:
    """Of these areas: two queries."""
    asked = (
        select(Match.offer_id, func.count().label("times"))
        .where(Match.asked_at > now - timedelta(days=DAYS), Match.asked_at <= now, Match.arrangement_id.is_(None))
        .group_by(Match.offer_id)
        .subquery()
    )
    times = func.coalesce(asked.c.times, 0)
    count = func.count()
    rows: Any = session.execute(
        select(
            Area.name,
            *(count.filter(times.between(low, high)) for low, high, _ in _STEPS),
        )
        .select_from(Offer)
        .join(Person, Person.id == Offer.person_id)
        .join(Area, Area.id == Person.area_id)
        .outerjoin(asked, asked.c.offer_id == Offer.id)
        .where(Offer.status == OfferStatus.ACTIVE, Person.area_id.in_(area_ids))
        .group_by(Area.name)
        .order_by(Area.name)
    ).all()
    met, ended = _met(session, area_ids, now)
    areas = [AreaWaits(name, sum(steps), steps[0]) for name, *steps in rows]
    waiting = [one for one in areas if one.share > ENOUGH_WAIT and one.never >= FEWEST_SHOWN]
    return Fairness(
        met=met,
        ended=ended,
        willing=sum(one.willing for one in areas),
        never=sum(one.never for one in areas),
        often=tuple((words, sum(row[n] for row in rows)) for n, (_, _, words) in enumerate(_STEPS, 1)),
        waiting=tuple(sorted(waiting, key=lambda one: (-one.share, one.area))),
    )


def in_public(session: Session, *, now: datetime) -> tuple[int, int] | None:
    """For anyone to read, of the whole scheme up to last midnight: needs met and willing people asked, each in 100 and
    rounded to 5. None while one of the four groups they are made of is of fewer than five: then a share would tell of
    somebody.
    """
    area_ids = frozenset(session.scalars(select(Area.id)))
    found = read(session, area_ids, now=last_midnight(now))
    asked = found.willing - found.never
    is_few = 0 < found.ended - found.met < FEWEST_SHOWN or 0 < found.never < FEWEST_SHOWN
    if is_few or min(found.met, asked) < FEWEST_SHOWN:
        return None
    return _to_5(found.met, found.ended), _to_5(asked, found.willing)


def _to_5(part: int, whole: int) -> int:
    """Only all of them are 100."""
    return 100 if part == whole else min(95, 5 * round(20 * part / whole))


def _met(session: Session, area_ids: frozenset[int], now: datetime) -> tuple[int, int]:
    over = (*_MET, OccurrenceStatus.UNMET)
    row = session.execute(
        select(func.count().filter(Occurrence.status.in_(_MET)), func.count()).where(
            Occurrence.area_id.in_(area_ids),
            Occurrence.status.in_(over),
            Occurrence.ends_at <= now,
            Occurrence.ends_at > now - timedelta(days=DAYS),
        )
    ).one()
    return row[0], row[1]

"""The visits of today as a street: how many have someone coming, hour by hour, and which houses are dark.

A house is lit when every place of its visit is held, or it was done; dark as long as it stands on the list of what has
nobody. The numbers of the dark are those of that list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Boolean, DateTime, Integer, and_, case, cast, false, func, literal, null, select, true
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import HOLDING, OccurrenceStatus, VisitStatus
from matcher.domain.localtime import at_local, clock_words, local_day
from matcher.domain.small_numbers import all_of
from matcher.services import unfilled
from matcher.services.unfilled import Choice
from matcher.store.models import Need, Occurrence, Visit

LAMP_WITHIN = timedelta(hours=4)
HOUSES_DRAWN = 60  # more than that are drawn as bars, the dark ones first
_TIME = DateTime(timezone=True)


@dataclass(frozen=True, slots=True)
class House:
    """A visit of today. number: of its row in the list, None while the row is not among those chosen. day: in words,
    in a street of several days.
    """

    hour: int
    is_lit: bool
    has_lamp: bool = False
    number: int | None = None
    day: str = ""


@dataclass(frozen=True, slots=True)
class Hour:
    """How many visits begin in an hour of the day, by London clocks. lamps: dark ones that start soon."""

    hour: int
    lit: int
    dark: int
    lamps: int

    @property
    def words(self) -> str:
        """`9am`."""
        return f"{self.hour % 12 or 12}{'am' if self.hour < 12 else 'pm'}"


@dataclass(frozen=True, slots=True)
class Street:
    """All visits of today. houses: one by one, in the order of their start, where they are few enough to draw; else
    the first of the dark. first_dark: when the first of them starts, None if it has begun or none is dark.
    """

    hours: tuple[Hour, ...]
    houses: tuple[House, ...]
    on_way: int
    lamps_until: str
    first_dark: datetime | None

    @property
    def lit(self) -> int:
        """Visits with someone coming, or done."""
        return sum(one.lit for one in self.hours)

    @property
    def dark(self) -> int:
        """Visits with nobody yet."""
        return sum(one.dark for one in self.hours)

    @property
    def lamps(self) -> int:
        """Dark ones that start within four hours."""
        return sum(one.lamps for one in self.hours)

    @property
    def count(self) -> int:
        """All of them."""
        return self.lit + self.dark

    @property
    def share(self) -> int:
        """The lit, in 100: only all of them are 100."""
        return 100 * self.lit // self.count if self.count else 0

    @property
    def is_drawn_one_by_one(self) -> bool:
        """True if every house is among `houses`."""
        return self.count <= HOUSES_DRAWN

    @property
    def title(self) -> str:
        """What there is to be seen, in words."""
        if not self.count:
            return "No visits today"
        if not self.dark:
            return f"{'The one visit of' if self.count == 1 else 'Every visit'} today has someone coming"
        return f"{self._coming} {self._soon}"

    @property
    def _coming(self) -> str:
        if self.count == 1:
            return "The one visit of today has nobody yet."
        return f"{self.lit:,} of {self.count:,} visits today {'has' if self.lit == 1 else 'have'} someone coming."

    @property
    def _soon(self) -> str:
        if not self.lamps:
            return f"No dark house starts before {self.lamps_until}."
        if self.dark == 1:
            return f"The dark house starts before {self.lamps_until}."
        return f"{self._with_a_lamp} {'starts' if self.lamps == 1 else 'start'} before {self.lamps_until}."

    @property
    def _with_a_lamp(self) -> str:
        if self.lamps < self.dark:
            return f"{self.lamps:,} of the {self.dark:,} dark houses"
        return f"{all_of(self.dark)} dark houses"


def read(session: Session, area_ids: frozenset[int], choice: Choice, *, now: datetime) -> Street:
    """Today by London clocks: two queries, whatever the number of visits."""
    soon = now + LAMP_WITHIN
    rows = session.execute(_hours_and_houses(_lit(area_ids, now), _dark(area_ids, choice, now), soon)).all()
    hours = tuple(Hour(row.hour, row.lit, row.dark, row.lamps) for row in rows if row.at is None)
    houses = [row for row in rows if row.at is not None]
    first = min((row.at for row in houses if not row.is_lit), default=None)
    return Street(
        hours=hours,
        houses=tuple(House(row.hour, row.is_lit, row.lamps > 0, row.number) for row in houses),
        on_way=_on_way(session, area_ids, now),
        lamps_until=clock_words(soon),
        first_dark=first if first and first > now else None,
    )


def _hours_and_houses(lit: Any, dark: Any, soon: datetime) -> Any:
    """One row for each hour, which has no `at`, then one for each house that is drawn: read once for both, as finding
    the visits of today is what costs.
    """
    every = lit.union_all(dark).cte("every")
    hour = func.extract("hour", func.timezone("Europe/London", every.c.at)).cast(Integer).label("hour")
    is_lamp = ~every.c.is_lit & (every.c.at < soon)
    count = func.count()
    hours = select(
        hour,
        *(null().cast(_TIME).label("at"), null().cast(Boolean).label("is_lit"), null().cast(Integer).label("place")),
        null().cast(Integer).label("number"),
        count.filter(every.c.is_lit).label("lit"),
        count.filter(~every.c.is_lit).label("dark"),
        count.filter(is_lamp).label("lamps"),
    ).group_by(hour)
    is_small = select(count <= HOUSES_DRAWN).select_from(every).scalar_subquery()
    houses = (
        select(
            *(hour, every.c.at, every.c.is_lit, every.c.place, every.c.number),
            *(cast(every.c.is_lit, Integer), cast(~every.c.is_lit, Integer), cast(is_lamp, Integer)),
        )
        .where(is_small | ~every.c.is_lit)
        .order_by(every.c.at, every.c.place)
        .limit(HOUSES_DRAWN)
    )
    both = hours.union_all(houses).subquery()
    return select(both).order_by(both.c.at.nulls_first(), both.c.place, both.c.hour)


def _today(now: datetime) -> tuple[datetime, datetime]:
    day = local_day(now)
    return at_local(day, time()), at_local(day + timedelta(days=1), time())


def _lit(area_ids: frozenset[int], now: datetime) -> Any:
    starts, ends = _today(now)
    at = func.min(Visit.starts_at)
    return (
        select(at.label("at"), true().label("is_lit"), literal(0).label("place"), null().cast(Integer).label("number"))
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(
            Occurrence.area_id.in_(area_ids),
            Occurrence.status.in_((OccurrenceStatus.FILLED, OccurrenceStatus.DONE)),
            Visit.status.in_(HOLDING),
            Visit.starts_at >= starts,
            Visit.starts_at < ends,
        )
        .group_by(Visit.occurrence_id)
    )


def _dark(area_ids: frozenset[int], choice: Choice, now: datetime) -> Any:
    """Those of the list whose next stretch of time is today. All that come before them in the list start no later, so
    that their numbers are counted among these rows alone.
    """
    starts, ends = _today(now)
    place = func.row_number().over(order_by=unfilled.SOONEST)
    rows = (
        select(
            _next_start(now).label("at"),
            place.label("place"),
            and_(true(), *unfilled.chosen_by(choice)).label("is_chosen"),
        )
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .where(*unfilled.is_looked_for(area_ids), Occurrence.starts_at < ends)
        .subquery()
    )
    return select(
        func.greatest(rows.c.at, starts, type_=_TIME).label("at"),
        false().label("is_lit"),
        rows.c.place,
        case((rows.c.is_chosen, rows.c.place)).cast(Integer).label("number"),
    ).where(rows.c.at < ends)


def _next_start(now: datetime) -> Any:
    """When the first stretch of an occurrence that is not over begins; its last word if all are over."""
    piece = func.unnest(Occurrence.windows).column_valued("piece")
    left = select(func.min(func.lower(piece, type_=_TIME))).where(func.upper(piece, type_=_TIME) > now)
    begun = func.coalesce(left.correlate(Occurrence).scalar_subquery(), Occurrence.starts_at)
    return case((Occurrence.starts_at >= now, Occurrence.starts_at), else_=begun)


def _on_way(session: Session, area_ids: frozenset[int], now: datetime) -> int:
    starts, ends = _today(now)
    wanted = (
        select(func.count())
        .select_from(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(
            Occurrence.area_id.in_(area_ids),
            Visit.status == VisitStatus.ON_WAY,
            Visit.starts_at >= starts,
            Visit.starts_at < ends,
        )
    )
    return session.execute(wanted).scalar_one()

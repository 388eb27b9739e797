"""Where and when a scheme is short: for each area and part of the week, visits wanted less visits that the people who
live there would make. A read: counted from the last 90 days and from what people offer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Time,
    Values,
    any_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    values,
)
from sqlalchemy.orm import Session

from matcher.domain.availability import BANDS
from matcher.domain.lifecycle import OccurrenceStatus, OfferStatus
from matcher.engine.recruiting import Recruit
from matcher.services import recruiting
from matcher.services.recruiting import DAYS
from matcher.store.models import Area, AvailabilityRule, Need, Occurrence, Offer, Person

USUAL_VISITS = 2  # a week, of who set no limit
ROWS_AT_FIRST = 15
MOST_ROWS = 25
_SATURDAY = 5  # Monday is 0
_FRIDAY = 5  # Monday is 1, as PostgreSQL counts
_WANTED = (OccurrenceStatus.FILLED, OccurrenceStatus.DONE, OccurrenceStatus.UNMET)
_PARTS = {"early": "morning", "am": "morning", "pm": "afternoon", "eve": "evening"}
_PARTS_OF_DAY = tuple(dict.fromkeys(_PARTS.values()))
TIMES: tuple[tuple[bool, str, str], ...] = tuple(
    (is_weekend, part, f"{'Weekend' if is_weekend else 'Weekday'} {part}")
    for is_weekend, part in product((False, True), _PARTS_OF_DAY)
)


@dataclass(frozen=True, slots=True)
class GapCell:
    """One area at one part of the week. short: visits a week with nobody; below 0 to spare; None: not known."""

    short: int | None

    @property
    def words(self) -> str:
        """`short 4`, `even`, `spare 2`, `not known`."""
        if self.short is None:
            return "not known"
        if self.short == 0:
            return "even"
        return f"short {self.short:,}" if self.short > 0 else f"spare {-self.short:,}"

    @property
    def step(self) -> str:
        """Which shade: `none`, `spare`, `even`, 1, 2 or 3."""
        if self.short is None:
            return "none"
        if self.short <= 0:
            return "even" if self.short == 0 else "spare"
        return "1" if self.short <= 2 else "2" if self.short <= 4 else "3"


@dataclass(frozen=True, slots=True)
class GapRow:
    """An area, with a cell for each of TIMES."""

    area_id: int
    area: str
    cells: tuple[GapCell, ...]

    @property
    def total(self) -> int:
        """Everything it is short of."""
        return sum(max(0, cell.short or 0) for cell in self.cells)

    @property
    def is_unknown(self) -> bool:
        """True if nothing is wanted there and nothing offered: nothing to be drawn."""
        return all(cell.short is None for cell in self.cells)


@dataclass(frozen=True, slots=True)
class GapGrid:
    """The areas, the shortest first. more: rows that are not shown. unmet: visits nobody came to in 90 days."""

    rows: tuple[GapRow, ...]
    totals: tuple[int, ...]
    more: int
    unmet: int
    title: str


def read(session: Session, area_ids: frozenset[int], *, now: datetime, is_whole: bool = False) -> GapGrid:
    """The grid: four queries, whatever the size."""
    names = session.execute(select(Area.id, Area.name).where(Area.id.in_(area_ids)).order_by(Area.name)).all()
    wanted, can = _wanted(session, area_ids, now), _can(session, area_ids)
    rows = sorted(
        (GapRow(area_id, name, tuple(_cell(wanted, can, area_id, time) for time in TIMES)) for area_id, name in names),
        key=lambda row: (-row.total, row.area),
    )
    shown = rows if is_whole or len(rows) <= MOST_ROWS else rows[:ROWS_AT_FIRST]
    return GapGrid(
        rows=tuple(shown),
        totals=tuple(sum(max(0, row.cells[n].short or 0) for row in rows) for n in range(len(TIMES))),
        more=len(rows) - len(shown),
        unmet=_unmet(session, area_ids, now),
        title=_title(rows),
    )


def whom_to_recruit(session: Session, area_id: int, *, area_ids: frozenset[int], now: datetime) -> tuple[Recruit, ...]:
    """Whom to invite in one area: each tried by solving its last 90 days again. None for an area of others."""
    if area_id not in area_ids:
        return ()
    return recruiting.where_to_recruit(session, now=now, area_id=area_id)


def _title(rows: Sequence[GapRow]) -> str:
    short = [row for row in rows if row.total]
    if all(row.is_unknown for row in rows):
        return "Nothing is known yet: no visit was wanted in 90 days, and nobody says when they are free"
    if not short:
        return "No area is short at any time of the week"
    areas_short = [sum((row.cells[n].short or 0) > 0 for row in rows) for n in range(len(TIMES))]
    worst = max(range(len(TIMES)), key=lambda n: areas_short[n])
    where = f"in {areas_short[worst]} of {len(rows)} areas" if len(rows) > 1 else f"in {rows[0].area}"
    return f"{TIMES[worst][2]}s are short {where}. {_shortest(short)} a week with nobody"


def _shortest(short: Sequence[GapRow]) -> str:
    """Where most is short. Of one area alone, or of several that are alike, none is said to stand out."""
    most = short[0].total
    visits = "1 visit" if most == 1 else f"{most:,} visits"
    alike = sum(row.total == most for row in short)
    if len(short) == 1:
        return f"{short[0].area} has {visits}"
    return f"{alike} areas have {visits} each" if alike > 1 else f"{short[0].area} is shortest overall: {visits}"


_Key = tuple[int, bool, str]


def _cell(wanted: Mapping[_Key, float], can: Mapping[_Key, float], area_id: int, at: tuple[bool, str, str]) -> GapCell:
    key = (area_id, at[0], at[1])
    if key not in wanted and key not in can:
        return GapCell(None)
    return GapCell(round(wanted.get(key, 0.0) - can.get(key, 0.0)))


def _bands() -> Values:
    """Each band of the day with the part it belongs to, and its hours."""
    columns = column("name", String), column("words", String), column("opens", Time), column("closes", Time)
    return values(*columns, name="bands").data(
        [(name, _PARTS[name], opens, closes) for name, (opens, closes) in BANDS.items()]
    )


def _wanted(session: Session, area_ids: frozenset[int], now: datetime) -> Mapping[_Key, float]:
    """Places wanted a week; one that may be at several times of day counts as a part at each."""
    bands = _bands()
    day = func.extract("isodow", func.timezone("Europe/London", Occurrence.starts_at)).cast(Integer)
    places = (
        select(
            Occurrence.area_id,
            (day > _FRIDAY).label("weekend"),
            bands.c.words,
            (Occurrence.helpers * 1.0 / func.cardinality(Need.bands)).label("places"),
        )
        .select_from(Occurrence)
        .join(Need, Need.id == Occurrence.need_id)
        .join(bands, bands.c.name == any_(Need.bands))
        .where(
            Occurrence.area_id.in_(area_ids),
            Occurrence.status.in_(_WANTED),
            Occurrence.ends_at > now - timedelta(days=DAYS),
            Occurrence.ends_at <= now,
        )
        .subquery()
    )
    cell = places.c.area_id, places.c.weekend, places.c.words
    rows = session.execute(select(*cell, func.sum(places.c.places)).group_by(*cell))
    return {(area_id, weekend, words): float(count) * 7 / DAYS for area_id, weekend, words, count in rows}


def _can(session: Session, area_ids: frozenset[int]) -> Mapping[_Key, float]:
    """Visits a week that the people who live there offer, spread evenly over the times at which they are free."""
    free = (
        select(AvailabilityRule.offer_id, func.bit_or(_times_of_a_rule()).label("times"))
        .group_by(AvailabilityRule.offer_id)
        .subquery()
    )
    visits = func.sum(func.coalesce(Offer.visits_per_week, USUAL_VISITS))
    rows = session.execute(
        select(Person.area_id, free.c.times, visits)
        .select_from(free)
        .join(Offer, Offer.id == free.c.offer_id)
        .join(Person, Person.id == Offer.person_id)
        .where(Offer.status == OfferStatus.ACTIVE, Person.area_id.in_(area_ids), free.c.times != 0)
        .group_by(Person.area_id, free.c.times)
    )
    can: dict[_Key, float] = defaultdict(float)
    for area_id, times, offered in rows:
        is_then = [time for n, time in enumerate(TIMES) if times >> n & 1]
        for is_weekend, part, _ in is_then:
            can[area_id, is_weekend, part] += offered / len(is_then)
    return can


def _times_of_a_rule() -> ColumnElement[int]:
    """A rule's parts of the week, the nth bit for the nth of TIMES: so each rule is read once, and each person is one
    row, whatever the number of their times.
    """
    bits: ColumnElement[int] = literal(0)
    for n, part in enumerate(_PARTS_OF_DAY):
        hours = [BANDS[band] for band in BANDS if _PARTS[band] == part]
        is_open = or_(
            *((AvailabilityRule.opens < closes) & (AvailabilityRule.closes > opens) for opens, closes in hours)
        )
        bits = bits + case((is_open, 1 << n), else_=0)
    return bits * case((AvailabilityRule.weekday >= _SATURDAY, 1 << len(_PARTS_OF_DAY)), else_=1)


def _unmet(session: Session, area_ids: frozenset[int], now: datetime) -> int:
    wanted = select(func.count()).where(
        Occurrence.area_id.in_(area_ids),
        Occurrence.status == OccurrenceStatus.UNMET,
        Occurrence.ends_at > now - timedelta(days=DAYS),
        Occurrence.ends_at <= now,
    )
    return session.execute(wanted).scalar_one()

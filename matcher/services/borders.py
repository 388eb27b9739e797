"""Which area a home, a request or a place belongs to, and what goes elsewhere when the borders change.

A home belongs to the nearest open area whose reach holds it (`addresses.area_at`). Where no reach holds it any longer,
it keeps the area it had: only the closing of an area asks that nobody is left behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import CTE, BigInteger, ScalarSelect, Select, Update, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute, Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import NeedStatus
from matcher.store.bulk import among, given_rows
from matcher.store.models import Area, Home, Need, Occurrence, Person, Place, Postcode

UNDER_WAY = (NeedStatus.OPEN, NeedStatus.PAUSED)
_FIGURES = {name: BigInteger() for name in ("area_id", "easting", "northing", "covers_m")}
_Grid = tuple[InstrumentedAttribute[int], InstrumentedAttribute[int]]
_AT_HOME = (Home.person_id == Person.id,)
_STANDING = (Place.gone_at.is_(None),)


@dataclass(frozen=True, slots=True)
class Border:
    """How far an area reaches: a circle about its middle, in metres of the national grid."""

    area_id: int
    easting: int
    northing: int
    covers_m: int


@dataclass(frozen=True, slots=True)
class Going:
    """Everything that leaves one area for another, by id: people with a home, their open requests, places."""

    from_id: int
    to_id: int
    people: tuple[int, ...]
    needs: tuple[int, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What other borders do. stranded: homes that an area held and none would hold; postcodes: that each would hold."""

    going: tuple[Going, ...]
    stranded: int
    postcodes: Mapping[int, int]


def standing(session: Session) -> tuple[Border, ...]:
    """The borders of the open areas."""
    rows = session.scalars(select(Area).where(Area.closed_at.is_(None)).order_by(Area.id))
    return tuple(Border(row.id, row.easting, row.northing, row.covers_m) for row in rows)


def redraw(session: Session, before: Collection[Border], after: Collection[Border]) -> Redrawn:
    """What would go where if the borders were these; nothing is written."""
    was, will = _as_table(before, "was"), _as_table(after, "will")
    homes = _moves(session, was, will, (Person.id, Person.area_id), (Home.easting, Home.northing), _AT_HOME)
    people = {person_id: (from_id, to_id) for person_id, from_id, to_id in homes if to_id is not None}
    places = _moves(session, was, will, (Place.id, Place.area_id), (Place.easting, Place.northing), _STANDING)
    return Redrawn(
        going=_grouped(people, _needs_of(session, people), [row for row in places if row[2] is not None]),
        stranded=sum(to_id is None for _, _, to_id in homes),
        postcodes=_postcodes(session, will),
    )


def people_by_area(session: Session) -> Mapping[int, int]:
    """How many live in each."""
    return _counted(session, Person.area_id, select(Person.area_id).join(Home, *_AT_HOME))


def needs_by_area(session: Session) -> Mapping[int, int]:
    """How much was asked for in each and is not over."""
    return _counted(session, Need.area_id, select(Need.area_id).where(Need.status.in_(UNDER_WAY)))


def places_by_area(session: Session) -> Mapping[int, int]:
    """How many places stand in each."""
    return _counted(session, Place.area_id, select(Place.area_id).where(*_STANDING))


def move(session: Session, redrawn: Redrawn, *, instead: Mapping[int, int]) -> None:
    """Let everything go where it now belongs. Occurrences are locked first, as everywhere, and follow their needs.

    instead: the id of an area that had another while it was looked at. BadInput for a place whose name is taken there.
    """
    needs = [need_id for one in redrawn.going for need_id in one.needs]
    of_these = select(Occurrence.id).where(among(Occurrence.need_id, needs)).order_by(Occurrence.id)
    session.execute(of_these.with_for_update())
    for one in redrawn.going:
        to_id = instead.get(one.to_id, one.to_id)
        _send(session, update(Person).where(among(Person.id, one.people)), to_id)
        _send(session, update(Need).where(among(Need.id, one.needs)), to_id)
        try:
            with session.begin_nested():
                _send(session, update(Place).where(among(Place.id, one.places)), to_id)
        except IntegrityError as error:
            if "uq_places_name" not in str(error.orig):
                raise
            raise BadInput(
                "Two places of one kind and name would stand in one area. Give one another name at Places first",
                field="covers",
            ) from None
    session.expire_all()


def _counted(session: Session, area_id: InstrumentedAttribute[int], those: Select[Any]) -> Mapping[int, int]:
    rows = session.execute(those.add_columns(func.count()).group_by(area_id))
    return Counter({of: count for of, count in rows})  # noqa: C416 (a Row is not a pair to dict())


def _send(session: Session, rows: Update, to_id: int) -> None:
    session.execute(rows.values(area_id=to_id), execution_options={"synchronize_session": False})


def _as_table(borders: Collection[Border], name: str) -> CTE:
    given = given_rows(_FIGURES, map(asdict, borders))
    return select(*(given.c[name] for name in _FIGURES)).cte(name).prefix_with("materialized")


def _belongs_to(borders: CTE, at: _Grid) -> ScalarSelect[int]:
    """The nearest whose reach holds the point; the older of two that are as near."""
    away = func.power(borders.c.easting - at[0], 2) + func.power(borders.c.northing - at[1], 2)
    holding = select(borders.c.area_id).where(away <= func.power(borders.c.covers_m, 2))
    return holding.order_by(away, borders.c.area_id).limit(1).correlate_except(borders).scalar_subquery()


def _moves(
    session: Session,
    was: CTE,
    will: CTE,
    row: tuple[InstrumentedAttribute[int], InstrumentedAttribute[int]],
    at: _Grid,
    there: Iterable[Any],
) -> list[tuple[int, int, int | None]]:
    """(id, from, to) of each that these borders, and not the old ones, send elsewhere; to None where none holds it."""
    row_id, area_id = row
    found = (
        select(row_id.label("id"), area_id.label("from_id"))
        .add_columns(_belongs_to(was, at).label("before"), _belongs_to(will, at).label("after"))
        .where(*there)
        .subquery()
    )
    is_sent = or_(found.c.before.is_distinct_from(found.c.after), found.c.from_id.not_in(select(will.c.area_id)))
    goes = select(found.c.id, found.c.from_id, found.c.after).where(
        is_sent, found.c.from_id.is_distinct_from(found.c.after)
    )
    return [(one, from_id, to_id) for one, from_id, to_id in session.execute(goes.order_by(found.c.id))]


def _needs_of(session: Session, people: Mapping[int, tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(id, from, to) of what they asked for and is not over."""
    asked = select(Need.id, Need.area_id, Need.resident_id).where(
        among(Need.resident_id, people), Need.status.in_(UNDER_WAY)
    )
    return [(need_id, from_id, people[who][1]) for need_id, from_id, who in session.execute(asked.order_by(Need.id))]


def _grouped(
    people: Mapping[int, tuple[int, int]],
    needs: Iterable[tuple[int, int, int]],
    places: Iterable[tuple[int, int, int | None]],
) -> tuple[Going, ...]:
    found: dict[tuple[int, int], tuple[list[int], list[int], list[int]]] = {}
    rows = (
        ((person_id, *ends) for person_id, ends in people.items()),
        ((need_id, from_id, to_id) for need_id, from_id, to_id in needs if from_id != to_id),
        places,
    )
    for sort, of_sort in enumerate(rows):
        for one, from_id, to_id in of_sort:
            if to_id is not None:
                found.setdefault((from_id, to_id), ([], [], []))[sort].append(one)
    return tuple(
        Going(from_id, to_id, tuple(who), tuple(asked), tuple(stand))
        for (from_id, to_id), (who, asked, stand) in sorted(found.items())
    )


def _postcodes(session: Session, borders: CTE) -> Mapping[int, int]:
    nearest = _belongs_to(borders, (Postcode.easting, Postcode.northing)).label("area_id")
    found = session.scalars(select(nearest).where(Postcode.withdrawn_on.is_(None)))
    return Counter(area_id for area_id in found if area_id is not None)

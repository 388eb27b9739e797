"""Who is perhaps on the list twice: one rule, for those who are known and for those whom a file would add.

Two look like one if they have the same telephone, the same e-mail, or the same name in the same postcode. A couple
shares a telephone too, so that it is only ever said to the team, which decides; what it decides is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.lifecycle import OfferStatus
from matcher.services import audit
from matcher.services.paging import Page, page_of
from matcher.store.bulk import among
from matcher.store.models import Area, Home, Need, Offer, Person, TwoPeople

ROWS_SHOWN = 30
MOST_PAIRS = 3_000  # of a list so long that something else is wrong


class Shared(StrEnum):
    """What two have in common, the strongest sign first."""

    PHONE = "phone"
    EMAIL = "email"
    NAME = "name"


SHARED_WORDS: Mapping[Shared, str] = {
    Shared.PHONE: "the same phone number",
    Shared.EMAIL: "the same email address",
    Shared.NAME: "the same name in the same postcode",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on the list, as they are told apart."""

    person_id: int
    name: str
    area: str
    postcode: str
    since: datetime
    is_volunteer: bool
    is_resident: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two who are perhaps one."""

    one: Known
    other: Known
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class PairList:
    """A page of them, the likeliest first."""

    pairs: tuple[Pair, ...]
    count: int
    on: Page


def listing(session: Session, area_ids: frozenset[int], page: int) -> PairList:
    """A page of the pairs of these areas, without those of whom somebody said that they are two people."""
    one, other = _known(area_ids, "one"), _known(area_ids, "other")
    pairs = _pairs(one, other, one.c.person_id < other.c.person_id, ~_are_two(one, other)).subquery()
    signs = func.cardinality(pairs.c.shared)
    wanted = select(pairs).order_by(signs.desc(), pairs.c.shared, pairs.c.one_id, pairs.c.other_id)
    rows = session.execute(wanted.limit(MOST_PAIRS)).all()
    on = page_of(page, len(rows), ROWS_SHOWN)
    return PairList(_told(session, rows[on.skipped : on.last]), len(rows), on)


def of_person(session: Session, person_id: int, area_ids: frozenset[int]) -> tuple[Pair, ...]:
    """Who in these areas is perhaps this person, too."""
    one, other = _known(area_ids, "one"), _known(area_ids, "other")
    is_theirs = and_(one.c.person_id == person_id, other.c.person_id != person_id)
    rows = session.execute(_pairs(one, other, is_theirs, ~_are_two(one, other)).limit(ROWS_SHOWN)).all()
    return _told(session, rows)


def signs_of(
    session: Session, person_ids: Collection[int], area_ids: frozenset[int]
) -> Mapping[int, tuple[Shared, ...]]:
    """What each of these shares with somebody in these areas, of those who share anything: without a word of whom."""
    one, other = _known(area_ids, "one"), _known(area_ids, "other")
    is_one = and_(one.c.person_id.in_(person_ids), other.c.person_id != one.c.person_id)
    found: dict[int, set[Shared]] = {}
    for row in session.execute(_pairs(one, other, is_one, ~_are_two(one, other))):
        found.setdefault(row.one_id, set()).update(_signs(row.shared))
    return {person_id: tuple(sign for sign in Shared if sign in shared) for person_id, shared in found.items()}


def signs_words(shared: Iterable[Shared]) -> str:
    """`the same phone number and the same email address`."""
    return " and ".join(SHARED_WORDS[sign] for sign in shared)


def say_two_people(
    session: Session, one_id: int, other_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """They are two people: not told again. Twice is once. NotFound unless both are of these areas."""
    low, high = sorted((one_id, other_id))
    require(session, (low, high), area_ids)
    row = {"person_a": low, "person_b": high, "staff_id": staff_id, "said_at": now}
    written = session.execute(insert(TwoPeople).values(row).on_conflict_do_nothing().returning(TwoPeople.person_a))
    if written.first() is not None:
        audit.record(session, audit.staff(staff_id), "two_people", ("person", low), f"and_{high}", now=now)


def require(session: Session, person_ids: Sequence[int], area_ids: frozenset[int]) -> None:
    """NotFound unless these are different people, known, and all of these areas."""
    wanted = select(func.count()).where(
        among(Person.id, person_ids), Person.area_id.in_(area_ids), Person.erased_at.is_(None)
    )
    if session.scalars(wanted).one() != len(person_ids):
        raise NotFound


def _known(area_ids: frozenset[int], name: str) -> Subquery:
    """Everyone of these areas, in the columns that are compared."""
    return (
        select(
            Person.id.label("person_id"),
            func.lower(Person.first_name).label("first_name"),
            func.lower(Home.surname).label("surname"),
            Home.phone,
            func.lower(Home.email).label("email"),
            Home.postcode,
        )
        .join(Home, Home.person_id == Person.id)
        .where(Person.area_id.in_(area_ids), Person.erased_at.is_(None))
        .subquery(name)
    )


def _alike(one: Subquery, other: Subquery) -> Mapping[Shared, ColumnElement[bool]]:
    """The rule. Many residents give no surname: a first name alone is like any with it in the same postcode."""
    either_gave_none = or_(one.c.surname == "", other.c.surname == "")
    return {
        Shared.PHONE: and_(one.c.phone == other.c.phone, one.c.phone != ""),
        Shared.EMAIL: and_(one.c.email == other.c.email, one.c.email != ""),
        Shared.NAME: and_(
            one.c.postcode == other.c.postcode,
            one.c.first_name == other.c.first_name,
            or_(one.c.surname == other.c.surname, either_gave_none),
        ),
    }


def _pairs(one: Subquery, other: Subquery, *conditions: ColumnElement[bool]) -> Select[Any]:
    """(one_id, other_id, shared) of those who are alike: a join for each sign, since no index serves an OR."""
    signs = list(Shared)
    found = union_all(
        *(
            select(
                one.c.person_id.label("one_id"),
                other.c.person_id.label("other_id"),
                literal(signs.index(sign)).label("n"),
            )
            .join(other, is_alike)
            .where(*conditions)
            for sign, is_alike in _alike(one, other).items()
        )
    ).subquery()
    shared = func.array_agg(aggregate_order_by(found.c.n, found.c.n)).label("shared")
    return (
        select(found.c.one_id, found.c.other_id, shared)
        .group_by(found.c.one_id, found.c.other_id)
        .order_by(found.c.one_id, found.c.other_id)
    )


def _are_two(one: Subquery, other: Subquery) -> ColumnElement[bool]:
    low, high = (way(one.c.person_id, other.c.person_id) for way in (func.least, func.greatest))
    return exists().where(TwoPeople.person_a == low, TwoPeople.person_b == high)


def _told(session: Session, rows: Sequence[Any]) -> tuple[Pair, ...]:
    known = _known_by_id(session, [person_id for row in rows for person_id in (row.one_id, row.other_id)])
    return tuple(Pair(known[row.one_id], known[row.other_id], _signs(row.shared)) for row in rows)


def _signs(places: Iterable[int]) -> tuple[Shared, ...]:
    signs = list(Shared)
    return tuple(signs[place] for place in places)


def _known_by_id(session: Session, person_ids: Sequence[int]) -> dict[int, Known]:
    helps = exists().where(Offer.person_id == Person.id, Offer.status != OfferStatus.STOPPED)
    rows = session.execute(
        select(
            Person.id,
            Person.first_name,
            Person.created_at,
            Home.surname,
            Home.postcode,
            Area.name,
            helps.label("helps"),
            exists().where(Need.resident_id == Person.id).label("asks"),
        )
        .join(Home, Home.person_id == Person.id)
        .join(Area, Area.id == Person.area_id)
        .where(among(Person.id, person_ids))
    )
    return {
        row.id: Known(
            person_id=row.id,
            name=f"{row.first_name} {row.surname}".strip(),
            area=row.name,
            postcode=row.postcode,
            since=row.created_at,
            is_volunteer=row.helps,
            is_resident=row.asks,
        )
        for row in rows
    }

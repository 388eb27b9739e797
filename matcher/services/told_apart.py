"""Names by which staff choose between people: as short as they can be, and never the same for two of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.services.people import short_name
from matcher.store.bulk import among
from matcher.store.models import Home, Person

PHONE_ENDS = 3  # figures: enough to tell two people apart


def names(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """By person: `Joan M`; where two of these would be that, `Joan Miller`; then `Joan Miller (phone ending 982)`; and
    of two who share a phone `Joan Miller (number 12)`. Whoever was erased has no name to be chosen by.
    """
    wanted = (
        select(Person.id, Person.first_name, Home.surname, Home.phone)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(among(Person.id, person_ids))
        .order_by(Person.id)
    )
    rows: Sequence[Any] = session.execute(wanted).all()
    called = {row.id: row.first_name for row in rows if row.phone is None}
    alike = [row for row in rows if row.phone is not None]
    for way in _WAYS:
        by_words: defaultdict[str, list[Any]] = defaultdict(list)
        for row in alike:
            by_words[way(row)].append(row)
        called |= {some[0].id: words for words, some in by_words.items() if len(some) == 1}
        alike = [row for some in by_words.values() if len(some) > 1 for row in some]
    return called


def _whole(row: Any) -> str:
    return f"{row.first_name} {row.surname}".strip()


# Each longer than the one before; no two people have the last.
_WAYS: tuple[Callable[[Any], str], ...] = (
    lambda row: short_name(row.first_name, row.surname),
    _whole,
    lambda row: f"{_whole(row)} (phone ending {row.phone[-PHONE_ENDS:]})",
    lambda row: f"{_whole(row)} (number {row.id})",
)

"""Every row that leads to a person, and how it comes to lead to who is kept when two records become one.

`HOW` names each column of the database that leads to a person. A table that is new has to be written there: a test
walks the keys of all tables, and `verify` looks whether anything was left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Table, case, delete, func, literal, or_, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.services.merging import clashes, one_offer, weekly
from matcher.services.merging.refusals import Two
from matcher.store.models import Declared

GOES = "goes to who is kept; what both have and one alone may is settled before (`clashes`)"
PAIR = "stands in a pair, the lower number first, which is written anew"
OFFER = "is of an offer, which goes over or becomes one with the other (`one_offer`)"
STAYS = "is of the record itself: its home goes with it, and where it leads to stays"

HOW: Mapping[str, str] = {
    "apart_choices.person_a": PAIR,
    "apart_choices.person_b": PAIR,
    "arrangements.resident_id": GOES,
    "arrangements.stand_in_id": GOES,
    "arrangements.usual_id": GOES,
    "availability_exceptions.offer_id": OFFER,
    "availability_rules.offer_id": OFFER,
    "badges.person_id": GOES,
    "channel_choices.person_id": GOES,
    "checks.person_id": GOES,
    "growth_asks.person_id": GOES,
    "homes.person_id": STAYS,
    "inbound_texts.person_id": GOES,
    "informal_help.helper_id": GOES,
    "informal_help.resident_id": GOES,
    "leaning_resets.person_id": GOES,
    "leanings.person_id": GOES,
    "matches.offer_id": OFFER,
    "matches.person_id": GOES,
    "merged_people.kept_id": GOES,
    "merged_people.person_id": STAYS,
    "needs.resident_id": GOES,
    "never_pairs.person_a": PAIR,
    "never_pairs.person_b": PAIR,
    "notifications.person_id": GOES,
    "offer_kinds.offer_id": OFFER,
    "offer_motives.offer_id": OFFER,
    "offer_traits.offer_id": OFFER,
    "offers.person_id": OFFER,
    "own_codes.person_id": GOES,
    "pins.person_id": GOES,
    "private_links.person_id": GOES,
    "stand_downs.person_id": GOES,
    "two_people.person_a": PAIR,
    "two_people.person_b": PAIR,
    "visits.person_id": GOES,
    "warm_checks.person_id": GOES,
    "weekly_help.helper_id": GOES,
}

# Keys that hold a person beside what they lead to: they are looked at once both ends have changed.
_BOTH_ENDS = "fk_matches_offer, fk_matches_arrangement, fk_visits_match, fk_arrangements_need, fk_badges_person_id"
# What was said of a pair. `apart_choices` stands on `never_pairs`: written after it, and gone before it.
_PAIRS: Mapping[str, tuple[str, ...]] = {
    "never_pairs": ("set_at",),
    "apart_choices": ("set_at", "staff_id", "why"),
    "two_people": ("said_at", "staff_id"),
}


def keys_to(table: str) -> frozenset[str]:
    """Every column, as `table.column`, whose key leads to the number of a row of this table, through others too."""
    led = {f"{table}.id"}
    keys = [
        (f"{one.name}.{element.parent.name}", f"{element.column.table.name}.{element.column.name}")
        for one in Declared.metadata.tables.values()
        for constraint in one.foreign_key_constraints
        for element in constraint.elements
    ]
    while new := {key for key, to in keys if to in led} - led:
        led |= new
    return frozenset(led - {f"{table}.id"})


def move(session: Session, two: Two, *, prefers_gone: bool = False, actor: str, now: datetime) -> int | None:
    """Let everything lead to who is kept. prefers_gone: of the two offers, and of how they are written to, that of who
    goes is theirs from now on. The number of an offer that is no more, if there is one.
    """
    session.flush()
    one_offer.pause_both(session, two, actor=actor, now=now)
    session.execute(text(f"set constraints {_BOTH_ENDS} deferred"))
    clashes.settle(session, two, prefers_gone=prefers_gone, now=now)
    weekly.become_one(session, two, now=now)
    offer_id = one_offer.become(session, two, prefers_gone=prefers_gone)
    for key in (key for key, how in HOW.items() if how == GOES):
        led = _column(key)
        session.execute(update(led.table).where(led == two.gone_id).values({led: two.kept_id}))
    _move_pairs(session, two)
    session.execute(text(f"set constraints {_BOTH_ENDS} immediate"))
    session.expire_all()
    return offer_id


def has_left(session: Session, gone_id: int) -> bool:
    """Whether a row still leads to a record that was merged."""
    there = union_all(*(select(literal(1)).where(_column(key) == gone_id) for key in _LEFT))
    return session.execute(there.limit(1)).first() is not None


def _column(key: str) -> Column[int]:
    table, column = key.split(".")
    found: Column[int] = Declared.metadata.tables[table].c[column]
    return found


def _move_pairs(session: Session, two: Two) -> None:
    for name, columns in _PAIRS.items():
        pairs = Declared.metadata.tables[name]
        other = case((pairs.c.person_a == two.gone_id, pairs.c.person_b), else_=pairs.c.person_a)
        anew = select(
            func.least(two.kept_id, other), func.greatest(two.kept_id, other), *(pairs.c[column] for column in columns)
        ).where(_is_of(pairs, two.gone_id), other != two.kept_id)
        names = ["person_a", "person_b", *columns]
        session.execute(insert(pairs).from_select(names, anew).on_conflict_do_nothing())
    for name in reversed([*_PAIRS]):
        pairs = Declared.metadata.tables[name]
        session.execute(delete(pairs).where(_is_of(pairs, two.gone_id)))


def _is_of(pairs: Table, person_id: int) -> ColumnElement[bool]:
    return or_(pairs.c.person_a == person_id, pairs.c.person_b == person_id)


# All but the key that says where the record went.
_LEFT = sorted(keys_to("people") - {"merged_people.person_id"})
_LEFT_BY = """
    select '{table}.{column} of person ' || m.kept_id || ' still leads to ' || m.person_id || ', who was merged'
    from {table} t join merged_people m on m.person_id = t.{column}
"""
BREACHES = " union all ".join(
    _LEFT_BY.format(table=table, column=column) for table, column in (key.split(".") for key in _LEFT)
)

"""One neighbour beside one visit: what asking them there would change for others, and whether they are kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.engine.standing import Standing
from matcher.services import parting, told_apart, what_if
from matcher.services.parting import Between
from matcher.services.pins import APART_WHYS
from matcher.services.what_if import Move
from matcher.store.models import ApartChoice


@dataclass(frozen=True, slots=True)
class Moved:
    """Another visit that asking somebody here would change, with names of who would be asked."""

    visit: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class About:
    """One neighbour: what asking them here would change for others. lacking: visits that would have nobody then.
    is_possible: they can be asked here at all. goes: they said yes to this visit, and go or went. apart: why the team
    keeps them apart, if it does. between: what keeping them apart would end.
    """

    offer_id: int
    name: str
    is_possible: bool
    goes: bool
    looked_at: int
    lacking: tuple[Moved, ...]
    changed: tuple[Moved, ...]
    apart: str
    between: Between


@dataclass(frozen=True, slots=True)
class Beside:
    """The visit, who asked for it, and the people whom they are chosen from: names tell them apart from those."""

    occurrence_id: int
    resident_id: int
    chosen_from: frozenset[int]


def read(session: Session, beside: Beside, one: Standing, *, now: datetime) -> About:
    """What to tell of them. Nothing is written."""
    found = what_if.if_asked(session, beside.occurrence_id, one.offer_id, now=now)
    moves = (*found.lacking, *found.changed) if found else ()
    moved = {who for move in moves for who in (*move.before, *move.after)}
    called = told_apart.names(session, {one.person_id} | beside.chosen_from | moved)
    return About(
        offer_id=one.offer_id,
        name=called[one.person_id],
        is_possible=found is not None,
        goes=False,
        looked_at=found.looked_at if found else 0,
        lacking=tuple(_moved(move, called) for move in found.lacking) if found else (),
        changed=tuple(_moved(move, called) for move in found.changed) if found else (),
        apart=why_apart(session, one.person_id, beside.resident_id),
        between=parting.between(session, one.person_id, beside.resident_id, now=now),
    )


def why_apart(session: Session, one_id: int, other_id: int) -> str:
    """Why the team keeps these two apart; empty if it does not."""
    low, high = sorted((one_id, other_id))
    apart = session.get(ApartChoice, (low, high))
    return APART_WHYS[apart.why] if apart else ""


def _moved(move: Move, called: Mapping[int, str]) -> Moved:
    return Moved(
        move.visit, tuple(called[who] for who in move.before), tuple(called[who] for who in move.after), move.why
    )

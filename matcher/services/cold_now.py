"""The cold in one line for the board: where it is on and what it opened, or where it is suggested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.services import cold_hints, cold_spells
from matcher.store.models import Area, ColdSpell, Occurrence


@dataclass(frozen=True, slots=True)
class ColdNow:
    """areas: where it is on, by name; until: when the last of them ends; opened: visits it opened. suggested: why it
    is suggested elsewhere, the first reason; empty if nothing tells of cold.
    """

    areas: tuple[str, ...]
    until: datetime | None
    opened: int
    suggested: str


def read(session: Session, area_ids: frozenset[int], *, now: datetime) -> ColdNow | None:
    """For the areas of one coordinator; None if it is cold nowhere and nothing tells of cold."""
    opened = select(func.count()).where(Occurrence.cold_spell_id == ColdSpell.id).scalar_subquery()
    spells = session.execute(
        select(Area.id, Area.name, ColdSpell.ends_at, opened)
        .join(ColdSpell, ColdSpell.area_id == Area.id)
        .where(Area.id.in_(area_ids), cold_spells.is_on(now))
        .order_by(Area.name)
    ).all()
    told = cold_hints.hints(session, area_ids - {area_id for area_id, *_ in spells}, now=now)
    suggested = next((hint.why for hints in told.values() for hint in hints), "")
    if not spells and not suggested:
        return None
    return ColdNow(
        areas=tuple(name for _, name, _, _ in spells),
        until=max((ends_at for _, _, ends_at, _ in spells), default=None),
        opened=sum(count for *_, count in spells),
        suggested=suggested,
    )

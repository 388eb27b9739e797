"""Where it is cold now: what other rules ask about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from matcher.store.models import ColdSpell

AT_NIGHT_TOO = 2  # the first wording of the agreement that speaks of questions at night


def is_cold(session: Session, area_id: int, *, now: datetime) -> bool:
    """True while a spell is on there: it ends by itself."""
    return session.scalar(select(ColdSpell.id).where(ColdSpell.area_id == area_id, is_on(now))) is not None


def spells_on(session: Session, *, now: datetime) -> Mapping[int, ColdSpell]:
    """Each area where it is cold, with its spell."""
    return {spell.area_id: spell for spell in session.scalars(select(ColdSpell).where(is_on(now)))}


def ends_where_cold(session: Session, *, now: datetime) -> Mapping[int, datetime]:
    """The areas where it is cold, each with the end of its spell."""
    return {area_id: spell.ends_at for area_id, spell in spells_on(session, now=now).items()}


def is_on(now: datetime) -> ColumnElement[bool]:
    """Of a spell: it has begun, and has neither run out nor been ended."""
    return (ColdSpell.began_at <= now) & (ColdSpell.ends_at > now) & ColdSpell.ended_at.is_(None)

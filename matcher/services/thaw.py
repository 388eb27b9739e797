"""The end of a cold spell: what it opened and nobody took is called off; who holds a visit is told, and keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OccurrenceStatus, VisitStatus, check_move
from matcher.services import audit, matches
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import ColdSpell, Need, Notification, Occurrence, Visit

BATCH = 100
TOLD = "thaw_volunteer"


def settle(session: Session, *, now: datetime) -> int:
    """Do what is left to do of every spell that is over; how many visits were called off. A second call does nothing.

    Whoever hands back later what they held is not replaced: the next call takes that off too. Whose yes was being
    written down meanwhile is told by the next call.
    """
    over = session.scalars(
        select(ColdSpell)
        .where(ColdSpell.settled_at.is_(None), func.coalesce(ColdSpell.ended_at, ColdSpell.ends_at) <= now)
        .order_by(ColdSpell.id)
        .with_for_update(skip_locked=True)
    ).all()
    for spell in over:
        spell.settled_at = now
    session.flush()
    _tell_holders(session, now)
    return _call_off(session, now)


def still_open(spell_id: int) -> Select[Any]:
    """What the spell opened and still has places free."""
    return select(Occurrence).where(Occurrence.cold_spell_id == spell_id, Occurrence.status == OccurrenceStatus.OPEN)


def still_held(spell_id: int) -> Select[Any]:
    """The visits that somebody is yet to make."""
    return (
        select(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Occurrence.cold_spell_id == spell_id, Visit.status == VisitStatus.HELD)
        .order_by(Visit.id)
    )


def _tell_holders(session: Session, now: datetime) -> None:
    """Everyone who is yet to make a visit of a spell that is over, once."""
    is_told = exists().where(Notification.visit_id == Visit.id, Notification.template == TOLD)
    holders = session.scalars(
        select(Visit)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(ColdSpell, ColdSpell.id == Occurrence.cold_spell_id)
        .where(Visit.status == VisitStatus.HELD, ColdSpell.settled_at.is_not(None), ~is_told)
        .order_by(Visit.id)
    )
    for visit in holders.all():
        channel = queries.channel_of(session, visit.person_id)
        owe(session, Owed(TOLD, ("visit_id", visit.id), visit.person_id, channel=channel), now=now)


def _call_off(session: Session, now: datetime) -> int:
    left = session.scalars(
        select(Occurrence)
        .join(ColdSpell, ColdSpell.id == Occurrence.cold_spell_id)
        .where(Occurrence.status == OccurrenceStatus.OPEN, ColdSpell.settled_at.is_not(None))
        .order_by(Occurrence.id)
        .limit(BATCH)
        .with_for_update(of=Occurrence, skip_locked=True, key_share=True)
    ).all()
    for occurrence in left:
        _end(session, occurrence, now)
    session.flush()
    return len(left)


def _end(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Whoever said yes to a part of it still goes; nobody else is asked."""
    if matches.count_holders(session, occurrence.id):
        check_move(occurrence.status, OccurrenceStatus.FILLED)
        occurrence.status = OccurrenceStatus.FILLED
        matches.withdraw_live(session, occurrence.id, "match_withdrawn", now=now)
        return
    check_move(occurrence.status, OccurrenceStatus.CANCELLED)
    occurrence.status, occurrence.closed_at = OccurrenceStatus.CANCELLED, now
    matches.withdraw_live(session, occurrence.id, "match_withdrawn", now=now)
    need = session.get_one(Need, occurrence.need_id)
    told = Owed("thaw_resident", ("occurrence_id", occurrence.id), need.resident_id, channel=need.contact)
    owe(session, told, now=now)
    audit.record(session, audit.SYSTEM, "thawed", ("occurrence", occurrence.id), now=now)

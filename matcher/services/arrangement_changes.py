"""Arrangements set up by a coordinator, and how they end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import ArrangementStatus, OccurrenceStatus, OfferStatus, VisitStatus, check_move
from matcher.domain.localtime import local_day
from matcher.services import arrangements, audit, visits
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import Arrangement, Match, Need, NeverPair, Occurrence, Offer, OfferKind, Visit


def set_up(session: Session, need_id: int, usual_id: int, stand_in_id: int | None, *, actor: str, now: datetime) -> int:
    """A coordinator has agreed it with both: the arrangement of this need from now on, in place of any other.

    BadInput if one of the two cannot be sent there.
    """
    _check_people(session, need_id, usual_id, stand_in_id, now)
    old = arrangements.live_of(session, need_id)
    if old is not None and (old.usual_id, old.stand_in_id) == (usual_id, stand_in_id):
        return old.id
    if old is not None:
        end(session, old.id, actor=actor, now=now)
    need = arrangements.lock_need(session, need_id)
    session.flush()
    made = Arrangement(
        need_id=need_id,
        resident_id=need.resident_id,
        usual_id=usual_id,
        stand_in_id=stand_in_id,
        at=_usual_time(session, need, usual_id),
        status=ArrangementStatus.LIVE,
        offered_at=now,
        agreed_at=now,
    )
    session.add(made)
    arrangements.announce(session, made, actor, now=now)
    return made.id


def may_be_sent(session: Session, need: Need, person_id: int, *, now: datetime) -> bool:
    """True if they offer this kind of help, hold what it asks for, and are not kept apart from the resident."""
    offer = session.scalar(
        select(Offer.id)
        .join(OfferKind, OfferKind.offer_id == Offer.id)
        .where(Offer.person_id == person_id, Offer.status == OfferStatus.ACTIVE, OfferKind.kind_slug == need.kind_slug)
    )
    return (
        offer is not None
        and person_id != need.resident_id
        and not queries.is_kept_apart(session, need.resident_id, person_id)
        and not queries.missing_checks(session, {need.kind_slug}, person_id, local_day(now))
    )


def _check_people(session: Session, need_id: int, usual_id: int, stand_in_id: int | None, now: datetime) -> None:
    need = session.get_one(Need, need_id)
    if not may_be_sent(session, need, usual_id, now=now):
        raise BadInput("Select who usually comes", field="usual")
    if stand_in_id == usual_id:
        raise BadInput("Select someone else to stand in", field="stand_in")
    if stand_in_id is not None and not may_be_sent(session, need, stand_in_id, now=now):
        raise BadInput("Select who stands in, or nobody", field="stand_in")


def end(session: Session, arrangement_id: int, *, actor: str, now: datetime) -> None:
    """It ends: both are told, and visits that it had given for later are handed back. Twice is once."""
    need_id = session.execute(select(Arrangement.need_id).where(Arrangement.id == arrangement_id)).scalar_one()
    _lock_unfinished(session, need_id)
    need = arrangements.lock_need(session, need_id)
    arrangement = session.get_one(Arrangement, arrangement_id, with_for_update={"key_share": True})
    if arrangement.status is not ArrangementStatus.LIVE:
        return
    _close(arrangement, now)
    later = visits_given(arrangement_id).where(Visit.status == VisitStatus.HELD, Visit.starts_at > now)
    for visit_id in session.scalars(later).all():
        visits.hand_back(session, visit_id, now=now)
    arrangements.tell_volunteer(session, arrangement.usual_id, "arrangement_ended_volunteer", arrangement.id, now=now)
    owed = Owed(
        "arrangement_ended_resident",
        ("arrangement_id", arrangement.id),
        person_id=need.resident_id,
        channel=need.contact,
    )
    owe(session, owed, now=now)
    audit.record(session, actor, "ended", ("arrangement", arrangement.id), now=now)


def end_for(session: Session, arrangement_id: int, person_ids: Collection[int], *, actor: str, now: datetime) -> None:
    """None of these people goes there any more: if one usually does it ends, whoever stands in alone is let go, and who
    was asked to become the usual person no longer is.
    """
    arrangement = session.get_one(Arrangement, arrangement_id)
    arrangements.lock_need(session, arrangement.need_id)
    session.refresh(arrangement, with_for_update={"key_share": True})
    if arrangement.stand_in_id in person_ids:
        arrangement.stand_in_id = None
        session.flush()
    if arrangement.usual_id not in person_ids:
        return
    if arrangement.status is ArrangementStatus.OFFERED:
        _close(arrangement, now)
    end(session, arrangement_id, actor=actor, now=now)


def end_with_need(session: Session, need_id: int, *, now: datetime) -> None:
    """The need (whose row is locked) is called off, and so is what stood on it; who was expected is told of that."""
    for arrangement in session.scalars(select(Arrangement).where(Arrangement.need_id == need_id, _is_open())):
        _close(arrangement, now)


def end_kept_apart(session: Session, *, now: datetime) -> None:
    """Two who are kept apart since: it ends as if it had been let go."""
    low, high = NeverPair.person_a, NeverPair.person_b
    usual, resident = Arrangement.usual_id, Arrangement.resident_id
    apart = (
        select(Arrangement.id)
        .join(NeverPair, ((low == usual) & (high == resident)) | ((low == resident) & (high == usual)))
        .where(Arrangement.status == ArrangementStatus.LIVE)
        .order_by(Arrangement.id)
    )
    for arrangement_id in session.scalars(apart).all():
        end(session, arrangement_id, actor=audit.SYSTEM, now=now)


def visits_given(arrangement_id: int) -> Any:
    """Visits that an arrangement gave."""
    return (
        select(Visit.id)
        .join(Match, Match.id == Visit.match_id)
        .where(Match.arrangement_id == arrangement_id)
        .order_by(Visit.occurrence_id)
    )


def _usual_time(session: Session, need: Need, usual_id: int) -> time:
    """When they came last, else when the need's next occurrence begins."""
    came_at = session.scalar(
        select(Visit.starts_at)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Occurrence.need_id == need.id, Visit.person_id == usual_id, Visit.status == VisitStatus.DONE)
        .order_by(Visit.starts_at.desc())
        .limit(1)
    )
    latest = select(Occurrence.starts_at).where(Occurrence.need_id == need.id).order_by(Occurrence.starts_at.desc())
    return arrangements.local_time(came_at or session.scalars(latest.limit(1)).one())


def _lock_unfinished(session: Session, need_id: int) -> None:
    """Whoever is about to hold one of them waits, and whoever has is seen."""
    unfinished = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)
    session.execute(
        select(Occurrence.id)
        .where(Occurrence.need_id == need_id, Occurrence.status.in_(unfinished))
        .order_by(Occurrence.id)
        .with_for_update(key_share=True)
    )


def _is_open() -> Any:
    return Arrangement.status.in_((ArrangementStatus.OFFERED, ArrangementStatus.LIVE))


def _close(arrangement: Arrangement, now: datetime) -> None:
    check_move(arrangement.status, ArrangementStatus.ENDED)
    arrangement.status, arrangement.ended_at = ArrangementStatus.ENDED, now

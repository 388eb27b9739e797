"""Standing pairings for recurring help: offered after a visit that went well, agreed to, ended.

What they bring about, visit by visit, is in `regular_visits`. Lock order: the need, then the arrangement.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import Conflict, NotFound
from matcher.domain.lifecycle import ArrangementStatus, NeedStatus, check_move
from matcher.domain.localtime import LONDON
from matcher.domain.recurrence import Recurrence
from matcher.services import audit, under_way
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import Arrangement, Need, Person, Visit

STILL_ASKED_FOR = (NeedStatus.OPEN, NeedStatus.PAUSED)


def offer_after(session: Session, need: Need, visit_ids: Collection[int], *, now: datetime) -> None:
    """These visits to a weekly need went well: whoever made one may become the usual person, if nobody is yet.

    Each is asked once, on their own page. Nothing is sent.
    """
    if need.recurrence is not Recurrence.WEEKLY or live_of(session, need.id) is not None:
        return
    has_been_one = select(Arrangement.usual_id).where(Arrangement.need_id == need.id)
    made = select(Visit).where(Visit.id.in_(visit_ids), Visit.person_id.not_in(has_been_one)).order_by(Visit.id)
    for visit in session.scalars(made).all():
        row = {
            "need_id": need.id,
            "resident_id": need.resident_id,
            "usual_id": visit.person_id,
            "at": local_time(visit.starts_at),
            "status": ArrangementStatus.OFFERED,
            "offered_at": now,
        }
        session.execute(insert(Arrangement).values(row).on_conflict_do_nothing())


def agree(session: Session, arrangement_id: int, person_id: int, *, now: datetime) -> None:
    """They would like it to be their regular visit: both are told. Twice is once; Conflict if someone else was first,
    or while the team has stopped them.

    NotFound if it was not offered to them.
    """
    is_stopped = under_way.is_stopped_now(session, person_id)
    arrangement = _offered_to(session, arrangement_id, person_id)
    if arrangement.status is ArrangementStatus.LIVE:
        return
    if is_stopped:
        raise Conflict("Please do not go on visits for now. Someone from the team will ring you.")
    if live_of(session, arrangement.need_id) is not None:
        raise Conflict("Someone else has become the usual person meanwhile. Thank you for offering.")
    if queries.is_kept_apart(session, arrangement.resident_id, person_id) or not _is_wanted(session, arrangement):
        check_move(arrangement.status, ArrangementStatus.ENDED)
        arrangement.status, arrangement.ended_at = ArrangementStatus.ENDED, now
        return
    check_move(arrangement.status, ArrangementStatus.LIVE)
    arrangement.status, arrangement.agreed_at = ArrangementStatus.LIVE, now
    announce(session, arrangement, audit.person(person_id), now=now)


def decline(session: Session, arrangement_id: int, person_id: int, *, now: datetime) -> None:
    """They would rather not: nobody asks again. Twice is once. NotFound if it was not offered to them."""
    arrangement = _offered_to(session, arrangement_id, person_id)
    if arrangement.status is ArrangementStatus.DECLINED:
        return
    check_move(arrangement.status, ArrangementStatus.DECLINED)
    arrangement.status, arrangement.ended_at = ArrangementStatus.DECLINED, now
    audit.record(session, audit.person(person_id), "declined", ("arrangement", arrangement.id), now=now)


def announce(session: Session, arrangement: Arrangement, actor: str, *, now: datetime) -> None:
    """It holds from now on (the need's row is locked): both are told, and who stands in is."""
    session.flush()
    need = session.get_one(Need, arrangement.need_id)
    thing = ("arrangement_id", arrangement.id)
    tell_volunteer(session, arrangement.usual_id, "arrangement_made_volunteer", arrangement.id, now=now)
    owe(
        session,
        Owed("arrangement_made_resident", thing, person_id=need.resident_id, channel=need.contact),
        now=now,
    )
    if arrangement.stand_in_id is not None:
        tell_volunteer(session, arrangement.stand_in_id, "arrangement_stand_in", arrangement.id, now=now)
    audit.record(session, actor, "agreed", ("arrangement", arrangement.id), now=now)


def live_of(session: Session, need_id: int) -> Arrangement | None:
    """The arrangement that holds for a need."""
    return session.scalar(
        select(Arrangement).where(Arrangement.need_id == need_id, Arrangement.status == ArrangementStatus.LIVE)
    )


def usual_name(session: Session, need_id: int) -> str | None:
    """The first name of who usually comes; None while the team has stopped them: nobody is to expect them."""
    live = live_of(session, need_id)
    if live is None or under_way.is_stopped(session, live.usual_id):
        return None
    return session.get_one(Person, live.usual_id).first_name


def lock_need(session: Session, need_id: int) -> Need:
    """The need, locked: two who change its arrangement take turns."""
    return session.get_one(Need, need_id, with_for_update={"key_share": True})


def local_time(at: datetime) -> time:
    """The clock time in London, which stays the same over a change of the clocks."""
    return at.astimezone(LONDON).time().replace(second=0, microsecond=0)


def tell_volunteer(session: Session, person_id: int, template: str, arrangement_id: int, *, now: datetime) -> None:
    """Owe a volunteer a message about an arrangement."""
    channel = queries.channel_of(session, person_id)
    owe(session, Owed(template, ("arrangement_id", arrangement_id), person_id=person_id, channel=channel), now=now)


def _offered_to(session: Session, arrangement_id: int, person_id: int) -> Arrangement:
    need_id = session.scalar(
        select(Arrangement.need_id).where(Arrangement.id == arrangement_id, Arrangement.usual_id == person_id)
    )
    if need_id is None:
        raise NotFound
    lock_need(session, need_id)
    return session.get_one(Arrangement, arrangement_id, with_for_update={"key_share": True})


def _is_wanted(session: Session, arrangement: Arrangement) -> bool:
    return session.get_one(Need, arrangement.need_id).status in STILL_ASKED_FOR

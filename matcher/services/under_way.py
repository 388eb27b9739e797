"""Before anything that is under way with somebody changes: locked in the order of the house, offers before occurrences.

Whoever ends several things of one person needs all of their rows. Taken one kind after the other, two that do so at
once, or one and a round, could wait for each other, and one of them would come to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import EXPECTED, ArrangementStatus, MatchStatus, OccurrenceStatus
from matcher.store.bulk import among
from matcher.store.models import Arrangement, Match, Need, Occurrence, Offer, Visit

_UNFINISHED = (OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)


def lock(session: Session, person_ids: Collection[int]) -> None:
    """Their offers, then each occurrence that one of them is asked about, is or was expected at, usually goes to, or
    asked for themselves; of what is over, only where they are expected still.
    """
    # Not against keys: a yes that holds its occurrence looks once more whether its offer is there.
    theirs = select(Offer.id).where(among(Offer.person_id, person_ids))
    session.execute(theirs.order_by(Offer.id).with_for_update(key_share=True))
    asked = among(Match.person_id, person_ids), Match.status == MatchStatus.PROPOSED
    expected = among(Visit.person_id, person_ids), Visit.status.in_(EXPECTED)
    usual = among(Arrangement.usual_id, person_ids), Arrangement.status == ArrangementStatus.LIVE
    own = Occurrence.need_id.in_(select(Need.id).where(among(Need.resident_id, person_ids)))
    usually_gone_to = Occurrence.need_id.in_(select(Arrangement.need_id).where(*usual))
    is_theirs = (
        Occurrence.id.in_(select(Match.occurrence_id).where(*asked))
        | Occurrence.id.in_(select(Visit.occurrence_id).where(*expected))
        | (Occurrence.status.in_(_UNFINISHED) & (own | usually_gone_to | Occurrence.id.in_(_once_held(person_ids))))
    )
    session.execute(select(Occurrence.id).where(is_theirs).order_by(Occurrence.id).with_for_update(key_share=True))


def once_held(session: Session, person_id: int, *, now: datetime) -> Sequence[Occurrence]:
    """What is still to come and this person was to do, at whatever time they gave it back."""
    to_come = Occurrence.status.in_(_UNFINISHED), Occurrence.ends_at > now
    wanted = select(Occurrence).where(*to_come, Occurrence.id.in_(_once_held((person_id,))))
    return session.scalars(wanted.order_by(Occurrence.id)).all()


def _once_held(person_ids: Collection[int]) -> Select[int]:
    return select(Visit.occurrence_id).where(among(Visit.person_id, person_ids))


def is_stopped(session: Session, person_id: int) -> bool:
    """The team has stopped them, because of a worry."""
    stood_down = select(Offer.id).where(Offer.person_id == person_id, Offer.stood_down_at.is_not(None))
    return session.scalar(stood_down) is not None


def is_stopped_now(session: Session, person_id: int) -> bool:
    """The same; a stop that is on its way is waited for, and one that comes later waits."""
    since = select(Offer.stood_down_at).where(Offer.person_id == person_id)
    return session.scalar(since.with_for_update(key_share=True)) is not None


def is_who_went_stopped_now(session: Session, visit_id: int) -> bool:
    """The same of whoever went, or goes, on this visit."""
    who = select(Visit.person_id).where(Visit.id == visit_id)
    return is_stopped_now(session, session.execute(who).scalar_one())

"""Two who are never to meet again, whichever helps the other: kept apart, and what stands between them ends.

A visit to come is handed back and looked for anew, what one is asked about the other ends, and so does who usually goes
or stands in, and what the team keeps for one at the other's. Nobody is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import EXPECTED, ArrangementStatus, MatchStatus
from matcher.services import arrangement_changes, door_word_anew, matches, people, under_way, visits
from matcher.services.visit_wordings import when_words
from matcher.store.bulk import among
from matcher.store.models import Arrangement, Match, Need, Occurrence, Offer, Pin, Visit


@dataclass(frozen=True, slots=True)
class Between:
    """What would end between two. visits: when each is, the next first. asks: how many are unanswered. is_regular: one
    usually goes to the other, or stands in there.
    """

    visits: tuple[str, ...]
    asks: int
    is_regular: bool


def between(session: Session, one_id: int, other_id: int, *, now: datetime) -> Between:
    """What parting them would end. Nothing is written."""
    begins = select(Visit.starts_at).where(Visit.id.in_(_to_come(one_id, other_id, now))).order_by(Visit.starts_at)
    asked = select(func.count()).select_from(_asks(one_id, other_id).subquery())
    regular = _regular(one_id, other_id).where(Arrangement.status == ArrangementStatus.LIVE)
    return Between(
        tuple(when_words(at) for at in session.scalars(begins)),
        session.execute(asked).scalar_one(),
        session.scalar(select(regular.exists())) is True,
    )


def part(
    session: Session, one_id: int, other_id: int, *, actor: str, is_for_safety: bool = False, now: datetime
) -> None:
    """They are kept apart from now on. What is under way with the two is locked, by `under_way`. Twice is once.

    is_for_safety: the word at a door that one of them was told becomes another.
    """
    people.keep_apart(session, one_id, other_id, now=now)
    session.flush()
    _end_asks(session, one_id, other_id, now)
    for visit_id in session.scalars(_to_come(one_id, other_id, now)).all():
        visits.hand_back(session, visit_id, actor=actor, now=now)
        visits.tell_off(session, visit_id, now=now)
    session.flush()
    for arrangement_id in session.scalars(_regular(one_id, other_id)).all():
        arrangement_changes.end_for(session, arrangement_id, (one_id, other_id), actor=actor, now=now)
    _let_go(session, one_id, other_id, now)
    if is_for_safety:
        _change_door_words(session, one_id, other_id, now)


def _end_asks(session: Session, one_id: int, other_id: int, now: datetime) -> None:
    theirs = frozenset(session.scalars(select(Offer.id).where(Offer.person_id.in_((one_id, other_id)))))
    for occurrence_id in session.scalars(_asks(one_id, other_id)).all():
        matches.withdraw_unfit(session, occurrence_id, lambda offer_id: offer_id not in theirs, now=now)
        matches.look_again(session.get_one(Occurrence, occurrence_id), now)


def _let_go(session: Session, one_id: int, other_id: int, now: datetime) -> None:
    """Nothing is kept for one at the other's any more: others may be asked, from the next round on."""
    for helper, helped in _ways(one_id, other_id):
        theirs = select(Occurrence.id).join(Need, Need.id == Occurrence.need_id).where(Need.resident_id == helped)
        of_a_need = Pin.need_id.in_(select(Need.id).where(Need.resident_id == helped))
        kept = Pin.person_id == helper, Pin.lifted_at.is_(None), of_a_need | Pin.occurrence_id.in_(theirs)
        lifted = session.scalars(select(Pin).where(*kept).order_by(Pin.id).with_for_update()).all()
        for pin in lifted:
            pin.lifted_at = now
        session.flush()
        was_kept = among(Occurrence.id, (pin.occurrence_id for pin in lifted if pin.occurrence_id))
        was_kept |= among(Occurrence.need_id, (pin.need_id for pin in lifted if pin.need_id))
        for occurrence in session.scalars(select(Occurrence).where(was_kept, Occurrence.considered_at.is_not(None))):
            matches.look_again(occurrence, now)


def _change_door_words(session: Session, one_id: int, other_id: int, now: datetime) -> None:
    for helper, helped in _ways(one_id, other_id):
        for occurrence in under_way.once_held(session, helper, now=now):
            if session.get_one(Need, occurrence.need_id).resident_id == helped:
                door_word_anew.give(session, occurrence, now=now)


def _to_come(one_id: int, other_id: int, now: datetime) -> Select[int]:
    """Visits of one to the other that are not over: what is past is for them to speak of still."""
    return (
        select(Visit.id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Visit.status.in_(EXPECTED), Visit.ends_at > now, of_the_two(Visit.person_id, one_id, other_id))
        .order_by(Visit.occurrence_id)
    )


def _asks(one_id: int, other_id: int) -> Select[int]:
    """Occurrences of one about which the other is asked."""
    return (
        select(Match.occurrence_id)
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Match.status == MatchStatus.PROPOSED, of_the_two(Match.person_id, one_id, other_id))
        .order_by(Match.occurrence_id)
    )


def _regular(one_id: int, other_id: int) -> Select[int]:
    """Arrangements in which one usually goes to the other, is asked to, or stands in."""
    usual, stand_in = (
        of_the_two(column, one_id, other_id) for column in (Arrangement.usual_id, Arrangement.stand_in_id)
    )
    open_ones = Arrangement.status.in_((ArrangementStatus.OFFERED, ArrangementStatus.LIVE))
    joined = select(Arrangement.id).join(Need, Need.id == Arrangement.need_id)
    return joined.where(open_ones, usual | stand_in).order_by(Arrangement.id)


def of_the_two(helper: Any, one_id: int, other_id: int) -> ColumnElement[bool]:
    """One of them is who helps, the other asked for it."""
    return or_(*((helper == who) & (Need.resident_id == helped) for who, helped in _ways(one_id, other_id)))


def _ways(one_id: int, other_id: int) -> Sequence[tuple[int, int]]:
    return ((one_id, other_id), (other_id, one_id))

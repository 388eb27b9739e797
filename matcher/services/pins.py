"""Whom the team keeps a visit for, or every visit of a need: nobody else is asked unless they say no; and whom it keeps
apart. Each with a reason in one word; all of it is for coordinators alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, OfferStatus
from matcher.services import audit, matches, parting, under_way
from matcher.store import queries
from matcher.store.bulk import among, grouped
from matcher.store.models import ApartChoice, Feedback, Need, NeverPair, Occurrence, Offer, Pin, Visit

PIN_WHYS: Mapping[str, str] = {
    "knows_them": "They know each other",
    "asked_for": "They were asked for by name",
    "spoke": "I have spoken to them",
    "other": "Something else",
}
APART_WHYS: Mapping[str, str] = {
    "asked": "One of them asked",
    "fell_out": "They do not get on",
    "safety": "For somebody's safety",
    "other": "Something else",
}


@dataclass(frozen=True, slots=True)
class Keep:
    """For whom, by an offer of theirs; why: one of PIN_WHYS; every_visit: of the need, not this one alone."""

    offer_id: int
    why: str
    every_visit: bool = False


def pin(
    session: Session, occurrence_id: int, keep: Keep, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Keep it for this person. What was kept for somebody else before, in the same way, is theirs no more; who else has
    been asked about it is told in the same transaction that it is off.

    NotFound if the visit is of no area of theirs; BadInput, with nothing written, if it cannot be or has no reason.
    """
    need = _locked(session, occurrence_id, area_ids)
    if keep.why not in PIN_WHYS:
        raise BadInput("Select a reason", field="why")
    person_id = _person(session, keep.offer_id)
    if queries.is_kept_apart(session, need.resident_id, person_id):
        raise BadInput("They are to be kept apart from someone there", field="offer")
    which: dict[str, Any] = {"need_id": need.id} if keep.every_visit else {"occurrence_id": occurrence_id}
    _lift(session, which, now)
    _take_back_questions(session, need.id, None if keep.every_visit else occurrence_id, person_id, now)
    session.add(Pin(**which, person_id=person_id, staff_id=staff_id, why=keep.why, set_at=now))
    _look_again(session, need, now)
    audit.record(session, audit.staff(staff_id), "pinned", ("person", person_id), *which, now=now)
    session.flush()


def lift(session: Session, occurrence_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """Keep it for nobody: neither this visit nor the others of its need. Twice is once."""
    need = _locked(session, occurrence_id, area_ids)
    lifted = _lift(session, {"occurrence_id": occurrence_id}, now) + _lift(session, {"need_id": need.id}, now)
    if lifted:
        _look_again(session, need, now)
        audit.record(session, audit.staff(staff_id), "unpinned", ("occurrence", occurrence_id), now=now)


def keep_apart(
    session: Session,
    occurrence_id: int,
    offer_id: int,
    why: str,
    *,
    area_ids: frozenset[int],
    staff_id: int,
    now: datetime,
) -> None:
    """Never match this person with who lives there, whichever of the two needs help; what is to come between them is
    handed back. Neither is told why.
    """
    need = _need(session, occurrence_id, area_ids)
    if why not in APART_WHYS:
        raise BadInput("Select a reason", field="why")
    person_id, resident_id = _person(session, offer_id, is_active=False), need.resident_id
    low, high = sorted((person_id, resident_id))
    if low == high:
        raise BadInput("They are the one who asked", field="offer")
    by = audit.staff(staff_id)
    under_way.lock(session, (low, high))
    parting.part(session, low, high, actor=by, is_for_safety=why == "safety", now=now)
    if session.get(ApartChoice, (low, high)) is None:
        session.add(ApartChoice(person_a=low, person_b=high, staff_id=staff_id, why=why, set_at=now))
    _look_again(session, need, now)
    audit.record(session, by, "kept_apart", ("person", person_id), now=now)
    session.flush()


def pair_again(
    session: Session, occurrence_id: int, offer_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Take back that the team keeps them apart. What one of the two said of the other themselves stands.

    BadInput, with nothing written, if it is not the team's to take back.
    """
    need = _locked(session, occurrence_id, area_ids)
    person_id = _person(session, offer_id)
    low, high = sorted((person_id, need.resident_id))
    choice, pair = session.get(ApartChoice, (low, high)), session.get(NeverPair, (low, high))
    if choice is None or pair is None:
        raise BadInput("The team does not keep them apart", field="offer")
    said_themselves = pair.set_at < choice.set_at or _said_not_again(session, low, high)
    session.delete(choice)
    session.flush()
    if not said_themselves:
        session.delete(pair)
        _look_again(session, need, now)
    audit.record(session, audit.staff(staff_id), "paired_again", ("person", person_id), now=now)
    session.flush()


def _said_not_again(session: Session, one: int, other: int) -> bool:
    """One of the two was helped by the other and would rather have someone else."""
    said = (
        select(Feedback.id)
        .join(Visit, Visit.id == Feedback.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(
            Feedback.again == "other",
            parting.of_the_two(Visit.person_id, one, other),
        )
    )
    return session.scalar(select(said.exists())) is True


@dataclass(frozen=True, slots=True)
class Kept:
    """Whom each occurrence is kept for, by occurrence and by need: (person_id, offer_id) of their active offers."""

    by_occurrence: Mapping[int, Sequence[tuple[int, int]]]
    by_need: Mapping[int, Sequence[tuple[int, int]]]

    def people(self, occurrence_id: int, need_id: int, refused_by: Collection[int]) -> frozenset[int]:
        """For whom it is kept, of those who have not said no: of the visit first, then of the need."""
        of_visit = self.by_occurrence.get(occurrence_id, ())
        kept = of_visit or self.by_need.get(need_id, ())
        return frozenset(person_id for person_id, _ in kept) - {
            person_id for person_id, offer_id in kept if offer_id in refused_by
        }


def kept_for(session: Session, occurrence_ids: Collection[int], need_ids: Collection[int]) -> Kept:
    """Whom these are kept for. Who has no active offer any more, has paused or has left, is not waited for."""
    live = (
        select(Pin.person_id, Offer.id)
        .join(Offer, (Offer.person_id == Pin.person_id) & (Offer.status == OfferStatus.ACTIVE))
        .where(Pin.lifted_at.is_(None))
    )
    return Kept(_by(session, live, Pin.occurrence_id, occurrence_ids), _by(session, live, Pin.need_id, need_ids))


def _by(session: Session, live: Any, column: Any, ids: Collection[int]) -> Mapping[int, Sequence[tuple[int, int]]]:
    return grouped(session, live.where(among(column, ids)).with_only_columns(column, Pin.person_id, Offer.id))


def _locked(session: Session, occurrence_id: int, area_ids: frozenset[int]) -> Need:
    """The need of this visit, which stays as it is until the transaction ends."""
    here = Occurrence.id == occurrence_id, Occurrence.area_id.in_(area_ids)
    session.execute(select(Occurrence.id).where(*here).with_for_update())
    return _need(session, occurrence_id, area_ids)


def _need(session: Session, occurrence_id: int, area_ids: frozenset[int]) -> Need:
    """The need of this visit, as it is now; locked by nobody here."""
    wanted = select(Need).join(Occurrence, Occurrence.need_id == Need.id)
    need = session.scalar(wanted.where(Occurrence.id == occurrence_id, Occurrence.area_id.in_(area_ids)))
    if need is None:
        raise NotFound
    return need


def _take_back_questions(
    session: Session, need_id: int, occurrence_id: int | None, person_id: int, now: datetime
) -> None:
    """Whoever else was asked about what is kept need not answer. A yes that was given stays: that is for a call."""
    open_ones = select(Occurrence).where(
        Occurrence.need_id == need_id,
        Occurrence.status.in_((OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)),
    )
    if occurrence_id is not None:
        open_ones = open_ones.where(Occurrence.id == occurrence_id)
    theirs = set(session.scalars(select(Offer.id).where(Offer.person_id == person_id)))
    for one in session.scalars(open_ones.order_by(Occurrence.id).with_for_update(key_share=True)).all():
        if occurrence_id is not None and one.status is OccurrenceStatus.FILLED:
            raise BadInput("Somebody has said yes to this visit: ring them first", field="offer")
        matches.withdraw_unfit(session, one.id, theirs.__contains__, now=now)


def _person(session: Session, offer_id: int, *, is_active: bool = True) -> int:
    """Whose offer it is. is_active: they can be asked; who has paused may still be expected somewhere."""
    theirs = select(Offer.person_id).where(Offer.id == offer_id)
    if is_active:
        theirs = theirs.where(Offer.status == OfferStatus.ACTIVE)
    if (person_id := session.scalar(theirs)) is None:
        raise BadInput("They do not offer help any more", field="offer")
    return person_id


def _lift(session: Session, which: Mapping[str, int], now: datetime) -> int:
    (column, value), *_ = which.items()
    held = select(Pin).where(getattr(Pin, column) == value, Pin.lifted_at.is_(None)).with_for_update()
    lifted = session.scalars(held).all()
    for one in lifted:
        one.lifted_at = now
    session.flush()
    return len(lifted)


def _look_again(session: Session, need: Need, now: datetime) -> None:
    """The next round considers what it has considered before; what is weeks away keeps its day."""
    if need.status is not NeedStatus.OPEN:
        return
    session.execute(
        update(Occurrence)
        .where(
            Occurrence.need_id == need.id,
            Occurrence.status == OccurrenceStatus.OPEN,
            Occurrence.considered_at.is_not(None),
        )
        .values(next_round_at=now),
        execution_options={"synchronize_session": False},
    )

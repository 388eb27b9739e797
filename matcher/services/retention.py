"""What is over goes after its time: people with nothing under way, who asked for them, what people told us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OfferStatus
from matcher.domain.retention import ASKER_KEPT, PERSON_KEPT, PHOTO_KEPT, PHOTO_KEPT_MOST, WORDS_KEPT, WORRY_KEPT
from matcher.services import (
    audit,
    concerns,
    drafts,
    erasure,
    own_codes,
    place_photos,
    story_withdrawal,
    texts_to_read,
    thanks,
)
from matcher.store.models import Feedback, Home, Need, Occurrence, Offer, Person, Visit, VisitReport


@dataclass(frozen=True, slots=True)
class Promised:
    """What the privacy page promises, in the figures by which the sweeps go."""

    unsent_hours: int
    person_days: int
    asker_days: int
    text_days: int
    text_most_days: int
    words_days: int
    worry_days: int
    photo_days: int
    photo_most_days: int


PROMISED = Promised(
    unsent_hours=drafts.KEPT_FOR // timedelta(hours=1),
    person_days=PERSON_KEPT.days,
    asker_days=ASKER_KEPT.days,
    text_days=texts_to_read.READ_KEPT.days,
    text_most_days=texts_to_read.KEPT_MOST.days,
    words_days=WORDS_KEPT.days,
    worry_days=WORRY_KEPT.days,
    photo_days=PHOTO_KEPT.days,
    photo_most_days=PHOTO_KEPT_MOST.days,
)
BATCH = 20
_UNDER_WAY = (NeedStatus.OPEN, NeedStatus.PAUSED)


def erase_old(session: Session, *, now: datetime) -> int:
    """One pass over everything whose time has come; how many rows. A second pass at once finds nothing."""
    return (
        _erase_people(session, now)
        + _erase_askers(session, now)
        + _erase_words(session, now)
        + own_codes.erase_old(session, now=now)
        + concerns.erase_old(session, kept_for=WORRY_KEPT, now=now)
        + place_photos.erase_old(session, now=now)
        + story_withdrawal.erase_expired(session, limit=BATCH, now=now)
    )


def _erase_people(session: Session, now: datetime) -> int:
    """The same as when they ask for it, but that nobody is told: nothing of theirs is under way."""
    until = now - PERSON_KEPT
    asks = exists().where(
        Need.resident_id == Person.id,
        Need.status.in_(_UNDER_WAY) | (func.coalesce(Need.closed_at, Need.posted_at) > until),
    )
    helps = exists().where(
        Offer.person_id == Person.id, (Offer.status != OfferStatus.STOPPED) | (Offer.stopped_at > until)
    )
    # What the team has yet to deal with may need a call to either of the two.
    is_waited_for = exists().where(
        VisitReport.closed_at.is_(None),
        VisitReport.visit_id == Visit.id,
        Visit.occurrence_id == Occurrence.id,
        Occurrence.need_id == Need.id,
        (Visit.person_id == Person.id) | (Need.resident_id == Person.id),
    )
    over = session.scalars(
        select(Person.id)
        .join(Home, Home.person_id == Person.id)
        .where(Person.erased_at.is_(None), Person.created_at <= until, ~asks, ~helps, ~is_waited_for)
        .where(Person.warm_agreed_at.is_(None))  # who wishes to be asked each winter is kept for that
        .order_by(Person.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Person)
    ).all()
    for person_id in over:
        erasure.erase_person(session, person_id, actor=audit.SYSTEM, now=now)
    return len(over)


def _erase_askers(session: Session, now: datetime) -> int:
    over = select(Need.id).where(Need.closed_at <= now - ASKER_KEPT, Need.status.not_in(_UNDER_WAY))
    return erasure.erase_askers(session, over)


def _erase_words(session: Session, now: datetime) -> int:
    until = now - WORDS_KEPT
    told = update(Feedback).where(Feedback.said_at <= until, Feedback.thanks != "").values(thanks.NO_WORDS)
    reports = update(VisitReport).where(VisitReport.closed_at <= until, VisitReport.words != "").values(words="")
    as_it_is = {"synchronize_session": False}
    erased = session.execute(told.returning(Feedback.id), execution_options=as_it_is).all()
    return len(erased) + len(session.execute(reports.returning(VisitReport.id), execution_options=as_it_is).all())

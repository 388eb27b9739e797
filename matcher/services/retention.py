"""What is over goes after its time: people with nothing under way, who asked for them, what people told us.

Nothing that the team has yet to deal with loses whom it is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import NeedStatus, OfferStatus
from matcher.domain.retention import Kept
from matcher.services import (
    audit,
    concerns,
    drafts,
    erasure,
    kept_periods,
    own_codes,
    place_photos,
    story_withdrawal,
    texts_to_read,
    thanks,
)
from matcher.store.models import (
    Concern,
    Feedback,
    Home,
    Need,
    Occurrence,
    Offer,
    Person,
    StandDown,
    Visit,
    VisitReport,
)


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


BATCH = 20
# What is counted together when a period is looked at, in words.
COUNTED = {
    "person": "People with nothing under way",
    "asker": "Who asked for someone else",
    "words": "Thanks, and what was told of a visit",
    "worry": "Concerns",
    "photo": "Photos of places",
    "text": "Texts that came in",
}
COUNTED_WITH = {one.name: one.name.removesuffix("_most") for one in fields(Kept)}
_UNDER_WAY = (NeedStatus.OPEN, NeedStatus.PAUSED)


def promised(kept: Kept) -> Promised:
    """The same periods, as pages say them."""
    return Promised(
        unsent_hours=drafts.KEPT_FOR // timedelta(hours=1),
        person_days=kept.person.days,
        asker_days=kept.asker.days,
        text_days=kept.text.days,
        text_most_days=kept.text_most.days,
        words_days=kept.words.days,
        worry_days=kept.worry.days,
        photo_days=kept.photo.days,
        photo_most_days=kept.photo_most.days,
    )


def count_old(session: Session, kept: Kept, *, now: datetime) -> Mapping[str, int]:
    """How much a pass at that moment would erase by these periods, by the names of COUNTED; nothing is written."""
    of: Mapping[str, tuple[Select[int], ...]] = {
        "person": (_people(kept, now),),
        "asker": (erasure.askers(_needs_over(now - kept.asker)),),
        "words": _words(now - kept.words),
        "worry": (concerns.old(kept.worry, now),),
        "photo": (place_photos.old(kept, now),),
        "text": (texts_to_read.old(kept, now),),
    }
    return {name: sum(_count(session, rows) for rows in parts) for name, parts in of.items()}


def erase_old(session: Session, *, now: datetime) -> int:
    """One pass over everything whose time has come; how many rows. A second pass at once finds nothing."""
    kept = kept_periods.in_force(session, now=now)
    return (
        _erase_people(session, kept, now)
        + erasure.erase_askers(session, _needs_over(now - kept.asker))
        + _erase_words(session, now - kept.words)
        + own_codes.erase_old(session, now=now)
        + concerns.erase_old(session, kept_for=kept.worry, now=now)
        + place_photos.erase_old(session, kept, now=now)
        + story_withdrawal.erase_expired(session, limit=BATCH, now=now)
    )


def _count(session: Session, rows: Select[int]) -> int:
    return session.execute(select(func.count()).select_from(rows.subquery())).scalar_one()


def _people(kept: Kept, now: datetime) -> Select[int]:
    """Who is known, and has had nothing under way for so long."""
    until = now - kept.person
    asks = exists().where(
        Need.resident_id == Person.id,
        Need.status.in_(_UNDER_WAY) | (func.coalesce(Need.closed_at, Need.posted_at) > until),
    )
    helps = exists().where(
        Offer.person_id == Person.id, (Offer.status != OfferStatus.STOPPED) | (Offer.stopped_at > until)
    )
    of_the_two = (Visit.person_id == Person.id) | (Need.resident_id == Person.id)
    return (
        select(Person.id)
        .join(Home, Home.person_id == Person.id)
        .where(Person.erased_at.is_(None), Person.created_at <= until, ~asks, ~helps)
        .where(~_unsettled(of_the_two), ~_is_stopped(now - kept.worry))
        .where(Person.warm_agreed_at.is_(None))  # who wishes to be asked each winter is kept for that
        .order_by(Person.id)
    )


def _unsettled(whose: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of a visit the team has something yet to deal with, a report or a worry: it may need a call to either of the two,
    or to whoever asked for one of them. whose: which visits, or of which needs.
    """
    report = VisitReport.visit_id == Visit.id, VisitReport.closed_at.is_(None)
    worry = Concern.visit_id == Visit.id, Concern.closed_at.is_(None)
    return exists().where(
        whose,
        Visit.occurrence_id == Occurrence.id,
        Occurrence.need_id == Need.id,
        exists().where(*report) | exists().where(*worry),
    )


def _is_stopped(until: datetime) -> ColumnElement[bool]:
    """A worry has stopped them, of a visit or not: they are known while it is open and, unless they were let back, as
    long as its words are, so that they do not come back as somebody new.
    """
    stands = StandDown.lifted_at.is_(None) & (Concern.closed_at > until)
    return exists().where(
        StandDown.person_id == Person.id,
        StandDown.concern_id == Concern.id,
        Concern.closed_at.is_(None) | stands,
    )


def _erase_people(session: Session, kept: Kept, now: datetime) -> int:
    """The same as when they ask for it, but that nobody is told: nothing of theirs is under way."""
    over = session.scalars(_people(kept, now).limit(BATCH).with_for_update(skip_locked=True, of=Person)).all()
    for person_id in over:
        erasure.erase_person(session, person_id, actor=audit.SYSTEM, now=now)
    return len(over)


def _needs_over(until: datetime) -> Select[int]:
    of_this_one = Occurrence.need_id == Need.id
    return select(Need.id).where(Need.closed_at <= until, Need.status.not_in(_UNDER_WAY), ~_unsettled(of_this_one))


def _words(until: datetime) -> tuple[Select[int], Select[int]]:
    """Thanks, and what was told of visits and dealt with."""
    return (
        select(Feedback.id).where(Feedback.said_at <= until, Feedback.thanks != ""),
        select(VisitReport.id).where(VisitReport.closed_at <= until, VisitReport.words != ""),
    )


def _erase_words(session: Session, until: datetime) -> int:
    said, reported = _words(until)
    told = update(Feedback).where(Feedback.id.in_(said)).values(thanks.NO_WORDS)
    reports = update(VisitReport).where(VisitReport.id.in_(reported)).values(words="")
    as_it_is = {"synchronize_session": False}
    erased = session.execute(told.returning(Feedback.id), execution_options=as_it_is).all()
    return len(erased) + len(session.execute(reports.returning(VisitReport.id), execution_options=as_it_is).all())

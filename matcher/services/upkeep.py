"""What the clock does: windows that pass, recurring needs that come round, reminders, visits nobody has marked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import MatchStatus, NeedStatus, NotificationStatus, OccurrenceStatus, check_move
from matcher.services import (
    audit,
    closing,
    drafts,
    icy,
    matches,
    news,
    nobody_yet_told,
    occurrences,
    referral_news,
    reminders,
    retention,
    story_pieces,
    text_comparisons,
    texts_to_read,
    thaw,
    visit_reports,
    visits,
)
from matcher.services.merging import into_one
from matcher.services.outbox import UNHEARD, Owed, owe
from matcher.store.models import Match, Need, Notification, Occurrence

ASK_AFTER = timedelta(minutes=60)
ASK_RESIDENT_AFTER = timedelta(hours=24)
BATCH = 100


@dataclass(frozen=True, slots=True)
class Upkept:
    """What one pass did."""

    lapsed: int
    unheard: int
    opened: int
    thawed: int
    late: int
    asked_how: int
    reminded: int
    nobody_yet: int
    news: int
    wordings_stopped: int
    drafts_erased: int
    texts_erased: int
    erased: int
    brought_along: int


def keep_up(session: Session, *, now: datetime) -> Upkept:
    """One pass over everything whose time has come. A second pass at the same moment changes nothing."""
    return Upkept(
        # First: it locks offers, which come before occurrences in the order of the house.
        brought_along=into_one.bring_along(session, now=now),
        lapsed=lapse_passed(session, now=now),
        unheard=lapse_unheard(session, now=now),
        opened=occurrences.extend_recurring(session, now=now) + icy.extend(session, now=now),
        thawed=thaw.settle(session, now=now),
        late=visit_reports.tell_late(session, now=now),
        asked_how=visits.ask_if_done(session, now=now, after=ASK_AFTER, after_resident=ASK_RESIDENT_AFTER),
        reminded=reminders.remind(session, now=now),
        nobody_yet=nobody_yet_told.tell(session, now=now),
        news=news.tell(session, now=now),
        wordings_stopped=text_comparisons.stop_harmful(session, now=now),
        drafts_erased=drafts.erase_old(session, now=now) + story_pieces.erase_old_unsent(session, now=now),
        texts_erased=texts_to_read.erase_old(session, now=now),
        erased=retention.erase_old(session, now=now),
    )


def lapse_passed(session: Session, *, now: datetime) -> int:
    """End every open occurrence whose windows have passed; the resident is told that nobody was found.

    One that waited for a word from the team, or for its number to be confirmed, is over like any other.
    """
    passed = session.scalars(
        select(Occurrence)
        .where(Occurrence.status == OccurrenceStatus.OPEN, Occurrence.ends_at <= now)
        .order_by(Occurrence.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for occurrence in passed:
        _lapse(session, occurrence, now)
    session.flush()
    return len(passed)


def lapse_unheard(session: Session, *, now: datetime) -> int:
    """End every ask whose question was held back until the visit should have begun, or would be, and so was never
    sent: nobody is waited for who was never asked.
    """
    never_sent = session.scalars(
        select(Match.id)
        .join(Notification, Notification.match_id == Match.id)
        .where(
            Match.status == MatchStatus.PROPOSED,
            Match.opened_at.is_(None),
            (Match.starts_at <= now) | (Notification.last_error == UNHEARD),
            Notification.template == "match_asked",
            Notification.status == NotificationStatus.DROPPED,
            Notification.instead_of_id.is_(None),
        )
        .order_by(Match.occurrence_id, Match.id)
        .limit(BATCH)
    ).all()
    return sum(matches.lapse_unheard(session, match_id, now=now) for match_id in never_sent)


def _lapse(session: Session, occurrence: Occurrence, now: datetime) -> None:
    matches.lapse_live(session, occurrence.id, now=now)
    need = session.get_one(Need, occurrence.need_id)
    if matches.count_holders(session, occurrence.id):  # fewer came than were wished for, but it was not missed
        check_move(occurrence.status, OccurrenceStatus.FILLED)
        occurrence.status = OccurrenceStatus.FILLED
        visits.settle(session, occurrence, now=now)
        return
    check_move(occurrence.status, OccurrenceStatus.UNMET)
    occurrence.status, occurrence.closed_at = OccurrenceStatus.UNMET, now
    closing.close_if_finished(session, need.id, now=now)
    audit.record(session, audit.SYSTEM, "lapsed", ("occurrence", occurrence.id), now=now)
    if need.status is not NeedStatus.CANCELLED:
        owed = Owed("need_unmet", ("occurrence_id", occurrence.id), person_id=need.resident_id, channel=need.contact)
        owe(session, owed, now=now)
        referral_news.tell(session, need.id, "referral_unmet", occasion=str(occurrence.id), now=now)

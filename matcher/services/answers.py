"""What stands in the way of a yes, and why an answer had the effect it had."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from matcher.domain.geo import SPEED_M_PER_MIN, chord_m
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, VisitStatus
from matcher.store import queries
from matcher.store.models import Match, Need, Occurrence, Offer


class AnswerWhy(StrEnum):
    """Why an answer had the effect it had, so that the page can tell the truth."""

    YOURS = "yours"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    CLASH = "clash"
    OVER = "over"
    HANDED_BACK = "handed_back"
    DONE = "done"
    CANCELLED = "cancelled"
    NOT_ALLOWED = "not_allowed"
    SAID_NO = "said_no"


WHY_OVER = {
    MatchStatus.DECLINED: AnswerWhy.SAID_NO,
    MatchStatus.LAPSED: AnswerWhy.OVER,
}
_TAKEN = (OccurrenceStatus.FILLED, OccurrenceStatus.DONE)
_WHAT_BECAME = {
    VisitStatus.HELD: AnswerWhy.YOURS,
    VisitStatus.ON_WAY: AnswerWhy.YOURS,
    VisitStatus.DONE: AnswerWhy.DONE,
    VisitStatus.HANDED_BACK: AnswerWhy.HANDED_BACK,
    VisitStatus.CANCELLED: AnswerWhy.CANCELLED,
}


def why_over(session: Session, occurrence: Occurrence, match: Match, now: datetime) -> AnswerWhy | None:
    """Why there is nothing left to say yes to; None if there is."""
    if match.status is MatchStatus.ACCEPTED:
        visit = queries.visit_of_match(session, match.id)
        return _WHAT_BECAME.get(visit.status, AnswerWhy.OVER) if visit else AnswerWhy.OVER
    if occurrence.status is OccurrenceStatus.CANCELLED:
        return AnswerWhy.CANCELLED
    if match.status is MatchStatus.WITHDRAWN:  # someone else is going, or they are not asked for another reason
        return AnswerWhy.TAKEN if occurrence.status in _TAKEN else AnswerWhy.WITHDRAWN
    if match.status is not MatchStatus.PROPOSED:
        return WHY_OVER[match.status]
    return AnswerWhy.OVER if match.ends_at <= now else None


def cannot_get_there(session: Session, need: Need, match: Match) -> bool:
    """True if another visit of theirs leaves no time to travel between the two."""
    offer = session.get_one(Offer, match.offer_id)
    there = queries.home_point(session, need.resident_id)
    for visit, point in queries.expected_visits(session, match.person_id):
        minutes = chord_m(there, point) / SPEED_M_PER_MIN[offer.travel_mode]
        gap = max(match.starts_at - visit.ends_at, visit.starts_at - match.ends_at)
        if gap < timedelta(minutes=minutes):
            return True
    return False

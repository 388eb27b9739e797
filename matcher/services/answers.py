"""What stands in the way of a yes, and why an answer had the effect it had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.availability import Availability, WeeklyRule
from matcher.domain.geo import SPEED_M_PER_MIN, Point, chord_m
from matcher.domain.lifecycle import MatchStatus, OccurrenceStatus, VisitStatus
from matcher.domain.timewindow import TimeWindow, subtract
from matcher.engine import late
from matcher.store import queries
from matcher.store.models import AvailabilityException, AvailabilityRule, Match, Need, Occurrence, Offer

MINUTE = timedelta(minutes=1)
PADDING = timedelta(minutes=5)  # kept free on both sides of a visit


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


def why_over(session: Session, occurrence: Occurrence, match: Match) -> AnswerWhy | None:
    """Why it has been settled already, whatever they say now; None if it has not."""
    if match.status is MatchStatus.ACCEPTED:
        visit = queries.visit_of_match(session, match.id)
        return _WHAT_BECAME.get(visit.status, AnswerWhy.OVER) if visit else AnswerWhy.OVER
    if occurrence.status is OccurrenceStatus.CANCELLED:
        return AnswerWhy.CANCELLED
    if match.status is MatchStatus.WITHDRAWN:  # someone else is going, or they are not asked for another reason
        return AnswerWhy.TAKEN if occurrence.status in _TAKEN else AnswerWhy.WITHDRAWN
    return None if match.status is MatchStatus.PROPOSED else WHY_OVER[match.status]


def visit_if_yes(session: Session, occurrence: Occurrence, match: Match, now: datetime) -> TimeWindow | None:
    """The visit that a yes would come to now: as asked, or once that is too soon, at the next moment they are free.

    None if the windows have no room left for it.
    """
    asked = TimeWindow(match.starts_at, match.ends_at)
    need = session.get_one(Need, occurrence.need_id)
    offer = session.get_one(Offer, match.offer_id)
    there = queries.home_point(session, need.resident_id)
    way = _way(queries.home_point(session, match.person_id), there, offer)
    free: list[TimeWindow] = []
    if now + way > asked.start:
        free = _free(session, occurrence, offer, _busy(session, match.person_id, there, offer, least=2 * PADDING))
    begins = late.begins_at(
        _minute(asked.start),
        asked.minutes,
        now=_minute(now),
        way=way / MINUTE,
        free=[(_minute(piece.start), _minute(piece.end)) for piece in free],
    )
    if begins is None or begins == _minute(asked.start):
        return asked if begins is not None else None
    start = datetime.fromtimestamp(round(begins * 60), UTC)
    return TimeWindow(start, start + (asked.end - asked.start))


def cannot_get_there(session: Session, need: Need, match: Match, visit: TimeWindow) -> bool:
    """True if another visit of theirs leaves no time to travel between the two."""
    offer = session.get_one(Offer, match.offer_id)
    there = queries.home_point(session, need.resident_id)
    return any(visit.overlaps(during) for during in _busy(session, match.person_id, there, offer))


def _free(session: Session, occurrence: Occurrence, offer: Offer, busy: Iterable[TimeWindow]) -> list[TimeWindow]:
    """Inside the windows of the occurrence, when they are free by their week and by what they have promised."""
    rules = session.scalars(select(AvailabilityRule).where(AvailabilityRule.offer_id == offer.id))
    exceptions: Any = session.scalars(select(AvailabilityException).where(AvailabilityException.offer_id == offer.id))
    spans = [(TimeWindow(one.during.lower, one.during.upper), one.is_free) for one in exceptions]
    week = Availability(
        weekly=tuple(WeeklyRule(rule.weekday, rule.opens, rule.closes) for rule in rules),
        extra=tuple(span for span, is_free in spans if is_free),
        paused=tuple(span for span, is_free in spans if not is_free),
    )
    free = [piece for window in queries.windows_of(occurrence) for piece in week.windows(window)]
    return list(subtract(free, busy))


def _busy(
    session: Session, person_id: int, there: Point, offer: Offer, *, least: timedelta = timedelta()
) -> Iterable[TimeWindow]:
    """Their visits, each with the way between it and `there` on both sides, or what is at least kept between two."""
    for visit, point in queries.expected_visits(session, person_id):
        way = max(_way(point, there, offer), least)
        yield TimeWindow(visit.starts_at - way, visit.ends_at + way)


def _way(one: Point, other: Point, offer: Offer) -> timedelta:
    return chord_m(one, other) / SPEED_M_PER_MIN[offer.travel_mode] * MINUTE


def _minute(at: datetime) -> float:
    return at.timestamp() / 60

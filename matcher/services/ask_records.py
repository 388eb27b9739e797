"""Every ask as the learner needs it: plain columns out of the tables, and what was known when it was made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.geo import Point, chord_m
from matcher.domain.lifecycle import MatchStatus, Urgency, VisitStatus
from matcher.engine.params import Params
from matcher.store import queries
from matcher.store.models import Feedback, Home, Match, Need, Occurrence, Offer, Visit

LOOKED_BACK = timedelta(days=180)
HALF_LIFE_DAYS = Params().fatigue_half_life_days
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class AskRow(NamedTuple):
    """One ask that reached its person. `outcome`: yes, no, withdrawn, lapsed or live; a yes that came too late is yes.

    asked_at: when they could have read it. reach_share: the way there as a share of their reach. notice_h: from then to
    the visit. recent_asks: those before it, each fading as a round counts it.
    """

    person_id: int
    asked_at: datetime
    reach_share: float
    notice_h: float
    recent_asks: float
    known: bool
    urgent: bool
    outcome: str
    ended_at: datetime | None


def read(session: Session, *, now: datetime, person_id: int | None = None) -> tuple[AskRow, ...]:
    """The asks of the last half year, oldest first; of one person, if that is said.

    One that never reached its person tells nothing, and a regular visit was no ask.
    """
    rows = session.execute(_columns(now, person_id)).all()
    return tuple(_rows(rows))


def _rows(rows: Any) -> Iterator[AskRow]:
    tired: defaultdict[int, float] = defaultdict(float)
    last: dict[int, datetime] = {}
    for row in rows:
        if row.person_id in last:
            days = (row.asked_at - last[row.person_id]) / DAY
            tired[row.person_id] *= 0.5 ** (days / HALF_LIFE_DAYS)
        away = chord_m(Point(row.lat, row.lon), Point(row.to_lat, row.to_lon))
        yield AskRow(
            person_id=row.person_id,
            asked_at=row.asked_at,
            reach_share=min(away / max(row.reach_m, 1), 1.0),
            notice_h=(row.starts_at - row.asked_at) / HOUR,
            recent_asks=tired[row.person_id],
            known=row.known,
            urgent=row.urgency is Urgency.URGENT,
            outcome=row.outcome,
            ended_at=row.ended_at,
        )
        tired[row.person_id] += 1.0
        last[row.person_id] = row.asked_at


_OUTCOME = case(
    (Match.late_yes_at.is_not(None), "yes"),
    (Match.status == MatchStatus.ACCEPTED, "yes"),
    (Match.status == MatchStatus.DECLINED, "no"),
    (Match.status == MatchStatus.WITHDRAWN, "withdrawn"),
    (Match.status == MatchStatus.LAPSED, "lapsed"),
    else_="live",
)


# By message, or on their own page before it came.
_READ_AT = func.least(Match.delivered_at, Match.opened_at)
_ENDED_AT = func.coalesce(Match.late_yes_at, Match.answered_at, Match.withdrawn_at, Match.lapsed_at)


def _columns(now: datetime, person_id: int | None) -> Any:
    theirs, residents = aliased(Home), aliased(Home)
    asks = (
        select(
            *(Match.person_id, _READ_AT.label("asked_at"), Match.starts_at, Offer.reach_m, Need.urgency),
            *(theirs.lat, theirs.lon, residents.lat.label("to_lat"), residents.lon.label("to_lon")),
            _OUTCOME.label("outcome"),
            _had_helped().label("known"),
            _ENDED_AT.label("ended_at"),
        )
        .join(Offer, Offer.id == Match.offer_id)
        .join(Occurrence, Occurrence.id == Match.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(theirs, theirs.person_id == Match.person_id)
        .join(residents, residents.person_id == Need.resident_id)
        .where(
            Match.asked_at > now - LOOKED_BACK,
            _ENDED_AT.is_(None) | (_ENDED_AT >= _READ_AT),
            _READ_AT.is_not(None),
            Match.arrangement_id.is_(None),
            Match.decline_reason.is_distinct_from("not_me"),  # someone else answered
        )
        .order_by(_READ_AT, Match.id)
    )
    return asks if person_id is None else asks.where(Match.person_id == person_id)


def _had_helped() -> Any:
    """They had helped this resident before the ask, and both were happy, as a round counts it."""
    before, then, earlier = aliased(Visit), aliased(Occurrence), aliased(Need)
    return (
        select(before.id)
        .join(then, then.id == before.occurrence_id)
        .join(earlier, earlier.id == then.need_id)
        .join(Feedback, Feedback.visit_id == before.id)
        .where(
            before.person_id == Match.person_id,
            earlier.resident_id == Need.resident_id,
            before.status == VisitStatus.DONE,
            queries.was_happy(),
            Feedback.said_at < Match.asked_at,
        )
        .exists()
    )

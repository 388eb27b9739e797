"""Reads with names, used by more than one service or too long to stand inside one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from matcher.domain.geo import Point
from matcher.domain.lifecycle import EXPECTED, MatchStatus, NeedStatus, OccurrenceStatus, OfferStatus
from matcher.domain.recurrence import Recurrence
from matcher.store.models import (
    Check,
    Feedback,
    Home,
    KindRow,
    LevelRow,
    Match,
    Need,
    Occurrence,
    Offer,
    Visit,
)

LIVE_ASKS_MOST = 2


def channel_of(session: Session, person_id: int) -> str:
    """How a volunteer is reached: by e-mail if they gave one, else by text."""
    has_email = session.scalar(select(Home.email != "").where(Home.person_id == person_id))
    return "email" if has_email else "text"


def home_point(session: Session, person_id: int) -> Point:
    """The exact home: for the engine and the travel check, never for a page."""
    lat, lon = session.execute(select(Home.lat, Home.lon).where(Home.person_id == person_id)).one()
    return Point(lat, lon)


def need_of_occurrence(session: Session, occurrence_id: int) -> Need:
    """The need an occurrence is an instance of."""
    wanted = select(Need).join(Occurrence, Occurrence.need_id == Need.id).where(Occurrence.id == occurrence_id)
    return session.scalars(wanted).one()


def missing_checks(session: Session, kind_slugs: Collection[str], person_id: int, on: date) -> set[str]:
    """Checks that the levels of these kinds ask for and that the person does not hold on that day."""
    wanted = session.scalars(
        select(LevelRow.checks).join(KindRow, KindRow.level_code == LevelRow.code).where(KindRow.slug.in_(kind_slugs))
    )
    held = session.scalars(
        select(Check.name).where(Check.person_id == person_id, (Check.expires_on >= on) | Check.expires_on.is_(None))
    )
    return {name for names in wanted for name in names} - set(held)


def expected_visits(session: Session, person_id: int) -> Sequence[tuple[Visit, Point]]:
    """Visits a person holds or is on the way to, and where each is."""
    rows = session.execute(
        select(Visit, Home.lat, Home.lon)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Home, Home.person_id == Need.resident_id)
        .where(Visit.person_id == person_id, Visit.status.in_(EXPECTED))
    )
    return [(visit, Point(lat, lon)) for visit, lat, lon in rows]


def may_be_asked(session: Session, offer_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    """True while the offer is active, has room for one more live ask, and none overlaps. Locks the offer."""
    offer = session.get_one(Offer, offer_id, with_for_update={"key_share": True})
    live = session.execute(
        select(Match.starts_at, Match.ends_at).where(Match.offer_id == offer_id, Match.status == MatchStatus.PROPOSED)
    ).all()
    overlaps = any(starts < ends_at and starts_at < ends for starts, ends in live)
    holds = session.scalar(
        select(Visit.id)
        .where(
            Visit.person_id == offer.person_id,
            Visit.status.in_(EXPECTED),
            Visit.during.op("&&")(Range(starts_at, ends_at)),
        )
        .limit(1)
    )
    return offer.status is OfferStatus.ACTIVE and len(live) < LIVE_ASKS_MOST and not overlaps and holds is None


def occurrence_to_judge(session: Session, need_id: int, now: datetime) -> int | None:
    """The latest occurrence of a need that had a visit whose time has come, and that nobody has judged yet.

    Where each of them is judged, the latest: saying it twice changes nothing.
    """
    return session.scalar(
        select(Occurrence.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .outerjoin(Feedback, Feedback.occurrence_id == Occurrence.id)
        .where(Occurrence.need_id == need_id, (Visit.starts_at <= now) | Visit.ended_at.is_not(None))
        .order_by(Feedback.id.is_(None).desc(), Occurrence.starts_at.desc())
        .limit(1)
    )


def close_need_if_finished(session: Session, need_id: int, now: datetime) -> None:
    """Close a need asked for once when nothing of it is left to do."""
    left = (
        select(Occurrence.id)
        .where(
            Occurrence.need_id == need_id,
            Occurrence.status.in_((OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)),
        )
        .exists()
    )
    session.execute(
        update(Need)
        .where(Need.id == need_id, Need.recurrence == Recurrence.ONCE, Need.status == NeedStatus.OPEN, ~left)
        .values(status=NeedStatus.CLOSED, closed_at=now)
    )


def count_by(session: Session, column: Any, *where: Any) -> dict[Any, int]:
    """How many rows there are for each value of a column."""
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return {value: count for value, count in rows}  # noqa: C416 (a Row is not a plain tuple to mypy)


def visit_of_match(session: Session, match_id: int) -> Visit | None:
    """What a yes to this match became."""
    return session.scalar(select(Visit).where(Visit.match_id == match_id))

"""Reads with names, used by more than one service or too long to stand inside one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, null, select, union_all
from sqlalchemy.orm import Session

from matcher.domain.geo import Point
from matcher.domain.lifecycle import EXPECTED, MatchStatus, VisitStatus
from matcher.domain.preferences import About
from matcher.domain.roles import READ_CONCERNS, StaffRoleName
from matcher.domain.timewindow import TimeWindow
from matcher.store.bulk import among
from matcher.store.models import (
    Cell,
    ChannelChoice,
    Check,
    Feedback,
    Home,
    KindRow,
    LevelRow,
    Match,
    Need,
    NeverPair,
    Notification,
    Occurrence,
    Offer,
    Person,
    Role,
    Staff,
    StaffRole,
    Visit,
)


def was_happy() -> Any:
    """Of a visit's feedback: the resident said that it went well, or would have them again."""
    return (Feedback.answer == "well") | (Feedback.again == "yes")


def channel_of(session: Session, person_id: int, about: About = About.VISITS) -> str:
    """How a volunteer is reached about this: as they chose, else by e-mail if they gave one, else by text."""
    return channels_of(session, [person_id], about)[person_id]


def channels_of(session: Session, person_ids: Collection[int], about: About = About.VISITS) -> Mapping[int, str]:
    """How each of these volunteers is reached about this; by text where nothing is known of a home."""
    usual = case((Home.email != "", "email"), else_="text")
    rows = session.execute(
        select(Home.person_id, func.coalesce(ChannelChoice.channel, usual))
        .outerjoin(ChannelChoice, (ChannelChoice.person_id == Home.person_id) & (ChannelChoice.about == about))
        .where(among(Home.person_id, person_ids))
    )
    found = {person_id: channel for person_id, channel in rows}  # noqa: C416 (a Row is not a pair to dict())
    return {person_id: found.get(person_id, "text") for person_id in person_ids}


def coordinators() -> Select[int]:
    """Everyone who coordinates and still works here, by id."""
    return _working_as(StaffRoleName.COORDINATOR)


def readers_of_concerns() -> Select[int]:
    """Everyone who reads worries and still works here, by id."""
    return _working_as(*READ_CONCERNS)


def _working_as(*roles: StaffRoleName) -> Select[int]:
    has_one = (
        select(StaffRole.staff_id)
        .join(Role, Role.id == StaffRole.role_id)
        .where(Role.name.in_([role.value for role in roles]))
    )
    return select(Staff.id).where(Staff.active, Staff.id.in_(has_one)).order_by(Staff.id)


def home_point(session: Session, person_id: int) -> Point:
    """The exact home: for the engine and the travel check, never for a page."""
    lat, lon = session.execute(select(Home.lat, Home.lon).where(Home.person_id == person_id)).one()
    return Point(lat, lon)


def told_point(session: Session, person_id: int) -> Point:
    """The middle of the cell that stands for a home: what words about distance are made from."""
    wanted = select(Cell.lat, Cell.lon).join(Person, Person.cell_id == Cell.id).where(Person.id == person_id)
    lat, lon = session.execute(wanted).one()
    return Point(lat, lon)


def is_kept_apart(session: Session, one_id: int, other_id: int) -> bool:
    """True if these two are never matched."""
    return session.get(NeverPair, (min(one_id, other_id), max(one_id, other_id))) is not None


def need_of_occurrence(session: Session, occurrence_id: int) -> Need:
    """The need an occurrence is an instance of."""
    wanted = select(Need).join(Occurrence, Occurrence.need_id == Need.id).where(Occurrence.id == occurrence_id)
    return session.scalars(wanted).one()


def windows_of(occurrence: Occurrence) -> tuple[TimeWindow, ...]:
    """The windows of an occurrence as the domain knows them."""
    return tuple(
        TimeWindow(piece.lower, piece.upper)
        for piece in occurrence.windows
        if piece.lower is not None and piece.upper is not None
    )


def next_window(occurrence: Occurrence, now: datetime) -> TimeWindow:
    """The first of its windows that is not over; the last, if all are."""
    windows = windows_of(occurrence)
    return next((window for window in windows if window.end > now), windows[-1])


def texts_since(session: Session, moment: datetime) -> int:
    """How many texts went since then, as they are paid for."""
    wanted = select(func.coalesce(func.sum(Notification.parts), 0)).where(
        Notification.channel == "text", Notification.sent_at >= moment
    )
    return session.execute(wanted).scalar_one()


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


def on_their_hands(session: Session, offer_ids: Collection[int]) -> Sequence[Any]:
    """(offer_id, occurrence_id, starts_at, ends_at) of each unanswered ask of these offers, and of each visit that is
    expected, padding included; those have no occurrence_id.

    In one statement, so that an ask that becomes a visit just now is seen as one or the other.
    """
    asks = select(Match.offer_id, Match.occurrence_id, Match.starts_at, Match.ends_at).where(
        among(Match.offer_id, offer_ids), Match.status == MatchStatus.PROPOSED
    )
    visits = (
        select(Offer.id, null(), func.lower(Visit.during), func.upper(Visit.during))
        .join(Visit, Visit.person_id == Offer.person_id)
        .where(among(Offer.id, offer_ids), Visit.status.in_(EXPECTED))
    )
    return session.execute(union_all(asks, visits)).all()


def occurrence_to_judge(session: Session, need_id: int, now: datetime) -> int | None:
    """The latest occurrence of a need with a visit that the resident may speak of and has not yet."""
    return session.scalar(
        select(Occurrence.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .outerjoin(Feedback, Feedback.visit_id == Visit.id)
        .where(Occurrence.need_id == need_id, Feedback.id.is_(None), _may_be_judged(now))
        .order_by(Occurrence.starts_at.desc())
        .limit(1)
    )


def visits_to_judge(session: Session, occurrence_id: int, now: datetime) -> Sequence[int]:
    """Visits of an occurrence that the resident may speak of and has not yet."""
    return session.scalars(
        select(Visit.id)
        .outerjoin(Feedback, Feedback.visit_id == Visit.id)
        .where(Visit.occurrence_id == occurrence_id, Feedback.id.is_(None), _may_be_judged(now))
        .order_by(Visit.id)
    ).all()


def last_said(session: Session, need_id: int) -> str | None:
    """What the resident last said of a visit of this need."""
    return session.scalar(
        select(Feedback.answer)
        .join(Visit, Visit.id == Feedback.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Occurrence.need_id == need_id)
        .order_by(Feedback.said_at.desc(), Feedback.id.desc())
        .limit(1)
    )


def _may_be_judged(now: datetime) -> Any:
    """Done, or its time has come: not one that was handed back or called off."""
    return (Visit.status == VisitStatus.DONE) | (Visit.status.in_(EXPECTED) & (Visit.starts_at <= now))


def visit_of_match(session: Session, match_id: int) -> Visit | None:
    """What a yes to this match became."""
    return session.scalar(select(Visit).where(Visit.match_id == match_id))

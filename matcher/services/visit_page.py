"""What the holder of a visit sees: the address while they are expected there, and at no other time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.geo import TravelMode
from matcher.domain.kinds import SNOW, job_words
from matcher.domain.lifecycle import EXPECTED, MatchStatus, VisitStatus
from matcher.domain.localtime import clock_words, day_words
from matcher.services import audit, kinds, my_year, people, salt, under_way, visit_reports, visits
from matcher.services.salt import SaltPlace
from matcher.store.models import Home, Match, Need, NeedNote, Occurrence, Offer, Person, Visit

DOOR_STAYS_OPEN = timedelta(hours=12)
# Before this, nobody sets off or is done yet: the large buttons would only be pressed by mistake.
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Door:
    """What may be read only while someone is expected: where, whom, what to say; where to take salt on the way there.

    salt: None where there is none near that may be used for this job. is_icy: whether any is wanted.
    """

    address: tuple[str, ...]
    phone: str
    note: str
    door_word: str
    is_icy: bool
    salt: SaltPlace | None


@dataclass(frozen=True, slots=True)
class VisitPage:
    """The page of a visit. `door` is None once it is over, or should long have been.

    `is_late`: they have not set off, 20 minutes after the time, and the team knows. `can_undo`: Done was pressed a
    moment ago. `others_asked`: how many may say yes instead of who handed it back. `this_year`: how many visits of
    theirs are done in it. `drives`: they go by car, and may note the miles.
    """

    status: VisitStatus
    resident: str
    volunteer: str
    kind: str
    job: str
    day: str
    starts_at: datetime
    about: str
    minutes: int
    minutes_taken: int | None
    bring: str
    rules: tuple[str, ...]
    is_soon: bool
    is_late: bool
    can_undo: bool
    why_handed_back: str | None
    others_asked: int
    this_year: int
    drives: bool
    door: Door | None


def read(session: Session, visit_id: int, *, now: datetime) -> VisitPage:
    """The page as it is now, without the door."""
    visit, need = _visit_and_need(session, visit_id)
    kind = kinds.get_kind(session, need.kind_slug)
    is_handed_back = visit.status is VisitStatus.HANDED_BACK
    return VisitPage(
        status=visit.status,
        resident=session.get_one(Person, need.resident_id).first_name,
        volunteer=session.get_one(Person, visit.person_id).first_name,
        kind=kind.slug,
        job=job_words(kind.job_words, tuple(need.details)),
        day=day_words(visit.starts_at),
        starts_at=visit.starts_at,
        about=clock_words(visit.starts_at),
        minutes=round((visit.ends_at - visit.starts_at).total_seconds() / 60),
        minutes_taken=visit.minutes_taken,
        bring=kind.bring,
        rules=kind.rules,
        is_soon=visit.starts_at - SOON <= now,
        is_late=visit_reports.is_late(visit, now),
        can_undo=visits.may_undo(session, visit, now) and not under_way.is_stopped(session, visit.person_id),
        why_handed_back=visit.why_handed_back,
        others_asked=_count_asked(session, visit.occurrence_id) if is_handed_back else 0,
        this_year=my_year.count_visits(session, visit.person_id, now=now),
        drives=_drives(session, visit),
        door=_door(session, visit, need) if _is_open(visit, now) else None,
    )


def record_reading(session: Session, visit_id: int, *, now: datetime) -> None:
    """Write down that exact data was shown: each showing of an address is an audit row."""
    visit, need = _visit_and_need(session, visit_id)
    if _is_open(visit, now):
        actor = audit.person(visit.person_id)
        audit.record(session, actor, "read_door", ("person", need.resident_id), "address", "note", now=now)


def _is_open(visit: Visit, now: datetime) -> bool:
    """True while they are expected there; a visit that nobody marks shuts its door by itself."""
    return visit.status in EXPECTED and now < visit.ends_at + DOOR_STAYS_OPEN


def _drives(session: Session, visit: Visit) -> bool:
    mode = session.scalar(select(Offer.travel_mode).where(Offer.person_id == visit.person_id))
    return mode is TravelMode.CAR


def _count_asked(session: Session, occurrence_id: int) -> int:
    asked = Match.occurrence_id == occurrence_id, Match.status == MatchStatus.PROPOSED
    return session.scalars(select(func.count()).where(*asked)).one()


def _visit_and_need(session: Session, visit_id: int) -> tuple[Visit, Need]:
    visit = session.get_one(Visit, visit_id)
    occurrence = session.get_one(Occurrence, visit.occurrence_id)
    return visit, session.get_one(Need, occurrence.need_id)


def _door(session: Session, visit: Visit, need: Need) -> Door:
    home = session.get_one(Home, need.resident_id)
    note = session.get(NeedNote, need.id)
    return Door(
        address=(home.house, home.postcode),
        phone=people.phone_words(home.phone),
        note=note.note if note else "",
        door_word=session.get_one(Occurrence, visit.occurrence_id).door_word,
        is_icy=need.kind_slug == SNOW,
        salt=salt.at_the_visit(session, need, home),
    )

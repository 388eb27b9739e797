"""What a yes becomes: set off, done, handed back, cancelled. How it went is said in `feedback`."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.lifecycle import (
    EXPECTED,
    HOLDING,
    OccurrenceStatus,
    Urgency,
    VisitStatus,
    check_move,
)
from matcher.domain.reports import ReportKind
from matcher.services import audit, closing, matches, referral_news, under_way
from matcher.services.outbox import Owed, owe, take_back
from matcher.store import queries
from matcher.store.models import Feedback, Need, Occurrence, Visit, VisitReport

LONGEST_VISIT_MIN = 1440
BATCH = 100
LATEST_START = timedelta(hours=2)
# For so long Done can be undone; who is told of it is told after that.
UNDO_LASTS = timedelta(minutes=5)
MOST_MILES = 300
_DONE_TOLD = ("visit_done_resident", "visit_done_volunteer")


def set_off(session: Session, visit_id: int, *, now: datetime) -> None:
    """They are on the way; the resident is told. Saying so twice changes nothing."""
    _, visit = _locked(session, visit_id)
    if visit.status in (VisitStatus.ON_WAY, VisitStatus.DONE):
        return
    if visit.ends_at + LATEST_START < now:
        raise Conflict("The time for this visit has passed. If you were there, press Done.")
    _move(visit, VisitStatus.ON_WAY)
    visit.on_way_at = now
    _no_longer_late(session, visit.id, now)
    _tell_resident(session, visit, "visit_on_way", now)
    audit.record(session, audit.person(visit.person_id), "set_off", ("visit", visit.id), now=now)


def complete(session: Session, visit_id: int, *, minutes: int | None = None, now: datetime) -> None:
    """It is done: both are thanked. How long it took may be added later; saying done twice changes nothing else."""
    if minutes is not None and not 1 <= minutes <= LONGEST_VISIT_MIN:
        raise BadInput("Select how long it took", field="minutes")
    occurrence, visit = _locked(session, visit_id)
    if visit.status is VisitStatus.DONE:
        visit.minutes_taken = minutes or visit.minutes_taken
        return
    _finish(session, occurrence, visit, now)
    _no_longer_late(session, visit.id, now)
    visit.minutes_taken = minutes
    _tell_resident(session, visit, "visit_done_resident", now, due_at=now + UNDO_LASTS)
    _tell_volunteer(session, visit, "visit_done_volunteer", now, due_at=now + UNDO_LASTS)
    audit.record(session, audit.person(visit.person_id), "completed", ("visit", visit.id), now=now)


def note_effort(session: Session, visit_id: int, *, minutes: int, miles: int | None, now: datetime) -> None:
    """How long a visit that is done took, and how far they drove. Conflict while it is not done."""
    if miles is not None and not 0 <= miles <= MOST_MILES:
        raise BadInput(f"Miles must be a number from 0 to {MOST_MILES}", field="miles")
    _, visit = _locked(session, visit_id)
    if visit.status is not VisitStatus.DONE:
        raise Conflict("This visit is not marked done.")
    complete(session, visit_id, minutes=minutes, now=now)
    visit.miles = miles if miles is not None else visit.miles


def undo_complete(session: Session, visit_id: int, *, now: datetime) -> None:
    """Done was pressed by mistake: they are expected again, and nobody is told. Twice is once.

    Conflict once the time to undo is over, the resident has said how it went, they are held to another visit then, the
    team has stopped them, or the two are kept apart.
    """
    if under_way.is_who_went_stopped_now(session, visit_id):  # before the occurrence, as every verb locks
        raise Conflict("Done stands for now. If it was not done, please call us.")
    occurrence, visit = _locked(session, visit_id)
    if visit.status in EXPECTED:
        return
    if not may_undo(session, visit, now):
        raise Conflict("It is too late to undo this.")
    try:
        with session.begin_nested():
            _move(visit, VisitStatus.ON_WAY if visit.on_way_at else VisitStatus.HELD)
            visit.ended_at = visit.minutes_taken = visit.miles = None
    except IntegrityError:  # the constraint that nobody is in two places at once
        raise Conflict("You are expected at another visit at that time.") from None
    _unsettle(session, occurrence)
    take_back(session, _DONE_TOLD, visit_id=visit.id)
    audit.record(session, audit.person(visit.person_id), "undid", ("visit", visit.id), now=now)


def may_undo(session: Session, visit: Visit, now: datetime) -> bool:
    """Whether Done can still be undone."""
    if visit.status is not VisitStatus.DONE or visit.ended_at is None or visit.ended_at + UNDO_LASTS <= now:
        return False
    helped = queries.need_of_occurrence(session, visit.occurrence_id).resident_id
    if queries.is_kept_apart(session, helped, visit.person_id):
        return False
    return session.scalar(select(Feedback.id).where(Feedback.visit_id == visit.id)) is None


def hand_back(session: Session, visit_id: int, *, actor: str | None = None, now: datetime) -> None:
    """They cannot go after all: no need to explain. Others are asked at once. Twice is once. `actor`: who does it, if
    it is not they themselves.
    """
    occurrence, visit = _locked(session, visit_id)
    if visit.status is VisitStatus.HANDED_BACK:
        return
    _move(visit, VisitStatus.HANDED_BACK)
    visit.ended_at = now
    _no_longer_late(session, visit.id, now)
    _reopen(occurrence, now)
    if occurrence.ends_at > now:  # later there is nobody left to ask, and the next upkeep says so
        _tell_resident(session, visit, "visit_handed_back", now)
    audit.record(session, actor or audit.person(visit.person_id), "handed_back", ("visit", visit.id), now=now)


def _no_longer_late(session: Session, visit_id: int, now: datetime) -> None:
    """The team need not ask any more where they are."""
    late = VisitReport.visit_id == visit_id, VisitReport.kind == ReportKind.LATE, VisitReport.closed_at.is_(None)
    session.execute(update(VisitReport).where(*late).values(closed_at=now))


def cancel_expected(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Call off every visit of an occurrence (whose row is locked), and tell whoever was going."""
    for visit in _of_occurrence(session, occurrence_id, EXPECTED):
        _move(visit, VisitStatus.CANCELLED)
        visit.ended_at = now
        _tell_volunteer(session, visit, "visit_cancelled", now)


def ask_if_done(session: Session, *, now: datetime, after: timedelta, after_resident: timedelta) -> int:
    """Ask about visits whose time is over and that nobody has marked: the volunteer, later the resident; how many.

    Each is asked once, so that a visit nobody ever marks costs nothing more.
    """
    unmarked = select(Visit).where(Visit.status.in_(EXPECTED)).order_by(Visit.id).limit(BATCH)
    to_volunteer = unmarked.where(Visit.ends_at <= now - after, Visit.asked_volunteer_at.is_(None))
    to_resident = unmarked.where(Visit.ends_at <= now - after_resident, Visit.asked_resident_at.is_(None))
    asked = 0
    for visit in session.scalars(to_volunteer.with_for_update(skip_locked=True, key_share=True)).all():
        visit.asked_volunteer_at = now
        _tell_volunteer(session, visit, "visit_not_marked", now)
        asked += 1
    for visit in session.scalars(to_resident.with_for_update(skip_locked=True, key_share=True)).all():
        visit.asked_resident_at = now
        _tell_resident(session, visit, "visit_unsure_resident", now)
        asked += 1
    return asked


def judge(session: Session, occurrence: Occurrence, answer: str, *, now: datetime) -> None:
    """What the resident said becomes what the visits of an occurrence (whose row is locked) are."""
    if answer == "nobody":
        for visit in _of_occurrence(session, occurrence.id, HOLDING):
            _move(visit, VisitStatus.NO_SHOW)
            visit.ended_at = now
        _reopen_or_miss(session, occurrence, now)
        return
    for visit in _of_occurrence(session, occurrence.id, EXPECTED):
        _finish(session, occurrence, visit, now)
        _tell_volunteer(session, visit, "visit_done_volunteer", now)


def _finish(session: Session, occurrence: Occurrence, visit: Visit, now: datetime) -> None:
    _move(visit, VisitStatus.DONE)
    visit.ended_at = now
    settle(session, occurrence, now=now)


def settle(session: Session, occurrence: Occurrence, *, now: datetime) -> None:
    """A filled occurrence (whose row is locked) is done once nobody is expected there any more."""
    session.flush()
    if occurrence.status is OccurrenceStatus.FILLED and not _of_occurrence(session, occurrence.id, EXPECTED):
        occurrence.status, occurrence.closed_at = OccurrenceStatus.DONE, now
        which, due_at = str(occurrence.id), now + UNDO_LASTS
        referral_news.tell(session, occurrence.need_id, "referral_done", occasion=which, due_at=due_at, now=now)
        closing.close_if_finished(session, occurrence.need_id, now=now)


def _unsettle(session: Session, occurrence: Occurrence) -> None:
    """Somebody is expected again at an occurrence (whose row is locked) that was done."""
    if occurrence.status is OccurrenceStatus.DONE:
        check_move(occurrence.status, OccurrenceStatus.FILLED)
        occurrence.status, occurrence.closed_at = OccurrenceStatus.FILLED, None
        take_back(session, ("referral_done",), need_id=occurrence.need_id)
        closing.reopen(session, occurrence.need_id)


def _reopen(occurrence: Occurrence, now: datetime) -> None:
    if occurrence.status is not OccurrenceStatus.OPEN:
        check_move(occurrence.status, OccurrenceStatus.OPEN)
        occurrence.status, occurrence.open_since, occurrence.closed_at = OccurrenceStatus.OPEN, now, None
        occurrence.considered_at = occurrence.reason_code = occurrence.reason = occurrence.waterfall = None
    matches.look_again(occurrence, now)


def _reopen_or_miss(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Nobody came: look for someone else while its time lasts, as urgent; else it was missed."""
    if occurrence.ends_at > now:
        closing.reopen(session, occurrence.need_id)
        session.get_one(Need, occurrence.need_id).urgency = Urgency.URGENT
        _reopen(occurrence, now)
        return
    check_move(occurrence.status, OccurrenceStatus.UNMET)
    occurrence.status, occurrence.closed_at = OccurrenceStatus.UNMET, now
    occurrence.reason_code, occurrence.reason = "nobody_came", "The resident says that nobody came."
    referral_news.tell(session, occurrence.need_id, "referral_unmet", occasion=str(occurrence.id), now=now)
    closing.close_if_finished(session, occurrence.need_id, now=now)


def _locked(session: Session, visit_id: int) -> tuple[Occurrence, Visit]:
    occurrence_id = session.execute(select(Visit.occurrence_id).where(Visit.id == visit_id)).scalar_one()
    occurrence = session.get_one(Occurrence, occurrence_id, with_for_update={"key_share": True})
    return occurrence, session.get_one(Visit, visit_id, with_for_update={"key_share": True})


def _move(visit: Visit, to: VisitStatus) -> None:
    check_move(visit.status, to)
    visit.status = to


def _of_occurrence(session: Session, occurrence_id: int, statuses: tuple[VisitStatus, ...]) -> list[Visit]:
    wanted = select(Visit).where(Visit.occurrence_id == occurrence_id, Visit.status.in_(statuses))
    return list(session.scalars(wanted.order_by(Visit.id).with_for_update(key_share=True)))


def tell_off(session: Session, visit_id: int, *, now: datetime) -> None:
    """Whoever was to go hears that they need not, and no reason."""
    _tell_volunteer(session, session.get_one(Visit, visit_id), "visit_cancelled", now)


def _tell_resident(
    session: Session, visit: Visit, template: str, now: datetime, *, due_at: datetime | None = None
) -> None:
    need = queries.need_of_occurrence(session, visit.occurrence_id)
    owed = Owed(template, ("visit_id", visit.id), person_id=need.resident_id, channel=need.contact, due_at=due_at)
    owe(session, owed, now=now)


def _tell_volunteer(
    session: Session, visit: Visit, template: str, now: datetime, *, due_at: datetime | None = None
) -> None:
    channel = queries.channel_of(session, visit.person_id)
    owed = Owed(template, ("visit_id", visit.id), person_id=visit.person_id, channel=channel, due_at=due_at)
    owe(session, owed, now=now)

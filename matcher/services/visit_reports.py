"""What a volunteer tells the team about a visit, and the list of it that a coordinator works through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.lifecycle import VisitStatus
from matcher.domain.reports import HAND_BACK_REASONS, PROBLEM_WORDS, REPORT_WORDS, ReportKind
from matcher.domain.wording import clean_text
from matcher.services import audit, concerns, people
from matcher.services.concerns import Worry
from matcher.store import queries
from matcher.store.models import Home, Need, Occurrence, Person, Visit, VisitReport

WORDS_LENGTH = 300
WORDS_KEPT = 4 * WORDS_LENGTH  # of one sort, told again and again
ROWS_SHOWN = 200
BATCH = 100
LATE_AFTER = timedelta(minutes=20)
LATE_NO_LONGER = timedelta(hours=12)  # by then the resident is asked whether they came
# What is a worry too, and of which sort.
WORRIES = {ReportKind.UNSAFE: "safety", ReportKind.WORRIED: "safety", ReportKind.ACCIDENT: "accident"}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Something told, as the coordinators' list shows it. The number is the volunteer's, who is to be rung."""

    report_id: int
    reference: str
    volunteer: str
    phone: str
    resident: str
    what: str
    words: str
    said_at: datetime
    is_urgent: bool


def report_problem(session: Session, visit_id: int, kind: str, words: str, *, now: datetime) -> None:
    """Something is wrong: onto the coordinators' list at once. Told twice while it is open it stands there once, with
    all that was said; of a worry, each new word goes to those who act on worries.
    """
    if kind not in PROBLEM_WORDS:
        raise BadInput("Select what the problem is", field="kind")
    _tell(session, visit_id, ReportKind(kind), clean_text(words, WORDS_LENGTH, field="words"), now)


def add_word(session: Session, visit_id: int, words: str, *, now: datetime) -> None:
    """Anything the team should know, said after a visit. Nothing typed is nothing told."""
    if kept := clean_text(words, WORDS_LENGTH, field="words"):
        _tell(session, visit_id, ReportKind.WORD, kept, now)


def say_why_handed_back(session: Session, visit_id: int, reason: str, *, now: datetime) -> None:
    """Why they could not go, if they like to say. Conflict for a visit that was not handed back."""
    if reason not in HAND_BACK_REASONS:
        raise BadInput("Select a reason, or leave this page", field="reason")
    visit = session.get_one(Visit, visit_id, with_for_update={"key_share": True})
    if visit.status is not VisitStatus.HANDED_BACK:
        raise Conflict("This visit was not handed back.")
    visit.why_handed_back = reason
    audit.record(session, audit.person(visit.person_id), "said_why", ("visit", visit.id), now=now)


def last_problem(session: Session, visit_id: int) -> ReportKind | None:
    """What was last said to be wrong with a visit."""
    problems = VisitReport.visit_id == visit_id, VisitReport.kind.in_(PROBLEM_WORDS)
    wanted = select(VisitReport.kind).where(*problems).order_by(VisitReport.said_at.desc(), VisitReport.id.desc())
    return session.scalar(wanted.limit(1))


def tell_late(session: Session, *, now: datetime) -> int:
    """The team hears of every visit that nobody has set off to 20 minutes after its time; once of each. How many."""
    told = select(VisitReport.id).where(VisitReport.visit_id == Visit.id, VisitReport.kind == ReportKind.LATE)
    late = session.scalars(
        select(Visit)
        .where(
            Visit.status == VisitStatus.HELD,
            Visit.starts_at <= now - LATE_AFTER,
            Visit.starts_at > now - LATE_NO_LONGER,
            ~told.exists(),
        )
        .order_by(Visit.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for visit in late:
        session.add(VisitReport(visit_id=visit.id, kind=ReportKind.LATE, said_at=now))
        audit.record(session, audit.SYSTEM, "reported", ("visit", visit.id), ReportKind.LATE, now=now)
    session.flush()
    return len(late)


def is_late(visit: Visit, now: datetime) -> bool:
    """Nobody has set off, 20 minutes after its time."""
    return visit.status is VisitStatus.HELD and visit.starts_at <= now - LATE_AFTER


def open_reports(session: Session, area_ids: frozenset[int]) -> tuple[ReportRow, ...]:
    """What nobody has dealt with yet, in these areas: what cannot wait first, then the oldest."""
    is_urgent = VisitReport.kind.in_(WORRIES)
    rows = session.execute(
        select(VisitReport, Need.reference, Person.first_name, Home.phone, Need.resident_id, is_urgent)
        .join(Visit, Visit.id == VisitReport.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Visit.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(VisitReport.closed_at.is_(None), Occurrence.area_id.in_(area_ids))
        .order_by(case((is_urgent, 0), else_=1), VisitReport.said_at, VisitReport.id)
        .limit(ROWS_SHOWN)
    ).all()
    residents = {row.resident_id for row in rows}
    names = {person.id: person.first_name for person in session.scalars(select(Person).where(Person.id.in_(residents)))}
    return tuple(
        ReportRow(
            report_id=report.id,
            reference=reference,
            volunteer=name,
            phone=people.phone_words(phone) if phone else "",
            resident=names[resident_id],
            what=REPORT_WORDS[report.kind],
            words=report.words,
            said_at=report.said_at,
            is_urgent=urgent,
        )
        for report, reference, name, phone, resident_id, urgent in rows
    )


def close_report(session: Session, report_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """Somebody has dealt with it. Twice is once. NotFound if it is of no area of theirs."""
    report = session.get(VisitReport, report_id, with_for_update=True)
    if report is None or _area_of(session, report) not in area_ids:
        raise NotFound
    if report.closed_at is None:
        report.closed_at, report.closed_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "closed_report", ("visit", report.visit_id), report.kind, now=now)


def _tell(session: Session, visit_id: int, kind: ReportKind, words: str, now: datetime) -> None:
    visit = session.get_one(Visit, visit_id, with_for_update={"key_share": True})
    same = VisitReport.visit_id == visit_id, VisitReport.kind == kind, VisitReport.closed_at.is_(None)
    before, is_worry = session.scalar(select(VisitReport).where(*same)), kind in WORRIES
    if before is None:
        session.add(VisitReport(visit_id=visit_id, kind=kind, words="" if is_worry else words, said_at=now))
        audit.record(session, audit.person(visit.person_id), "reported", ("visit", visit_id), kind, now=now)
    elif not is_worry and words not in before.words:
        before.words = f"{before.words}\n{words}".strip()[-WORDS_KEPT:]
    if is_worry and (before is None or words):  # what is told next may be the worse
        _raise_worry(session, visit, kind, words, now)


def _raise_worry(session: Session, visit: Visit, kind: ReportKind, words: str, now: datetime) -> None:
    """What is said of somebody's safety is read only by those who act on worries, and they are told at once."""
    need = queries.need_of_occurrence(session, visit.occurrence_id)
    home = session.get_one(Home, visit.person_id)
    worry = Worry(
        about=(WORRIES[kind],),
        words=f"{REPORT_WORDS[kind]}. Visit of request {need.reference}.\n{words}",
        name=session.get_one(Person, visit.person_id).first_name,
        reach=home.phone,
    )
    concerns.raise_from_visit(session, worry, visit.id, now=now)


def _area_of(session: Session, report: VisitReport) -> int:
    wanted = select(Occurrence.area_id).join(Visit, Visit.occurrence_id == Occurrence.id)
    return session.execute(wanted.where(Visit.id == report.visit_id)).scalar_one()

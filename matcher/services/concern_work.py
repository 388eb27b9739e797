"""What those who act on a worry do with it: open it, tell others, close it, hand a copy to the safeguarding team.

Every opening and every copy is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.wording import clean_line
from matcher.services import audit, concerns, stand_downs
from matcher.services.concerns import Clock, State
from matcher.services.stand_downs import Stopped
from matcher.store.models import Concern, ConcernTelling, Staff

WHOM = (
    ("adult_care", "Adult social care"),
    ("police", "The police"),
    ("health", "A GP, nurse or ambulance"),
    ("dbs", "The Disclosure and Barring Service"),
    ("lead", "Our safeguarding lead"),
    ("person", "The person it is about"),
    ("family", "Their family or carer"),
    ("teller", "Whoever told us"),
    ("other", "Someone else"),
)
HOW = (("phone", "By phone"), ("in_person", "In person"), ("email", "By email"), ("letter", "By letter"))
NOTE_LENGTH = 200
PRESSED_TWICE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TellingLine:
    """Who was told, how, when, and by whom."""

    whom: str
    how: str
    note: str
    told_at: datetime
    told_by: str


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """A worry as whoever acts on it reads it. visit_id: of which visit it was told, if of one."""

    concern_id: int
    reference: str
    state: State
    about: tuple[str, ...]
    words: str
    name: str
    reach: str
    raised_at: datetime
    clock: Clock
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    visit_id: int | None
    tellings: tuple[TellingLine, ...]
    stopped: tuple[Stopped, ...]

    @property
    def is_closed(self) -> bool:
        """True once it is closed."""
        return self.state is State.CLOSED


def open_concern(session: Session, concern_id: int, *, staff_id: int, now: datetime) -> None:
    """The first to open it has opened it; a second time changes nothing. NotFound if there is none."""
    concern = session.get(Concern, concern_id, with_for_update=True)
    if concern is None:
        raise NotFound
    if concern.opened_at is None:
        concern.opened_at, concern.opened_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "opened", ("concern", concern_id), now=now)


def read(session: Session, concern_id: int, *, staff_id: int, now: datetime) -> ConcernPage:
    """A worry that somebody has opened, in full. The look is audited. NotFound if nobody has."""
    concern = opened(session, concern_id)
    audit.record(session, audit.staff(staff_id), "read", ("concern", concern_id), "words", "name", "reach", now=now)
    return _page(session, concern, now)


def copy(session: Session, concern_id: int, *, staff_id: int, now: datetime) -> ConcernPage:
    """The same, to be handed on as a file, which is audited as such."""
    concern = opened(session, concern_id)
    audit.record(session, audit.staff(staff_id), "exported", ("concern", concern_id), "words", "name", "reach", now=now)
    return _page(session, concern, now)


def note_told(
    session: Session, concern_id: int, whom: str, how: str, note: str, *, staff_id: int, now: datetime
) -> None:
    """Somebody was told. Pressed twice it is kept once. BadInput names the field that is wrong; NotFound if nobody has
    opened it.
    """
    if whom not in dict(WHOM):
        raise BadInput("Select who was told", field="whom")
    if how not in dict(HOW):
        raise BadInput("Select how they were told", field="how")
    session.get(Concern, concern_id, with_for_update=True)
    opened(session, concern_id)
    kept = clean_line(note, NOTE_LENGTH, noun="What to remember", field="note")
    told = {"concern_id": concern_id, "whom": whom, "how": how, "words": kept, "staff_id": staff_id}
    a_moment_ago = select(ConcernTelling.id).filter_by(**told).where(ConcernTelling.told_at > now - PRESSED_TWICE)
    if session.scalar(a_moment_ago.limit(1)) is not None:
        return
    session.add(ConcernTelling(**told, told_at=now))
    audit.record(session, audit.staff(staff_id), "told", ("concern", concern_id), whom, now=now)


def close_concern(session: Session, concern_id: int, *, staff_id: int, now: datetime) -> None:
    """It was passed on or dealt with. Twice is once. NotFound if nobody has opened it."""
    concern = session.get(Concern, concern_id, with_for_update=True)
    if concern is None or concern.opened_at is None:
        raise NotFound
    if concern.closed_at is None:
        concern.closed_at, concern.closed_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "closed", ("concern", concern_id), now=now)


def opened(session: Session, concern_id: int) -> Concern:
    """A worry that somebody has opened. NotFound if nobody has, or there is none."""
    concern = session.get(Concern, concern_id)
    if concern is None or concern.opened_at is None:
        raise NotFound
    return concern


def _page(session: Session, concern: Concern, now: datetime) -> ConcernPage:
    tellings = _tellings(session, concern.id)
    assert concern.opened_at is not None
    return ConcernPage(
        concern_id=concern.id,
        reference=concern.reference,
        state=concerns.state_of(concern, is_passed_on=_is_passed_on(session, concern.id)),
        about=concerns.labels(concern),
        words=concern.words,
        name=concern.name,
        reach=concern.reach,
        raised_at=concern.raised_at,
        clock=concerns.clock_of(concern, now),
        opened_at=concern.opened_at,
        opened_by=session.get_one(Staff, concern.opened_by).name,
        closed_at=concern.closed_at,
        visit_id=concern.visit_id,
        tellings=tellings,
        stopped=stand_downs.of_concern(session, concern.id),
    )


def _is_passed_on(session: Session, concern_id: int) -> bool:
    return bool(session.scalar(select(concerns.passed_on()).select_from(Concern).where(Concern.id == concern_id)))


def _tellings(session: Session, concern_id: int) -> tuple[TellingLine, ...]:
    whom, how = dict(WHOM), dict(HOW)
    rows = session.execute(
        select(ConcernTelling, Staff.name)
        .join(Staff, Staff.id == ConcernTelling.staff_id)
        .where(ConcernTelling.concern_id == concern_id)
        .order_by(ConcernTelling.told_at, ConcernTelling.id)
    )
    return tuple(TellingLine(whom[row.whom], how[row.how].lower(), row.words, row.told_at, name) for row, name in rows)

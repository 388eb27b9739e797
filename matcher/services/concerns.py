"""Worries: kept where only those who act on them read, each opening written down, none lost.

Nobody is paused or judged by one: that is for the people who open it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound, Unavailable
from matcher.domain.localtime import at_local, local_day, to_local
from matcher.domain.roles import StaffRoleName
from matcher.domain.wording import clean_line, clean_text
from matcher.services import audit, drafts, people
from matcher.services.needs import REFERENCE_LETTERS
from matcher.services.outbox import Owed, owe
from matcher.store.models import Concern, Role, Staff, StaffRole

ABOUT = (
    ("safety", "Someone’s safety"),
    ("treated", "How someone was treated"),
    ("money", "Money or belongings"),
    ("said", "Something that was said"),
    ("accident", "An accident"),
    ("other", "Something else"),
)
WORDS_LENGTH = 2000
REACH_LENGTH = 120
READ_WITHIN = timedelta(minutes=15)
# Between these hours of a day someone looks; what comes at night is read when the day begins.
DAY_BEGINS, DAY_ENDS = time(8), time(20)
WHO_READS = (StaffRoleName.SAFEGUARDING_LEAD, StaffRoleName.COORDINATOR)
_RAISED = "concern_raised"
# What stands in place of the words of one that was kept its time.
ERASED = "Erased: it was closed long ago."


@dataclass(frozen=True, slots=True)
class Worry:
    """What someone typed. `name` and `reach` stay empty for who would rather not say."""

    about: tuple[str, ...]
    words: str
    name: str = ""
    reach: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """What whoever told us is left with: a reference, and when someone reads it at the latest."""

    reference: str
    read_by: datetime


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A worry as it stands in the list: what sort, and no word of it. `is_late`: it should have been opened."""

    concern_id: int
    reference: str
    about: tuple[str, ...]
    raised_at: datetime
    is_opened: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class ConcernPage:
    """A worry as whoever acts on it reads it."""

    concern_id: int
    reference: str
    about: tuple[str, ...]
    words: str
    name: str
    reach: str
    raised_at: datetime
    opened_at: datetime
    opened_by: str
    is_closed: bool


def raise_concern(session: Session, worry: Worry, key: str, *, now: datetime) -> None:
    """Keep a worry, and owe everyone who reads them word that there is one. The form with this key is taken once."""
    kept = _checked(worry)
    if not drafts.claim(session, key, _RAISED, now=now):
        return
    concern = _keep(session, kept, now)
    drafts.save(session, key, _RAISED, {"concern_id": concern.id}, now=now)


def raise_from_visit(session: Session, worry: Worry, *, now: datetime) -> None:
    """The same, for a worry told on a visit's page, which sees to it that it is told once."""
    _keep(session, _checked(worry), now)


def _keep(session: Session, kept: Mapping[str, Any], now: datetime) -> Concern:
    """Write it down, and owe everyone who reads worries word that there is one."""
    concern = Concern(reference=_new_reference(session), raised_at=now, **kept)
    session.add(concern)
    session.flush()
    audit.record(session, audit.SYSTEM, "raised", ("concern", concern.id), now=now)
    for staff_id in session.scalars(_readers()):
        thing, values = ("staff_id", staff_id), {"ref": concern.reference}
        owed = Owed(
            "concern_raised", thing, staff_id=staff_id, channel="email", values=values, occasion=str(concern.id)
        )
        owe(session, owed, now=now)
    return concern


def read_raised(session: Session, key: str, *, now: datetime) -> Raised | None:
    """What was left with whoever sent the form with this key; None after a day, or if there was none."""
    kept = drafts.load(session, key, _RAISED, now=now)
    concern = session.get(Concern, kept["concern_id"]) if kept else None
    return Raised(concern.reference, read_by(concern.raised_at)) if concern else None


def read_by(raised_at: datetime) -> datetime:
    """A quarter of an hour later by day; by night, a quarter past eight in the morning."""
    day, clock = local_day(raised_at), to_local(raised_at).time()
    if clock < DAY_BEGINS:
        return at_local(day, DAY_BEGINS) + READ_WITHIN
    if clock >= DAY_ENDS:
        return at_local(day + timedelta(days=1), DAY_BEGINS) + READ_WITHIN
    return raised_at + READ_WITHIN


def waiting(session: Session, *, now: datetime) -> tuple[ConcernRow, ...]:
    """Every worry that is not closed, those nobody has opened first, then the oldest."""
    rows = session.scalars(
        select(Concern)
        .where(Concern.closed_at.is_(None))
        .order_by(Concern.opened_at.is_not(None), Concern.raised_at, Concern.id)
    )
    return tuple(
        ConcernRow(
            concern_id=row.id,
            reference=row.reference,
            about=_labels(row),
            raised_at=row.raised_at,
            is_opened=row.opened_at is not None,
            is_late=row.opened_at is None and read_by(row.raised_at) < now,
        )
        for row in rows
    )


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
    concern = session.get(Concern, concern_id)
    if concern is None or concern.opened_at is None:
        raise NotFound
    audit.record(session, audit.staff(staff_id), "read", ("concern", concern_id), "words", "name", "reach", now=now)
    return ConcernPage(
        concern_id=concern_id,
        reference=concern.reference,
        about=_labels(concern),
        words=concern.words,
        name=concern.name,
        reach=concern.reach,
        raised_at=concern.raised_at,
        opened_at=concern.opened_at,
        opened_by=session.get_one(Staff, concern.opened_by).name,
        is_closed=concern.closed_at is not None,
    )


def close_concern(session: Session, concern_id: int, *, staff_id: int, now: datetime) -> None:
    """It was passed on or dealt with. Twice is once. NotFound if nobody has opened it."""
    concern = session.get(Concern, concern_id, with_for_update=True)
    if concern is None or concern.opened_at is None:
        raise NotFound
    if concern.closed_at is None:
        concern.closed_at, concern.closed_by = now, staff_id
        audit.record(session, audit.staff(staff_id), "closed", ("concern", concern_id), now=now)


def erase_old(session: Session, *, kept_for: timedelta, now: datetime) -> int:
    """Words and names of what was closed so long ago go; when, and of what sort it was, stays. How many."""
    nothing = {"words": ERASED, "name": "", "reach": ""}
    old = update(Concern).where(Concern.closed_at <= now - kept_for, Concern.words != ERASED).values(nothing)
    erased = session.execute(old.returning(Concern.id), execution_options={"synchronize_session": False})
    return len(erased.all())


def check_words(text: str) -> str:
    """What someone is worried about. BadInput if empty or too long."""
    words = clean_text(text, WORDS_LENGTH, noun="What you are worried about", field="words")
    if not words:
        raise BadInput("Enter what you are worried about", field="words")
    return words


def check_reach(text: str) -> str:
    """A phone number or an e-mail address. BadInput if it is neither."""
    typed = clean_line(text, REACH_LENGTH, noun="How we can reach you", field="reach")
    if not typed:
        raise BadInput("Enter a phone number or an email address", field="reach")
    check = people.check_email if "@" in typed else people.check_phone
    try:
        return check(typed)
    except BadInput as error:
        raise BadInput(error.message, field="reach") from None


def _checked(worry: Worry) -> dict[str, object]:
    known = [code for code, _ in ABOUT]
    if not worry.about or not set(worry.about) <= set(known):
        raise BadInput("Select what you are worried about", field="about")
    return {
        "about": [code for code in known if code in worry.about],
        "words": check_words(worry.words),
        "name": clean_line(worry.name, people.NAME_LENGTH, noun="Your name", field="name"),
        "reach": check_reach(worry.reach) if worry.reach else "",
    }


def _labels(concern: Concern) -> tuple[str, ...]:
    return tuple(words for code, words in ABOUT if code in concern.about)


def _readers() -> Select[int]:
    reads = Role.name.in_([role.value for role in WHO_READS])
    has_role = select(StaffRole.staff_id).join(Role, Role.id == StaffRole.role_id).where(reads)
    return select(Staff.id).where(Staff.active, Staff.id.in_(has_role)).order_by(Staff.id)


def _new_reference(session: Session) -> str:
    for _ in range(20):
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
        reference = f"{letters[:3]}-{letters[3:]}"
        if session.scalar(select(Concern.id).where(Concern.reference == reference)) is None:
            return reference
    raise Unavailable

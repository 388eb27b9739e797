"""Worries: kept where only those who act on them read, each opening written down, none lost.

Nobody is paused or judged by one: that is for the people who open it (`concern_work`, `stand_downs`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Unavailable
from matcher.domain.localtime import at_local, local_day, to_local
from matcher.domain.wording import clean_line, clean_text
from matcher.services import audit, drafts, people
from matcher.services.needs import REFERENCE_LETTERS
from matcher.services.outbox import Owed, owe
from matcher.store import queries
from matcher.store.models import Concern, ConcernTelling

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
# Whoever of these is told, it has been passed on to those whose task it is.
OUTSIDE = ("adult_care", "police", "health", "dbs")
CLOSED_SHOWN = 50
WEEKS_COUNTED = 4
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


class State(StrEnum):
    """How far a worry has come."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    PASSED_ON = "passed_on"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a worry took, or has taken so far, to be opened by somebody. `over` is how far that is past its time."""

    read_by: datetime
    took: timedelta
    over: timedelta
    is_running: bool


@dataclass(frozen=True, slots=True)
class ConcernRow:
    """A worry as it stands in the list: what sort, and no word of it. `is_late`: it should have been opened."""

    concern_id: int
    reference: str
    about: tuple[str, ...]
    raised_at: datetime
    state: State
    clock: Clock

    @property
    def is_opened(self) -> bool:
        """True once somebody has opened it."""
        return not self.clock.is_running

    @property
    def is_late(self) -> bool:
        """True if nobody has, and somebody should have."""
        return self.clock.is_running and self.clock.over > timedelta()


@dataclass(frozen=True, slots=True)
class InTime:
    """Of the worries of the last weeks: how many there were, and how many were opened in their time."""

    weeks: int
    told: int
    in_time: int


def raise_concern(session: Session, worry: Worry, key: str, *, now: datetime) -> None:
    """Keep a worry, and owe everyone who reads them word that there is one. The form with this key is taken once."""
    kept = _checked(worry)
    if not drafts.claim(session, key, _RAISED, now=now):
        return
    concern = _keep(session, kept, now)
    drafts.save(session, key, _RAISED, {"concern_id": concern.id}, now=now)


def raise_from_visit(session: Session, worry: Worry, visit_id: int, *, now: datetime) -> None:
    """The same, for a worry told on a visit's page (whose row is locked): the same words pressed twice are one."""
    kept = {**_checked(worry), "visit_id": visit_id}
    same = Concern.visit_id == visit_id, Concern.words == kept["words"], Concern.closed_at.is_(None)
    if session.scalar(select(Concern.id).where(*same).limit(1)) is None:
        _keep(session, kept, now)


def _keep(session: Session, kept: Mapping[str, Any], now: datetime) -> Concern:
    """Write it down, and owe everyone who reads worries word that there is one."""
    concern = Concern(reference=_new_reference(session), raised_at=now, **kept)
    session.add(concern)
    session.flush()
    audit.record(session, audit.SYSTEM, "raised", ("concern", concern.id), now=now)
    for staff_id in session.scalars(queries.readers_of_concerns()):
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
    wanted = select(Concern).where(Concern.closed_at.is_(None))
    return _rows(session, wanted.order_by(Concern.opened_at.is_not(None), Concern.raised_at, Concern.id), now)


def closed(session: Session, *, now: datetime) -> tuple[ConcernRow, ...]:
    """The worries that were closed last."""
    wanted = select(Concern).where(Concern.closed_at.is_not(None))
    return _rows(session, wanted.order_by(Concern.closed_at.desc(), Concern.id.desc()).limit(CLOSED_SHOWN), now)


def in_time(session: Session, *, now: datetime) -> InTime:
    """How many of the last weeks' worries were opened in their time. One that still has time counts for neither."""
    since = now - timedelta(weeks=WEEKS_COUNTED)
    rows = session.scalars(select(Concern).where(Concern.raised_at > since))
    clocks = [clock for row in rows if not (clock := clock_of(row, now)).is_running or clock.over]
    return InTime(WEEKS_COUNTED, len(clocks), sum(not clock.over for clock in clocks))


def clock_of(concern: Concern, now: datetime) -> Clock:
    """From the moment a worry was told to the moment somebody opened it."""
    until, latest = concern.opened_at or now, read_by(concern.raised_at)
    return Clock(latest, until - concern.raised_at, max(timedelta(), until - latest), concern.opened_at is None)


def state_of(concern: Concern, *, is_passed_on: bool) -> State:
    """New, acknowledged once somebody has opened it, passed on once others were told, closed."""
    if concern.closed_at is not None:
        return State.CLOSED
    if concern.opened_at is None:
        return State.NEW
    return State.PASSED_ON if is_passed_on else State.ACKNOWLEDGED


def labels(concern: Concern) -> tuple[str, ...]:
    """What it is about, in words."""
    return tuple(words for code, words in ABOUT if code in concern.about)


def passed_on() -> ColumnElement[bool]:
    """Of a worry: somebody whose task it is, outside the scheme, was told."""
    return exists().where(ConcernTelling.concern_id == Concern.id, ConcernTelling.whom.in_(OUTSIDE))


def _rows(session: Session, wanted: Select[Concern], now: datetime) -> tuple[ConcernRow, ...]:
    return tuple(
        ConcernRow(
            concern_id=row.id,
            reference=row.reference,
            about=labels(row),
            raised_at=row.raised_at,
            state=state_of(row, is_passed_on=is_passed_on),
            clock=clock_of(row, now),
        )
        for row, is_passed_on in session.execute(wanted.add_columns(passed_on()))
    )


def old(kept_for: timedelta, now: datetime) -> Select[int]:
    """What was closed so long ago and has words still."""
    return select(Concern.id).where(Concern.closed_at <= now - kept_for, Concern.words != ERASED)


def erase_old(session: Session, *, kept_for: timedelta, now: datetime) -> int:
    """Words and names of what was closed so long ago go; when, and of what sort it was, stays. How many."""
    nothing = {"words": ERASED, "name": "", "reach": ""}
    over = update(Concern).where(Concern.id.in_(old(kept_for, now))).values(nothing)
    as_it_is = {"synchronize_session": False}
    erased = session.scalars(over.returning(Concern.id), execution_options=as_it_is).all()
    notes = update(ConcernTelling).where(ConcernTelling.concern_id.in_(erased)).values(words="")
    session.execute(notes, execution_options=as_it_is)
    return len(erased)


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


def _new_reference(session: Session) -> str:
    for _ in range(20):
        letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(6))
        reference = f"{letters[:3]}-{letters[3:]}"
        if session.scalar(select(Concern.id).where(Concern.reference == reference)) is None:
            return reference
    raise Unavailable

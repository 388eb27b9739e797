"""The nightly fit: asks are read, the engine learns outside any transaction, what it learned is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.engine.learning import AskRecord, Learned, fit
from matcher.services import ask_records, learned
from matcher.services.learned import Fitted


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn from tonight."""

    records: tuple[AskRecord, ...]
    reset_at: Mapping[int, datetime]


def read_lesson(session: Session, *, now: datetime) -> Lesson | None:
    """The asks so far; None if this night's fit is kept already."""
    if learned.has_tonights(session, now=now):
        return None
    return Lesson(ask_records.read(session, now=now), learned.resets(session))


def learn(lesson: Lesson, *, now: datetime) -> Learned:
    """What they teach."""
    return fit(lesson.records, now=now, reset_at=lesson.reset_at)


def keep(session: Session, lesson: Lesson, taught: Learned, *, now: datetime) -> bool:
    """Keep it; nothing is kept of whoever had it forgotten, or was erased, meanwhile. False if the night has one: twice
    is once.
    """
    gate, was_tested = taught.gate, taught.gate.was_tested
    known = learned.lock_known(session, taught.leaning)
    forgotten = {person_id for person_id, at in learned.resets(session).items() if lesson.reset_at.get(person_id) != at}
    fitted = Fitted(
        asks=len(lesson.records),
        coefficients=asdict(taught.acceptance),
        leaning={person_id: of for person_id, of in taught.leaning.items() if person_id in known - forgotten},
        resolved=gate.resolved,
        mean_predicted=gate.mean_predicted if was_tested else None,
        mean_said_yes=gate.mean_said_yes if was_tested else None,
        slope=gate.slope if was_tested else None,
        is_open=gate.is_open,
        bins=tuple((one.predicted, one.said_yes, one.asks) for one in gate.bins),
    )
    return learned.keep(session, fitted, now=now)

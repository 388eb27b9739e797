"""What residents told us of their visits, for the team to read; and their thanks, let through to the volunteer or not.

Words of thanks reach the volunteer only once someone of the team has read them and let them through: they may name the
resident, or be no thanks at all. What is let through is shown without saying whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session, aliased

from matcher.domain.errors import Conflict, NotFound
from matcher.services import audit
from matcher.store.models import Feedback, Home, Need, Occurrence, Person, Visit

ROWS_SHOWN = 20
TOLD_SHOWN = timedelta(days=14)
# Once the words have gone, so has what was decided about them.
NO_WORDS: Mapping[str, Any] = {"thanks": "", "thanks_shown": None, "thanks_read_at": None, "thanks_read_by": None}
_THANKED_FOR = ("well", "partly")  # what is said of a visit that went wrong is for the team
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What a resident told us of a visit: worried, nobody came, partly done, or a word of thanks.

    is_shown: may the volunteer read the thanks? None until someone has said. can_be_shown: thanks that name nobody.
    """

    feedback_id: int
    reference: str
    resident: str
    volunteer: str
    answer: str
    thanks: str
    at: datetime
    is_shown: bool | None
    can_be_shown: bool


def told(session: Session, area_ids: frozenset[int], *, now: datetime) -> tuple[ToldRow, ...]:
    """What someone should read: the worried first, then thanks that wait, however old, then the last fortnight's."""
    volunteer = aliased(Person)
    waits = is_waiting()
    rows = session.execute(
        select(Feedback, Need.reference, Person.first_name, Home.surname, volunteer.first_name)
        .join(Visit, Visit.id == Feedback.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(Person, Person.id == Need.resident_id)
        .join(volunteer, volunteer.id == Visit.person_id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(
            Occurrence.area_id.in_(area_ids),
            or_(waits, Feedback.said_at > now - TOLD_SHOWN),
            (Feedback.answer != "well") | (Feedback.thanks != ""),
        )
        .order_by(
            case((Feedback.answer == "worried", 0), (Feedback.answer == "nobody", 1), (waits, 2), else_=3),
            Feedback.said_at.desc(),
            Feedback.id,
        )
        .limit(ROWS_SHOWN)
    )
    return tuple(
        ToldRow(
            feedback_id=row.id,
            reference=reference,
            resident=resident,
            volunteer=helper,
            answer=row.answer,
            thanks=row.thanks,
            at=row.said_at,
            is_shown=row.thanks_shown,
            can_be_shown=_is_thanks(row) and not _names(row.thanks, resident, surname or ""),
        )
        for row, reference, resident, surname, helper in rows
    )


def let_through(session: Session, feedback_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """The volunteer may read these words. Conflict if they name the resident, or are not thanks for help given."""
    row = _locked(session, feedback_id, area_ids)
    if not _is_thanks(row) or _names(row.thanks, *_resident(session, row)):
        raise Conflict("These words stay with the team: they name the resident, or the visit did not go well.")
    _decide(session, row, staff_id=staff_id, is_shown=True, now=now)


def keep_back(session: Session, feedback_id: int, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> None:
    """These words stay with the team, also if they were let through before."""
    row = _locked(session, feedback_id, area_ids)
    if not row.thanks:
        raise NotFound
    _decide(session, row, staff_id=staff_id, is_shown=False, now=now)


def shown_to(done: ColumnElement[bool]) -> Any:
    """A query for the thanks of these visits that were let through, the latest decision first."""
    return (
        select(Feedback.thanks)
        .join(Visit, Visit.id == Feedback.visit_id)
        .where(done, Feedback.thanks_shown.is_(True))
        .order_by(Feedback.thanks_read_at.desc(), Feedback.id)
    )


def is_waiting() -> ColumnElement[bool]:
    """Thanks that nobody of the team has read yet."""
    return and_(Feedback.thanks != "", Feedback.thanks_shown.is_(None), Feedback.answer.in_(_THANKED_FOR))


def _is_thanks(row: Feedback) -> bool:
    return bool(row.thanks) and row.answer in _THANKED_FOR


def _names(words: str, *names: str) -> bool:
    """Whether the words hold a part of one of these names: "Bless you, says Eileen"."""
    own = {part.casefold() for name in names for part in _WORD.findall(name)}
    return any(word.casefold() in own for word in _WORD.findall(words))


def _locked(session: Session, feedback_id: int, area_ids: frozenset[int]) -> Feedback:
    wanted = (
        select(Feedback)
        .join(Visit, Visit.id == Feedback.visit_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .where(Feedback.id == feedback_id, Occurrence.area_id.in_(area_ids))
        .with_for_update(of=Feedback)
    )
    row = session.scalar(wanted)
    if row is None:
        raise NotFound
    return row


def _resident(session: Session, row: Feedback) -> tuple[str, str]:
    """Both names of whoever said it."""
    found = session.execute(
        select(Person.first_name, Home.surname)
        .join(Need, Need.resident_id == Person.id)
        .join(Occurrence, Occurrence.need_id == Need.id)
        .join(Visit, Visit.occurrence_id == Occurrence.id)
        .outerjoin(Home, Home.person_id == Person.id)
        .where(Visit.id == row.visit_id)
    ).one()
    return found[0], found[1] or ""


def _decide(session: Session, row: Feedback, *, staff_id: int, is_shown: bool, now: datetime) -> None:
    if row.thanks_shown is is_shown:
        return  # twice is once
    row.thanks_shown, row.thanks_read_at, row.thanks_read_by = is_shown, now, staff_id
    what = "let_thanks_through" if is_shown else "kept_thanks_back"
    audit.record(session, audit.staff(staff_id), what, ("visit", row.visit_id), now=now)

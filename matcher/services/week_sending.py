"""A planned week, sent: each line is asked by hand, or given to who said yes by voice, as on the page of that visit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.services import asking_by_hand
from matcher.services.asking_by_hand import ByHand
from matcher.services.week_plan import MOST_VISITS


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One visit of the plan. has_said_yes: the coordinator has spoken to them."""

    occurrence_id: int
    offer_id: int
    starts_at: datetime
    has_said_yes: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """How many were asked, how many got the visit, and the visits that could not be given any more."""

    asked: int
    given: int
    missed: tuple[int, ...]


def send(session: Session, lines: Iterable[Line], *, area_ids: frozenset[int], staff_id: int, now: datetime) -> Sent:
    """Ask, or give, line by line; one that cannot be any more leaves the others as they are. BadInput for none, or for
    more than a plan holds.
    """
    wanted = sorted(set(lines))
    if not wanted:
        raise BadInput("Select at least one visit", field="line")
    if len(wanted) > MOST_VISITS:
        raise BadInput(f"Send at most {MOST_VISITS} visits at a time", field="line")
    how = [(one, _is_sent(session, one, area_ids=area_ids, staff_id=staff_id, now=now)) for one in wanted]
    done = [one for one, is_sent in how if is_sent]
    given = sum(one.has_said_yes for one in done)
    return Sent(len(done) - given, given, tuple(one.occurrence_id for one, is_sent in how if not is_sent))


def _is_sent(session: Session, one: Line, *, area_ids: frozenset[int], staff_id: int, now: datetime) -> bool:
    why = "spoke" if one.has_said_yes else None
    choice = ByHand(one.offer_id, why, is_assigned=one.has_said_yes, starts_at=one.starts_at)
    try:
        with session.begin_nested():
            asking_by_hand.ask(session, one.occurrence_id, choice, area_ids=area_ids, staff_id=staff_id, now=now)
    except (BadInput, NotFound):
        return False
    return True

"""What will come to pass if a coordinator says that it is cold, or over: told before they do, by name and number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import OccurrenceStatus
from matcher.domain.localtime import day_words, window_words
from matcher.services import call_up, cold, cold_spells, icy, matches, salt_short, thaw, warm_checks
from matcher.services.icy import Windows
from matcher.services.salt_short import SaltStock
from matcher.store import queries
from matcher.store.models import Area, Need, Occurrence, Person


@dataclass(frozen=True, slots=True)
class ComingVisit:
    """A day of somebody's help whenever it is icy."""

    resident: str
    reference: str
    when: str


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What switching it on does. was_until: the end that is moved, if it is cold there already.

    asked: who gets the text about being warm; rung: who asked for it and can only be rung. looked_at: open visits for
    which neighbours may be asked more. woken: how many may be asked at night. salt: what there is of it.
    """

    area_id: int
    area: str
    until: datetime
    was_until: datetime | None
    visits: tuple[ComingVisit, ...]
    called_up: tuple[str, ...]
    woken: int
    asked: tuple[str, ...]
    rung: tuple[str, ...]
    looked_at: int
    salt: SaltStock


@dataclass(frozen=True, slots=True)
class EndPlan:
    """What ending it does. called_off: visits that nobody has taken; kept: those that somebody has, who is told."""

    area_id: int
    area: str
    until: datetime | None
    called_off: tuple[ComingVisit, ...]
    kept: int


def plan_start(session: Session, area_id: int, *, until: datetime, now: datetime) -> StartPlan:
    """What `cold.start` would do now. BadInput for an end that it would refuse."""
    cold.check_end(until, now)
    spell = cold_spells.spells_on(session, now=now).get(area_id)
    warm = warm_checks.to_ask(session, area_id, spell)
    coming = icy.would_open(session, area_id, until, now=now)
    return StartPlan(
        area_id=area_id,
        area=session.get_one(Area, area_id).name,
        until=until,
        was_until=spell.ends_at if spell else None,
        visits=tuple(_coming(session, need, windows) for need, windows in coming),
        called_up=tuple(one.first_name for one in call_up.to_call_up(session, area_id, spell)),
        woken=call_up.count_woken(session, area_id),
        asked=tuple(person.first_name for person, is_to_ring in warm if not is_to_ring),
        rung=tuple(person.first_name for person, is_to_ring in warm if is_to_ring),
        looked_at=_count_open(session, area_id),
        salt=salt_short.stock(session, area_id),
    )


def plan_end(session: Session, area_id: int, *, now: datetime) -> EndPlan:
    """What `cold.end` would do now."""
    spell = cold_spells.spells_on(session, now=now).get(area_id)
    area = session.get_one(Area, area_id).name
    if spell is None:
        return EndPlan(area_id, area, None, (), 0)
    free = session.scalars(thaw.still_open(spell.id).order_by(Occurrence.starts_at, Occurrence.id)).all()
    left = [one for one in free if not matches.count_holders(session, one.id)]  # of the others somebody still goes
    needs = {one.need_id: session.get_one(Need, one.need_id) for one in left}
    return EndPlan(
        area_id=area_id,
        area=area,
        until=spell.ends_at,
        called_off=tuple(_coming(session, needs[one.need_id], queries.windows_of(one)) for one in left),
        kept=len(session.scalars(thaw.still_held(spell.id)).all()),
    )


def _coming(session: Session, need: Need, windows: Windows) -> ComingVisit:
    resident = session.get_one(Person, need.resident_id).first_name
    times = " or ".join(window_words(window) for window in windows)
    return ComingVisit(resident, need.reference, f"{day_words(windows[0].start)}, {times}")


def _count_open(session: Session, area_id: int) -> int:
    is_open = (Occurrence.area_id == area_id) & (Occurrence.status == OccurrenceStatus.OPEN)
    return session.scalars(select(func.count()).select_from(Occurrence).where(is_open)).one()

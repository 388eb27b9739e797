"""Help outside the service: told by a press of a volunteer's, or on the telephone. Counted apart, never as a visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.localtime import local_day
from matcher.services import audit
from matcher.store.models import InformalHelp, KindRow, Need, Occurrence, Person, Visit


@dataclass(frozen=True, slots=True)
class ToldToday:
    """What somebody told today, so that a press by mistake can be taken back. whom: empty if they did not say."""

    told_id: int
    kind: str
    whom: str


def tell(session: Session, helper_id: int, kind_slug: str, *, now: datetime) -> None:
    """A volunteer helped somebody today with that. BadInput for no kind of help; twice in a day is once."""
    area_id = session.get_one(Person, helper_id).area_id
    _write(session, _Who(area_id, helper_id=helper_id), kind_slug, actor=audit.person(helper_id), now=now)


def tell_of_visit(session: Session, visit_id: int, kind_slug: str, *, now: datetime) -> None:
    """Whoever came to that visit helped the same resident today with something else as well."""
    visit, need = _visit(session, visit_id)
    who = _Who(need.area_id, helper_id=visit.person_id, resident_id=need.resident_id)
    _write(session, who, kind_slug, actor=audit.person(visit.person_id), now=now)


def tell_by_phone(session: Session, need_id: int, kind_slug: str, *, staff_id: int, now: datetime) -> None:
    """A resident rings: some neighbour helped them today. Whoever hears it has looked at that need of theirs."""
    need = session.get_one(Need, need_id)
    who = _Who(need.area_id, resident_id=need.resident_id, told_by=staff_id)
    _write(session, who, kind_slug, actor=audit.staff(staff_id), now=now)


def take_back(session: Session, helper_id: int, told_id: int, *, now: datetime) -> None:
    """It was pressed by mistake: as if it had not been. NotFound if it is none of theirs."""
    mine = (InformalHelp.id == told_id) & (InformalHelp.helper_id == helper_id)
    if session.scalar(delete(InformalHelp).where(mine).returning(InformalHelp.id)) is None:
        raise NotFound
    audit.record(session, audit.person(helper_id), "took_back", ("informal_help", told_id), now=now)


def told_today(session: Session, helper_id: int, *, now: datetime) -> tuple[ToldToday, ...]:
    """What they told today, the first first."""
    rows = session.execute(
        select(InformalHelp.id, KindRow.name, Person.first_name)
        .join(KindRow, KindRow.slug == InformalHelp.kind_slug)
        .outerjoin(Person, Person.id == InformalHelp.resident_id)
        .where(InformalHelp.helper_id == helper_id, InformalHelp.day == local_day(now))
        .order_by(InformalHelp.id)
    )
    return tuple(ToldToday(told_id, kind, whom or "") for told_id, kind, whom in rows)


def other_kinds(session: Session, visit_id: int) -> tuple[tuple[str, str], ...]:
    """(slug, name) of what they may have helped with besides what that visit was for."""
    _, need = _visit(session, visit_id)
    return tuple((slug, name) for slug, name in every_kind(session) if slug != need.kind_slug)


def every_kind(session: Session) -> tuple[tuple[str, str], ...]:
    """(slug, name) of every kind of help."""
    rows = session.execute(select(KindRow.slug, KindRow.name).order_by(KindRow.position))
    return tuple((slug, name) for slug, name in rows)


@dataclass(frozen=True, slots=True)
class _Who:
    """Whom it was between, as far as it is known."""

    area_id: int
    helper_id: int | None = None
    resident_id: int | None = None
    told_by: int | None = None


def _visit(session: Session, visit_id: int) -> tuple[Visit, Need]:
    visit = session.get_one(Visit, visit_id)
    return visit, session.get_one(Need, session.get_one(Occurrence, visit.occurrence_id).need_id)


def _write(session: Session, who: _Who, kind_slug: str, *, actor: str, now: datetime) -> None:
    kind = session.get(KindRow, kind_slug) if "\0" not in kind_slug else None
    if kind is None:
        raise BadInput("Select a kind of help", field="kind")
    row = {name: getattr(who, name) for name in _Who.__slots__}
    told = {"kind_slug": kind.slug, "day": local_day(now), "minutes": kind.minutes, "told_at": now}
    added = session.scalar(
        insert(InformalHelp).values({**row, **told}).on_conflict_do_nothing().returning(InformalHelp.id)
    )
    if added is not None:
        audit.record(session, actor, "told", ("informal_help", added), now=now)

"""The audit as it is read: by who did it, by the person or the record it was about, by day. Read, never written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.localtime import at_local
from matcher.services import audit, audit_chain, checking, people
from matcher.services.audit_chain import ChainStatus
from matcher.store.models import (
    Arrangement,
    AuditRow,
    Home,
    Match,
    MergedPerson,
    Need,
    Notification,
    Occurrence,
    Offer,
    Staff,
    Visit,
)

ROWS_SHOWN = 50
_OF_A_PERSON = (
    ("need", Need.id, Need.resident_id),
    ("visit", Visit.id, Visit.person_id),
    ("match", Match.id, Match.person_id),
    ("offer", Offer.id, Offer.person_id),
    ("arrangement", Arrangement.id, Arrangement.usual_id),
    ("arrangement", Arrangement.id, Arrangement.resident_id),
    ("notification", Notification.id, Notification.person_id),
    ("offer", MergedPerson.offer_id, MergedPerson.kept_id),
)


@dataclass(frozen=True, slots=True)
class AuditChoice:
    """Which rows. by: an actor as it stands in the audit. person_id: what they did, and all that was done to them and
    to what is theirs. thing, thing_id: one record. reference: a request's. before_id: only rows older than that one.
    """

    by: str = ""
    person_id: int | None = None
    thing: str = ""
    thing_id: int | None = None
    reference: str = ""
    first: date | None = None
    last: date | None = None
    before_id: int | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row in words. by: the actor as it stands there, to choose by."""

    audit_id: int
    at: datetime
    by: str
    who: str
    did: str
    thing: str
    thing_id: int
    thing_words: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """What was chosen, the newest first. older_id: the row from which the next page goes on; None at the end."""

    lines: tuple[AuditLine, ...]
    older_id: int | None
    chain: ChainStatus
    staff: tuple[tuple[str, str], ...]
    things: tuple[str, ...]


def read(session: Session, choice: AuditChoice, *, now: datetime) -> AuditPage:
    """A page of it. BadInput, with its field, for what cannot be chosen."""
    rows = session.scalars(_wanted(session, choice).limit(ROWS_SHOWN + 1)).all()
    shown = rows[:ROWS_SHOWN]
    names = _names_of_staff(session)
    return AuditPage(
        lines=tuple(_line(row, names) for row in shown),
        older_id=shown[-1].id if len(rows) > ROWS_SHOWN else None,
        chain=audit_chain.status(session, now=now),
        staff=tuple((audit.staff(staff_id), name) for staff_id, name in names.items()),
        things=tuple(session.scalars(select(AuditRow.thing).distinct().order_by(AuditRow.thing))),
    )


def number_of(session: Session, phone: str, *, staff_id: int, now: datetime) -> int:
    """The number under which whoever has this telephone stands in the audit. The look is audited. BadInput if nobody
    has it.
    """
    found = session.scalar(
        select(Home.person_id).where(Home.phone == people.check_phone(phone)).order_by(Home.person_id).limit(1)
    )
    if found is None:
        raise BadInput("We know nobody by that number. It may have been erased", field="phone")
    audit.record(session, audit.staff(staff_id), "looked_up", ("person", found), "phone", now=now)
    return found


def _wanted(session: Session, choice: AuditChoice) -> Select[AuditRow]:
    conditions = [*_of_record(session, choice), *_in_days(choice)]
    if choice.by:
        conditions.append(AuditRow.actor == choice.by)
    if choice.person_id is not None:
        conditions.append(AuditRow.id.in_(_about(choice.person_id)))
    if choice.before_id is not None:
        conditions.append(AuditRow.id < choice.before_id)
    return select(AuditRow).where(*conditions).order_by(AuditRow.id.desc())


def _of_record(session: Session, choice: AuditChoice) -> Iterator[ColumnElement[bool]]:
    if choice.thing:
        yield AuditRow.thing == choice.thing
    if choice.thing_id is not None:
        yield AuditRow.thing_id == choice.thing_id
    if choice.reference:
        need_id = _need_of(session, choice.reference)
        occurrences = select(Occurrence.id).where(Occurrence.need_id == need_id)
        yield or_(
            and_(AuditRow.thing == "need", AuditRow.thing_id == need_id),
            and_(AuditRow.thing == "occurrence", AuditRow.thing_id.in_(occurrences)),
        )


def _in_days(choice: AuditChoice) -> Iterator[ColumnElement[bool]]:
    if choice.first:
        yield AuditRow.at >= at_local(choice.first, time())
    if choice.last:
        yield AuditRow.at < at_local(choice.last + timedelta(days=1), time())


def _about(person_id: int) -> Select[int]:
    """The rows of what they did, and of what was done to them or to anything of theirs, under whatever number."""
    kept = func.coalesce(_kept_of(person_id), person_id)
    numbers = select(kept.label("id")).union(select(MergedPerson.person_id).where(MergedPerson.kept_id == kept)).cte()
    own = select(numbers.c.id)
    theirs = union_all(
        select(literal("person").label("thing"), numbers.c.id.label("thing_id")),
        *(select(literal(noun), key).where(whose.in_(own)) for noun, key, whose in _OF_A_PERSON),
        select(literal("occurrence"), Occurrence.id)
        .join(Need, Need.id == Occurrence.need_id)
        .where(Need.resident_id.in_(own)),
    ).subquery()
    done_to = select(AuditRow.id).join(
        theirs, (AuditRow.thing == theirs.c.thing) & (AuditRow.thing_id == theirs.c.thing_id)
    )
    actors = select(literal("person:") + cast(numbers.c.id, Text))
    done_by = select(AuditRow.id).where(AuditRow.actor.in_(actors))
    return select(union_all(done_to, done_by).subquery().c.id)


def _kept_of(person_id: int) -> ScalarSelect[int]:
    return select(MergedPerson.kept_id).where(MergedPerson.person_id == person_id).scalar_subquery()


def _need_of(session: Session, typed: str) -> int:
    try:
        reference = checking.parse_reference(typed)
    except BadInput as error:
        raise BadInput(error.message, field="reference") from None
    found = session.scalar(select(Need.id).where(Need.reference == reference))
    if found is None:
        raise BadInput("There is no request with that reference", field="reference")
    return found


def _names_of_staff(session: Session) -> dict[int, str]:
    found = session.execute(select(Staff.id, Staff.name, Staff.active).order_by(Staff.name, Staff.id))
    return {staff_id: name if active else f"{name} (no longer here)" for staff_id, name, active in found}


def _line(row: AuditRow, names: dict[int, str]) -> AuditLine:
    return AuditLine(
        audit_id=row.id,
        at=row.at,
        by=row.actor,
        who=_who(row.actor, names),
        did=_spaced(row.action),
        thing=row.thing,
        thing_id=row.thing_id,
        thing_words=f"{_spaced(row.thing)} {row.thing_id}",
        fields=tuple(_spaced(field) for field in row.fields),
    )


def _who(actor: str, names: dict[int, str]) -> str:
    kind, _, number = actor.partition(":")
    if kind == "staff":
        return names.get(int(number), f"Member of staff {number}")
    return f"Person {number}" if kind == "person" else "The service itself"


def _spaced(word: str) -> str:
    return word.replace("_", " ")

"""The call handlers' desk: a need taken by phone, a caller found, and "is this one of yours?" at a door.

Every look at a person is an audit row with who looked and what at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.kinds import job_words
from matcher.domain.lifecycle import EXPECTED, NeedStatus
from matcher.domain.localtime import clock_words, day_words, local_day
from matcher.domain.postcodes import parse_postcode, spaced
from matcher.services import addresses, audit, badges, consents, drafts, need_page, needs, people, wishes
from matcher.services.consents import Given
from matcher.services.need_page import NeedPage
from matcher.services.needs import NeedDraft
from matcher.services.outbox import drop_pending
from matcher.store.models import (
    Home,
    KindRow,
    Need,
    NeedNote,
    Occurrence,
    Person,
    PhoneCheck,
    Referral,
    Visit,
)

ROWS_SHOWN = 20
WANTED_LENGTH = 40
_TAKEN = "desk_taken"
_NOT_OVER = (NeedStatus.OPEN, NeedStatus.PAUSED)
_NOT_FOUND = "We cannot find a request with that reference or phone number. Check it, or take a new request"


@dataclass(frozen=True, slots=True)
class Handler:
    """Who works at the desk, and for which areas."""

    staff_id: int
    area_ids: frozenset[int]

    @property
    def actor(self) -> str:
        """How they stand in the audit."""
        return audit.staff(self.staff_id)


@dataclass(frozen=True, slots=True)
class FoundNeed:
    """A need as it stands in a list: no address, no number."""

    need_id: int
    reference: str
    resident: str
    job: str
    status: NeedStatus
    day: str


@dataclass(frozen=True, slots=True)
class DeskNeed:
    """A need with how its resident is reached, for a call. `to_ring`: their number waits to be confirmed."""

    need_id: int
    page: NeedPage
    phone: str
    email: str
    address: tuple[str, ...]
    note: str
    who_comes: tuple[str, ...]
    contact: str
    to_ring: bool
    agreed: str | None
    asked_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """A visit of today that is still to come: when, what for, the word said at the door, the number on the badge."""

    about: str
    job: str
    door_word: str
    badge: int | None


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """Whether someone of that name is expected there today; nothing of anyone if not."""

    name: str
    expected: Expected | None


def take_need(session: Session, draft: NeedDraft, key: str, handler: Handler, *, now: datetime) -> int:
    """Post what a caller asked for, with their spoken yes; its id. The form with this key is taken once for each
    person."""
    key = draft.keyed(key)
    if not drafts.claim(session, key, _TAKEN, now=now):
        taken = drafts.load(session, key, _TAKEN, now=now)
        if not taken:
            raise NotFound
        return int(taken["need_id"])
    check_area(session, draft.person.postcode, handler)
    posted = needs.post_need(session, draft, now=now)
    given = Given(consents.SELF, "staff", "spoken", staff_id=handler.staff_id)
    consents.record(session, posted.need_id, given, now=now)
    audit.record(session, handler.actor, "took_by_phone", ("need", posted.need_id), now=now)
    drafts.save(session, key, _TAKEN, {"need_id": posted.need_id}, now=now)
    if draft.contact == "phone":  # they hear the reference now, from whoever they are speaking with
        drop_pending(session, need_id=posted.need_id, template="need_posted", now=now)
    return posted.need_id


def check_area(session: Session, postcode: str, handler: Handler) -> None:
    """BadInput unless the postcode lies in an area of theirs: they could not see what becomes of it."""
    located = addresses.locate(session, postcode)
    if located.area_id not in handler.area_ids:
        raise BadInput(f"You do not take calls for {located.area_name}", field="postcode")


def open_from(session: Session, phone: str, handler: Handler, *, now: datetime) -> tuple[FoundNeed, ...]:
    """Needs that are not over, from the same number; none while it is no whole number. Each one shown is audited."""
    try:
        number = people.check_phone(phone)
    except BadInput:
        return ()
    found = _found(session, handler, Home.phone == number, Need.status.in_(_NOT_OVER))
    for one in found:
        audit.record(session, handler.actor, "found_caller", ("need", one.need_id), "phone", now=now)
    return found


def look_alikes(session: Session, kind: str, phone: str, postcode: str, handler: Handler) -> tuple[FoundNeed, ...]:
    """Needs of the same kind that are not over, from the same number or the same postcode."""
    number, code = people.check_phone(phone), spaced(parse_postcode(postcode))
    same = (Need.kind_slug == kind, Need.status.in_(_NOT_OVER))
    return _found(session, handler, *same, or_(Home.phone == number, Home.postcode == code))


def find(session: Session, wanted: str, handler: Handler, *, now: datetime) -> tuple[FoundNeed, ...]:
    """The newest needs by their reference, or by the number that was given with them. BadInput if there are none.

    There is no other way to look for anyone: not by name, not by address.
    """
    reference = re.sub(r"[\W_]+", "", wanted[:WANTED_LENGTH]).upper()
    by = "reference"
    found = _found(session, handler, Need.reference == f"{reference[:3]}-{reference[3:]}")
    if not found:
        by, found = "phone", _found(session, handler, Home.phone == _number(wanted))
    if not found:
        raise BadInput(_NOT_FOUND, field="wanted")
    for one in found:
        audit.record(session, handler.actor, "found_caller", ("need", one.need_id), by, now=now)
    return found


def read(session: Session, need_id: int, handler: Handler, *, now: datetime) -> DeskNeed:
    """A need as the desk sees it. The look is audited. NotFound if it is of no area of theirs, or erased."""
    need = session.get(Need, need_id)
    home = session.get(Home, need.resident_id) if need else None
    if need is None or home is None or need.area_id not in handler.area_ids:
        raise NotFound
    looked_at = ("phone", "email", "address", "note", "who_comes", "door_word", "asked_by")
    audit.record(session, handler.actor, "looked_up", ("person", need.resident_id), *looked_at, now=now)
    note = session.get(NeedNote, need_id)
    check = session.get(PhoneCheck, need_id)
    return DeskNeed(
        need_id=need_id,
        page=need_page.read(session, need_id, now=now),
        phone=people.phone_words(home.phone),
        email=home.email,
        address=(home.house, home.postcode),
        note=note.note if note else "",
        who_comes=wishes.wanted_with(session, need).in_words(),
        contact=need.contact,
        to_ring=need.status is NeedStatus.PAUSED and check is not None and check.confirmed_at is None,
        agreed=_agreed(session, need_id),
        asked_by=_asked_by(session, need_id),
    )


def is_ours(session: Session, wanted: str, name: str, handler: Handler, *, now: datetime) -> DoorAnswer:
    """Is someone of this name expected today at the door of whoever is on the line? BadInput as `find`."""
    found = find(session, wanted, handler, now=now)
    rows = session.execute(
        select(Visit, Person.first_name, Occurrence.door_word, Need, KindRow.job_words)
        .join(Person, Person.id == Visit.person_id)
        .join(Occurrence, Occurrence.id == Visit.occurrence_id)
        .join(Need, Need.id == Occurrence.need_id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Need.id.in_([one.need_id for one in found]), Visit.status.in_(EXPECTED))
        .order_by(Visit.starts_at)
    )
    for visit, first_name, word, need, words in rows:
        is_today = local_day(visit.starts_at) == local_day(now)
        if is_today and first_name.casefold() == people.check_first_name(name).casefold():
            audit.record(session, handler.actor, "vouched", ("visit", visit.id), "door_word", "badge", now=now)
            job = job_words(words, tuple(need.details))
            badge = badges.numbers_of(session, [visit.person_id]).get(visit.person_id)
            return DoorAnswer(first_name, Expected(clock_words(visit.starts_at), job, word, badge))
    return DoorAnswer(people.check_first_name(name), None)


def _number(wanted: str) -> str:
    try:
        return people.check_phone(wanted)
    except BadInput:
        raise BadInput(_NOT_FOUND, field="wanted") from None


def _found(session: Session, handler: Handler, *conditions: ColumnElement[bool]) -> tuple[FoundNeed, ...]:
    rows = session.execute(
        select(Need, Person.first_name, KindRow.job_words)
        .join(Person, Person.id == Need.resident_id)
        .join(Home, Home.person_id == Person.id)
        .join(KindRow, KindRow.slug == Need.kind_slug)
        .where(Need.area_id.in_(handler.area_ids), Person.erased_at.is_(None), *conditions)
        .order_by(Need.posted_at.desc(), Need.id.desc())
        .limit(ROWS_SHOWN)
    )
    return tuple(
        FoundNeed(
            need_id=need.id,
            reference=need.reference,
            resident=name,
            job=job_words(words, tuple(need.details)),
            status=need.status,
            day=day_words(need.posted_at),
        )
        for need, name, words in rows
    )


def _asked_by(session: Session, need_id: int) -> tuple[str, ...]:
    """Who asked for them, if someone else did: name, number, and where they work."""
    referral = session.scalar(select(Referral).where(Referral.need_id == need_id))
    if referral is None:
        return ()
    work = f"{referral.role}, {referral.organisation}" if referral.organisation else ""
    return tuple(filter(None, (referral.first_name, people.phone_words(referral.phone), referral.email, work)))


def _agreed(session: Session, need_id: int) -> str | None:
    consent = consents.of_need(session, need_id)
    if consent is None:
        return None
    who = "They agreed" if consent.given_by == consents.SELF else "Someone acts in their best interests"
    asker = {"staff": "asked by the desk", "relative": "asked by a relative or friend"}
    by = asker.get(consent.asked_by, "asked by someone who works with them")
    return f"{who}, {consent.how}, {by}, {day_words(consent.given_at)} {clock_words(consent.given_at)}"

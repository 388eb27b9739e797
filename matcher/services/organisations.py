"""Organisations whose people ask for those they work with, by a code that a coordinator gave them.

A code is typed once in a browser and opens one page there, behind a private link that ends with the code. Whoever is
asked for is rung before any neighbour is asked, as ever: a code says who asks, and nothing about whether it is true.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, NotFound
from matcher.domain.roles import LinkPurpose
from matcher.domain.wording import clean_line
from matcher.services import audit, drafts, links, page_links, people, referrals
from matcher.services.consents import Given
from matcher.services.needs import REFERENCE_LETTERS, NeedDraft
from matcher.services.referrals import Outcome, ReferralDraft
from matcher.store.models import Area, Need, Organisation, Referral

NAME_LENGTH = 80
TYPED_LENGTH = 40
CODE_LETTERS = 9
_ASKED = "asked_at_work"
_NO_SUCH_CODE = "We cannot find that code. Check it, or ask us for a new one"


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """An organisation as it was typed. `area`: the slug of the one whose team looks after it."""

    name: str
    phone: str
    email: str
    area: str


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One as the team sees it. `asked`: how many requests came with its codes."""

    organisation_id: int
    name: str
    area: str
    phone: str
    email: str
    given_at: datetime
    ended_at: datetime | None
    asked: int


@dataclass(frozen=True, slots=True)
class AtWork:
    """What its own page shows: who they are, and what came of what they asked for."""

    name: str
    hears_by_email: bool
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who at the organisation asks, and how the other agreed."""

    first_name: str
    role: str
    given: Given


def give_code(
    session: Session, draft: OrganisationDraft, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> tuple[int, str]:
    """Take an organisation on: its id, and its code, which is kept nowhere. BadInput names what is missing."""
    code = _new_code()
    organisation = Organisation(
        **_checked(session, draft, area_ids), code_hash=_hash(code), staff_id=staff_id, given_at=now
    )
    session.add(organisation)
    session.flush()
    audit.record(session, audit.staff(staff_id), "gave_code", ("organisation", organisation.id), now=now)
    return organisation.id, code


def draft_of(session: Session, organisation_id: int, area_ids: Collection[int]) -> OrganisationDraft:
    """It as it stands, to be corrected. NotFound if it is of no area of theirs."""
    wanted = (
        select(Organisation, Area.slug)
        .join(Area, Area.id == Organisation.area_id)
        .where(Organisation.id == organisation_id, Organisation.area_id.in_(area_ids))
    )
    found = session.execute(wanted).first()
    if found is None:
        raise NotFound
    row, area = found
    return OrganisationDraft(row.name, people.phone_words(row.phone), row.email, area)


def correct(
    session: Session,
    organisation_id: int,
    draft: OrganisationDraft,
    *,
    area_ids: Collection[int],
    staff_id: int,
    now: datetime,
) -> None:
    """What it is called, how it is reached and who looks after it; its code stays. BadInput names what is missing,
    NotFound if it is of no area of theirs. What was asked already keeps how it was reached then.
    """
    organisation = _locked(session, organisation_id, area_ids)
    typed = _checked(session, draft, area_ids)
    changed = sorted(name for name, value in typed.items() if getattr(organisation, name) != value)
    for name in changed:
        setattr(organisation, name, typed[name])
    if changed:
        thing = "organisation", organisation_id
        audit.record(session, audit.staff(staff_id), "corrected_organisation", thing, *changed, now=now)


def change_code(
    session: Session, organisation_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> str:
    """Another code; the one before, and every page it had opened, ends. NotFound if it is of no area of theirs."""
    organisation = _locked(session, organisation_id, area_ids)
    code = _new_code()
    organisation.code_hash, organisation.staff_id = _hash(code), staff_id
    organisation.given_at, organisation.ended_at = now, None
    _shut(session, organisation_id, now)
    audit.record(session, audit.staff(staff_id), "gave_code", ("organisation", organisation_id), now=now)
    return code


def end_code(
    session: Session, organisation_id: int, *, area_ids: Collection[int], staff_id: int, now: datetime
) -> None:
    """Its code opens nothing any more, nor does any page it had opened. Twice is once."""
    organisation = _locked(session, organisation_id, area_ids)
    if organisation.ended_at is None:
        organisation.ended_at = now
        _shut(session, organisation_id, now)
        audit.record(session, audit.staff(staff_id), "ended_code", ("organisation", organisation_id), now=now)


def organisations(session: Session, area_ids: Collection[int]) -> tuple[OrganisationRow, ...]:
    """Those of these areas: who may ask first, each by name."""
    asked = select(func.count()).where(Referral.organisation_id == Organisation.id).scalar_subquery()
    rows = session.execute(
        select(Organisation, Area.name, asked)
        .join(Area, Area.id == Organisation.area_id)
        .where(Organisation.area_id.in_(area_ids))
        .order_by(Organisation.ended_at.is_not(None), Organisation.name, Organisation.id)
    )
    return tuple(
        OrganisationRow(
            organisation_id=row.id,
            name=row.name,
            area=area,
            phone=people.phone_words(row.phone),
            email=row.email,
            given_at=row.given_at,
            ended_at=row.ended_at,
            asked=count,
        )
        for row, area, count in rows
    )


def area_choices(session: Session, area_ids: Collection[int]) -> list[tuple[str, str]]:
    """(slug, name) of the areas whose team may look after one, by name."""
    theirs = select(Area.slug, Area.name).where(Area.id.in_(area_ids)).order_by(Area.name)
    return [(slug, name) for slug, name in session.execute(theirs)]


def name_of(session: Session, organisation_id: int, area_ids: Collection[int]) -> str:
    """What it is called. NotFound if it is of no area of theirs."""
    wanted = select(Organisation.name).where(Organisation.id == organisation_id, Organisation.area_id.in_(area_ids))
    name = session.scalar(wanted)
    if name is None:
        raise NotFound
    return name


def open_with(session: Session, typed: str, *, now: datetime) -> str:
    """The token of the page that a code opens. BadInput if no code of today is like that."""
    code = re.sub(r"[\W_]+", "", typed[:TYPED_LENGTH]).upper()
    found = select(Organisation.id).where(Organisation.code_hash == _hash(code), Organisation.ended_at.is_(None))
    # Locked, so that who ends the code meanwhile shuts this page too.
    organisation_id = session.scalar(found.with_for_update(read=True))
    if organisation_id is None:
        raise BadInput(_NO_SUCH_CODE, field="code")
    audit.record(session, audit.SYSTEM, "opened_with_code", ("organisation", organisation_id), now=now)
    return page_links.at_work_link(session, organisation_id, now=now)


def read(session: Session, organisation_id: int, *, now: datetime) -> AtWork:
    """Its own page."""
    organisation = session.get_one(Organisation, organisation_id)
    return AtWork(organisation.name, organisation.email != "", referrals.outcomes_of(session, organisation_id, now=now))


def ask_at_work(
    session: Session, organisation_id: int, draft: NeedDraft, asker: Asker, key: str, *, now: datetime
) -> str:
    """Post a need for somebody they work with; its reference. The form with this key is taken once for each person."""
    key = draft.keyed(key)
    if not drafts.claim(session, key, _ASKED, now=now):
        taken = drafts.load(session, key, _ASKED, now=now)
        if not taken:
            raise NotFound
        return str(taken["reference"])
    organisation = session.get_one(Organisation, organisation_id)
    asked = ReferralDraft(
        first_name=asker.first_name,
        phone=organisation.phone,
        email=organisation.email,
        organisation=organisation.name,
        role=asker.role,
        organisation_id=organisation_id,
        is_told=organisation.email != "",
        given=asker.given,
    )
    posted = referrals.post_for_someone(session, draft, asked, now=now)
    need = session.get_one(Need, session.get_one(Referral, posted.referral_id).need_id)
    audit.record(session, audit.SYSTEM, "asked_at_work", ("need", need.id), "organisation", now=now)
    drafts.save(session, key, _ASKED, {"reference": need.reference}, now=now)
    return need.reference


def _checked(session: Session, draft: OrganisationDraft, area_ids: Collection[int]) -> dict[str, Any]:
    """The columns that are typed. BadInput names the field at fault."""
    name = clean_line(draft.name, NAME_LENGTH, noun="The name", field="name")
    if not name:
        raise BadInput("Enter the name of the organisation", field="name")
    area_id = session.scalar(select(Area.id).where(Area.slug == draft.area, Area.id.in_(area_ids)))
    if area_id is None:
        raise BadInput("Select one of your areas", field="area")
    email = people.check_email(draft.email) if draft.email else ""
    return {"name": name, "area_id": area_id, "phone": people.check_phone(draft.phone), "email": email}


def _locked(session: Session, organisation_id: int, area_ids: Collection[int]) -> Organisation:
    organisation = session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None or organisation.area_id not in area_ids:
        raise NotFound
    return organisation


def _shut(session: Session, organisation_id: int, now: datetime) -> None:
    links.revoke(session, now=now, purpose=LinkPurpose.AT_WORK, organisation_id=organisation_id)


def _new_code() -> str:
    """`K7Q-4MX-RT9`: no letter or figure that is taken for another when it is read out."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(letters[at : at + 3] for at in range(0, CODE_LETTERS, 3))


def _hash(code: str) -> bytes:
    return hashlib.sha256(f"organisation:{code.replace('-', '')}".encode()).digest()

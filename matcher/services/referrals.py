"""Asking for someone else: their consent first; who asks is told the outcome and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.domain.lifecycle import HOLDING, OccurrenceStatus, VisitStatus
from matcher.domain.wording import clean_line
from matcher.services import consents, need_page, needs, page_links, people, referral_news
from matcher.services.consents import Given
from matcher.services.needs import NeedDraft
from matcher.store.models import Need, Occurrence, Referral, Visit

WORK_LENGTH = 80
SHOWN_FOR = timedelta(days=60)
ROWS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReferralDraft:
    """What someone typed who asks for another. `given`: how that other agreed."""

    first_name: str
    phone: str
    given: Given
    is_told: bool
    email: str = ""
    organisation: str = ""
    role: str = ""
    organisation_id: int | None = None


@dataclass(frozen=True, slots=True)
class PostedFor:
    """What is kept of it. `token` opens the page of the outcome."""

    referral_id: int
    token: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that who asked may know. `ending`: done, unmet, or None while it is open."""

    reference: str
    posted_at: datetime
    is_matched: bool
    ending: OccurrenceStatus | None


def post_for_someone(session: Session, draft: NeedDraft, asked: ReferralDraft, *, now: datetime) -> PostedFor:
    """Write the need with who agreed and who asked. Nobody is asked before the team has rung, or decided."""
    checked = _checked(asked)
    is_decided = asked.given.given_by == consents.BEST_INTERESTS
    held = replace(draft, must_confirm=False, must_ring=not is_decided, must_decide=is_decided)
    posted = needs.post_need(session, held, now=now)
    consents.record(session, posted.need_id, asked.given, now=now)
    checked.need_id, checked.made_at = posted.need_id, now
    session.add(checked)
    session.flush()
    referral_news.tell(session, posted.need_id, "referral_posted", now=now)
    return PostedFor(checked.id, outcome_link(session, checked.id, now=now))


def outcome_link(session: Session, referral_id: int, *, now: datetime) -> str:
    """A new token for the page of the outcome."""
    referral = session.get_one(Referral, referral_id)
    return page_links.outcome_link(session, session.get_one(Need, referral.need_id), referral_id, now=now)


def read_outcome(session: Session, referral_id: int) -> Outcome:
    """The outcome as it is now: of the next instance that is not over, else of the last."""
    need = session.get_one(Need, session.get_one(Referral, referral_id).need_id)
    occurrence = need_page.occurrence_in_view(session, need)
    held = select(Visit.id).where(Visit.occurrence_id == occurrence.id, Visit.status.in_(HOLDING))
    return Outcome(
        reference=need.reference,
        posted_at=need.posted_at,
        is_matched=session.scalars(held.limit(1)).first() is not None,
        ending=_ending(session, occurrence),
    )


def outcomes_of(session: Session, organisation_id: int, *, now: datetime) -> tuple[Outcome, ...]:
    """What has come of what one organisation asked for of late, the newest first."""
    wanted = select(Referral.id).where(
        Referral.organisation_id == organisation_id, Referral.made_at > now - SHOWN_FOR, Referral.phone != ""
    )
    newest = session.scalars(wanted.order_by(Referral.id.desc()).limit(ROWS_SHOWN)).all()
    return tuple(read_outcome(session, referral_id) for referral_id in newest)


def _ending(session: Session, occurrence: Occurrence) -> OccurrenceStatus | None:
    if occurrence.status is OccurrenceStatus.DONE:
        done = select(Visit.id).where(Visit.occurrence_id == occurrence.id, Visit.status == VisitStatus.DONE)
        return OccurrenceStatus.DONE if session.scalars(done.limit(1)).first() else OccurrenceStatus.UNMET
    if occurrence.status in (OccurrenceStatus.UNMET, OccurrenceStatus.CANCELLED):
        return OccurrenceStatus.UNMET
    return None


def check_work(text: str, words: str, field: str) -> str:
    """An organisation or a role, as it is kept. BadInput if empty or too long."""
    work = clean_line(text, WORK_LENGTH, noun=words, field=field)
    if not work:
        raise BadInput(f"Enter your {words.removeprefix('Your ')}", field=field)
    return work


def _checked(asked: ReferralDraft) -> Referral:
    is_work = asked.given.asked_by == "professional"
    return Referral(
        first_name=people.check_first_name(asked.first_name),
        phone=people.check_phone(asked.phone),
        email=people.check_email(asked.email) if asked.email else "",
        organisation=check_work(asked.organisation, "Your organisation", "organisation") if is_work else "",
        role=check_work(asked.role, "Your role", "role") if is_work else "",
        organisation_id=asked.organisation_id,
        is_told=asked.is_told,
    )

"""New private links, to pages of residents, of volunteers and of whoever asks for another; how long each lasts."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from matcher.domain.localtime import at_local
from matcher.domain.roles import LinkPurpose
from matcher.services import links
from matcher.services.access import Grant
from matcher.store.models import Match, Need, Occurrence, Story, Visit

STATUS_LINK_LASTS = timedelta(days=60)
VISIT_LINK_LASTS = timedelta(days=14)
OWN_PAGE_LINK_LASTS = timedelta(days=365)
STORY_LINK_LASTS = timedelta(days=2 * 365)
AT_WORK_LINK_LASTS = timedelta(days=90)


def status_link(session: Session, need: Need, *, now: datetime) -> str:
    """A new token for a need's own page."""
    grant = Grant(LinkPurpose.STATUS, person_id=need.resident_id, need_id=need.id)
    begins = max(now, at_local(need.first_day, time()))
    return links.issue(session, grant, expires_at=begins + STATUS_LINK_LASTS, now=now)


def outcome_link(session: Session, need: Need, referral_id: int, *, now: datetime) -> str:
    """A new token for the page that tells who asked for someone what came of it."""
    grant = Grant(LinkPurpose.REFERRAL, referral_id=referral_id)
    begins = max(now, at_local(need.first_day, time()))
    return links.issue(session, grant, expires_at=begins + STATUS_LINK_LASTS, now=now)


def story_link(session: Session, story: Story, *, now: datetime) -> str:
    """A new token for a teller's own page: as long as a story may be kept, chosen anew in its last days."""
    grant = Grant(LinkPurpose.STORY, story_id=story.id)
    return links.issue(session, grant, expires_at=now + STORY_LINK_LASTS, now=now)


def at_work_link(session: Session, organisation_id: int, *, now: datetime) -> str:
    """A new token for the page on which an organisation's people ask; then its code is typed again."""
    grant = Grant(LinkPurpose.AT_WORK, organisation_id=organisation_id)
    return links.issue(session, grant, expires_at=now + AT_WORK_LINK_LASTS, now=now)


def visit_link(session: Session, visit: Visit, *, now: datetime) -> str:
    """A new token for a visit's page."""
    grant = Grant(LinkPurpose.VISIT, person_id=visit.person_id, visit_id=visit.id)
    return links.issue(session, grant, expires_at=visit.ends_at + VISIT_LINK_LASTS, now=now)


def own_page_link(session: Session, person_id: int, *, now: datetime) -> str:
    """A new token for a volunteer's own page."""
    grant = Grant(LinkPurpose.ME, person_id=person_id)
    return links.issue(session, grant, expires_at=now + OWN_PAGE_LINK_LASTS, now=now)


def match_link(session: Session, match: Match, *, now: datetime) -> str:
    """A new token for the page of an ask: a yes may come as long as there is time for the visit."""
    grant = Grant(LinkPurpose.MATCH, person_id=match.person_id, match_id=match.id)
    ends_at = session.get_one(Occurrence, match.occurrence_id).ends_at
    return links.issue(session, grant, expires_at=max(ends_at, now + timedelta(hours=1)), now=now)

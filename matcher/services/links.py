"""Private links: 128 random bits, kept as a hash, for one purpose and one holder, expiring and revocable."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matcher.domain.errors import NotFound
from matcher.domain.roles import LinkPurpose
from matcher.services.access import Grant
from matcher.store.models import PrivateLink, Staff

TOKEN_BYTES = 16
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")
SIGN_IN_LASTS = timedelta(hours=12)


def issue(session: Session, grant: Grant, *, expires_at: datetime, now: datetime) -> str:
    """Make a link and return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        PrivateLink(
            token_hash=_hash(token),
            purpose=grant.purpose,
            person_id=grant.person_id,
            staff_id=grant.staff_id,
            need_id=grant.need_id,
            match_id=grant.match_id,
            visit_id=grant.visit_id,
            referral_id=grant.referral_id,
            story_id=grant.story_id,
            organisation_id=grant.organisation_id,
            made_at=now,
            expires_at=expires_at,
        )
    )
    return token


def open_link(session: Session, token: str, purpose: LinkPurpose, *, now: datetime) -> Grant:
    """What the token grants. Reading it changes nothing. NotFound if unknown, expired, revoked or for another use."""
    link = _find(session, token, purpose, now)
    return Grant(
        purpose=link.purpose,
        person_id=link.person_id,
        staff_id=link.staff_id,
        need_id=link.need_id,
        match_id=link.match_id,
        visit_id=link.visit_id,
        referral_id=link.referral_id,
        story_id=link.story_id,
        organisation_id=link.organisation_id,
    )


def issue_sign_in(session: Session, staff_id: int, *, now: datetime) -> str:
    """A link that signs a member of staff in, once."""
    grant = Grant(LinkPurpose.SIGN_IN, staff_id=staff_id)
    return issue(session, grant, expires_at=now + SIGN_IN_LASTS, now=now)


def take_sign_in(session: Session, token: str, *, now: datetime) -> int:
    """Use a sign-in link up; the id of the member of staff. NotFound the second time."""
    link = _find(session, token, LinkPurpose.SIGN_IN, now)
    taken = session.execute(
        update(PrivateLink)
        .where(PrivateLink.id == link.id, PrivateLink.used_at.is_(None))
        .values(used_at=now)
        .returning(PrivateLink.staff_id)
    ).scalar()
    active = session.scalar(select(Staff.id).where(Staff.id == taken, Staff.active))
    if active is None:
        raise NotFound
    return active


def revoke(session: Session, *, now: datetime, **things: int | LinkPurpose) -> None:
    """End every link to the things named, such as `need_id=7`."""
    session.execute(
        update(PrivateLink).filter_by(revoked_at=None, **things).values(revoked_at=now),
        execution_options={"synchronize_session": False},
    )


def _find(session: Session, token: str, purpose: LinkPurpose, now: datetime) -> PrivateLink:
    if not _SHAPE.fullmatch(token):
        raise NotFound
    link = session.scalar(
        select(PrivateLink).where(
            PrivateLink.token_hash == _hash(token),
            PrivateLink.purpose == purpose,
            PrivateLink.expires_at > now,
            PrivateLink.revoked_at.is_(None),
            PrivateLink.used_at.is_(None),
        )
    )
    if link is None:
        raise NotFound
    return link


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()

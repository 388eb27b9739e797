"""The page of a need for who has no link to hand: its reference, and the last four figures of their number."""

from __future__ import annotations

import hmac
import unicodedata
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput
from matcher.services import audit, page_links
from matcher.store.models import Home, Need

FIGURES = 4
# Compared with where there is no such need, so that a wrong reference takes as long as wrong figures.
_NOBODYS = "----"


def parse_reference(text: str) -> str:
    """A reference as it is kept, `K7Q-4MX`, however it was typed. BadInput if nothing was."""
    signs = [sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum()]
    if not signs:
        raise BadInput("Enter your reference, like K7Q-4MX", field="reference")
    return f"{''.join(signs[:3])}-{''.join(signs[3:])}"


def parse_last_figures(text: str) -> str:
    """Four figures in our own signs. BadInput for anything else."""
    figures = [unicodedata.decimal(sign, None) for sign in text if not sign.isspace()]
    if len(figures) != FIGURES or None in figures:
        raise BadInput("Enter the last 4 digits of the phone number you gave", field="last_digits")
    return "".join(map(str, figures))


def open_need(session: Session, reference: str, last_figures: str, *, now: datetime) -> str | None:
    """A new token for the page of that need; None if either is wrong, or the need was over long ago."""
    row = session.execute(
        select(Need, Home.phone)
        .join(Home, Home.person_id == Need.resident_id)
        .where(
            Need.reference == reference,
            or_(Need.closed_at.is_(None), Need.closed_at > now - page_links.STATUS_LINK_LASTS),
        )
    ).one_or_none()
    need, phone = row if row else (None, _NOBODYS)
    is_theirs = hmac.compare_digest(phone[-FIGURES:].encode(), last_figures.encode())
    if need is None or not is_theirs:
        return None
    audit.record(session, audit.person(need.resident_id), "opened_by_reference", ("need", need.id), now=now)
    return page_links.status_link(session, need, now=now)

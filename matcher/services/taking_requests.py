"""Whether new requests are taken over the web, and if not, why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.wording import clean_line
from matcher.services import settings
from matcher.services.setting_changes import differences
from matcher.services.settings import CLOSED, Preview

LONGEST_CLOSED = 200
OPEN_WORDS = "open: requests are taken"


def closed_words(session: Session) -> str:
    """Why no new requests are taken over the web; empty while they are."""
    return settings.standing(session).get(CLOSED, "")


def preview(session: Session, typed: str) -> Preview:
    """What would change. BadInput for words that are too long or cannot be kept."""
    before, after = closed_words(session), _clean(typed)
    return Preview(differences([(CLOSED, "New requests over the web", before or OPEN_WORDS, after or OPEN_WORDS)]))


def change(session: Session, typed: str, looked_at: str, *, staff_id: int, now: datetime) -> None:
    """Take no new requests, with words that say why, or take them again if there are none. Conflict if it is otherwise
    by now than when it was looked at.
    """
    values = {CLOSED: _clean(typed)}
    settings.change(session, values, lambda: preview(session, typed), looked_at, staff_id=staff_id, now=now)


def _clean(typed: str) -> str:
    return clean_line(typed, LONGEST_CLOSED, noun="What people read", field="words")

"""How each wording of a question did: how many were asked in those words, and how many said yes.

One wording after another is no trial: the weather, the time of year and who was asked differ too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.lifecycle import MatchStatus
from matcher.store.models import Match, Notification

# The questions, each with the way it goes.
QUESTIONS = {"match_asked": "text", "match_asked_email": "email"}


@dataclass(frozen=True, slots=True)
class YesRate:
    """Of so many who were asked in these words so many said yes, and so many no; the rest never answered."""

    asked: int
    yes: int
    no: int


def by_wording(session: Session, event: str) -> Mapping[int, YesRate]:
    """By the number of the text, 0 for that of the release; empty for what asks nothing."""
    if event not in QUESTIONS:
        return {}
    yes = func.count().filter(Match.status == MatchStatus.ACCEPTED)
    no = func.count().filter(Match.status == MatchStatus.DECLINED)
    rows = session.execute(
        select(func.coalesce(Notification.text_id, 0), func.count(), yes, no)
        .join(Match, Match.id == Notification.match_id)
        .where(
            Notification.template == "match_asked",
            Notification.channel == QUESTIONS[event],
            Notification.sent_at.is_not(None),
        )
        .group_by(Notification.text_id)
    )
    return {text_id: YesRate(*counts) for text_id, *counts in rows}

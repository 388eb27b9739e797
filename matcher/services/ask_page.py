"""What a volunteer sees of an ask: nothing that leads to a person or a door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from matcher.domain.localtime import clock_words, day_words
from matcher.services import answers, kinds
from matcher.store import queries
from matcher.store.models import Match, Occurrence


class AskState(StrEnum):
    """What the page says: an open question, or why it is over."""

    OPEN = "open"
    YOURS = "yours"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    SAID_NO = "said_no"
    CANCELLED = "cancelled"
    OVER = "over"
    HANDED_BACK = "handed_back"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class AskPage:
    """The page of an ask. `distance` is a band; `label` the safe label of the kind."""

    state: AskState
    kind: str
    label: str
    day: str
    about: str
    until: str
    minutes: int
    distance: str
    bring: str
    needs_words: str
    why_you: str


def read(session: Session, match_id: int, *, now: datetime) -> AskPage:
    """The page as it is now."""
    match = session.get_one(Match, match_id)
    occurrence = session.get_one(Occurrence, match.occurrence_id)
    why = answers.why_over(session, occurrence, match, now)
    kind = kinds.get_kind(session, queries.need_of_occurrence(session, occurrence.id).kind_slug)
    return AskPage(
        state=AskState(why.value) if why else AskState.OPEN,
        kind=kind.slug,
        label=kind.safe_label,
        day=day_words(match.starts_at),
        about=clock_words(match.starts_at),
        until=clock_words(match.ends_at),
        minutes=round((match.ends_at - match.starts_at).total_seconds() / 60),
        distance=match.distance_band,
        bring=kind.bring,
        needs_words=kind.needs_words,
        why_you=match.sentence,
    )

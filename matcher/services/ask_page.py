"""What a volunteer sees of an ask: nothing that leads to a person or a door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from matcher.domain.localtime import clock_words, day_words
from matcher.domain.timewindow import TimeWindow
from matcher.services import answers, kinds, salt
from matcher.store import queries
from matcher.store.models import Match, Occurrence

# A time to answer by that is nearer than this would only hurry.
LEAST_TIME = timedelta(minutes=5)


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
    """The page of an ask. `distance` is a band; `label` the safe label of the kind. day, about, until: of the visit
    that a yes would come to now, which may be later than was asked. answer_by: when others may
    be asked too, if that is still to come. salt: whether there is some to be had near, without a name.
    """

    state: AskState
    kind: str
    label: str
    day: str
    starts_at: datetime
    about: str
    until: str
    minutes: int
    distance: str
    bring: str
    salt: str
    needs_words: str
    why_you: str
    answer_by: datetime | None


def read(session: Session, match_id: int, *, now: datetime) -> AskPage:
    """The page as it is now."""
    match = session.get_one(Match, match_id)
    occurrence = session.get_one(Occurrence, match.occurrence_id)
    why = answers.why_over(session, occurrence, match)
    visit = None if why else answers.visit_if_yes(session, occurrence, match, now)
    if why is None and visit is None:
        why = answers.AnswerWhy.OVER
    visit = visit or TimeWindow(match.starts_at, match.ends_at)
    need = queries.need_of_occurrence(session, occurrence.id)
    kind = kinds.get_kind(session, need.kind_slug)
    return AskPage(
        state=AskState(why.value) if why else AskState.OPEN,
        kind=kind.slug,
        label=kind.safe_label,
        day=day_words(visit.start),
        starts_at=visit.start,
        about=clock_words(visit.start),
        until=clock_words(visit.end),
        minutes=round(visit.minutes),
        distance=match.distance_band,
        bring=kind.bring,
        salt=salt.before_a_yes(session, need),
        needs_words=kind.needs_words,
        why_you=match.sentence,
        answer_by=_answer_by(occurrence, match, now),
    )


def _answer_by(occurrence: Occurrence, match: Match, now: datetime) -> datetime | None:
    """When the next round looks, or the visit would begin: whichever comes first and leaves time to answer."""
    look_at = min(occurrence.next_round_at or match.starts_at, match.starts_at)
    return look_at if look_at >= now + LEAST_TIME else None

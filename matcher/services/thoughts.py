"""What is thought of a volunteer, in words they may read: counted from their own answers, and what rounds lean to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matcher.domain.lifecycle import MatchStatus
from matcher.domain.localtime import day_words
from matcher.engine.learning import AskRecord
from matcher.services import ask_records, learned

ENOUGH = 3
MOSTLY = 2 / 3
SELDOM = 1 / 3
LEANS = 0.4


@dataclass(frozen=True, slots=True)
class Thoughts:
    """Sentences, and whether there is anything to forget."""

    sentences: tuple[str, ...]
    can_forget: bool


def read(session: Session, person_id: int, *, now: datetime) -> Thoughts:
    """As it is now: nothing they answered before they had it forgotten counts."""
    since = learned.reset_at(session, person_id)
    rows = [row for row in ask_records.read(session, now=now, person_id=person_id) if not since or row.asked_at > since]
    answered = [row for row in rows if row.outcome in (MatchStatus.ACCEPTED, MatchStatus.DECLINED)]
    leaning = learned.leaning_of(session, person_id)
    sentences = [*_counted(answered), *_leans(leaning)]
    if not sentences:
        when = f" You had it forgotten on {day_words(since)}." if since else ""
        sentences = [f"Nothing yet: we ask you as we ask everyone.{when}"]
    return Thoughts(tuple(sentences), bool(answered) or leaning is not None)


def _counted(answered: Sequence[AskRecord]) -> list[str]:
    if not answered:
        return []
    said_yes = sum(row.outcome is MatchStatus.ACCEPTED for row in answered)
    times = "1 question" if len(answered) == 1 else f"{len(answered)} questions"
    sentences = [f"You answered {times} in the last half year, and said yes to {said_yes}."]
    for words, some in (
        ("to things nearby", [row for row in answered if row.reach_share < 0.5]),
        ("to things farther away", [row for row in answered if row.reach_share >= 0.5]),
        ("at short notice", [row for row in answered if row.notice_h < 3]),
        ("to people you know", [row for row in answered if row.known]),
    ):
        sentences += _habit(words, some)
    return sentences


def _habit(words: str, some: Sequence[AskRecord]) -> list[str]:
    if len(some) < ENOUGH:
        return []
    share = sum(row.outcome is MatchStatus.ACCEPTED for row in some) / len(some)
    if share >= MOSTLY:
        return [f"You usually say yes {words}."]
    return [f"You seldom say yes {words}."] if share <= SELDOM else []


def _leans(leaning: float | None) -> list[str]:
    if leaning is None:
        return []
    if leaning > LEANS:
        return ["We think you are more likely to say yes than most, so we may ask you first."]
    if leaning < -LEANS:
        return ["We think you are less likely to say yes than most, so we may ask someone else too. We still ask you."]
    return ["We think you are as likely to say yes as most."]

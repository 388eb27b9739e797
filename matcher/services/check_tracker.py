"""Where a volunteer's checks stand: what was seen, when, and what is still to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.kinds import CHECK_WORDS
from matcher.domain.localtime import local_day
from matcher.store.models import Check, KindRow, LevelRow


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check that what they offer asks for. `seen_on` None: not yet. `is_over`: it was seen and has run out."""

    words: str
    seen_on: date | None
    expires_on: date | None
    is_over: bool


def track(session: Session, person_id: int, slugs: Collection[str], *, now: datetime) -> tuple[CheckLine, ...]:
    """Every check that these kinds of help ask for, in one order for everyone."""
    wanted = session.scalars(
        select(LevelRow.checks).join(KindRow, KindRow.level_code == LevelRow.code).where(KindRow.slug.in_(slugs))
    )
    names = {name for checks in wanted for name in checks}
    seen = {check.name: check for check in session.scalars(select(Check).where(Check.person_id == person_id))}
    today = local_day(now)
    return tuple(_line(words, seen.get(name), today) for name, words in CHECK_WORDS.items() if name in names)


def _line(words: str, check: Check | None, today: date) -> CheckLine:
    if check is None:
        return CheckLine(words, None, None, is_over=False)
    is_over = check.expires_on is not None and check.expires_on < today
    return CheckLine(words, check.seen_on, check.expires_on, is_over)

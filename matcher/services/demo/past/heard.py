"""Stories of the past year at every level of consent, and what was decided about them: none was told by anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matcher.domain.localtime import at_local
from matcher.domain.stories import CHECKS
from matcher.services import decisions, stories
from matcher.services.decisions import DecisionDraft
from matcher.services.demo import data
from matcher.services.demo.past.story import Days
from matcher.services.stories import StoryDraft
from matcher.services.story_desk import Keeper
from matcher.store.bulk import insert_rows
from matcher.store.models import Area, DecisionView

_AT = time(11, 20)
_OUT_AFTER = timedelta(days=3)
_LOOKED_BY = "The demo coordinator (made up)"
_VIEWS = ("better", "same", "worse")


def write_heard(session: Session, staff_id: int, days: Days) -> None:
    """The stories, then the records that answer some of them."""
    every = frozenset(session.scalars(select(Area.id)))
    references = [_tell(session, row, staff_id, every, days) for row in data.stories()]
    for row in data.decisions():
        _decide(session, row, references, staff_id, every, days)


def _tell(session: Session, row: Mapping[str, str], staff_id: int, every: frozenset[int], days: Days) -> str:
    """Told by its date, and out three days later if it is out at all: its reference."""
    told_at = at_local(days.today - timedelta(days=int(row["days_ago"])), _AT)
    draft = StoryDraft(row["words"], row["about"], row["level"], row["area"], shown_name=row["name"])
    told = stories.tell_story(session, draft, now=told_at)
    if row["is_out"]:
        keeper = Keeper(session, told.story_id, staff_id=staff_id, area_ids=every, now=told_at + _OUT_AFTER)
        keeper.tag(is_hidden_issue=bool(row["hidden"]), is_minority_view=bool(row["minority"]))
        keeper.publish([code for code, _ in CHECKS])
    return told.reference


def _decide(
    session: Session,
    row: Mapping[str, str],
    references: Sequence[str],
    staff_id: int,
    every: frozenset[int],
    days: Days,
) -> None:
    last_ago = min(int(row[name]) for name in ("made_ago", "looked_ago", "decided_ago") if row[name])
    made_at = at_local(days.today - timedelta(days=last_ago), _AT)  # when all of it was known
    looked_on = _ago(days, row["looked_ago"])
    draft = DecisionDraft(
        title=row["title"],
        said=row["said"],
        state=row["state"],
        area=row["area"],
        looked_by=_LOOKED_BY if looked_on else "",
        looked_on=looked_on,
        decision=row["decision"],
        because=row["because"],
        decided_on=_ago(days, row["decided_ago"]),
        disagreed=row["disagreed"],
        next_step=row["next_step"],
        due_on=days.today + timedelta(days=int(row["due_in"])) if row["due_in"] else None,
        is_public=True,
    )
    by = {"staff_id": staff_id, "area_ids": every, "now": made_at}
    decision_id = _keep(session, draft, by)
    decisions.link_story(session, decision_id, references[int(row["stories"])], **by)  # type: ignore[arg-type]
    views = [{"decision_id": decision_id, "view": view, "count": int(row[view])} for view in _VIEWS if row[view]]
    if views:
        session.execute(insert_rows(DecisionView, views))


def _keep(session: Session, draft: DecisionDraft, by: Mapping[str, object]) -> int:
    return decisions.keep_decision(session, None, draft, **by)  # type: ignore[arg-type]


def _ago(days: Days, text: str) -> date | None:
    return days.today - timedelta(days=int(text)) if text else None

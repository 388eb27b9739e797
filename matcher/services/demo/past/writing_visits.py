"""The visits of the past, as rows, and what was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from matcher.domain.timewindow import TimeWindow
from matcher.services.answers import PADDING
from matcher.services.demo.past.story import Asking, Made, Request, in_brackets
from matcher.services.demo.past.writing_asked import Asked
from matcher.store.bulk import insert_all, insert_rows
from matcher.store.models import Feedback, Visit

_READ_AFTER = timedelta(hours=9)  # when the team reads what was said
_UNREAD = 2  # words of thanks that still wait for the team


@dataclass(frozen=True, slots=True)
class WrittenVisit:
    """A visit with its ids, for what else hangs on it."""

    visit_id: int
    match_id: int
    request: Request
    asking: Asking
    made: Made


def write_visits(session: Session, asked: Asked, match_ids: Sequence[int]) -> list[WrittenVisit]:
    """What each yes became; match_ids: of all who were asked, in the same order."""
    made = [
        (match_id, occurrence_id, request, one, one.made)
        for match_id, (occurrence_id, request, one) in zip(match_ids, asked, strict=True)
        if one.made is not None
    ]
    ids = insert_all(
        session, Visit, [_visit(match_id, occurrence_id, one, visit) for match_id, occurrence_id, _, one, visit in made]
    )
    return [
        WrittenVisit(visit_id, match_id, request, one, visit)
        for visit_id, (match_id, _, request, one, visit) in zip(ids, made, strict=True)
    ]


def _visit(match_id: int, occurrence_id: int, asking: Asking, made: Made) -> dict[str, Any]:
    start, end = asking.visit.start, asking.visit.end
    return {
        "match_id": match_id,
        "occurrence_id": occurrence_id,
        "person_id": asking.giver.person_id,
        "place": 1,
        "helpers": 1,
        "starts_at": start,
        "ends_at": end,
        "during": in_brackets(TimeWindow(start - PADDING, end + PADDING)),
        "status": made.status,
        "held_at": asking.ended_at,
        "on_way_at": made.on_way_at,
        "ended_at": made.ended_at,
        "minutes_taken": made.minutes,
        "miles": made.miles,
    }


def write_feedback(session: Session, visits: Iterable[WrittenVisit], staff_id: int) -> None:
    """What was said; all words of thanks but the last were read by the team."""
    said = sorted(_said(visits, staff_id), key=lambda row: row["said_at"])
    for row in [row for row in said if row["thanks"]][-_UNREAD:]:
        row |= {"thanks_shown": None, "thanks_read_at": None, "thanks_read_by": None}
    session.execute(insert_rows(Feedback, said))


def _said(visits: Iterable[WrittenVisit], staff_id: int) -> Iterator[dict[str, Any]]:
    for visit in visits:
        if (said := visit.made.said) is not None:
            is_read = bool(said.thanks)
            yield {
                "visit_id": visit.visit_id,
                "answer": said.answer,
                "again": said.again,
                "thanks": said.thanks,
                "thanks_shown": True if is_read else None,
                "thanks_read_at": said.at + _READ_AFTER if is_read else None,
                "thanks_read_by": staff_id if is_read else None,
                "said_at": said.at,
            }

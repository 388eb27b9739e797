"""How it went, in the words of who was helped; and whether the same neighbour may come again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict
from matcher.domain.wording import clean_text
from matcher.services import arrangements, audit, growing, parting, under_way, visits
from matcher.store import queries
from matcher.store.bulk import among
from matcher.store.models import Feedback, Need, Occurrence, Visit

THANKS_LENGTH = 140
FEEDBACK_ANSWERS = ("well", "partly", "nobody", "worried")
AGAIN_ANSWERS = ("yes", "other", "any")


def say_how_it_went(
    session: Session,
    need_id: int,
    answer: str,
    thanks: str,
    *,
    again: str = "",
    actor: str | None = None,
    now: datetime,
) -> str:
    """The resident's word on the latest visits: well, partly, nobody or worried. Nobody came: look again, urgently.

    `again`, if they said: would they have the same person again: yes, other or any. For other the two are kept
    apart, and what is to come between them is handed back. `actor`: who wrote it down, if not the resident.

    Returns what stands: the first answer, however often it is sent. Conflict if there is no visit to speak of.
    """
    _check(answer, again)
    kept_thanks = clean_text(thanks, THANKS_LENGTH)
    occurrence_id = queries.occurrence_to_judge(session, need_id, now)
    if occurrence_id is None:
        return _said_before(session, need_id)
    need = session.get_one(Need, need_id)
    if again == "other":  # before the occurrence, as every verb locks
        went = _who_of(session, queries.visits_to_judge(session, occurrence_id, now))
        under_way.lock(session, (need.resident_id, *went))
    occurrence = session.get_one(Occurrence, occurrence_id, with_for_update={"key_share": True})
    judged = queries.visits_to_judge(session, occurrence_id, now)
    if not judged:  # said from two pages at once
        return _said_before(session, need_id)
    said = {"answer": answer, "again": again or None, "thanks": kept_thanks, "said_at": now}
    session.execute(insert(Feedback), [{"visit_id": visit_id, **said} for visit_id in judged])
    by = actor or audit.person(need.resident_id)
    visits.judge(session, occurrence, answer, now=now)
    if again == "other":
        for person_id in _who_of(session, judged):
            parting.part(session, need.resident_id, person_id, actor=by, now=now)
    if answer == "well" and again != "other":
        arrangements.offer_after(session, need, judged, now=now)
        growing.ask_after(session, need, judged, now=now)
    audit.record(session, by, "judged", ("occurrence", occurrence.id), now=now)
    return answer


def _check(answer: str, again: str) -> None:
    if answer not in FEEDBACK_ANSWERS:
        raise BadInput("Select how it went", field="answer")
    if again not in ("", *AGAIN_ANSWERS):
        raise BadInput("Select if you would have them again", field="again")


def _said_before(session: Session, need_id: int) -> str:
    said = queries.last_said(session, need_id)
    if said is None:
        raise Conflict("There is no visit to tell us about yet.")
    return said


def _who_of(session: Session, visit_ids: Sequence[int]) -> Sequence[int]:
    """Whoever made these visits."""
    made = select(Visit.person_id).where(among(Visit.id, visit_ids)).distinct()
    return session.scalars(made.order_by(Visit.person_id)).all()

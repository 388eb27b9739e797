"""A coordinator changes a need where it stands: its time, its note, what is to be done, how many are to come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matcher.domain.errors import BadInput, Conflict, NotFound
from matcher.domain.kinds import CLEARING
from matcher.domain.lifecycle import NeedStatus, OccurrenceStatus, check_move
from matcher.services import audit, changing, matches
from matcher.services.needs import NeedDraft
from matcher.store.bulk import among
from matcher.store.models import Need, Occurrence, Visit

MOST_HELPERS = 4
_DETAILS = frozenset(code for code, _, _ in CLEARING)


def change_time(
    session: Session, need_id: int, timing: NeedDraft, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Other times. Whoever was asked or was coming is told, others are asked anew. NotFound if it is not theirs."""
    _theirs(session, need_id, area_ids)
    changing.change_time(session, need_id, timing, now=now, actor=audit.staff(staff_id))


def change_note(
    session: Session, need_id: int, typed: str, *, area_ids: frozenset[int], staff_id: int, now: datetime
) -> None:
    """Another note for the neighbour, or none. BadInput for a code in it."""
    _theirs(session, need_id, area_ids)
    changing.change_note(session, need_id, typed, now=now, actor=audit.staff(staff_id))


def change_job(
    session: Session,
    need_id: int,
    details: Collection[str],
    helpers: int,
    *,
    area_ids: frozenset[int],
    staff_id: int,
    now: datetime,
) -> None:
    """What is to be cleared, where that is the help, and how many are to come. Nobody who said yes is sent away.

    BadInput for what cannot be; Conflict for what is over.
    """
    _theirs(session, need_id, area_ids)
    left = session.scalars(
        select(Occurrence)
        .where(Occurrence.need_id == need_id, Occurrence.status.in_((OccurrenceStatus.OPEN, OccurrenceStatus.FILLED)))
        .order_by(Occurrence.id)
        .with_for_update()
    ).all()
    need = session.get_one(Need, need_id, with_for_update={"key_share": True})
    if need.status not in (NeedStatus.OPEN, NeedStatus.PAUSED):
        raise Conflict("This request is over. You can ask again.")
    fields = [*_change_details(need, details), *_change_helpers(session, need, left, helpers, now)]
    if fields:
        audit.record(session, audit.staff(staff_id), "changed", ("need", need_id), *fields, now=now)


def _theirs(session: Session, need_id: int, area_ids: frozenset[int]) -> None:
    wanted = select(Need.id).where(Need.id == need_id, Need.area_id.in_(area_ids))
    if session.scalar(wanted) is None:
        raise NotFound


def _change_details(need: Need, details: Collection[str]) -> list[str]:
    if need.kind_slug != "snow":
        return []
    if not _DETAILS.issuperset(details):
        raise BadInput("Select what needs clearing", field="details")
    wanted = [code for code, _, _ in CLEARING if code in details]
    if wanted == list(need.details):
        return []
    need.details = wanted
    return ["details"]


def _change_helpers(
    session: Session, need: Need, left: Collection[Occurrence], helpers: int, now: datetime
) -> list[str]:
    if not 1 <= helpers <= MOST_HELPERS:
        raise BadInput(f"Select how many people are needed, 1 to {MOST_HELPERS}", field="helpers")
    if helpers == need.helpers:
        return []
    highest = session.scalar(select(func.max(Visit.place)).where(among(Visit.occurrence_id, (one.id for one in left))))
    if (highest or 0) > helpers:
        raise BadInput("More people than that have said yes to it: ring them first", field="helpers")
    need.helpers = helpers
    for one in left:
        one.helpers = helpers
        session.flush()
        _settle(session, one, now)
    return ["helpers"]


def _settle(session: Session, one: Occurrence, now: datetime) -> None:
    """With another number of places it may look for somebody again, or have enough: who was asked is told."""
    is_enough = matches.count_holders(session, one.id) >= one.helpers
    wanted = OccurrenceStatus.FILLED if is_enough else OccurrenceStatus.OPEN
    if one.status is not wanted:
        check_move(one.status, wanted)
        one.status = wanted
        if is_enough:
            matches.withdraw_live(session, one.id, "match_taken", now=now)
    if one.considered_at is not None:
        matches.look_again(one, now)
